"""Pulls traces from Google Cloud Trace, page by page, whole.

Source: https://cloud.google.com/trace/docs/reference/v1/rest/v1/projects.traces/list
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from collectors.errors import NotListed
from collectors.model import Why
from collectors.traces.imports.cloudtrace import CloudTraceReader
from collectors.traces.pulls.source import Found, Step, spans_of
from collectors.traces.pulls.web import Web
from collectors.traces.pulls.windows import Pace, Window
from collectors.traces.spans import MalformedTraces

LONGEST = 3600.0
PUBLIC = "https://cloudtrace.googleapis.com"
PAGE = 200
_PAGES = 100_000


class CloudTrace:
    """A `Source` of one project. `query`: a filter, "" for all traces."""

    kind = "cloudtrace"

    def __init__(self, web: Web, pace: Pace, project: str, query: str = "") -> None:
        self._web = web
        self._pace = pace
        self._project = project
        self._query = query
        self._reader = CloudTraceReader()

    def steps(self, bookmark: str, until: float) -> Iterator[Step]:
        """What came since. Raises NotListed."""
        try:
            yield from self._pace.steps(bookmark, until, lambda window: self._window(window, until))
        finally:
            self._web.close()

    def _window(self, window: Window, until: float) -> Iterator[Found]:
        start, end = (
            datetime.fromtimestamp(at, UTC).isoformat().replace("+00:00", "Z")
            for at in (window.start, window.end)
        )
        query = {
            "view": "COMPLETE",
            "startTime": start,
            "endTime": end,
            "pageSize": PAGE,
            "filter": self._query,
        }
        for page in self._pages(query, until):
            try:
                yield from spans_of(self._reader.json({"traces": page}))
            except MalformedTraces as error:
                yield str(error)

    def _pages(self, query: dict[str, object], until: float) -> Iterator[list[object]]:
        token = ""
        for _ in range(_PAGES):
            answer = self._web.json(
                f"/v1/projects/{self._project}/traces", {**query, "pageToken": token}, until
            )
            if not isinstance(answer, dict) or not isinstance(answer.get("traces", []), list):
                raise NotListed(
                    Why.FAILED, f"{self._web.host} answers something else than traces: correct url", "Kind"
                )
            yield answer.get("traces", [])
            following = answer.get("nextPageToken")
            if not following:
                return
            if following == token:
                break
            token = str(following)
        raise NotListed(Why.FAILED, f"{self._web.host} has no last page", "Endless")
