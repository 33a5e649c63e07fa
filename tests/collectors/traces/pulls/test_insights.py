"""Application Insights tells the same story as OTLP, and what its own SDK writes is understood."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest

from collectors.errors import NotListed
from collectors.traces.imports.insights import InsightsReader
from collectors.traces.otlp import OtlpReader
from collectors.traces.pulls import insights as pulls
from collectors.traces.pulls.insights import LONGEST, Insights
from collectors.traces.pulls.web import Web
from collectors.traces.pulls.windows import Pace
from collectors.traces.spans import Span
from tests.support.trace_formats import FIRST, MOMENT, STORY, graph, insights, otlp
from tests.support.web_fake import Asked, WebFake, web_fake

NOW = MOMENT / 1e9 + 60


def answer(asked: Asked) -> Any:
    """What Log Analytics does with the query."""
    query = json.loads(asked.body)["query"]
    table = query.split()[0]
    start, end = (datetime.fromisoformat(at) for at in re.findall(r"datetime\(([^)]+)\)", query))
    [columns] = re.findall(r"project (.+) \| take", query)
    names = columns.split(", ")
    most = int(query.rpartition(" ")[2])
    rows = [
        [row.get(name) for name in names]
        for row in insights()[table]
        if start <= datetime.fromisoformat(row["TimeGenerated"]) < end
    ]
    return {
        "tables": [{"name": "PrimaryResult", "columns": [{"name": n} for n in names], "rows": rows[:most]}]
    }


@pytest.fixture
def fake() -> Iterator[WebFake]:
    with web_fake() as server:
        server.answers["/v1/workspaces/w1/query"] = answer
        yield server


def pulled(fake: WebFake) -> tuple[list[Span], list[str]]:
    source = Insights(Web(fake.url), Pace(600.0, 300.0, LONGEST, lambda: NOW), "w1")
    steps = list(source.steps("", time.monotonic() + 60))
    return [span for step in steps for span in step.spans], [fault for step in steps for fault in step.faults]


def test_the_story_is_told_as_by_otlp(fake: WebFake) -> None:
    spans, faults = pulled(fake)
    assert (graph(spans), faults) == (graph(OtlpReader().json(otlp()).spans), [])


def test_a_full_answer_is_asked_for_in_halves(fake: WebFake, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pulls, "ROWS", 7)
    spans, faults = pulled(fake)
    assert (len(spans), faults) == (len(STORY), [])
    monkeypatch.setattr(pulls, "ROWS", 3)
    assert [fault.partition(" in the ")[0] for fault in pulled(fake)[1]] == [
        "more than 3 rows of AppDependencies"
    ]


def test_a_part_is_no_answer(fake: WebFake) -> None:
    fake.answers["/v1/workspaces/w1/query"] = lambda asked: {
        **answer(asked),
        "error": {"code": "PartialError"},
    }
    with pytest.raises(NotListed, match="answered only a part"):
        pulled(fake)


def test_what_is_answered_in_part_is_asked_for_in_smaller_parts(fake: WebFake) -> None:
    def partly(asked: Asked) -> Any:
        start, end = (
            datetime.fromisoformat(at) for at in re.findall(r"datetime\(([^)]+)\)", str(asked.body))
        )
        whole = answer(asked)
        return whole if (end - start).total_seconds() < 100 else {**whole, "error": {"code": "PartialError"}}

    fake.answers["/v1/workspaces/w1/query"] = partly
    spans, faults = pulled(fake)
    assert (graph(spans), faults) == (graph(OtlpReader().json(otlp()).spans), [])


def test_the_own_sdk_is_understood() -> None:
    row = {
        "TimeGenerated": "2026-09-21T13:33:20Z",
        "OperationId": FIRST,
        "AppRoleName": "shop",
        "DurationMs": 3,
    }
    served = {
        **row,
        "Id": "a" * 16,
        "ParentId": FIRST,
        "Name": "GET Orders/Get",
        "Url": "https://shop.example.com/orders/7",
    }
    sql = {
        **row, "Id": "b" * 16, "ParentId": "a" * 16, "DependencyType": "SQL", "ItemCount": 4,
        "Target": "tcp:crm.database.windows.net,1433 | crm", "Data": "SELECT email FROM people", "Name": "SQL: crm",
    }  # fmt: skip
    batch = InsightsReader().rows([served], [sql, {**sql, "Id": ""}])
    assert (len(batch.spans), batch.rejected) == (2, 1)
    assert batch.spans[1].weight == 4
    [read] = {target for _, verb, target, _ in graph(batch.spans) if verb == "reads"}
    assert "crm.database.windows.net" in read
    assert read.endswith("/crm/dbo.people")
