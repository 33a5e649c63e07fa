"""Zipkin, Jaeger and Tempo tell the same story as OTLP; full answers are asked for in halves; refusals say why."""

from __future__ import annotations

import base64
import time
from collections.abc import Iterator
from datetime import datetime
from itertools import pairwise
from typing import Any

import pytest
from google.protobuf import json_format
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from collectors.errors import NotListed
from collectors.model import Why
from collectors.traces.otlp import OtlpReader
from collectors.traces.pulls import searching
from collectors.traces.pulls.jaeger import Jaeger
from collectors.traces.pulls.source import Source
from collectors.traces.pulls.tempo import Tempo
from collectors.traces.pulls.web import Web
from collectors.traces.pulls.windows import Pace
from collectors.traces.pulls.zipkin import Zipkin
from collectors.traces.spans import Span
from tests.support.trace_formats import FIRST, MOMENT, SECOND, STORY, graph, jaeger, otlp, zipkin
from tests.support.web_fake import Asked, WebFake, web_fake

NOW = MOMENT / 1e9 + 60
PACE = Pace(600.0, 300.0, searching.LONGEST, lambda: NOW)
LINKED = '"evidence":"linked"'


@pytest.fixture
def fake() -> Iterator[WebFake]:
    with web_fake() as server:
        yield server


def pulled(source: Source, bookmark: str = "") -> tuple[list[Span], str, list[str]]:
    steps = list(source.steps(bookmark, time.monotonic() + 60))
    return (
        [span for step in steps for span in step.spans],
        steps[-1].bookmark,
        [fault for step in steps for fault in step.faults],
    )


def truth() -> set[tuple[str, str, str, str]]:
    return graph(OtlpReader().json(otlp()).spans)


def traces_of(asked: Asked) -> list[Any]:
    """Jaeger's traces that a service has part in and that begin within what was asked."""
    return [
        trace
        for trace in jaeger()["data"]
        if asked.query["service"] in trace["processes"]
        and int(asked.query["start"]) <= trace["spans"][0]["startTime"] < int(asked.query["end"])
    ]


def jaegers(fake: WebFake) -> None:
    fake.answers |= {
        "/api/services": lambda _: {"data": ["front", "orders", "mailer"]},
        "/api/traces": lambda asked: {"data": traces_of(asked)},
    }


def zipkins(fake: WebFake) -> None:
    def answer(asked: Asked) -> Any:
        end = int(asked.query["endTs"]) * 1000
        start = end - int(asked.query["lookback"]) * 1000
        both = [[span for span in zipkin() if span["traceId"] == trace] for trace in (FIRST, SECOND)]
        return [trace for trace in both if start <= trace[0]["timestamp"] < end]

    fake.answers["/api/v2/traces"] = answer


def message(trace: str) -> bytes:
    document = {"resourceSpans": [
        one for one, told in zip(otlp()["resourceSpans"], STORY, strict=True) if told.trace == trace
    ]}  # fmt: skip
    for resource in document["resourceSpans"]:
        for span in resource["scopeSpans"][0]["spans"]:
            for holder in (span, *span["links"]):
                for key in ("traceId", "spanId", "parentSpanId"):
                    if key in holder:
                        holder[key] = base64.b64encode(bytes.fromhex(holder[key])).decode()
    return json_format.ParseDict(document, ExportTraceServiceRequest()).SerializeToString()


def field(number: int, content: bytes) -> bytes:
    length, found = len(content), b""
    while length > 0x7F:
        found += bytes([length & 0x7F | 0x80])
        length >>= 7
    return bytes([number << 3 | 2]) + found + bytes([length]) + content


def tempos(fake: WebFake, *, second: bool = True, partial: bool = False) -> None:
    def whole(asked: Asked) -> Any:
        trace = message(asked.path.rpartition("/")[2])
        if not second:
            return trace
        return (
            field(1, trace) + field(2, b"\x08\x01") + (b"\x18\x01" + field(4, b"too big") if partial else b"")
        )

    fake.answers |= {
        "/api/search": lambda _: {"traces": [{"traceID": FIRST}, {"traceID": SECOND}], "metrics": {}},
        "/api/v2/traces/*" if second else "/api/traces/*": whole,
    }


