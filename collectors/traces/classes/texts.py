"""Reads a file that tells of columns: as text, as documents of JSON or YAML, or as rows with a header."""

from __future__ import annotations

import csv
import gzip
import io
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path

import orjson

_GZIP = b"\x1f\x8b"
_LARGEST = 512 * 2**20


class MalformedLabels(ValueError):
    """A file of labels cannot be read. The message says which, where, and what belongs there."""


def text_of(path: Path) -> str:
    """The text of a file, which may be compressed with gzip. Raises MalformedLabels."""
    try:
        content = path.read_bytes()
        if content.startswith(_GZIP):
            with gzip.open(io.BytesIO(content)) as unpacked:
                content = unpacked.read(_LARGEST + 1)
        if len(content) > _LARGEST:
            raise MalformedLabels(f"{path}: has more than {_LARGEST >> 20} MiB; split it")
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise MalformedLabels(f"{path}: byte {error.start} is no UTF-8; save the file as UTF-8") from None
    except (EOFError, zlib.error, gzip.BadGzipFile):
        raise MalformedLabels(f"{path}: breaks off, or is no gzip; copy it anew") from None
    except OSError as error:
        raise MalformedLabels(f"{path}: {error.strerror or error}; give a file that can be read") from None


def is_json(text: str) -> bool:
    """Whether a text begins as JSON does."""
    return text.lstrip()[:1] in {"{", "["}


def documents(text: str) -> tuple[tuple[str, object], ...]:
    """The documents of JSON, each with its place: those of a list, one a line, or the one. Raises MalformedLabels."""
    try:
        whole = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        lines = text.splitlines()
        if text.lstrip()[:1] == "{" and error.lineno > 1 and _is_line(lines):
            return tuple(
                (f"line {number}", _line(line, number))
                for number, line in enumerate(lines, 1)
                if line.strip()
            )
        raise MalformedLabels(f"line {error.lineno}: {error.msg}") from None
    if isinstance(whole, list):
        return tuple((f"entry {number}", each) for number, each in enumerate(whole, 1))
    return (("line 1", whole),)


def yaml_documents(text: str) -> tuple[object, ...]:
    """The documents of YAML. Raises MalformedLabels."""
    try:
        import yaml  # noqa: PLC0415 - only where there is YAML to read
    except ImportError:
        raise MalformedLabels(
            "is YAML, which needs a parser: install driftline[traces], or write JSON"
        ) from None
    try:
        return tuple(yaml.safe_load_all(text))
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = f"line {mark.line + 1}: " if mark else ""
        raise MalformedLabels(f"{place}{getattr(error, 'problem', None) or 'is no YAML'}") from None
    except RecursionError:
        raise MalformedLabels("is nested too deeply") from None


def header_of(text: str) -> tuple[str, ...]:
    """The names in the first row of a CSV text; none if it is empty."""
    try:
        return tuple(next(csv.reader(io.StringIO(text), delimiter=_delimiter(text)), ()))
    except csv.Error as error:
        raise MalformedLabels(f"line 1: {error}") from None


def rows(text: str) -> Iterator[tuple[int, Mapping[str, str | None]]]:
    """The rows of a CSV text with a header, each with its line. Raises MalformedLabels."""
    reader = csv.DictReader(io.StringIO(text), delimiter=_delimiter(text), strict=True)
    try:
        for row in reader:
            if None in row:
                raise MalformedLabels(
                    f"line {reader.line_num}: more fields than the header has; put quotes around commas"
                )
            yield reader.line_num, row
    except csv.Error as error:
        raise MalformedLabels(f"line {reader.line_num}: {error}") from None


def _delimiter(text: str) -> str:
    return max(",;\t", key=text.partition("\n")[0].count)


def _is_line(lines: list[str]) -> bool:
    """Whether a text has one JSON object a line: its first line is whole."""
    try:
        return isinstance(orjson.loads(next(line for line in lines if line.strip())), dict)
    except (orjson.JSONDecodeError, StopIteration):
        return False


def _line(line: str, number: int) -> object:
    try:
        return orjson.loads(line)
    except orjson.JSONDecodeError as error:
        raise MalformedLabels(f"line {number}: {error.msg}") from None
