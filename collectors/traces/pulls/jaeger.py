"""Pulls traces from Jaeger, service by service, by its classic interface or, where that is gone, by its third.

Sources: https://www.jaegertracing.io/docs/latest/apis/ (HTTP JSON: microseconds; v3: OTLP, "not found" is empty).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from typing import TypeVar

import orjson

from collectors.errors import NotListed
from collectors.model import Why
from collectors.traces.imports.jaeger import JaegerReader
from collectors.traces.otlp import OtlpReader
from collectors.traces.pulls.searching import Answer, Search, listed, not_traces
from collectors.traces.pulls.source import Found, Step, TooMuch, spans_of
from collectors.traces.pulls.web import Web
from collectors.traces.pulls.windows import Pace, Window
from collectors.traces.spans import Batch, MalformedTraces

T = TypeVar("T")

ROWS = 3
"""Rows of an index that Jaeger reads in Cassandra for each trace it is asked for. They are spans, several of a trace:
an answer may be cut off long before it has as many traces."""


class Jaeger:
    """A `Source`. `services`: those to ask for; none: all that Jaeger names."""

    kind = "jaeger"

    def __init__(self, web: Web, pace: Pace, services: Sequence[str] = ()) -> None:
        self._web = web
        self._pace = pace
        self._services = services
        self._classic = JaegerReader()
        self._otlp = OtlpReader()
        self._search = Search()
        self._third = False
        """Whether it is asked by the third version of its interface: newer ones have no other."""

    def steps(self, bookmark: str, until: float) -> Iterator[Step]:
        """What came since. Raises NotListed."""
        try:
            services = self._services or self._named(until)
            yield from self._pace.steps(bookmark, until, lambda window: self._window(window, services, until))
        finally:
            self._web.close()

    def _named(self, until: float) -> list[str]:
        """The services that it knows. Raises NotListed."""

        def classic() -> list[object]:
            return self._data(self._web.json("/api/services", {}, until))

        def third() -> list[object]:
            answer = self._web.json("/api/v3/services", {}, until)
            return listed(self._web, answer.get("services", []) if isinstance(answer, dict) else None)

        return sorted(one for one in self._either(classic, third) if isinstance(one, str))

    def _either(self, classic: Callable[[], T], third: Callable[[], T]) -> T:
        """What one of the interfaces answers. Raises NotListed."""
        if self._third:
            return third()
        try:
            return classic()
        except NotListed as refused:
            if refused.code != "404":
                raise
            try:
                found = third()
            except NotListed as also:
                raise (refused if also.code == "404" else also) from None
            self._third = True
            return found

    def _window(self, window: Window, services: Sequence[str], until: float) -> Iterator[Found]:
        faults: list[str] = []
        seen: set[object] = set()
        for service in services:

            def ask(window: Window, limit: int, service: str = service) -> Answer:
                return self._either(
                    lambda: self._by_classic(service, window, limit, until),
                    lambda: self._by_third(service, window, limit, until),
                )

            for trace in self._search.all(window, ask, faults, f" of {service}"):
                id = trace.get("traceID") if isinstance(trace, dict) else None
                if id is not None and id in seen:
                    continue  # it was told with another of its services
                seen.add(id)
                try:
                    yield from spans_of(trace if isinstance(trace, Batch) else self._classic.json([trace]))
                except MalformedTraces as error:
                    yield str(error)
        yield from faults

    def _by_classic(self, service: str, window: Window, limit: int, until: float) -> Answer:
        query = {
            "service": service,
            "start": int(window.start * 1e6),
            "end": int(window.end * 1e6),
            "limit": limit,
        }
        found = self._data(self._web.json("/api/traces", query, until))
        rows = sum(_spans_of(trace, service) for trace in found)
        return Answer(found, len(found) >= limit or rows >= ROWS * limit)

    def _by_third(self, service: str, window: Window, limit: int, until: float) -> Answer:
        start, end = (datetime.fromtimestamp(at, UTC).isoformat() for at in (window.start, window.end))
        query = {
            "query.serviceName": service,
            "query.startTimeMin": start.replace("+00:00", "Z"),
            "query.startTimeMax": end.replace("+00:00", "Z"),
            "query.searchDepth": limit,
        }
        reply = self._web.ask("/api/v3/traces", query, until, allowed=(404,))
        try:
            document = orjson.loads(reply.body)
        except orjson.JSONDecodeError:
            document = None
        if reply.status == 404 and not isinstance(document, dict):
            raise NotListed(Why.FAILED, f"{self._web.host} has no /api/v3/traces: correct url", "404")
        if not isinstance(document, dict):
            raise not_traces(self._web)
        if reply.status == 404 or not document.get("result"):
            return Answer((), full=False)
        try:
            batch = self._otlp.json(document["result"])
        except MalformedTraces as error:
            raise NotListed(Why.FAILED, f"{self._web.host} answers no traces: {error}", "Kind") from None
        rows = sum(span.origin.attributes.get("service.name") == service for span in batch.spans)
        traces = len({span.trace for span in batch.spans})
        return Answer((batch,), traces >= limit or rows >= ROWS * limit)

    def _data(self, answer: object) -> list[object]:
        """What an answer holds. Raises NotListed."""
        data = answer.get("data") if isinstance(answer, dict) else None
        if isinstance(answer, dict) and answer.get("errors") and "data" in answer:
            raise TooMuch(Why.PARTIAL, f"{self._web.host} answered only a part", "Part")
        if data is None and isinstance(answer, dict) and "data" in answer:
            return []
        return listed(self._web, data)


def _spans_of(trace: object, service: str) -> int:
    """How many spans of a trace are of a service."""
    if not isinstance(trace, dict) or not isinstance(trace.get("processes"), dict):
        return 0
    own = {
        id
        for id, process in trace["processes"].items()
        if isinstance(process, dict) and process.get("serviceName") == service
    }
    spans = trace.get("spans")
    return sum(isinstance(span, dict) and span.get("processID") in own for span in spans or ())
