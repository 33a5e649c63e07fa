"""Pulls traces from AWS X-Ray: which there are in a window, then their segments, five traces at a time.

A window is about when traces were last written to, so what came late is in it too.

Source: https://docs.aws.amazon.com/xray/latest/api/ (GetTraceSummaries: at most six hours; BatchGetTraces: five).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from itertools import islice
from typing import Any, Protocol

from collectors.errors import NotListed
from collectors.model import Why
from collectors.traces.imports.xray import XrayReader
from collectors.traces.pulls.source import Found, Step, spans_of
from collectors.traces.pulls.windows import Pace, Window
from collectors.traces.spans import MalformedTraces

LONGEST = 6 * 3600.0
AT_ONCE = 5
_PAGES = 10_000
_TRIES = 3


class Ask(Protocol):
    """One call to AWS. Raises NotListed."""

    def __call__(
        self, service: str, operation: str, until: float, **parameters: object
    ) -> Mapping[str, Any]: ...


class Xray:
    """A `Source` of the traces of an account in a region. `query`: a filter expression, "" for all."""

    kind = "xray"

    def __init__(self, ask: Ask, pace: Pace, query: str = "") -> None:
        self._ask = ask
        self._pace = pace
        self._query = query
        self._reader = XrayReader()

    def steps(self, bookmark: str, until: float) -> Iterator[Step]:
        """What came since. Raises NotListed."""
        return self._pace.steps(bookmark, until, lambda window: self._window(window, until))

    def _window(self, window: Window, until: float) -> Iterator[Found]:
        ids = iter(dict.fromkeys(self._ids(window, until)))
        while some := list(islice(ids, AT_ONCE)):
            yield from self._segments(some, until)

    def _ids(self, window: Window, until: float) -> Iterator[str]:
        parameters: dict[str, object] = {
            "StartTime": datetime.fromtimestamp(window.start, UTC),
            "EndTime": datetime.fromtimestamp(window.end, UTC),
            "TimeRangeType": "Event",
            "Sampling": False,
            **({"FilterExpression": self._query} if self._query else {}),
        }
        for _ in range(_PAGES):
            answer = self._ask("xray", "GetTraceSummaries", until, **parameters)
            yield from (each["Id"] for each in answer.get("TraceSummaries", ()))
            if not answer.get("NextToken"):
                return
            parameters["NextToken"] = answer["NextToken"]
        raise NotListed(Why.FAILED, "xray:GetTraceSummaries has no last page", "Endless")

    def _segments(self, ids: list[str], until: float) -> Iterator[Found]:
        for _ in range(_TRIES):
            unprocessed: list[str] = []
            parameters: dict[str, object] = {"TraceIds": ids}
            for _ in range(_PAGES):
                answer = self._ask("xray", "BatchGetTraces", until, **parameters)
                for trace in answer.get("Traces", ()):
                    yield from self._trace(trace)
                unprocessed += answer.get("UnprocessedTraceIds", ())
                if not answer.get("NextToken"):
                    break
                parameters["NextToken"] = answer["NextToken"]
            else:
                raise NotListed(Why.FAILED, "xray:BatchGetTraces has no last page", "Endless")
            ids = [id for id in ids if id in unprocessed]
            if not ids:
                return
        yield from (f"trace {id} was not answered" for id in ids)

    def _trace(self, trace: Mapping[str, Any]) -> Iterator[Found]:
        try:
            yield from spans_of(self._reader.json({"Traces": [trace]}))
        except MalformedTraces as error:
            yield f"trace {trace.get('Id', '')}: {error}"
        if trace.get("LimitExceeded"):
            yield f"trace {trace.get('Id', '')} is not whole: it is larger than X-Ray keeps"
