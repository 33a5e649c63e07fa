"""Reads files of traces: plain or gzip, whole or from where the last look ended."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from collectors.traces.facts import Flows
from collectors.traces.imports.documents import UTF_16, Part, begun, looks_like, parts
from collectors.traces.imports.errors import TraceFileError
from collectors.traces.imports.formats import Formats, joined
from collectors.traces.imports.lacks import LACKS
from collectors.traces.spans import Batch, MalformedTraces, Span

LARGEST = 512 * 2**20
"""Bytes of a file, inflated."""

FAULTS_TOLD = 5
"""Broken documents of a file that are named; the others are counted."""

_AT_ONCE = 8192
_STEP = 1 << 20
_GZIP = b"\x1f\x8b"


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of one file. `rejected`: spans that are unusable, with the first `reason`.

    `skipped`: lines and messages that could not be read; `faults` names the first ones. `lacks`: what the format
    cannot tell.
    """

    file: str
    format: str
    spans: int
    rejected: int
    reason: str
    facts: int
    skipped: int = 0
    faults: tuple[str, ...] = ()
    lacks: tuple[str, ...] = ()


def import_file(path: Path, flows: Flows, timeout: float = 30.0, formats: Formats | None = None) -> Imported:
    """Records what a file's spans say. Raises TraceFileError, SinkBusy."""
    form, reason, faults = "", "", []
    spans = rejected = facts = 0
    for part in file_parts(path, formats or Formats()):
        form, reason = part.format or form, reason or part.batch.reason
        spans, rejected = spans + len(part.batch.spans), rejected + part.batch.rejected
        if part.fault:
            faults.append(part.fault)
        facts += sum(flows.record(some, timeout) for some in at_once(part.batch.spans))
    return Imported(
        str(path),
        form,
        spans,
        rejected,
        reason,
        facts,
        len(faults),
        tuple(faults[:FAULTS_TOLD]),
        LACKS.get(form.partition(" ")[0], ()),
    )


def read_file(path: Path) -> tuple[str, Batch]:
    """Format and spans of a file, all at once. Raises TraceFileError, also if a part of it is broken."""
    found = list(file_parts(path, Formats()))
    for part in found:
        if part.fault:
            raise TraceFileError(f"{path}: {part.fault}")
    return found[-1].format if found else "", joined([part.batch for part in found])


def file_parts(path: Path, formats: Formats) -> Iterator[Part]:
    """The documents of a file. Raises TraceFileError if there is none in it."""
    try:
        with path.open("rb") as file:
            content = inflated(file, str(path))
    except OSError as error:
        raise TraceFileError(f"{path}: cannot be read: {error.strerror or error}") from None
    yield from content_parts(content, str(path), formats)


def content_parts(content: bytes, name: str, formats: Formats, line: int = 1) -> Iterator[Part]:
    """The documents of what was read. Raises TraceFileError if there is none in it."""
    if not content.strip():
        raise TraceFileError(f"{name}: is empty")
    read = 0
    try:
        for part in parts(content, formats, line):
            read += not part.fault
            yield part
    except MalformedTraces as error:
        raise TraceFileError(f"{name}: is not a trace file: {error}; it {looks_like(content)}") from None
    if not read and line == 1:
        raise TraceFileError(f"{name}: is not a trace file: {part.fault}; it {looks_like(content)}")


def at_once(spans: Sequence[Span]) -> Iterator[Sequence[Span]]:
    """Spans in portions."""
    for start in range(0, len(spans), _AT_ONCE):
        yield spans[start : start + _AT_ONCE]


def inflated(file: BinaryIO, name: str) -> bytes:
    """All that is in a file; a gzip file's members one after the other. Raises TraceFileError, OSError."""
    content, fault = _inflated(file, name)
    if fault:
        raise TraceFileError(f"{name}: {fault}")
    return content


def readable(file: BinaryIO, name: str) -> tuple[bytes, str]:
    """What can be read of a file as it is now, UTF-16 as UTF-8, and what is wrong with the rest of it.

    Raises TraceFileError if it is too large, OSError.
    """
    content, fault = _inflated(file, name)
    try:
        return begun(content), fault
    except MalformedTraces as error:
        return b"", str(error)


def is_encoded(start: bytes) -> bool:
    """Whether a file that begins so is no plain text or protobuf: its bytes are not those of its text."""
    return start.startswith((_GZIP, *UTF_16))


def _inflated(file: BinaryIO, name: str) -> tuple[bytes, str]:
    chunk = file.read(_STEP)
    if not chunk.startswith(_GZIP):
        content = chunk + file.read(LARGEST + 1 - len(chunk))
        if len(content) > LARGEST:
            raise _too_large(name)
        return content, ""
    pieces: list[bytes] = []
    size = 0
    inflater = zlib.decompressobj(16 + zlib.MAX_WBITS)
    while chunk:
        try:
            while chunk:
                if inflater.eof:
                    inflater = zlib.decompressobj(16 + zlib.MAX_WBITS)
                pieces.append(inflater.decompress(chunk, _STEP))
                size += len(pieces[-1])
                if size > LARGEST:
                    raise _too_large(name)
                chunk = inflater.unconsumed_tail or inflater.unused_data
        except zlib.error as error:
            return b"".join(pieces), f"its gzip data is damaged ({error})"
        chunk = file.read(_STEP)
    return b"".join(pieces), "" if inflater.eof else "is truncated: its gzip data does not end"


def _too_large(name: str) -> TraceFileError:
    return TraceFileError(f"{name}: is larger than {LARGEST >> 20} MiB (inflated); split it")
