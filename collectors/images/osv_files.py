"""Finds and reads the files of a directory of advisories: zips and unpacked records, whole or not at all."""

from __future__ import annotations

import os
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import orjson

from collectors.errors import AdvisoriesUnreadable
from collectors.images.ecosystems import FAMILIES, family

_DEPTH = 6
_FILES = 2_000_000
_RECORD = 16 << 20  # bytes of one record
_SAMPLES = 5

Record = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Source:
    """A zip or an unpacked record. `family`: the ecosystem it is filed under; empty if that is not said."""

    path: Path
    relative: str
    family: str
    size: int
    changed: int

    @property
    def is_zip(self) -> bool:
        return self.path.suffix == ".zip"


def sources(directory: Path) -> tuple[Source, ...]:
    """The files that hold advisories, sorted. Raises AdvisoriesUnreadable if there are none, or other files."""
    if not directory.is_dir():
        raise AdvisoriesUnreadable(
            f"images.osv_directory: {directory} is no directory; create it, or correct the setting"
        )
    try:
        found = sorted(_found(directory), key=lambda each: each.relative)
    except OSError as error:
        raise AdvisoriesUnreadable(
            f"images.osv_directory: cannot read {error.filename}: {error.strerror}; let the service's user read it"
        ) from None
    if not found:
        raise AdvisoriesUnreadable(
            f"images.osv_directory: {directory} holds no advisories: copy OSV's zips there, "
            "as PyPI/all.zip, or unpacked records"
        )
    for each in found:
        if each.is_zip and not zipfile.is_zipfile(each.path):
            raise AdvisoriesUnreadable(_broken(each, "is no whole zip file"))
    _check_sample(directory, found)
    return tuple(found)


def records(source: Source) -> Iterator[Record]:
    """The records of a source. Raises AdvisoriesUnreadable."""
    if not source.is_zip:
        yield from _record(_bytes(source), source, source.path.name)
        return
    try:
        with zipfile.ZipFile(source.path) as archive:
            for member in archive.infolist():
                if not member.filename.endswith(".json"):
                    continue
                with archive.open(member) as opened:
                    body = opened.read(_RECORD + 1)
                yield from _record(body, source, member.filename)
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, NotImplementedError, RuntimeError):
        raise AdvisoriesUnreadable(_broken(source, "is damaged")) from None


def _found(directory: Path) -> Iterator[Source]:
    count = 0
    for root, folders, files in os.walk(directory, onerror=_raise):
        place = Path(root).relative_to(directory)
        if len(place.parts) >= _DEPTH:
            folders.clear()
        for name in files:
            if not name.endswith((".json", ".zip")):
                continue
            count += 1
            if count > _FILES:
                raise AdvisoriesUnreadable(
                    f"images.osv_directory: {directory} holds more than {_FILES} files; give it zips instead"
                )
            path = Path(root) / name
            about = path.stat()
            yield Source(
                path, (place / name).as_posix(), _family(place, name), about.st_size, about.st_mtime_ns
            )


def _raise(error: OSError) -> None:
    raise error


def _family(place: Path, name: str) -> str:
    """By a folder or a zip that is called as an ecosystem is; any other name says nothing."""
    stem = name.removesuffix(".zip")
    named = [family(part) for part in (*place.parts, stem if stem != name else "")]
    return next((each for each in named if each in FAMILIES), "")


def _check_sample(directory: Path, found: list[Source]) -> None:
    """That what lies there is OSV at all: another format of advisories would match nothing, silently."""
    unpacked = [each for each in found if not each.is_zip][:_SAMPLES]
    zips = sorted((each for each in found if each.is_zip), key=lambda each: each.size)[:1]
    for each in (*unpacked, *zips):
        for _ in records(each):
            return
    raise AdvisoriesUnreadable(
        f"images.osv_directory: {directory} is not in the OSV format: {found[0].relative} holds no record "
        "with id, modified and affected"
    )


def _bytes(source: Source) -> bytes:
    try:
        with source.path.open("rb") as file:
            return file.read(_RECORD + 1)
    except OSError as error:
        raise AdvisoriesUnreadable(_broken(source, f"cannot be read ({error.strerror})")) from None


def _record(body: bytes, source: Source, name: str) -> Iterator[Record]:
    """The record in a file; none if it is JSON of another kind."""
    if len(body) > _RECORD:
        raise AdvisoriesUnreadable(_broken(source, f"holds a record larger than {_RECORD} bytes ({name})"))
    try:
        document = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise AdvisoriesUnreadable(_broken(source, f"holds a record that is cut off ({name})")) from None
    if (
        isinstance(document, dict)
        and isinstance(document.get("id"), str)
        and isinstance(document.get("modified"), str)
        and ("affected" in document or "withdrawn" in document)
    ):
        yield document


def _broken(source: Source, words: str) -> str:
    return f"images.osv_directory: {source.path} {words}; copy it again"
