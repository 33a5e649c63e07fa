"""Traces that are pulled, through whole cycles: in the same snapshot, one with what is sent; a gap where it fails."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import orjson
import pytest
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.trace import SpanKind

from collectors.traces.receiver import Receiver
from config.settings import Settings, compose
from daemon import assembly, cycle
from daemon.store.journal import Journal
from tests.support.trace_formats import lines, otlp


def settings(folder: Path, *imports: dict[str, object], http: str = "") -> Settings:
    return compose(
        {
            "driftline": {"name": "test", "state_directory": str(folder / "state")},
            "traces": {"grpc": "", "http": http, "warm_up": "0s", "imports": list(imports)},
        }
    )


class Installation:
    """Cycles of one installation, each begun anew."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.place: dict[str, object] = {"name": "archive", "path": str(folder / "spans")}

    def cycle(self, *, configured: bool = True) -> cycle.Outcome:
        chosen = settings(self.folder, *([self.place] if configured else []))
        database = assembly.open_store(chosen)
        try:
            with (
                closing(assembly.open_journal(chosen)) as journal,
                assembly.parts(chosen, database, journal) as parts,
            ):
                return cycle.run(parts)
        finally:
            database.close()

    def rows(self, query: str) -> list[tuple[object, ...]]:
        database = assembly.open_store(settings(self.folder))
        try:
            with database.reading() as connection:
                return [tuple(row) for row in connection.exec_driver_sql(query)]
        finally:
            database.close()

    def state(self) -> str:
        [row] = self.rows("select state from v1_coverage where type = 'traces.source'")
        return str(row[0])

    def flows(self) -> int:
        [row] = self.rows("select count(*) from v1_flows")
        assert isinstance(row[0], int)
        return row[0]


def test_the_life_of_a_source(tmp_path: Path) -> None:
    here = Installation(tmp_path)
    spans = tmp_path / "spans"
    spans.mkdir()
    (spans / "traces.json").write_bytes(lines(otlp()))
    first = here.cycle()
    assert (first.state, here.state()) == ("complete", "listed")
    known = here.flows()
    assert known > 5  # in the very snapshot of the cycle that pulled them

    assert not here.cycle().changed

    spans.rename(tmp_path / "gone")
    assert here.cycle().answers["failed"] == 1
    assert (here.state(), here.flows()) == ("failed", known)

    (tmp_path / "gone").rename(spans)
    here.cycle()
    assert (here.state(), here.flows()) == ("listed", known)

    here.cycle(configured=False)
    assert here.flows() == known
    assert here.rows("select * from v1_changes where action = 'removed'") == []


def test_bookmarks_outlive_a_restart_and_are_gone_with_the_facts(tmp_path: Path) -> None:
    path = tmp_path / "facts.db"
    with closing(Journal(path)) as journal:
        assert journal.bookmark("a") == ""
        journal.keep_bookmark("a", "17")
        journal.keep_bookmark("a", "18")
        assert (journal.bookmark("a"), journal.bookmark("b")) == ("18", "")
    with closing(Journal(path)) as journal:
        assert journal.bookmark("a") == "18"
    path.unlink()
    with closing(Journal(path)) as journal:
        assert journal.bookmark("a") == ""


@contextmanager
def calling(port: int) -> Iterator[tuple[int, int]]:
    """A service is calling another one, as a real client tells when it ends; ids of trace and calling span."""
    provider = TracerProvider(
        resource=Resource({"service.name": "front", "deployment.environment.name": "prod"})
    )
    provider.add_span_processor(SimpleSpanProcessor(OTLPSpanExporter(f"http://127.0.0.1:{port}/v1/traces")))
    tracer = provider.get_tracer("test")
    with (
        tracer.start_as_current_span("GET /", kind=SpanKind.SERVER, attributes={"http.route": "/"}),
        tracer.start_as_current_span("GET", kind=SpanKind.CLIENT) as span,
    ):
        context = span.get_span_context()
        yield context.trace_id, context.span_id
    provider.shutdown()


def answered(trace: int, parent: int) -> bytes:
    """The other end of that call, as the service that is called writes it to a file of its own."""
    served = otlp()["resourceSpans"][3]
    [span] = served["scopeSpans"][0]["spans"]
    span |= {"traceId": f"{trace:032x}", "spanId": "b" * 16, "parentSpanId": f"{parent:016x}"}
    return orjson.dumps({"resourceSpans": [served]}) + b"\n"


@pytest.mark.parametrize("pulled_first", [True, False])
def test_a_trace_that_is_sent_in_part_and_pulled_in_part_is_one(tmp_path: Path, pulled_first: bool) -> None:
    here = Installation(tmp_path)
    spans = tmp_path / "spans"
    spans.mkdir()
    chosen = settings(tmp_path, here.place, http="127.0.0.1:0")
    database = assembly.open_store(chosen)
    with closing(database), closing(assembly.open_journal(chosen)) as journal:
        flows = assembly.open_flows(chosen, journal)
        receiver = Receiver(chosen.traces, journal, flows)
        receiver.start()
        try:
            with assembly.parts(chosen, database, journal, flows=flows) as parts:
                with calling(receiver.ports["http"]) as (trace, span):
                    (spans / "traces.json").write_bytes(answered(trace, span))
                    if pulled_first:
                        cycle.run(parts)
                cycle.run(parts)
        finally:
            receiver.stop()
    assert ("operation://prod//front/GET /", "operation://prod//orders/GET /orders/{id}") in here.rows(
        "select source, target from v1_flows where verb = 'calls'"
    )