def test_jaeger_tells_the_story_and_each_trace_once(fake: WebFake) -> None:
    jaegers(fake)
    spans, bookmark, faults = pulled(Jaeger(Web(fake.url), PACE))
    assert (graph(spans), faults, len(spans)) == (truth(), [], len(STORY))
    assert float(bookmark) == NOW
    assert [asked.query.get("service") for asked in fake.asked] == [None, "front", "mailer", "orders"]


def test_jaeger_is_asked_for_the_services_of_the_settings(fake: WebFake) -> None:
    jaegers(fake)
    spans, _, _ = pulled(Jaeger(Web(fake.url), PACE, ("mailer",)))
    assert {span.origin.attributes["service.name"] for span in spans} == {"mailer"}


def test_zipkin_tells_the_story_but_for_links(fake: WebFake) -> None:
    zipkins(fake)
    spans, _, faults = pulled(Zipkin(Web(fake.url), PACE))
    assert (graph(spans), faults) == ({said for said in truth() if LINKED not in said[3]}, [])
    assert "serviceName" not in fake.asked[0].query


@pytest.mark.parametrize("second", [True, False])
def test_tempo_tells_the_story_in_both_versions(fake: WebFake, second: bool) -> None:
    tempos(fake, second=second)
    spans, _, faults = pulled(Tempo(Web(fake.url), PACE, '{ resource.service.name = "x" }'))
    assert (graph(spans), faults) == (truth(), [])
    assert fake.asked[0].query["q"] == '{ resource.service.name = "x" }'


def test_a_trace_that_tempo_does_not_tell_whole_is_named(fake: WebFake) -> None:
    tempos(fake, partial=True)
    _, _, faults = pulled(Tempo(Web(fake.url), PACE))
    assert faults == [f"trace {trace} is not whole: too big" for trace in (FIRST, SECOND)]


def test_a_trace_that_is_gone_meanwhile_is_left_out(fake: WebFake) -> None:
    tempos(fake)
    del fake.answers["/api/v2/traces/*"]
    assert pulled(Tempo(Web(fake.url), PACE))[0] == []


@pytest.mark.parametrize(("limit", "named"), [(2, 0), (1, 2)])
def test_full_answers_are_asked_for_in_halves(
    fake: WebFake, monkeypatch: pytest.MonkeyPatch, limit: int, named: int
) -> None:
    monkeypatch.setattr(searching, "LIMIT", limit)
    zipkins(fake)
    both = fake.answers["/api/v2/traces"]
    fake.answers["/api/v2/traces"] = lambda asked: both(asked)[:limit]
    spans, _, faults = pulled(Zipkin(Web(fake.url), PACE))
    assert len(spans) == len(STORY)
    assert len(fake.asked) > 10
    assert [fault.partition(" in the second ")[0] for fault in faults] == ["more than 1 traces"] * named


def test_what_came_late_is_asked_for_again(fake: WebFake) -> None:
    jaegers(fake)
    pulled(Jaeger(Web(fake.url), PACE, ("front",)), str(NOW - 100))
    assert int(fake.asked[0].query["start"]) == int((NOW - 400) * 1e6)


@pytest.mark.parametrize(
    ("status", "why", "words"),
    [
        (401, Why.EXPIRED, "does not accept who asks"),
        (403, Why.DENIED, "denies it"),
        (404, Why.FAILED, "has nothing at /api/services"),
        (302, Why.FAILED, "redirects"),
        (429, Why.THROTTLED, "throttles"),
        (500, Why.FAILED, "answered 500"),
    ],
)
def test_a_refusal_is_a_gap_with_its_reason(fake: WebFake, status: int, why: Why, words: str) -> None:
    fake.failing = [(status, {"Location": "http://127.0.0.1:1/elsewhere"})] * 5
    pauses: list[float] = []
    with pytest.raises(NotListed, match=words) as refused:
        pulled(Jaeger(Web(fake.url, pause=pauses.append), PACE))
    assert refused.value.why is why
    assert len(fake.asked) == {429: 3, 500: 3, 404: 2}.get(
        status, 1
    )  # 404: newer ones have another interface


