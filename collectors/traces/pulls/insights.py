"""Pulls requests and dependencies of Application Insights from a Log Analytics workspace, a window at a time.

An answer holds half a million rows or 64 MB at most, and ends after some minutes; then it is a part, with an error in
it and status 200. A window that has more is halved.

Source: https://learn.microsoft.com/rest/api/loganalytics/query/execute
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from collectors.errors import NotListed
from collectors.model import Why
from collectors.traces.imports.insights import InsightsReader
from collectors.traces.imports.rows import Row
from collectors.traces.pulls.source import Found, Step, TooMuch, spans_of
from collectors.traces.pulls.web import Web
from collectors.traces.pulls.windows import SHORTEST, Pace, Window

LONGEST = 900.0
PUBLIC = "https://api.loganalytics.io"
ROWS = 50_000
"""Rows of one table in one answer."""

_COLUMNS = "TimeGenerated, Id, ParentId, OperationId, Name, ResultCode, DurationMs, AppRoleName, Properties"
# That somebody is named is enough to know.
_SIGNED_IN = "UserAuthenticatedId = iff(isempty(UserAuthenticatedId), '', 'someone')"
_TABLES = {
    "AppRequests": f"{_COLUMNS}, ItemCount, Url, Source, ClientIP, {_SIGNED_IN}",
    "AppDependencies": f"{_COLUMNS}, ItemCount, Target, Data, DependencyType",
}


class Insights:
    """A `Source` of one workspace."""

    kind = "insights"

    def __init__(self, web: Web, pace: Pace, workspace: str) -> None:
        self._web = web
        self._pace = pace
        self._workspace = workspace
        self._reader = InsightsReader()

    def steps(self, bookmark: str, until: float) -> Iterator[Step]:
        """What came since. Raises NotListed."""
        try:
            yield from self._pace.steps(bookmark, until, lambda window: self._window(window, until))
        finally:
            self._web.close()

    def _window(self, window: Window, until: float) -> Iterator[Found]:
        faults: list[str] = []
        requests, dependencies = (
            self._rows(table, columns, window, faults, until) for table, columns in _TABLES.items()
        )
        yield from spans_of(self._reader.rows(requests, dependencies))
        yield from faults

    def _rows(
        self, table: str, columns: str, window: Window, faults: list[str], until: float
    ) -> Iterator[Row]:
        found = self._ask(table, columns, window, until)
        if len(found) < ROWS:
            yield from found
        elif window.end - window.start > SHORTEST:
            for half in window.halves:
                yield from self._rows(table, columns, half, faults, until)
        else:
            faults.append(f"more than {ROWS} rows of {table} in the second {window.start:.0f}")
            yield from found

    def _ask(self, table: str, columns: str, window: Window, until: float) -> list[Row]:
        start, end = (datetime.fromtimestamp(at, UTC).isoformat() for at in (window.start, window.end))
        query = (
            f"{table} | where TimeGenerated >= datetime({start}) and TimeGenerated < datetime({end})"
            f" | project {columns} | take {ROWS}"
        )
        answer = self._web.json(f"/v1/workspaces/{self._workspace}/query", {}, until, {"query": query})
        if not isinstance(answer, dict) or not isinstance(answer.get("tables"), list) or not answer["tables"]:
            raise NotListed(
                Why.FAILED, f"{self._web.host} answers something else than a table: correct url", "Kind"
            )
        if answer.get("error"):
            raise TooMuch(Why.PARTIAL, f"{self._web.host} answered only a part of {table}", "Part")
        names = [each["name"] for each in answer["tables"][0]["columns"]]
        return [dict(zip(names, row, strict=True)) for row in answer["tables"][0]["rows"]]
