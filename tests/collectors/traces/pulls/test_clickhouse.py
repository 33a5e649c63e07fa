"""ClickHouse: its own engine runs the SQL, behind a small HTTP server; what comes back stands for all there is."""

from __future__ import annotations

import importlib.util
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest

from collectors.errors import NotListed
from collectors.model import Why
from collectors.traces.otlp import OtlpReader
from collectors.traces.pulls.clickhouse import LONGEST, ClickHouse
from collectors.traces.pulls.web import Web
from collectors.traces.pulls.windows import Pace
from collectors.traces.spans import Span
from tests.support.trace_formats import MOMENT, RESOURCE, STORY, Told, graph, otlp
from tests.support.traces import facts
from tests.support.web_fake import Asked, WebFake, web_fake

if importlib.util.find_spec("chdb") is None and "CI" not in os.environ:
    pytest.skip(
        "install requirements-clickhouse.lock: ClickHouse's engine takes 900 MB", allow_module_level=True
    )
from chdb import session

NOW = MOMENT / 1e9 + 60
TABLE = """
CREATE TABLE otel.otel_traces (
    Timestamp DateTime64(9), TraceId String, SpanId String, ParentSpanId String, TraceState String,
    SpanName LowCardinality(String), SpanKind LowCardinality(String), ServiceName LowCardinality(String),
    ResourceAttributes Map(LowCardinality(String), String), SpanAttributes Map(LowCardinality(String), String),
    Duration UInt64, StatusCode LowCardinality(String),
    Links Nested (TraceId String, SpanId String, TraceState String, Attributes Map(LowCardinality(String), String))
) ENGINE = MergeTree ORDER BY (ServiceName, SpanName, toDateTime(Timestamp))
"""
JSON_TABLE = TABLE.replace("Map(LowCardinality(String), String)", "JSON")


def row(told: Told, trace: str = "", later: int = 0, **attributes: str) -> dict[str, Any]:
    return {
        "Timestamp": f"{told.start // 10**9 + later}.{told.start % 10**9:09d}",
        "TraceId": trace or told.trace,
        "SpanId": told.id,
        "ParentSpanId": told.parent,
        "SpanName": told.name,
        "SpanKind": told.kind.title(),
        "ServiceName": told.service,
        "ResourceAttributes": RESOURCE,
        "SpanAttributes": {key: str(value) for key, value in told.attributes.items()}
        | {"user.email": "somebody@example.com"}
        | attributes,
        "Duration": told.end - told.start,
        "Links.TraceId": [trace for trace, _ in told.links],
        "Links.SpanId": [id for _, id in told.links],
        "Links.TraceState": ["" for _ in told.links],
        "Links.Attributes": [{} for _ in told.links],
    }


class Cluster:
    """One table."""

    def __init__(self, folder: Path) -> None:
        opened: Any = session.Session  # has no types
        self._session = opened(str(folder))
        self._session.query("CREATE DATABASE IF NOT EXISTS otel")

    def fill(self, *rows: dict[str, Any], table: str = TABLE) -> None:
        self._session.query("DROP TABLE IF EXISTS otel.otel_traces")
        self._session.query(table)
        lines = "\n".join(orjson.dumps(one).decode() for one in rows)
        if lines:
            self._session.query(f"INSERT INTO otel.otel_traces FORMAT JSONEachRow\n{lines}")

    def answer(self, asked: Asked) -> Any:
        return bytes(self._session.query(asked.body.decode(), "JSONEachRow").bytes())

    def close(self) -> None:
        self._session.close()


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    made = Cluster(tmp_path_factory.mktemp("clickhouse"))
    yield made
    made.close()


@pytest.fixture
def fake(cluster: Cluster) -> Iterator[WebFake]:
    with web_fake() as server:
        server.answers["/"] = cluster.answer
        yield server


def pulled(fake: WebFake, bookmark: str = "") -> tuple[list[Span], str]:
    source = ClickHouse(Web(fake.url), Pace(600.0, 300.0, LONGEST, lambda: NOW), "otel.otel_traces")
    steps = list(source.steps(bookmark, time.monotonic() + 60))
    assert not [fault for step in steps for fault in step.faults]
    return [span for step in steps for span in step.spans], steps[-1].bookmark


@pytest.mark.parametrize("table", [TABLE, JSON_TABLE], ids=["map", "json"])
def test_the_story_is_told_as_by_otlp(cluster: Cluster, fake: WebFake, table: str) -> None:
    cluster.fill(*map(row, STORY), table=table)
    spans, bookmark = pulled(fake)
    truth = {said for said in graph(OtlpReader().json(otlp()).spans) if '"sampling"' not in said[3]}
    assert graph(spans) == truth
    assert float(bookmark) == NOW


