"""Trace files in an S3 bucket: each object is read once, in the order in which they were written.

An object counts as read by its key and ETag, for as long as others may still appear before it: what was written
longer ago than that is not asked about again.
"""

from __future__ import annotations

import io
import time
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Protocol

import orjson

from collectors.traces.imports.errors import TraceFileError
from collectors.traces.imports.files import content_parts, inflated
from collectors.traces.imports.formats import Formats
from collectors.traces.pulls.source import Step
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
        mark, read = _known(bookmark)
        new = []
        for each in self._objects.listed(self._prefix):
            key, tag, modified = str(each["Key"]), str(each["ETag"]), each["LastModified"]
            assert isinstance(modified, datetime)
            if each["Size"] and modified.timestamp() > mark - OVERLAP and read.get(key, ("", 0.0))[0] != tag:
                new.append((modified.timestamp(), key, tag))
        for modified_at, key, tag in sorted(new):
            if time.monotonic() > until:
                return
            spans, faults = self._read(key)
            mark = max(mark, modified_at)
            read[key] = (tag, modified_at)
            read = {name: one for name, one in read.items() if one[1] > mark - OVERLAP}
            yield Step(spans, orjson.dumps({"mark": mark, "read": read}).decode(), tuple(faults))

    def _read(self, key: str) -> tuple[list[Span], list[str]]:
        content = self._objects.content(key)
        spans: list[Span] = []
        faults: list[str] = []
        if content is None:
            return spans, faults
        try:
            for part in content_parts(inflated(io.BytesIO(content), key), key, self._formats):
                spans += part.batch.spans
                if part.fault:
                    faults.append(f"{key}: {part.fault}")
                elif part.batch.rejected:
                    faults.append(f"{key}: {part.batch.rejected} spans ({part.batch.reason})")
        except TraceFileError as error:
            faults.append(str(error))
        return spans, faults


def _known(bookmark: str) -> tuple[float, dict[str, tuple[str, float]]]:
    if not bookmark:
        return 0.0, {}
    found = orjson.loads(bookmark)
    return found["mark"], {key: (tag, at) for key, (tag, at) in found["read"].items()}
