"""X-Ray, asked by the real client: windows, pages, batches of five, and what its own SDK writes."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import boto3  # type: ignore[import-untyped]  # ships no types
import pytest

from collectors.aws.asking import Asking
from collectors.aws.sessions import AwsAccount
from collectors.errors import NotListed
from collectors.model import Why
from collectors.traces.imports.xray import XrayReader
from collectors.traces.otlp import OtlpReader
from collectors.traces.pulls.windows import Pace
from collectors.traces.pulls.xray import LONGEST, Xray
from collectors.traces.spans import Span
from tests.support.moto import Moto
from tests.support.trace_formats import MOMENT, graph, otlp, xray

NOW = MOMENT / 1e9 + 60


class Fake(ThreadingHTTPServer):
    """The two calls; pages of two."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.traces: dict[str, Any] = {one["Id"]: one for one in xray()["Traces"]}
        self.asked: list[tuple[str, Any]] = []
        self.refusal: tuple[int, str] | None = None
        self.busy: dict[str, int] = {}  # ids that are left unprocessed so many times


class _Handler(BaseHTTPRequestHandler):
    server: Fake

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.asked.append((self.path, body))
        if self.server.refusal:
            status, code = self.server.refusal
            self.send_response(status)
            answer: Any = {"__type": code, "Message": "no"}
        else:
            self.send_response(200)
            answer = getattr(self, self.path.strip("/"))(body)
        content = json.dumps(answer).encode()
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def TraceSummaries(self, body: Any) -> Any:  # noqa: N802 - the path's own name
        ids = [
            id
            for id in sorted(self.server.traces)
            if body["StartTime"] <= int(id.split("-")[1], 16) < body["EndTime"]
        ]
        start = int(body.get("NextToken", 0))
        more = {"NextToken": str(start + 2)} if len(ids) > start + 2 else {}
        return {"TraceSummaries": [{"Id": id} for id in ids[start : start + 2]], **more}

    def Traces(self, body: Any) -> Any:  # noqa: N802 - the path's own name
        assert len(body["TraceIds"]) <= 5
        left = [id for id in body["TraceIds"] if self.server.busy.get(id, 0) > 0]
        for id in left:
            self.server.busy[id] -= 1
        found = [self.server.traces[id] for id in body["TraceIds"] if id not in left]
        return {"Traces": found, "UnprocessedTraceIds": left}

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> Iterator[Fake]:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    server = Fake()
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def source(fake: Fake, first: float = 3600.0) -> Xray:
    account = AwsAccount(
        "test", regions=("eu-central-1",), endpoint_url=f"http://127.0.0.1:{fake.server_address[1]}"
    )
    return Xray(Asking(account).call, Pace(first, 300.0, LONGEST, lambda: NOW), "service(orders)")


def pulled(xray: Xray, bookmark: str = "") -> tuple[list[Span], str]:
    steps = list(xray.steps(bookmark, time.monotonic() + 60))
    assert not [fault for step in steps for fault in step.faults]
    return [span for step in steps for span in step.spans], steps[-1].bookmark


def test_the_story_is_told_as_by_otlp(fake: Fake) -> None:
    spans, bookmark = pulled(source(fake))
    assert graph(spans) == graph(OtlpReader().json(otlp()).spans)
    path, summaries = fake.asked[0]
    assert (path, summaries["FilterExpression"]) == ("/TraceSummaries", "service(orders)")
    assert float(bookmark) == NOW
    fake.asked.clear()
    pulled(source(fake), bookmark)
    assert fake.asked[0][1]["StartTime"] == NOW - 300  # what came late is asked for again


def test_long_times_are_asked_in_windows_and_many_traces_in_batches(fake: Fake) -> None:
    [one, *_] = fake.traces.values()
    second = 0x6AB13B80
    fake.traces = {f"1-{second + n:08x}-{'a' * 24}": {**one, "Id": "x"} for n in range(7)}
    spans, _ = pulled(source(fake, first=13 * 3600))
    asked = [path for path, _ in fake.asked]
    assert asked.count("/Traces") == 2
    windows = {(body["StartTime"], body["EndTime"]) for path, body in fake.asked if path == "/TraceSummaries"}
    assert len(windows) == 3
    assert all(end - start <= LONGEST for start, end in windows)
    assert spans


def test_what_was_left_unprocessed_is_asked_for_again_and_then_named(fake: Fake) -> None:
    first, second = fake.traces
    fake.busy = {first: 2}
    spans, _ = pulled(source(fake))
    assert graph(spans) == graph(OtlpReader().json(otlp()).spans)
    fake.busy = {first: 99}
    steps = list(source(fake).steps("", time.monotonic() + 60))
    assert [fault for step in steps for fault in step.faults] == [f"trace {first} was not answered"]
    assert {f"1-{span.trace.hex()[:8]}-{span.trace.hex()[8:]}" for step in steps for span in step.spans} == {
        second
    }


