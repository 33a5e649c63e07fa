"""Decides which names are told apart: as many of each service as its cap allows, and of all services together."""

from __future__ import annotations

from collectors.digests import Digests

OPERATIONS_PER_SERVICE = 1_000
DESTINATIONS_PER_SERVICE = 5_000
OPERATIONS = 200_000
DESTINATIONS = 200_000
"""Of all services together."""
OVERFLOW = "overflow"


class Admitted:
    """Names of each service, as many as its cap allows, and that of all services together. They are known by hash."""

    def __init__(self, of_each: int, of_all: int) -> None:
        self._of_each = of_each
        self._of_all = of_all
        self._names = Digests()
        self._counts: dict[str, int] = {}

    def admits(self, service: str, name: str) -> bool:
        digest, count = hash((service, name)), self._counts.get(service, 0)
        if digest in self._names:
            return True
        if count >= self._of_each or len(self._names) >= self._of_all:
            return False
        self._names.add(digest)
        self._counts[service] = count + 1
        return True
