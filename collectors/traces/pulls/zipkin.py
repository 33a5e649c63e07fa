"""Pulls traces from Zipkin.

Source: https://zipkin.io/zipkin-api/zipkin2-api.yaml (times in milliseconds; a trace is where its root is).
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from collectors.traces.imports.zipkin import ZipkinReader
from collectors.traces.pulls.searching import Answer, Search, listed
from collectors.traces.pulls.source import Found, Step, spans_of
from collectors.traces.pulls.web import Web
from collectors.traces.pulls.windows import Pace, Window
from collectors.traces.spans import MalformedTraces


class Zipkin:
    """A `Source`. `services`: those to ask for; none: all."""

    kind = "zipkin"

    def __init__(self, web: Web, pace: Pace, services: Sequence[str] = ()) -> None:
        self._web = web
        self._pace = pace
        self._services = services
        self._reader = ZipkinReader()
        self._search = Search()

    def steps(self, bookmark: str, until: float) -> Iterator[Step]:
        """What came since. Raises NotListed."""
        try:
            yield from self._pace.steps(bookmark, until, lambda window: self._window(window, until))
        finally:
            self._web.close()

    def _window(self, window: Window, until: float) -> Iterator[Found]:
        faults: list[str] = []
        for service in self._services or ("",):

            def ask(window: Window, limit: int, service: str = service) -> Answer:
                end = math.ceil(window.end * 1000)
                query = {
                    "serviceName": service,
                    "endTs": end,
                    "lookback": end - math.floor(window.start * 1000),
                    "limit": limit,
                }
                found = listed(self._web, self._web.json("/api/v2/traces", query, until))
                return Answer(found, len(found) >= limit)

            for trace in self._search.all(window, ask, faults, f" of {service}" if service else ""):
                try:
                    yield from spans_of(self._reader.json(trace))
                except MalformedTraces as error:
                    yield str(error)
        yield from faults
