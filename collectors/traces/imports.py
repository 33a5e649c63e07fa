"""Reads files of traces: OTLP JSON (one document or one a line), OTLP protobuf (one message or length-delimited
ones), Zipkin v2 JSON; plain or gzip.

A file is read whole before anything of it is used: a broken one leaves nothing behind.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import orjson

from collectors.errors import CollectorError
from collectors.traces.facts import Flows
from collectors.traces.otlp import OtlpReader
from collectors.traces.spans import Batch, MalformedTraces, Span
from collectors.traces.zipkin import ZipkinReader

LARGEST = 512 * 2**20
"""Bytes of a file, inflated."""

_AT_ONCE = 8192
_MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")
_STEP = 1 << 20


class TraceFileError(CollectorError):
    """A file that cannot be imported. The message names the file, what is wrong with it and what it looks like."""


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of one file. `format`: `otlp json`, `otlp protobuf` or `zipkin json`."""

    file: str
    format: str
    spans: int
    rejected: int
    reason: str
    facts: int


def read_file(path: Path) -> tuple[str, Batch]:
    """Format and spans of a file. Raises TraceFileError."""
    try:
        content = _inflated(path)
    except OSError as error:
        raise TraceFileError(f"{path}: cannot be read: {error.strerror or error}") from None
    if not content.strip():
        raise TraceFileError(f"{path}: is empty")
    try:
        if _looks_like_text(content):
            return _json(_decoded(content))
        return "otlp protobuf", _protobuf(content)
    except MalformedTraces as error:
        raise TraceFileError(f"{path}: is not a trace file: {error}; it {_looks_like(content)}") from None


def import_file(path: Path, flows: Flows, timeout: float = 30.0) -> Imported:
    """Records what a file's spans say. Raises TraceFileError, SinkBusy."""
    form, batch = read_file(path)
    facts = sum(flows.record(part, timeout) for part in _parts(batch.spans))
    return Imported(str(path), form, len(batch.spans), batch.rejected, batch.reason, facts)


def _parts(spans: list[Span]) -> Iterator[list[Span]]:
    for start in range(0, len(spans), _AT_ONCE):
        yield spans[start : start + _AT_ONCE]


def _inflated(path: Path) -> bytes:
    """The file's content; a gzip file's members one after the other. Raises TraceFileError, OSError."""
    with path.open("rb") as file:
        first = file.read(2)
        file.seek(0)
        if first != b"\x1f\x8b":
            content = file.read(LARGEST + 1)
            if len(content) > LARGEST:
                raise _too_large(path)
            return content
        pieces: list[bytes] = []
        size = 0
        inflater = zlib.decompressobj(16 + zlib.MAX_WBITS)
        while chunk := file.read(_STEP):
            try:
                while chunk:
                    if inflater.eof:
                        inflater = zlib.decompressobj(16 + zlib.MAX_WBITS)
                    pieces.append(inflater.decompress(chunk, _STEP))
                    size += len(pieces[-1])
                    if size > LARGEST:
                        raise _too_large(path)
                    chunk = inflater.unconsumed_tail or inflater.unused_data
            except zlib.error as error:
                raise TraceFileError(f"{path}: its gzip data is damaged ({error})") from None
        if not inflater.eof:
            raise TraceFileError(f"{path}: is truncated: its gzip data does not end")
        return b"".join(pieces)


def _too_large(path: Path) -> TraceFileError:
    return TraceFileError(f"{path}: is larger than {LARGEST >> 20} MiB (inflated); split it")


def _looks_like_text(content: bytes) -> bool:
    return content.startswith(_MARKS) or content[:64].lstrip()[:1] in {b"{", b"["}


def _decoded(content: bytes) -> bytes:
    """UTF-8 without a byte-order mark."""
    if content.startswith(_MARKS[0]):
        return content[3:]
    if content.startswith(_MARKS[1:]):
        try:
            return content.decode("utf-16").encode()
        except UnicodeDecodeError as error:
            raise MalformedTraces(f"its UTF-16 text is damaged at byte {error.start}") from None
    return content


def _json(content: bytes) -> tuple[str, Batch]:
    try:
        documents = [orjson.loads(content)]
    except orjson.JSONDecodeError as error:
        documents = _lines(content, error)
    if len(documents) == 1 and isinstance(documents[0], list):
        listed = documents[0]
        if not any(isinstance(one, dict) and "resourceSpans" in one for one in listed):
            return "zipkin json", ZipkinReader().json(listed)
        documents = listed
    reader = OtlpReader()
    return "otlp json", _joined([reader.json(document) for document in documents])


def _lines(content: bytes, error: orjson.JSONDecodeError) -> list[object]:
    """JSON lines. Raises MalformedTraces naming the first line that is none."""
    documents: list[object] = []
    lines = content.split(b"\n")
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            documents.append(orjson.loads(line))
        except orjson.JSONDecodeError as broken:
            if documents:
                raise MalformedTraces(f"line {number} is not JSON ({broken.msg}): truncated?") from None
            raise MalformedTraces(
                f"its JSON breaks off at line {error.lineno}, column {error.colno}"
            ) from None
    return documents


def _protobuf(content: bytes) -> Batch:
    reader = OtlpReader()
    try:
        batch = reader.protobuf(content)
        if batch.spans or batch.rejected:
            return batch
    except MalformedTraces as error:
        whole = error
    else:
        whole = MalformedTraces("no span is in it")
    batches: list[Batch] = []
    position = 0
    while position < len(content):
        length, position = _varint(content, position, whole)
        if position + length > len(content):
            if batches:
                raise MalformedTraces(
                    f"message {len(batches) + 1} is truncated at byte {len(content)}"
                ) from None
            raise whole
        batches.append(reader.protobuf(content[position : position + length]))
        position += length
    if not any(batch.spans or batch.rejected for batch in batches):
        raise whole
    return _joined(batches)


def _varint(content: bytes, position: int, otherwise: MalformedTraces) -> tuple[int, int]:
    value = 0
    for shift in range(0, 35, 7):
        if position >= len(content):
            raise otherwise
        byte = content[position]
        position += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, position
    raise otherwise


def _joined(batches: list[Batch]) -> Batch:
    return Batch(
        [span for batch in batches for span in batch.spans],
        sum(batch.rejected for batch in batches),
        next((batch.reason for batch in batches if batch.reason), ""),
    )


def _looks_like(content: bytes) -> str:
    """A word on what a file seems to be; never a part of its content."""
    start = content[:64].lstrip()
    known = {
        b"PK": "looks like a zip archive",
        b"%PDF": "looks like a PDF document",
        b"\x89PNG": "looks like a picture",
        b"SQLite": "looks like a SQLite database",
        b"<": "looks like XML or HTML",
        b"{": "begins like a JSON object",
        b"[": "begins like a JSON list",
        b"\x28\xb5\x2f\xfd": "is compressed with zstd: decompress it first",
        b"BZh": "is compressed with bzip2: decompress it first",
    }
    for mark, words in known.items():
        if start.startswith(mark):
            return words
    try:
        content[:512].decode()
    except UnicodeDecodeError as error:
        if error.start < 500:
            return "looks like binary data of another kind"
    return "looks like plain text"
