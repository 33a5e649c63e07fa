"""Google Cloud Trace tells the same story as OTLP, but for links, page by page."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest

from collectors.errors import NotListed
from collectors.traces.imports.cloudtrace import CloudTraceReader
from collectors.traces.otlp import OtlpReader
from collectors.traces.pulls.cloudtrace import LONGEST, CloudTrace
from collectors.traces.pulls.web import Web
from collectors.traces.pulls.windows import Pace
from collectors.traces.spans import Span
from tests.support.trace_formats import FIRST, MOMENT, cloudtrace, graph, otlp
from tests.support.web_fake import Asked, WebFake, web_fake

NOW = MOMENT / 1e9 + 60
LINKED = '"evidence":"linked"'


def answer(asked: Asked) -> Any:
    start = int(asked.query.get("pageToken", 0))
    more = {"nextPageToken": str(start + 1)} if start + 1 < len(cloudtrace()) else {}
    return {"traces": cloudtrace()[start : start + 1], **more}


@pytest.fixture
def fake() -> Iterator[WebFake]:
    with web_fake() as server:
        server.answers["/v1/projects/shop/traces"] = answer
        yield server


def pulled(fake: WebFake) -> list[Span]:
    source = CloudTrace(Web(fake.url), Pace(600.0, 300.0, LONGEST, lambda: NOW), "shop", "root:GET")
    steps = list(source.steps("", time.monotonic() + 60))
    assert not [fault for step in steps for fault in step.faults]
    return [span for step in steps for span in step.spans]


def test_the_story_is_told_as_by_otlp_but_for_links(fake: WebFake) -> None:
    truth = graph(OtlpReader().json(otlp()).spans)
    told = {said for said in graph(pulled(fake)) if '"provider"' not in said[3]}
    assert told == {said for said in truth if LINKED not in said[3] and '"provider"' not in said[3]}
    assert [(asked.query["view"], asked.query["filter"]) for asked in fake.asked] == [
        ("COMPLETE", "root:GET")
    ] * 2


def test_pages_without_end_are_a_gap(fake: WebFake) -> None:
    fake.answers["/v1/projects/shop/traces"] = lambda _: {"traces": [], "nextPageToken": "again"}
    with pytest.raises(NotListed, match="has no last page"):
        pulled(fake)


def test_a_span_without_labels_belongs_to_the_service_above_it() -> None:
    served = {
        "spanId": "1", "kind": "RPC_SERVER", "name": "/orders", "startTime": "2026-09-21T13:33:20Z",
        "endTime": "2026-09-21T13:33:21.5Z",
        "labels": {"g.co/r/cloud_run_revision/service_name": "shop", "/http/method": "GET", "/http/path": "/orders/7"}
    }  # fmt: skip
    inner = {**served, "spanId": "2", "parentSpanId": "1", "kind": "SPAN_KIND_UNSPECIFIED", "labels": {}}
    broken = {**inner, "spanId": "99999999999999999999"}
    batch = CloudTraceReader().json({"traceId": FIRST, "projectId": "shop", "spans": [served, inner, broken]})
    assert [span.origin.attributes["service.name"] for span in batch.spans] == ["shop", "shop"]
    assert batch.rejected == 1
    assert ("service://default//shop", "has", "operation://default//shop/GET /orders/{id}") in {
        said[:3] for said in graph(batch.spans)
    }