def test_a_throttling_server_is_asked_again_when_it_wants(fake: WebFake) -> None:
    jaegers(fake)
    fake.failing = [(429, {"Retry-After": "7"}), (503, {})]
    pauses: list[float] = []
    assert pulled(Jaeger(Web(fake.url, pause=pauses.append), PACE))[0]
    assert pauses == [7.0, 4.0]


@pytest.mark.parametrize("body", [b"<html>", {"data": 3}, [], {"error": "x"}])
def test_an_answer_of_another_kind_is_said(fake: WebFake, body: Any) -> None:
    fake.answers["/api/services"] = lambda _: body
    with pytest.raises(NotListed, match=r"does not answer in JSON|something else than traces"):
        pulled(Jaeger(Web(fake.url), PACE))


def test_a_server_that_is_not_there_is_unreachable() -> None:
    with web_fake() as gone:
        url = gone.url
    with pytest.raises(NotListed, match="cannot be reached") as refused:
        pulled(Zipkin(Web(url), PACE))
    assert refused.value.why is Why.UNREACHABLE


def test_a_bomb_is_refused(fake: WebFake, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("collectors.traces.pulls.web.LARGEST", 1 << 20)
    fake.answers["/api/v2/traces"] = lambda _: b" " * (4 << 20)
    with pytest.raises(NotListed, match="larger than"):
        pulled(Zipkin(Web(fake.url), PACE))


def thirds(fake: WebFake) -> None:
    """A Jaeger that has lost its classic interface."""

    def answer(asked: Asked) -> Any:
        found = [
            resource
            for told, resource in zip(STORY, otlp()["resourceSpans"], strict=True)
            if told.trace == {"mailer": SECOND}.get(asked.query["query.serviceName"], FIRST)
        ]
        start, end = (datetime.fromisoformat(asked.query[f"query.startTime{one}"]) for one in ("Min", "Max"))
        if not start.timestamp() <= MOMENT / 1e9 < end.timestamp():
            nothing = {"error": {"httpCode": 404, "message": "No traces found"}}
            return 404, nothing
        return {"result": {"resourceSpans": found}}

    fake.answers |= {
        "/api/v3/services": lambda _: {"services": ["front", "orders", "mailer"]},
        "/api/v3/traces": answer,
    }


def test_a_jaeger_without_the_classic_interface_is_asked_by_the_third(fake: WebFake) -> None:
    thirds(fake)
    spans, _, faults = pulled(Jaeger(Web(fake.url), PACE))
    assert (graph(spans), faults) == (truth(), [])
    assert [asked.path for asked in fake.asked][:3] == ["/api/services", "/api/v3/services", "/api/v3/traces"]
    fake.asked.clear()
    assert graph(pulled(Jaeger(Web(fake.url), PACE, ("front", "mailer")))[0]) == truth()
    assert [asked.path for asked in fake.asked].count("/api/traces") == 1


def test_a_time_without_traces_is_empty_in_jaegers_third_interface(fake: WebFake) -> None:
    thirds(fake)
    assert pulled(Jaeger(Web(fake.url), PACE), str(NOW + 290))[::2] == ([], [])


def test_an_answer_of_jaeger_with_errors_is_a_part(fake: WebFake) -> None:
    jaegers(fake)
    fake.answers["/api/traces"] = lambda asked: {"data": traces_of(asked), "errors": [{"code": 500}]}
    with pytest.raises(NotListed, match="answered only a part") as refused:
        pulled(Jaeger(Web(fake.url), PACE))
    assert refused.value.why is Why.PARTIAL


def test_jaegers_answer_is_full_when_its_index_was(fake: WebFake, monkeypatch: pytest.MonkeyPatch) -> None:
    """In Cassandra three rows are read for each trace that is asked for; a row is a span."""
    monkeypatch.setattr(searching, "LIMIT", 1)
    jaegers(fake)
    fake.answers["/api/traces"] = lambda _: {"data": []}
    pulled(Jaeger(Web(fake.url), PACE, ("orders",)))
    once = len(fake.asked)
    monkeypatch.setattr(searching, "LIMIT", 2)
    assert pulled(Jaeger(Web(fake.url), PACE, ("orders",)))[2] == []
    fake.asked.clear()
    jaegers(fake)
    assert len(traces_of(Asked("", {"service": "orders", "start": "0", "end": str(10**17)}, {}, b""))) == 1
    pulled(Jaeger(Web(fake.url), PACE, ("orders",)))
    assert len(fake.asked) == once  # one trace of four spans: two would be six rows
    monkeypatch.setattr("collectors.traces.pulls.jaeger.ROWS", 2)
    pulled(Jaeger(Web(fake.url), PACE, ("orders",)))
    assert len(fake.asked) > once + 10


@pytest.mark.parametrize("status", [400, 500])
def test_a_server_that_answers_fewer_is_asked_for_fewer(fake: WebFake, status: int) -> None:
    tempos(fake)
    search = fake.answers["/api/search"]
    fake.answers["/api/search"] = lambda asked: status if int(asked.query["limit"]) > 100 else search(asked)
    source = Tempo(Web(fake.url, pause=lambda _: None), PACE)
    assert graph(pulled(source)[0]) == truth()
    limits = [int(asked.query["limit"]) for asked in fake.asked if asked.path == "/api/search"]
    assert (limits[0], limits[-1]) == (1000, 40)
    fake.asked.clear()
    pulled(source)
    assert fake.asked[0].query["limit"] == "40"  # remembered


def test_a_search_that_tempo_did_not_finish_is_a_part(fake: WebFake) -> None:
    tempos(fake)
    fake.answers["/api/search"] = lambda _: {"traces": [], "metrics": {"completedJobs": 3, "totalJobs": 4}}
    with pytest.raises(NotListed, match="looked at 3 of 4 parts only") as refused:
        pulled(Tempo(Web(fake.url), PACE))
    assert refused.value.why is Why.PARTIAL
    assert (
        int(fake.asked[-1].query["end"]) - int(fake.asked[-1].query["start"]) <= 2
    )  # smaller ones were tried


def test_a_trace_that_is_too_large_for_tempo_is_named_and_the_others_are_read(fake: WebFake) -> None:
    tempos(fake)
    whole = fake.answers["/api/v2/traces/*"]
    fake.answers["/api/v2/traces/*"] = lambda asked: 422 if FIRST in asked.path else whole(asked)
    spans, _, faults = pulled(Tempo(Web(fake.url), PACE))
    assert {span.origin.attributes["service.name"] for span in spans} == {"mailer"}
    assert [fault.partition(" is ")[0] for fault in faults] == [f"trace {FIRST}"]


def test_windows_of_zipkin_meet_to_the_millisecond(fake: WebFake) -> None:
    fake.answers["/api/v2/traces"] = lambda _: []
    odd = Pace(1000.0003, 0.0, 333.3333, lambda: NOW + 0.00061)
    pulled(Zipkin(Web(fake.url), odd))
    asked = [(int(one.query["endTs"]), int(one.query["lookback"])) for one in fake.asked]
    assert len(asked) == 4
    for (end, _), (following, lookback) in pairwise(asked):
        assert following - lookback <= end
    assert asked[0][0] - asked[0][1] <= (NOW + 0.00061 - 1000.0003) * 1000
    assert asked[-1][0] >= (NOW + 0.00061) * 1000


def test_a_server_that_is_too_slow_for_a_window_is_asked_for_a_part(
    fake: WebFake, monkeypatch: pytest.MonkeyPatch
) -> None:
    zipkins(fake)
    quick = fake.answers["/api/v2/traces"]
    fake.answers["/api/v2/traces"] = lambda asked: (
        504 if int(asked.query["lookback"]) > 400_000 else quick(asked)
    )
    spans, _, faults = pulled(Zipkin(Web(fake.url, pause=lambda _: None), PACE))
    assert ({span.trace for span in spans}, faults) == ({bytes.fromhex(FIRST), bytes.fromhex(SECOND)}, [])
