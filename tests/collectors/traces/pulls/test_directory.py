"""A directory that others write to: nothing is read twice, nothing is left out, whatever becomes of the files."""

from __future__ import annotations

import gzip
import os
import time
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
