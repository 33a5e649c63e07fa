"""Pulls each source and answers one extent for it: listed if all of it was read, else a gap that says why.

What was pulled becomes facts in the journal, like what is received. Beside it each source is a resource that says
what it lacks. A source that is silent, or taken away, removes no flow.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from collectors.contract import Bookmarks, Fact, Request, SinkBusy
from collectors.errors import NotListed
from collectors.model import Answer, Extent, Gap, Listing, Resource, Scope, Why
from collectors.traces.facts import Flows
from collectors.traces.imports.files import at_once
from collectors.traces.imports.lacks import LACKS
from collectors.traces.pulls.source import Source, Within, behind

NAME = "pulls"
EXTENT = "traces.source"
FINGERPRINT = "traces.source/1"
FAULTS_TOLD = 3
SINK_PATIENCE = 30.0


@dataclass(frozen=True, slots=True)
class Pull:
    """A source as the settings have it. `every`: seconds between two looks. `max_spans`: of one look."""

    name: str
    environment: str
    every: float
    deadline: float
    max_spans: int
    source: Source

    @property
    def extent(self) -> Extent:
        """What its answer is about."""
        return Extent(EXTENT, Scope(NAME, self.name, self.environment))


class PullsCollector:
    """Turns what sources keep into facts."""

    name = NAME

    def __init__(
        self,
        pulls: Sequence[Pull],
        flows: Flows,
        bookmarks: Bookmarks,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._pulls = {pull.extent: pull for pull in pulls}
        self._within = {pull.extent: Within(pull.environment) for pull in pulls}
        self._flows = flows
        self._bookmarks = bookmarks
        self._clock = clock
        self._looked: dict[Extent, float] = {}

    def plan(self) -> Iterator[Request]:
        """One request for each source that is due."""
        now = self._clock()
        for extent, pull in self._pulls.items():
            if now - self._looked.get(extent, -pull.every) >= pull.every:
                yield Request(self.name, (extent,), deadline=pull.deadline)

    def asked(self) -> frozenset[Extent]:
        """All sources of the settings."""
        return frozenset(self._pulls)

    def answer(self, request: Request) -> Iterator[Answer]:
        """What became of each source."""
        for extent in request.extents:
            self._looked[extent] = self._clock()
            yield self._answer(self._pulls[extent])

    def close(self) -> None:
        """Nothing is held open between two looks."""

    def _answer(self, pull: Pull) -> Answer:
        faults: list[str] = []
        try:
            self._read(pull, faults)
        except NotListed as refused:
            # What was left out before is named now or never: the bookmark lies behind it.
            also = f"; before that was left out: {_some(faults)}" if faults else ""
            return Gap(pull.extent, refused.why, refused.detail + also)
        except SinkBusy as busy:
            return Gap(pull.extent, Why.FAILED, f"what was read could not be kept: {busy}")
        if faults:
            return Gap(pull.extent, Why.PARTIAL, f"was left out: {_some(faults)}; the rest was read")
        return Listing(pull.extent, (_resource(pull),), fingerprint=FINGERPRINT)

    def _read(self, pull: Pull, faults: list[str]) -> None:
        """Records what is new; adds what could not be read. Raises NotListed, SinkBusy."""
        until = time.monotonic() + pull.deadline
        key, within = str(pull.extent), self._within[pull.extent]
        spans, enough = 0, ""
        for step in pull.source.steps(self._bookmarks.bookmark(key), until):
            if enough:
                raise behind(enough)

            def write(facts: Sequence[Fact], bookmark: str = step.bookmark) -> None:
                self._bookmarks.keep_bookmark(key, bookmark, facts, SINK_PATIENCE)

            self._flows.record_read(at_once(list(within(step.spans))), write)
            spans += len(step.spans)
            faults += step.faults
            # What was read is kept however long it took, or no look would come further than the one before.
            if spans >= pull.max_spans:
                enough = f"{pull.max_spans} spans"
            elif time.monotonic() > until:
                enough = f"{pull.deadline:g} s"


def _some(faults: Sequence[str]) -> str:
    more = f"; and {len(faults) - FAULTS_TOLD} more" if len(faults) > FAULTS_TOLD else ""
    return "; ".join(faults[:FAULTS_TOLD]) + more


def _resource(pull: Pull) -> Resource:
    kind = pull.source.kind
    return Resource(
        urn=f"source://{pull.environment}/{pull.name}",
        type=EXTENT,
        name=pull.name,
        scope=pull.extent.scope,
        attributes={"kind": kind, "lacks": list(LACKS.get(kind, ()))},
    )
