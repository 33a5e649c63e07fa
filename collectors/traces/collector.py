"""Answers one extent per environment with everything its spans have shown so far."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

from collectors.contract import FactSource, Request, View
from collectors.model import Answer, Extent, Scope, Sightings
from collectors.traces.merging import merge
from config.settings import Traces

EXTENT = "traces.flow"
FINGERPRINT = "traces.flow/1"


class TracesCollector:
    """Reads facts, never spans."""

    name = "traces"

    def __init__(self, source: FactSource, settings: Traces, clock: Callable[[], float] = time.time) -> None:
        self._source = source
        self._settings = settings
        self._clock = clock

    def plan(self) -> Iterator[Request]:
        """Nothing yet: sources that are pulled are read first."""
        return iter(())

    def follow(self, view: View) -> Iterator[Request]:  # noqa: ARG002 - what others listed makes no difference
        """One request for each environment heard of."""
        for environment in self._source.environments():
            yield Request(self.name, (Extent(EXTENT, Scope("traces", environment)),))

    def asked(self) -> None:
        """No one can tell: facts that are lost, or begun anew elsewhere, take no environment out of the settings."""

    def answer(self, request: Request) -> Iterator[Answer]:
        """What was seen; silence says nothing."""
        settled_before = self._clock() - self._settings.pairing_window.total_seconds()
        for extent in request.extents:
            position = self._source.position()  # before reading: what comes meanwhile is read again
            merged = merge(extent.scope.account, self._source.facts(extent.scope.account), settled_before)
            yield Sightings(
                extent,
                merged.resources,
                merged.relations,
                merged.first,
                merged.last,
                position,
                FINGERPRINT,
            )

    def close(self) -> None:
        """Nothing is held open: the source belongs to who lent it."""
