"""Trace files in an S3 bucket: each object is read once, in the order in which they were written.

An object counts as read by its key and ETag, for as long as others may still appear before it: what was written
longer ago than that is not asked about again.
"""

from __future__ import annotations

import io
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Protocol

import orjson

from collectors.traces.imports.errors import TraceFileError
from collectors.traces.imports.files import content_parts, readable
from collectors.traces.imports.formats import Formats
from collectors.traces.pulls.progress import digest
from collectors.traces.pulls.source import STEP, Found, Step, behind
from collectors.traces.spans import Span

OVERLAP = 86_400.0
"""Seconds: an object bears the time at which its upload began, and is seen when that ended."""


class Objects(Protocol):
    """A bucket. Raises NotListed."""

    def listed(self, prefix: str) -> Iterator[Mapping[str, object]]:
        """Key, ETag, LastModified and Size of each object below a prefix."""
        ...

    def content(self, key: str) -> bytes | None:
        """What is in an object; None if it is not there any more."""
        ...


class Bucket:
    """A `Source` of the objects below a prefix."""

    kind = "otlp"

    def __init__(self, objects: Objects, prefix: str, formats: Formats | None = None) -> None:
        self._objects = objects
        self._prefix = prefix
        self._formats = formats or Formats()

    def steps(self, bookmark: str, until: float) -> Iterator[Step]:
        """What was written since. Raises NotListed."""
        state = _known(bookmark)
        read = dict(state.read)
        known = len(read)
        spans: list[Span] = []
        faults: list[str] = []
        for modified, key, name in sorted(self._new(state)):
            if time.monotonic() > until and len(read) > known:  # one at least, however long the listing took
                yield Step(spans, _bookmark(state), tuple(faults))
                raise behind("the deadline")
            start = state.place if name == state.begun else 0
            for found, place in self._read(key, start):
                if isinstance(found, str):
                    faults.append(found)
                else:
                    spans += found
                if len(spans) >= min(STEP, len(read) + 1):
                    yield Step(spans, _bookmark(replace(state, begun=name, place=place)), tuple(faults))
                    spans, faults = [], []
            read[name] = modified
            state = _Read(max(state.mark, modified), read)
        if spans or faults or _bookmark(state) != bookmark:
            yield Step(spans, _bookmark(state), tuple(faults))

    def _new(self, state: _Read) -> Iterator[tuple[float, str, str]]:
        """When each new object was written, its key, and its name in bookmarks."""
        for each in self._objects.listed(self._prefix):
            key, tag, modified = str(each["Key"]), str(each["ETag"]), each["LastModified"]
            assert isinstance(modified, datetime)
            name = digest(f"{key}\0{tag}".encode())
            if each["Size"] and modified.timestamp() > state.mark - OVERLAP and name not in state.read:
                yield modified.timestamp(), key, name

    def _read(self, key: str, start: int) -> Iterator[tuple[Found, int]]:
        """What lies behind a place in an object's text, and up to which place that is."""
        content = self._objects.content(key)
        if content is None:
            return
        end = start
        try:
            text, fault = readable(io.BytesIO(content), key)
            for part in content_parts(text, key, self._formats):
                if part.end <= start:
                    continue  # read before the last look ended
                end = part.end
                yield part.batch.spans, end
                if part.fault:
                    yield f"{key}: {part.fault}", end
                elif part.batch.rejected:
                    yield f"{key}: {part.batch.rejected} spans ({part.batch.reason})", end
            if fault:
                yield f"{key}: {fault}", end
        except TraceFileError as error:
            yield str(error), end


@dataclass(frozen=True, slots=True)
class _Read:
    """What is read: all that was written before `mark` but for OVERLAP, of which `read` names the objects.

    `begun`: one that was read up to `place`.
    """

    mark: float = 0.0
    read: Mapping[str, float] = field(default_factory=dict)
    begun: str = ""
    place: int = 0


def _known(bookmark: str) -> _Read:
    if not bookmark:
        return _Read()
    found = orjson.loads(bookmark)
    names = {
        # Bookmarks of 0.2.0 have the key and, beside the time, the ETag.
        digest(f"{name}\0{at[0]}".encode()) if isinstance(at, list) else name: at[1]
        if isinstance(at, list)
        else at
        for name, at in found["read"].items()
    }
    return _Read(found["mark"], names, *found.get("begun", ("", 0)))


def _bookmark(state: _Read) -> str:
    read = {name: at for name, at in state.read.items() if at > state.mark - OVERLAP}
    begun = {"begun": (state.begun, state.place)} if state.begun else {}
    return orjson.dumps({"mark": state.mark, "read": read, **begun}).decode()