@pytest.mark.parametrize("table", [TABLE, JSON_TABLE], ids=["map", "json"])
def test_what_is_alike_stays_in_the_cluster_and_is_counted(
    cluster: Cluster, fake: WebFake, table: str
) -> None:
    def told(number: int) -> list[dict[str, Any]]:
        return [
            row(
                one,
                f"{number:032x}",
                number // 50,
                **({"db.query.text": statement} if "db.query.text" in one.attributes else {}),
            )
            for one in STORY[:7]
            for statement in [f"SELECT email, total FROM orders WHERE id = {number} /* {number} */"]
        ]

    cluster.fill(*[each for number in range(1, 501) for each in told(number)], table=table)
    spans, _ = pulled(fake)
    assert len({span.trace for span in spans}) <= 3
    counts = {
        (fact.verb, fact.detail): fact.count
        for fact in facts(spans)
        if fact.source.startswith("operation://") and fact.verb in ("calls", "reads", "is")
    }
    assert set(counts.values()) == {500}
    assert len(counts) >= 3
    assert not any("sampling" in detail for _, detail in counts)
    starts = [span.start for span in spans if span.name == "GET /orders/{id}"]
    assert (min(starts), max(starts)) == (MOMENT, MOMENT + 10 * 10**9 + 15 * 10**6)


def test_what_happens_once_among_many_comes_back(cluster: Cluster, fake: WebFake) -> None:
    many = [row(one, f"{number:032x}") for number in range(1, 301) for one in STORY[:4]]
    rare = [row(one, f"{7777:032x}") for one in STORY[:7]]
    cluster.fill(*many, *rare)
    targets = {target for _, verb, target, _ in graph(pulled(fake)[0]) if verb == "sends_to"}
    assert any("api.stripe.com" in target for target in targets)


@pytest.mark.parametrize("table", [TABLE, JSON_TABLE], ids=["map", "json"])
def test_nothing_that_is_not_read_leaves_the_cluster(cluster: Cluster, fake: WebFake, table: str) -> None:
    cluster.fill(*map(row, STORY), table=table)
    answers: list[bytes] = []

    def answer(asked: Asked) -> Any:
        answers.append(cluster.answer(asked))
        return answers[-1]

    fake.answers["/"] = answer
    pulled(fake)
    assert len(answers) == 4  # the first tells the types of columns
    assert b"somebody" not in b"".join(answers)


def test_an_empty_time_is_one_question(cluster: Cluster, fake: WebFake) -> None:
    cluster.fill(*(row(one, later=-100_000) for one in STORY))
    assert pulled(fake)[0] == []
    assert len(fake.asked) == 2


def test_numbers_and_lists_of_json_are_read_as_those_of_maps(cluster: Cluster, fake: WebFake) -> None:
    said = row(STORY[0])
    said["SpanAttributes"] |= {"server.port": 8443, "http.response.status_code": 200, "a": [1], "b": True}
    cluster.fill(said, table=JSON_TABLE)
    [span] = pulled(fake)[0]
    assert dict(span.attributes)["server.port"] == "8443"


@pytest.mark.parametrize(
    ("table", "words"),
    [
        (
            TABLE.replace("SpanId String, ParentSpanId", "Parent"),
            "it lacks SpanId, ParentSpanId, which the Collector's",
        ),
        (
            TABLE.replace("SpanAttributes Map(LowCardinality(String), String)", "SpanAttributes String"),
            "keeps SpanAttributes of otel.otel_traces as String, which is neither Map nor JSON",
        ),
    ],
)
def test_a_table_of_another_shape_is_a_gap_that_says_so(
    cluster: Cluster, fake: WebFake, table: str, words: str
) -> None:
    cluster.fill(table=table)
    with pytest.raises(NotListed, match=words) as found:
        pulled(fake)
    assert found.value.why is Why.FAILED


def test_graphql_documents_that_differ_in_values_are_alike(cluster: Cluster, fake: WebFake) -> None:
    documents = [f'{{ customer(email: "p{number}@example.org") {{ email }} }}' for number in range(40)]
    cluster.fill(
        *(
            row(STORY[0], f"{number + 1:032x}", number, **{"graphql.document": one})
            for number, one in enumerate(documents)
        )
    )
    spans = pulled(fake)[0]
    assert len(spans) <= 3
    assert dict(spans[0].attributes)["graphql.document"] == ("customer.email",)


@pytest.mark.parametrize("rows", [b"", b'{"n": 1, "earliest": "a", "latest": "a", "id": "b"}\n'])
def test_an_answer_that_breaks_off_is_a_gap(fake: WebFake, rows: bytes) -> None:
    fake.answers["/"] = lambda _: rows + b"Code: 241. DB::Exception: Memory limit exceeded\n"
    with pytest.raises(NotListed, match="broke off its answer"):
        pulled(fake)
