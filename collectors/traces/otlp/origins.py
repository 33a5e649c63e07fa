"""Keeps one origin for each distinct resource, whatever format it came in."""

from __future__ import annotations

from collections.abc import Iterable

from collectors.traces import names
from collectors.traces.leaks import LEAKS, Examined
from collectors.traces.semconv import RESOURCE_READERS, SCOPE, Value
from collectors.traces.spans import Origin


def instrumentation(name: str, version: str) -> str:
    """A scope of spans as it is kept: `NAME VERSION`; "" if it does not call itself instrumentation.

    Applications name scopes after their own modules, which come and go with each release.
    """
    known = "opentelemetry" in name.lower() or "instrumentation" in name.lower()
    return names.clean(f"{name} {version}") if known and version else ""


class Origins:
    """Origins by the resource as it came, and by what of it is read."""

    def __init__(self, remembered: int) -> None:
        self._remembered = remembered
        self._examined = Examined(remembered)
        # By hash, keyed anew in each process: a resource may be large, and need not be kept to be recognised.
        self._origins: dict[tuple[int, int], Origin] = {}
        self._one: dict[tuple[tuple[str, Value], ...], Origin] = {}

    def known(self, raw: bytes) -> Origin | None:
        """The origin of a resource that came before in these bytes."""
        return self._origins.get((hash(raw), len(raw)))

    def keep(self, raw: bytes, attributes: Iterable[tuple[str, Value]], scope: str = "") -> Origin:
        """The origin of a resource with these attributes, as they came, and of the instrumentation of its spans."""
        reduced: dict[str, Value] = {}
        texts: list[tuple[str, str]] = []
        for key, value in attributes:
            if isinstance(value, str):
                texts.append((key, value))
            reader = RESOURCE_READERS.get(key.encode(errors="replace"))
            if reader and value:
                reduced[key] = reader(value)
        if leaks := self._examined.texts("resource", texts):
            reduced[LEAKS] = leaks
        if scope:
            reduced[SCOPE] = scope
        if len(self._origins) >= self._remembered:
            self._origins.clear()
            self._one.clear()
        # Resources that differ only in what is not read (a process id) are one origin.
        origin = self._one.setdefault(tuple(sorted(reduced.items())), Origin(reduced))
        self._origins[hash(raw), len(raw)] = origin
        return origin