def test_a_trace_that_x_ray_cut_off_is_named(fake: Fake) -> None:
    [first, _] = fake.traces
    fake.traces[first] = {**fake.traces[first], "LimitExceeded": True}
    steps = list(source(fake).steps("", time.monotonic() + 60))
    assert [fault for step in steps for fault in step.faults] == [
        f"trace {first} is not whole: it is larger than X-Ray keeps"
    ]
    assert len([span for step in steps for span in step.spans]) > 1


@pytest.mark.parametrize(
    ("status", "code", "why", "words"),
    [
        (403, "AccessDeniedException", Why.DENIED, "xray:GetTraceSummaries"),
        (429, "ThrottledException", Why.THROTTLED, "throttled until the deadline"),
    ],
)
def test_a_refusal_is_a_gap_with_its_reason(fake: Fake, status: int, code: str, why: Why, words: str) -> None:
    asked = source(fake)
    pulled(asked)  # the client stands, however long that took
    fake.refusal = (status, code)
    with pytest.raises(NotListed) as refused:
        list(asked.steps("", time.monotonic() + 3))
    assert refused.value.why is why
    assert words in refused.value.detail


def test_a_real_server_is_pulled(fake: Fake) -> None:
    """Moto keeps segments as X-Ray does; it is another server than ours, and its answers are no idea of ours."""
    started = int(time.time()) - 100
    id = f"1-{started:08x}-{'5f' * 12}"
    told = json.loads(xray()["Traces"][0]["Segments"][0]["Document"])
    told |= {"trace_id": id, "start_time": started, "end_time": started + 1}
    with Moto() as cloud:
        account = AwsAccount("test", regions=("eu-central-1",), endpoint_url=cloud.url)
        boto3.client("xray", endpoint_url=cloud.url, region_name="eu-central-1").put_trace_segments(
            TraceSegmentDocuments=[json.dumps(told)]
        )
        spans, _ = pulled(Xray(Asking(account).call, Pace(3600.0, 300.0, LONGEST)))
    assert {span.origin.attributes["service.name"] for span in spans} == {told["name"]}


def segment(**given: Any) -> dict[str, Any]:
    return {
        "trace_id": "1-6ab13b80-5f5f5f5f5f5f5f5f5f5f5f5f",
        "start_time": MOMENT / 1e9,
        "end_time": MOMENT / 1e9 + 1,
        **given,
    }


def said(*segments: dict[str, Any]) -> set[tuple[str, str, str]]:
    return {
        (source, verb, target) for source, verb, target, _ in graph(XrayReader().json(list(segments)).spans)
    }


SHOP = segment(
    id="a" * 16,
    name="shop",
    http={
        "request": {"method": "GET", "url": "https://shop.example.com/orders/17", "client_ip": "203.0.113.1"}
    },
    subsegments=[
        segment(
            id="b" * 16,
            name="DynamoDB",
            namespace="aws",
            aws={"operation": "GetItem", "table_name": "customers", "region": "eu-central-1"},
        ),
        segment(
            id="c" * 16, name="S3", namespace="aws", aws={"operation": "PutObject", "bucket_name": "bills"}
        ),
    ],
)


def test_segments_of_the_own_sdk_name_tables_buckets_and_queues() -> None:
    found = said(SHOP)
    assert ("operation://default//shop/GET /orders/{id}", "reads") in {one[:2] for one in found}
    assert {one[2].rpartition("/")[2] for one in found if one[1] == "reads"} == {"customers"}
    assert {one[2].rpartition("/")[2] for one in found if one[1] == "writes"} == {"bills"}


def test_a_subsegment_sent_apart_belongs_to_the_service_it_lies_in() -> None:
    apart = segment(
        id="d" * 16, parent_id="a" * 16, type="subsegment", name="orders@db", namespace="remote",
        sql={"url": "jdbc:sqlserver://db.internal:1433;databaseName=crm", "database_type": "Microsoft SQL Server",
             "sanitized_query": "select email from people where id = ?"},
    )  # fmt: skip
    for order in ((SHOP, apart), (apart, SHOP)):
        reads = [one for one in said(*order) if one[1] == "reads" and "people" in one[2]]
        assert {one[0] for one in reads} == {
            "service://default//shop",
            "operation://default//shop/GET /orders/{id}",
        }
        assert all("db.internal:1433/crm" in one[2] for one in reads)


def test_what_x_ray_infers_is_no_service() -> None:
    inferred = segment(
        id="e" * 16, parent_id="b" * 16, name="customers", inferred=True, origin="AWS::DynamoDB::Table"
    )
    assert said(SHOP, inferred) == said(SHOP)
