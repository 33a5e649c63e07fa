"""A directory that others write to: nothing is read twice, nothing is left out, whatever becomes of the files."""

from __future__ import annotations

import gzip
import os
import shutil
import time
import zlib
from pathlib import Path

import pytest

from collectors.errors import NotListed
from collectors.traces.imports.formats import Formats
from collectors.traces.pulls import directory
from collectors.traces.pulls.directory import Directory
from collectors.traces.pulls.source import Step
from tests.support.trace_formats import STORY, lines, otlp
from tests.support.traces import export, proto_span, resource_spans

FORMATS = Formats()
LONG_AGO = time.time() - 3600
ALL = len(STORY)


class Reader:
    """Looks at a directory again and again, as cycles do."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.bookmark = ""
        self.faults: list[str] = []

    def look(self) -> int:
        """How many spans are new."""
        steps = list(Directory(self.path, FORMATS).steps(self.bookmark, time.monotonic() + 60))
        self.bookmark = steps[-1].bookmark if steps else self.bookmark
        self.faults = [fault for step in steps for fault in step.faults]
        return sum(len(step.spans) for step in steps)


def old(path: Path) -> None:
    os.utime(path, (LONG_AGO, LONG_AGO))


def test_a_file_that_grows_is_read_on_and_a_cut_line_waits(tmp_path: Path) -> None:
    reader, file = Reader(tmp_path), tmp_path / "traces.json"
    line = lines(otlp())
    file.write_bytes(line + line[:100])
    assert (reader.look(), reader.faults) == (ALL, [])
    assert reader.look() == 0
    with file.open("ab") as more:
        more.write(line[100:] + line)
    assert (reader.look(), reader.faults) == (2 * ALL, [])
    assert reader.look() == 0


def test_a_first_line_that_is_being_written_waits_without_a_word(tmp_path: Path) -> None:
    reader, file = Reader(tmp_path), tmp_path / "traces.json"
    file.write_bytes(lines(otlp())[:100])
    assert (reader.look(), reader.faults) == (0, [])
    file.write_bytes(lines(otlp()))
    assert reader.look() == ALL


def test_what_stays_cut_is_named_once(tmp_path: Path) -> None:
    reader, file = Reader(tmp_path), tmp_path / "traces.json"
    file.write_bytes(lines(otlp()) + b'{"resource')
    old(file)
    assert reader.look() == ALL
    assert len(reader.faults) == 1
    assert reader.faults[0].startswith("traces.json: line 2 is not JSON")
    assert (reader.look(), reader.faults) == (0, [])


def test_bad_lines_are_named_by_their_number_in_the_whole_file(tmp_path: Path) -> None:
    reader, file = Reader(tmp_path), tmp_path / "traces.json"
    file.write_bytes(lines(otlp(), otlp()))
    reader.look()
    with file.open("ab") as more:
        more.write(b"no json\n" + lines(otlp()))
    assert reader.look() == ALL
    assert [fault.partition(" is ")[0] for fault in reader.faults] == ["traces.json: line 3"]


def test_rotation_loses_and_repeats_nothing(tmp_path: Path) -> None:
    reader, file = Reader(tmp_path), tmp_path / "traces.json"
    file.write_bytes(lines(otlp()))
    assert reader.look() == ALL
    with file.open("ab") as more:
        more.write(lines(otlp()))  # written after the look, before the rotation
    file.rename(tmp_path / "traces-1.json")
    file.write_bytes(lines(otlp(), otlp(), otlp()))
    assert reader.look() == 4 * ALL
    assert reader.look() == 0


def test_a_file_that_begins_anew_is_read_from_its_beginning(tmp_path: Path) -> None:
    reader, file = Reader(tmp_path), tmp_path / "traces.json"
    file.write_bytes(lines(otlp(), otlp()))
    reader.look()
    file.write_bytes(b"\n" + lines(otlp()))  # as copytruncate does: the same inode
    assert reader.look() == ALL


def test_framed_messages_are_read_on(tmp_path: Path) -> None:
    message = export(resource_spans("front", [proto_span("a", "server", "GET /")]))
    framed = len(message).to_bytes(4) + message
    reader, file = Reader(tmp_path), tmp_path / "traces.proto"
    file.write_bytes(framed + framed[:9])
    assert (reader.look(), reader.faults) == (1, [])
    file.write_bytes(framed * 3)
    assert reader.look() == 2


def test_files_below_and_compressed_ones_are_read_once(tmp_path: Path) -> None:
    reader = Reader(tmp_path)
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "old.json.gz").write_bytes(gzip.compress(lines(otlp())))
    (tmp_path / "a" / "empty").write_bytes(b"")
    (tmp_path / ".hidden").write_bytes(lines(otlp()))
    assert reader.look() == ALL
    assert (reader.look(), reader.faults) == (0, [])


def test_a_file_larger_than_a_bite_is_read_in_bites(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(directory, "_BITE", len(lines(otlp())) // 3)
    reader, file = Reader(tmp_path), tmp_path / "traces.json"
    file.write_bytes(lines(*[otlp()] * 5))
    assert (reader.look(), reader.faults) == (5 * ALL, [])


def test_what_is_no_trace_is_named_once_and_the_others_are_read(tmp_path: Path) -> None:
    reader = Reader(tmp_path)
    (tmp_path / "letter").write_text("Dear all")
    old(tmp_path / "letter")
    (tmp_path / "traces.json").write_bytes(lines(otlp()))
    assert reader.look() == ALL
    assert ["letter: is not a trace file" in fault for fault in reader.faults] == [True]
    assert (reader.look(), reader.faults) == (0, [])


def test_a_look_that_is_given_up_goes_on_from_its_last_step(tmp_path: Path) -> None:
    for name in ("a", "b", "c"):
        (tmp_path / name).write_bytes(lines(otlp()))
    first: Step = next(Directory(tmp_path, FORMATS).steps("", time.monotonic() + 60))
    reader = Reader(tmp_path)
    reader.bookmark = first.bookmark
    assert reader.look() == 2 * ALL


def test_a_directory_that_is_missing_is_said(tmp_path: Path) -> None:
    with pytest.raises(NotListed, match="there is no such file or directory: correct path"):
        Reader(tmp_path / "missing").look()


def story(number: int) -> bytes:
    """A line of its own: the same services, so that lines begin alike, in other traces."""
    text = lines(otlp()).decode()
    return text.replace("5f" * 12, f"{number:024x}").replace("7e" * 12, f"{number + 10**6:024x}").encode()


def test_a_file_that_is_copied_and_cut_back_is_read_once(tmp_path: Path) -> None:
    reader, file = Reader(tmp_path), tmp_path / "traces.json"
    file.write_bytes(story(1) + story(2))
    assert reader.look() == 2 * ALL
    with file.open("ab") as more:
        more.write(story(3))
    shutil.copy(file, tmp_path / "traces.json.1")
    with file.open("r+b") as same:
        same.truncate()
        same.write(
            story(4) + story(5) + story(6) + story(7)
        )  # longer than what had been read, and begins alike
    assert (reader.look(), reader.faults) == (5 * ALL, [])
    assert reader.look() == 0


def test_a_file_that_is_replaced_by_a_longer_copy_of_itself_is_read_on(tmp_path: Path) -> None:
    reader, file, other = Reader(tmp_path), tmp_path / "traces.json", tmp_path / ".traces.json.x"
    file.write_bytes(story(1))
    assert reader.look() == ALL
    other.write_bytes(story(1) + story(2))
    other.rename(file)  # as rsync does
    assert reader.look() == ALL


@pytest.mark.parametrize("read_before", [True, False])
def test_a_file_that_is_compressed_when_it_is_rotated_is_read_once(tmp_path: Path, read_before: bool) -> None:
    reader, file = Reader(tmp_path), tmp_path / "traces.json"
    file.write_bytes(story(1) + story(2))
    assert not read_before or reader.look() == 2 * ALL
    packed = tmp_path / "traces.json.1.gz"
    packed.write_bytes(gzip.compress(file.read_bytes() + story(3)))
    file.unlink()
    assert reader.look() == (1 if read_before else 3) * ALL
    packed.rename(tmp_path / "traces.json.2.gz")
    assert (reader.look(), reader.faults) == (0, [])


def test_a_compressed_file_that_is_being_written_is_read_as_far_as_it_goes(tmp_path: Path) -> None:
    reader, file = Reader(tmp_path), tmp_path / "traces.json.gz"
    packer = zlib.compressobj(wbits=31)
    begun = packer.compress(story(1)) + packer.flush(zlib.Z_SYNC_FLUSH)
    more = packer.compress(story(2)[:500]) + packer.flush(zlib.Z_SYNC_FLUSH)
    rest = packer.compress(story(2)[500:]) + packer.flush()
    file.write_bytes(begun + more)
    assert (reader.look(), reader.faults) == (ALL, [])
    with file.open("ab") as growing:
        growing.write(rest)
    assert (reader.look(), reader.faults) == (ALL, [])
    with file.open("ab") as growing:
        growing.write(gzip.compress(story(3)))
    assert (reader.look(), reader.faults) == (ALL, [])
    assert reader.look() == 0


def test_a_compressed_file_that_stays_cut_is_named_once(tmp_path: Path) -> None:
    reader, file = Reader(tmp_path), tmp_path / "traces.json.gz"
    file.write_bytes(gzip.compress(story(1) + story(2))[:-9])
    old(file)
    spans = reader.look()
    assert spans >= ALL
    assert [fault.partition(": ")[2] for fault in reader.faults] == [
        "is truncated: its gzip data does not end"
    ]
    assert (reader.look(), reader.faults) == (0, [])


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_a_file_in_utf_16_is_read_on(tmp_path: Path, encoding: str) -> None:
    reader, file = Reader(tmp_path), tmp_path / "traces.json"
    mark = "\ufeff".encode(encoding)
    text = (story(1) + story(2)).decode().encode(encoding)
    file.write_bytes(mark + text[:-333])  # in the midst of a character
    assert (reader.look(), reader.faults) == (ALL, [])
    file.write_bytes(mark + text)
    assert (reader.look(), reader.faults) == (ALL, [])
    assert reader.look() == 0


def test_a_mark_in_front_is_no_text(tmp_path: Path) -> None:
    reader, file = Reader(tmp_path), tmp_path / "traces.json"
    file.write_bytes(b"\xef\xbb\xbf" + story(1))
    assert (reader.look(), reader.faults) == (ALL, [])
    with file.open("ab") as more:
        more.write(story(2))
    assert (reader.look(), reader.faults) == (ALL, [])


def test_of_many_files_not_each_has_a_bookmark_of_all(tmp_path: Path) -> None:
    for number in range(200):
        (tmp_path / f"{number}.json").write_bytes(story(number))
    steps = list(Directory(tmp_path, FORMATS).steps("", time.monotonic() + 60))
    assert sum(len(step.spans) for step in steps) == 200 * ALL
    assert len(steps) < 50


def test_what_the_deadline_leaves_is_known_to_be_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(directory, "_BITE", len(story(1)) + 10)
    file = tmp_path / "traces.json"
    file.write_bytes(story(1) + story(2) + story(3))
    looking = Directory(tmp_path, FORMATS).steps("", time.monotonic() - 1)
    first = next(looking)
    with pytest.raises(NotListed, match="goes on from there"):
        list(looking)
    reader = Reader(tmp_path)
    reader.bookmark = first.bookmark
    assert len(first.spans) + reader.look() == 3 * ALL
