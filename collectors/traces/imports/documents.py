"""Cuts the content of a file into documents and reads each: what is whole counts, what is broken is named.

Known are JSON documents, one or one a line, and OTLP protobuf: one message, messages behind their length as the
Collector's file exporter writes them (four bytes, big-endian), or behind a varint.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from dataclasses import dataclass

import orjson

from collectors.traces.imports.formats import OTLP_PROTOBUF, Formats
from collectors.traces.spans import Batch, MalformedTraces

UTF_16 = (b"\xff\xfe", b"\xfe\xff")
"""Marks with which a text of two bytes a character begins."""

_MARKS = (b"\xef\xbb\xbf", *UTF_16)
_ZSTD = b"\x28\xb5\x2f\xfd"


@dataclass(frozen=True, slots=True)
class Part:
    """One document: what it says, or what is wrong with it.

    `end`: the byte after it. `cut`: it breaks off where the content ends, and may be whole at the next look.
    """

    format: str
    batch: Batch
    end: int
    fault: str = ""
    cut: bool = False


def parts(content: bytes, formats: Formats, line: int = 1) -> Iterator[Part]:
    """The documents of a content; `line`: the number of its first line. Raises MalformedTraces if there is none."""
    if line == 1 and not looks_like_text(content):
        yield from _messages(content, formats)
        return
    if content.startswith(UTF_16):
        # What is behind a mark of two bytes has no lines of its own to go on from.
        for part in _texts(_decoded(content), formats, line):
            yield Part(part.format, part.batch, len(content), part.fault)
        return
    yield from _texts(content, formats, line)


def looks_like_text(content: bytes) -> bool:
    """Whether a content begins as JSON does."""
    return content.startswith(_MARKS) or content[:64].lstrip()[:1] in {b"{", b"["}


def begun(content: bytes) -> bytes:
    """A text of which the end may not be written yet; UTF-16 as UTF-8. Raises MalformedTraces."""
    return _decoded(content, final=False) if content.startswith(UTF_16) else content


def _decoded(content: bytes, *, final: bool = True) -> bytes:
    try:
        return codecs.getincrementaldecoder("utf-16")().decode(content, final).encode()
    except UnicodeDecodeError as error:
        raise MalformedTraces(f"its UTF-16 text is damaged at byte {error.start}") from None


def _texts(content: bytes, formats: Formats, line: int) -> Iterator[Part]:
    """Lines if the first one is a document, else one document."""
    position = 3 if content.startswith(_MARKS[0]) else 0
    first = content[position : content.find(b"\n", position) + 1] or content[position:]
    try:
        orjson.loads(first)
    except orjson.JSONDecodeError:
        if line == 1:
            form, batch = formats.json(_whole(content[position:]))
            yield Part(form, batch, len(content))
            return
    form = ""
    while position < len(content):
        found = content.find(b"\n", position)
        end = found + 1 or len(content)
        text = content[position:end].strip()
        position = end
        if text:
            try:
                form, batch = formats.text(text)
            except (orjson.JSONDecodeError, MalformedTraces) as error:
                if not form and line == 1 and isinstance(error, MalformedTraces):
                    raise  # the first line is whole, and no trace: nor is the rest
                yield _broken(form, error, line, end, cut=found < 0)
            else:
                yield Part(form, batch, end)
        line += 1


def _broken(form: str, error: Exception, line: int, end: int, *, cut: bool) -> Part:
    if isinstance(error, orjson.JSONDecodeError):
        words = f"line {line} is not JSON ({error.msg})" + (": cut off?" if cut else "")
    else:
        words = f"line {line}: {error}"
    return Part(form, Batch([]), end, words, cut and isinstance(error, orjson.JSONDecodeError))


def _whole(content: bytes) -> object:
    try:
        return orjson.loads(content)
    except orjson.JSONDecodeError as error:
        raise MalformedTraces(f"its JSON breaks off at line {error.lineno}, column {error.colno}") from None


def _messages(content: bytes, formats: Formats) -> Iterator[Part]:
    whole = MalformedTraces("no span is in it")
    framing = _behind_four_bytes if content[:1] == b"\0" else _behind_varint
    if framing is _behind_varint:
        try:
            batch = formats.otlp.protobuf(content)
            if batch.spans or batch.rejected:
                yield Part(OTLP_PROTOBUF, batch, len(content))
                return
        except MalformedTraces as error:
            whole = error
    position, number, used = 0, 0, False
    while position < len(content):
        number += 1
        framed = framing(content, position)
        if framed is None or framed[1] > len(content):
            if not used:
                raise whole
            yield Part(OTLP_PROTOBUF, Batch([]), len(content), _cut(number, content), cut=True)
            return
        start, position = framed
        message = content[start:position]
        if message.startswith(_ZSTD):
            raise MalformedTraces(
                "its messages are compressed with zstd, which is not read: take `compression` out of the "
                "Collector's file exporter"
            )
        try:
            if looks_like_text(message):  # the file exporter frames JSON too where it compresses
                form, batch = formats.json(_whole(message))
            else:
                form, batch = OTLP_PROTOBUF, formats.otlp.protobuf(message)
        except MalformedTraces as error:
            if not used:
                raise whole from None
            yield Part(OTLP_PROTOBUF, Batch([]), position, f"message {number}: {error}")
            continue
        used = used or bool(batch.spans or batch.rejected)
        yield Part(form, batch, position)
    if not used:
        raise whole


def _cut(number: int, content: bytes) -> str:
    return f"message {number} is truncated at byte {len(content)}"


def _behind_four_bytes(content: bytes, position: int) -> tuple[int, int] | None:
    """Where the next message begins and ends; None if that is not there."""
    if position + 4 > len(content):
        return None
    return position + 4, position + 4 + int.from_bytes(content[position : position + 4])


def _behind_varint(content: bytes, position: int) -> tuple[int, int] | None:
    value = 0
    for shift in range(0, 35, 7):
        if position >= len(content):
            return None
        byte = content[position]
        position += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return position, position + value
    return None


def looks_like(content: bytes) -> str:
    """A word on what a file seems to be; never a part of its content."""
    start = content[:64].lstrip()
    for mark, words in _SEEN.items():
        if start.startswith(mark):
            return words
    try:
        content[:512].decode()
    except UnicodeDecodeError as error:
        if error.start < 500:
            return "looks like binary data of another kind"
    return "looks like plain text"


_SEEN = {
    b"PK": "looks like a zip archive",
    b"%PDF": "looks like a PDF document",
    b"\x89PNG": "looks like a picture",
    b"SQLite": "looks like a SQLite database",
    b"<": "looks like XML or HTML",
    b"{": "begins like a JSON object",
    b"[": "begins like a JSON list",
    _ZSTD: "is compressed with zstd: decompress it first",
    b"BZh": "is compressed with bzip2: decompress it first",
}
