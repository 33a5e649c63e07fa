"""Answers one extent per environment with everything its spans have shown so far, and says what was refused."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

from collectors.contract import FactSource, Request, View
from collectors.model import Answer, Extent, Scope, Sightings
from collectors.traces import refused
from collectors.traces.merging import merge
from config.settings import Traces

EXTENT = "traces.flow"
FINGERPRINT = "traces.flow/4"
"""Of what spans are taken to say. Since 2, what was read before a message is told with its topic; since 3, a host is
not told beside the service that answered there, and a message is told under both names that its ends give the topic;
since 4, services of one name in several clusters are several."""


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
        senders = tuple(answer.extent for answer in self._refused())
        if senders:
            yield Request(self.name, senders)

    def asked(self) -> None:
        """No one can tell: facts that are lost, or begun anew elsewhere, take no environment out of the settings."""

    def answer(self, request: Request) -> Iterator[Answer]:
        """What was seen, silence says nothing; and what was not taken."""
        settled_before = self._clock() - self._settings.pairing_window.total_seconds()
        for extent in request.extents:
            if extent.type == refused.EXTENT:
                yield from (each for each in self._refused() if each.extent == extent)
                continue
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

    def _refused(self) -> Iterator[Answer]:
        return refused.answers(self._source.facts(refused.NO_ENVIRONMENT), self._clock())

    def close(self) -> None:
        """Nothing is held open: the source belongs to who lent it."""
