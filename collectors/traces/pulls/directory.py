"""Files in a directory that others write: each is read on from where the last look ended."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import BinaryIO

from collectors.errors import NotListed
from collectors.model import Why
from collectors.traces.imports.documents import Part, looks_like_text
from collectors.traces.imports.errors import TraceFileError
from collectors.traces.imports.files import LARGEST, content_parts, is_encoded, readable
from collectors.traces.imports.formats import Formats
from collectors.traces.pulls.progress import HEAD, Before, Peek, Progress, bookmark, digest, known, tail
from collectors.traces.pulls.source import STEP, Step, behind
from collectors.traces.spans import Span

_Portion = tuple[Sequence[Span], Sequence[str]]
"""Spans of a file, and what could not be read of it; up to where is known before it is given."""

_BITE = 32 * 2**20
YOUNG = 60.0
"""Seconds after its last change for which nothing is said of what breaks off at a file's end."""


class Directory:
    """A `Source` of the files in a directory and below, or of one file."""

    kind = "otlp"

    def __init__(self, path: Path, formats: Formats | None = None) -> None:
        self._path = path
        self._formats = formats or Formats()

    def steps(self, bookmark_text: str, until: float) -> Iterator[Step]:
        """What was written since, in the order in which files were last written to. Raises NotListed."""
        read = known(bookmark_text)
        found = self._files()
        before = Before(read.values(), _gone(read.values(), found))
        names = {self._name(path) for path in found}
        # What is not there any more is forgotten; what is there is as known until it is looked at.
        kept = {name: one for name, one in read.items() if name in names}
        spans, faults = list[Span](), list[str]()
        told = bookmark_text
        try:
            for more, wrong in self._all(found, before, kept, until):
                spans += more
                faults += wrong
                # A bookmark names all files: where they are many, it is not written for each of them.
                if len(spans) >= min(STEP, len(kept)):
                    told = bookmark(kept)
                    yield Step(spans, told, tuple(faults))
                    spans, faults = [], []
        except NotListed:
            yield Step(spans, bookmark(kept), tuple(faults))
            raise
        if spans or faults or bookmark(kept) != told:
            yield Step(spans, bookmark(kept), tuple(faults))

    def _all(
        self, found: Iterable[Path], before: Before, kept: dict[str, Progress], until: float
    ) -> Iterator[_Portion]:
        for path in found:
            name = self._name(path)
            try:
                yield from self._file(path, name, before, kept, until)
            except FileNotFoundError:
                kept.pop(name, None)  # rotated away while we looked; its new name is looked at next time
            except OSError as error:
                yield (), (f"{name}: {error.strerror or error}",)

    def _name(self, path: Path) -> str:
        return str(path.relative_to(self._path)) if path != self._path else path.name

    def _files(self) -> dict[Path, os.stat_result]:
        """Those there are, the one that was written to last at the end. Raises NotListed."""
        found: dict[Path, os.stat_result] = {}
        try:
            if self._path.is_file():
                return {self._path: self._path.stat()}
            for folder, below, files in os.walk(self._path, onerror=_raise):
                below[:] = [one for one in below if not one.startswith(".")]
                for file in files:
                    path = Path(folder) / file
                    if not file.startswith(".") and path.is_file():
                        found[path] = path.stat()
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
        return dict(sorted(found.items(), key=lambda one: (one[1].st_mtime_ns, one[0])))

    def _file(
        self, path: Path, name: str, before: Before, kept: dict[str, Progress], until: float
    ) -> Iterator[_Portion]:
        with path.open("rb") as file:
            status = os.fstat(file.fileno())
            if name in kept and kept[name].is_as(status):
                return
            if is_encoded(file.read(2)):
                yield from self._encoded(file, name, status, before, kept)
                return
            state = _from(status, before, partial(_peek, file))
            if state.offset == state.size and state.size:
                kept[name] = state
                yield (), ()  # renamed, copied or touched
                return
            yield from self._grown(file, name, state, kept, until)

    def _encoded(
        self, file: BinaryIO, name: str, status: os.stat_result, before: Before, kept: dict[str, Progress]
    ) -> Iterator[_Portion]:
        """What was added to a file whose bytes are not those of its text: all of it is read, and skipped."""
        file.seek(0)
        try:
            content, fault = readable(file, name)
        except TraceFileError as error:
            content, fault = b"", str(error).removeprefix(f"{name}: ")
        state = _from(status, before, partial(_within, content))
        start, spans, faults = state.offset, list[Span](), list[str]()
        young, cut = _young(state), False
        try:
            for part in content_parts(content, name, self._formats) if content[start:].strip() else ():
                if part.cut:
                    cut = True
                    faults += [] if young or fault else [f"{name}: {part.fault}"]
                    break
                if part.end > start:
                    spans += part.batch.spans
                    faults += _faults(name, part)
                    state = replace(state, offset=part.end)
                if len(spans) >= STEP:
                    kept[name] = _again(_ended(state, content))
                    yield spans, faults
                    spans, faults = [], []
        except TraceFileError as error:
            faults += [] if young or fault else [str(error)]
        if fault and not young:
            faults.append(f"{name}: {fault}")
        if young and (fault or cut or not state.offset):
            state = _again(state)
        kept[name] = _ended(state, content)
        yield spans, faults

    def _grown(
        self, file: BinaryIO, name: str, state: Progress, kept: dict[str, Progress], until: float
    ) -> Iterator[_Portion]:
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
                    if len(spans) >= STEP:
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
            offset = state.offset + end
            state = replace(
                state, offset=offset, line=state.line + lines, tail=tail(offset, partial(_peek, file))
            )
            done = (cut or not end or state.offset == state.size) and not (cut and _young(state))
            kept[name] = state if done else _again(state)
            if not end and not whole:
                kept[name] = replace(state, offset=state.size, tail=tail(state.size, partial(_peek, file)))
                faults.append(f"{name}: a document is larger than {LARGEST >> 20} MiB")
            yield spans, faults
            if cut or not end:
                return
            if time.monotonic() > until:
                raise behind("the deadline")


