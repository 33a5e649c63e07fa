"""Pulls traces from AWS X-Ray: which there are in a window, then their segments, five traces at a time.

Source: https://docs.aws.amazon.com/xray/latest/api/ (GetTraceSummaries: at most six hours; BatchGetTraces: five).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, Protocol

from collectors.errors import NotListed
from collectors.model import Why
from collectors.traces.imports.xray import XrayReader
from collectors.traces.pulls.source import Step
from collectors.traces.pulls.windows import Pace, Window, bookmark
from collectors.traces.spans import MalformedTraces, Span

LONGEST = 6 * 3600.0
AT_ONCE = 5
_PAGES = 10_000


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

    def steps(self, bookmark_text: str, until: float) -> Iterator[Step]:
        """What came since. Raises NotListed."""
        for window in self._pace.windows(bookmark_text):
            spans: list[Span] = []
            faults: list[str] = []
            waiting: list[str] = []
            for id in self._ids(window, until):
                waiting.append(id)
                if len(waiting) == AT_ONCE:
                    faults += self._segments(waiting, spans, until)
                    waiting = []
            if waiting:
                faults += self._segments(waiting, spans, until)
            yield Step(spans, bookmark(window), tuple(faults))

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

    def _segments(self, ids: list[str], spans: list[Span], until: float) -> list[str]:
        """Adds the spans of some traces; returns what could not be read."""
        faults: list[str] = []
        parameters: dict[str, object] = {"TraceIds": ids}
        while True:
            answer = self._ask("xray", "BatchGetTraces", until, **parameters)
            for trace in answer.get("Traces", ()):
                try:
                    batch = self._reader.json({"Traces": [trace]})
                except MalformedTraces as error:
                    faults.append(f"trace {trace.get('Id', '')}: {error}")
                    continue
                spans += batch.spans
                if batch.rejected:
                    faults.append(f"{batch.rejected} spans of a trace ({batch.reason})")
            # Ids that are not answered were taken away since, or are not whole yet: the overlap asks again.
            if not answer.get("NextToken"):
                return faults
            parameters["NextToken"] = answer["NextToken"]
