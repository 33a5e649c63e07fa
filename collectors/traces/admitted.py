"""Decides which names are told apart: as many of each service as its cap allows, and of all services together."""

from __future__ import annotations

OPERATIONS_PER_SERVICE = 1_000
DESTINATIONS_PER_SERVICE = 5_000
OPERATIONS = 200_000
DESTINATIONS = 200_000
"""Of all services together."""
OVERFLOW = "overflow"


class Admitted:
    """Names of each service, as many as its cap allows, and that of all services together."""

    def __init__(self, of_each: int, of_all: int) -> None:
        self._of_each = of_each
        self._left = of_all
        self._names: dict[str, set[str]] = {}

    def admits(self, service: str, name: str) -> bool:
        known = self._names.setdefault(service, set())
        if name in known:
            return True
        if len(known) >= self._of_each or not self._left:
            return False
        self._left -= 1
        known.add(name)
        return True