def _from(status: os.stat_result, before: Before, peek: Peek) -> Progress:
    """From where to read a file on."""
    start = peek(0, HEAD)
    new = Progress(status.st_size, status.st_mtime_ns, status.st_ino, digest(start), len(start))
    found = before.of(new.inode, peek)
    return replace(new, offset=found.offset, line=found.line, tail=found.tail) if found else new


def _again(state: Progress) -> Progress:
    """The same of a file that is looked at again, though it may not change any more."""
    return replace(state, size=-1)


def _ended(state: Progress, content: bytes) -> Progress:
    """The same with what lies before the place up to which was read."""
    return replace(state, tail=tail(state.offset, partial(_within, content)))


def _gone(read: Iterable[Progress], found: Mapping[Path, os.stat_result]) -> Iterator[Progress]:
    """Of what was read, that of which the file is not there any more, or is another one by now."""
    by_inode = {status.st_ino: (path, status) for path, status in found.items()}
    for one in read:
        path, status = by_inode.get(one.inode, (None, None))
        if path is None or status is None or (not one.is_as(status) and not _continues(path, one)):
            yield one


def _continues(path: Path, one: Progress) -> bool:
    """Whether a file still begins with what was read of it."""
    try:
        with path.open("rb") as file:
            if is_encoded(file.read(2)):
                return True  # not worth reading twice: it is rarely copied and cut back
            return one.is_of(partial(_peek, file))
    except OSError:
        return True


def _peek(file: BinaryIO, start: int, length: int) -> bytes:
    file.seek(start)
    return file.read(length)


def _within(content: bytes, start: int, length: int) -> bytes:
    return content[start : start + length]


def _young(state: Progress) -> bool:
    """Whether a file may still be in the midst of a line."""
    return time.time() - state.modified / 1e9 < YOUNG


def _faults(name: str, part: Part) -> list[str]:
    if part.fault:
        return [f"{name}: {part.fault}"]
    return [f"{name}: {part.batch.rejected} spans ({part.batch.reason})"] if part.batch.rejected else []


def _raise(error: OSError) -> None:
    raise error
