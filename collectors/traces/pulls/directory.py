"""Files in a directory that others write: each is read on from where the last look ended, however it is renamed.

A file is known by its name, or, if it was rotated, by its inode and its first bytes.
"""

from __future__ import annotations

import hashlib
import io
import os
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import orjson

from collectors.errors import NotListed
from collectors.model import Why
from collectors.traces.imports.documents import Part, looks_like_text
from collectors.traces.imports.errors import TraceFileError
from collectors.traces.imports.files import LARGEST, content_parts, inflated
from collectors.traces.imports.formats import Formats
from collectors.traces.pulls.source import Step
from collectors.traces.spans import Span

_BITE = 32 * 2**20
_HEAD = 256
YOUNG = 60.0
"""Seconds after its last change for which nothing is said of a document that breaks off at a file's end."""

_GZIP = b"\x1f\x8b"
_STEP = 50_000


@dataclass(frozen=True, slots=True)
class _Read:
    """How far a file was read: `offset` bytes, `line` the number of the next line. `head`: of its first bytes."""

    size: int
    modified: int
    inode: int
    head: str
    head_size: int
    offset: int = 0
    line: int = 1


class Directory:
    """A `Source` of the files in a directory and below, or of one file."""

    kind = "otlp"

    def __init__(self, path: Path, formats: Formats | None = None) -> None:
        self._path = path
        self._formats = formats or Formats()

    def steps(self, bookmark: str, until: float) -> Iterator[Step]:
        """What was written since, in the order in which files were last written to. Raises NotListed."""
        known = _known(bookmark)
        by_identity = {(one.inode, one.head): one for one in known.values()}
        kept: dict[str, _Read] = {}
        found = self._files()
        names = {str(path.relative_to(self._path)) if path != self._path else path.name for path in found}
        # What is not there any more is forgotten; what is there is as known until it is looked at.
        kept.update({name: one for name, one in known.items() if name in names})
        for path in found:
            name = str(path.relative_to(self._path)) if path != self._path else path.name
            try:
                yield from self._file(path, name, known.get(name), by_identity, kept, until)
            except FileNotFoundError:
                kept.pop(name, None)  # rotated away while we looked; its new name is looked at next time
            except OSError as error:
                yield Step((), _bookmark(kept), (f"{name}: {error.strerror or error}",))

    def _files(self) -> list[Path]:
        try:
            if self._path.is_file():
                return [self._path]
            times = {}
            for folder, below, files in os.walk(self._path, onerror=_raise):
                below[:] = [one for one in below if not one.startswith(".")]
                for file in files:
                    path = Path(folder) / file
                    if not file.startswith(".") and path.is_file():
                        times[path] = path.stat().st_mtime_ns
        except FileNotFoundError:
            if self._path.exists():
                return self._files()  # something was rotated away between two looks
            raise NotListed(
                Why.FAILED, f"{self._path}: there is no such file or directory: correct path"
            ) from None
        except OSError as error:
            raise NotListed(
                Why.DENIED, f"{self._path} cannot be read ({error.strerror}): let the service's user read it"
            ) from error
        return sorted(times, key=lambda path: (times[path], path))

    def _file(
        self,
        path: Path,
        name: str,
        known: _Read | None,
        by_identity: Mapping[tuple[int, str], _Read],
        kept: dict[str, _Read],
        until: float,
    ) -> Iterator[Step]:
        with path.open("rb") as file:
            status = os.fstat(file.fileno())
            if known and (known.size, known.modified, known.inode) == (
                status.st_size,
                status.st_mtime_ns,
                status.st_ino,
            ):
                return
            state = _from(file, status, known, by_identity)
            if state.offset == state.size and state.size:
                kept[name] = state
                yield Step((), _bookmark(kept))  # renamed, or touched
                return
            file.seek(0)
            if file.read(2) == _GZIP:
                yield self._inflated(file, name, state, kept)
                return
            yield from self._grown(file, name, state, kept, until)

    def _inflated(self, file: io.BufferedReader, name: str, state: _Read, kept: dict[str, _Read]) -> Step:
        """A compressed file is read whole whenever it is another."""
        file.seek(0)
        spans: list[Span] = []
        faults = []
        try:
            for part in content_parts(inflated(file, name), name, self._formats):
                spans += part.batch.spans
                faults += _faults(name, part)
        except TraceFileError as error:
            faults.append(str(error))
        kept[name] = replace(state, offset=state.size)
        return Step(spans, _bookmark(kept), tuple(faults))

    def _grown(
        self, file: io.BufferedReader, name: str, state: _Read, kept: dict[str, _Read], until: float
    ) -> Iterator[Step]:
        """What was added to a file. A last line or message that breaks off is left for the next look."""
        bite = _BITE
        while state.offset < state.size:
            file.seek(state.offset)
            content = file.read(min(bite, state.size - state.offset))
            whole = state.offset + len(content) >= state.size
            cut = False
            end, spans, faults = 0, list[Span](), list[str]()
            try:
                for part in content_parts(content, name, self._formats, state.line):
                    if part.cut:
                        cut = whole
                        faults += [f"{name}: {part.fault}"] if whole and not _young(state) else []
                        break
                    end = part.end
                    spans += part.batch.spans
                    faults += _faults(name, part)
                    if len(spans) >= _STEP:
                        break
            except TraceFileError as error:
                if whole and _young(state):
                    return  # what is just being written may be whole at the next look
                faults += [str(error)] if whole and content.strip() else []
            if not end and not whole and bite < LARGEST:
                bite *= 2  # a document larger than a bite
                continue
            text = state.line > 1 or looks_like_text(content)
            lines = content.count(b"\n", 0, end) if text else 0
            state = replace(state, offset=state.offset + end, line=state.line + lines)
            kept[name] = state
            if not end and not whole:
                kept[name] = replace(state, offset=state.size)
                faults.append(f"{name}: a document is larger than {LARGEST >> 20} MiB")
            yield Step(spans, _bookmark(kept), tuple(faults))
            if cut or not end:
                return
            if time.monotonic() > until:
                return


def _from(
    file: io.BufferedReader,
    status: os.stat_result,
    known: _Read | None,
    by_identity: Mapping[tuple[int, str], _Read],
) -> _Read:
    """From where to read a file on."""
    start = file.read(_HEAD)
    new = _Read(status.st_size, status.st_mtime_ns, status.st_ino, _digest(start), len(start))
    for before in (known, *(one for one in by_identity.values() if one.inode == new.inode)):
        if (
            before is not None
            and before.inode == new.inode
            and before.offset <= new.size
            and before.head == _digest(start[: before.head_size])
        ):
            return replace(new, offset=before.offset, line=before.line)
    return new


def _young(state: _Read) -> bool:
    """Whether a file may still be in the midst of a line."""
    return time.time() - state.modified / 1e9 < YOUNG


def _digest(start: bytes) -> str:
    return hashlib.blake2b(start, digest_size=12).hexdigest()


def _faults(name: str, part: Part) -> list[str]:
    if part.fault:
        return [f"{name}: {part.fault}"]
    return [f"{name}: {part.batch.rejected} spans ({part.batch.reason})"] if part.batch.rejected else []


def _known(bookmark: str) -> dict[str, _Read]:
    if not bookmark:
        return {}
    return {name: _Read(*values) for name, values in orjson.loads(bookmark).items()}


def _bookmark(kept: Mapping[str, _Read]) -> str:
    return orjson.dumps(
        {
            name: (one.size, one.modified, one.inode, one.head, one.head_size, one.offset, one.line)
            for name, one in kept.items()
        }
    ).decode()


def _raise(error: OSError) -> None:
    raise error
