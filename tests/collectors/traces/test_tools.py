"""Calls of tools by MCP, as the SDK sends them: to whom they go, and who answers."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from opentelemetry.exporter.otlp.proto.common.trace_encoder import encode_spans
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import Tracer, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, get_current_span, set_span_in_context

from collectors.traces.facts import Flows
from collectors.traces.memory import MemoryFacts
from collectors.traces.merging import Merged, merge
from collectors.traces.otlp import OtlpReader
from collectors.traces.semconv import Value
from tests.support.traces import LONG_AFTER

SESSION = "canary-session-4711"
CALL: dict[str, Value] = {
    "mcp.method.name": "tools/call",
    "gen_ai.tool.name": "send_letter",
    "gen_ai.operation.name": "execute_tool",
    "mcp.session.id": SESSION,
    "jsonrpc.request.id": "7",
}


class Fleet:
    """Services with tracers of their own, whose spans end up in one place."""

    def __init__(self) -> None:
        self._sent = InMemorySpanExporter()

    def tracer(self, service: str) -> Tracer:
        made = {"service.name": service, "deployment.environment.name": "prod"}
        provider = TracerProvider(resource=Resource(made), shutdown_on_exit=False)
        provider.add_span_processor(SimpleSpanProcessor(self._sent))
        tracer = provider.get_tracer("test")
        assert isinstance(tracer, Tracer)
        return tracer

    def told(self) -> Merged:
        body = encode_spans(self._sent.get_finished_spans()).SerializeToString()
        facts = MemoryFacts()
        Flows(facts).record(OtlpReader().protobuf(body).spans, 1)
        told = merge("prod", facts.facts("prod"), LONG_AFTER)
        assert SESSION not in repr(told)
        return told


def asked(agent: Tracer, attributes: dict[str, Value], inside: Callable[[], None] = lambda: None) -> None:
    """A request to the agent, which calls a tool."""
    with agent.start_as_current_span(
        "POST /ask", kind=SpanKind.SERVER, attributes={"http.request.method": "POST", "http.route": "/ask"}
    ):
        name = f"{attributes['mcp.method.name']} {attributes.get('gen_ai.tool.name', '')}".strip()
        with agent.start_as_current_span(name, kind=SpanKind.CLIENT, attributes=attributes):
            inside()


def flows(told: Merged, *verbs: str) -> set[tuple[str, str, str]]:
    return {(one.source, one.verb, str(one.target)) for one in told.relations if one.verb in verbs}


ASK = "operation://prod//agent/POST /ask"


@pytest.mark.parametrize(
    ("more", "host"),
    [
        ({"server.address": "mcp.letters.example", "server.port": 443}, "host://public/mcp.letters.example"),
        ({"network.transport": "pipe"}, "host://prod/stdio:send_letter"),
        ({"network.transport": "tcp"}, "host://prod/mcp:send_letter"),
        ({}, "host://prod/mcp:send_letter"),
    ],
)
def test_a_call_goes_to_its_server_or_else_to_the_tool_by_its_name(more: dict[str, Value], host: str) -> None:
    fleet = Fleet()
    asked(fleet.tracer("agent"), {**CALL, **more})
    told = fleet.told()
    assert flows(told, "sends_to") == {
        (ASK, "sends_to", host),
    }
    (sent,) = (one for one in told.relations if one.verb == "sends_to" and one.source == ASK)
    assert sent.attributes.get("tools") == (["send_letter"] if "server.address" in more else None)
    aliases = {str(one.target) for one in told.relations if one.verb == "located_at"}
    expected = "public|host|mcp.letters.example"
    if "server.address" not in more:
        expected = f"caller:service://prod//agent|tool|{host.rpartition('/')[2]}"
    assert aliases == {expected}


@pytest.mark.parametrize("method", ["initialize", "tools/list", "ping", "notifications/initialized"])
def test_talk_without_a_tool_names_nobody(method: str) -> None:
    fleet = Fleet()
    asked(fleet.tracer("agent"), {"mcp.method.name": method, "mcp.session.id": SESSION})
    assert flows(fleet.told(), "sends_to") == set()


def test_a_server_of_our_own_is_a_service_whose_operations_are_its_tools() -> None:
    fleet = Fleet()
    agent, letters = fleet.tracer("agent"), fleet.tracer("letters")

    def answer() -> None:
        with letters.start_as_current_span("tools/call send_letter", kind=SpanKind.SERVER, attributes=CALL):
            read: dict[str, Value] = {
                "db.system.name": "postgresql",
                "server.address": "db",
                "db.namespace": "shop",
            }
            read["db.query.text"] = "SELECT email FROM customers"
            with letters.start_as_current_span("SELECT", kind=SpanKind.CLIENT, attributes=read):
                pass

    asked(agent, {**CALL, "network.transport": "pipe"}, answer)
    told = fleet.told()
    operation = "operation://prod//letters/tools/call send_letter"
    assert flows(told, "calls", "reads") == {
        (ASK, "calls", operation),
        (operation, "reads", "table://environment:prod/postgresql/db:5432/shop/public.customers"),
    }


def test_who_answers_is_learned_for_calls_that_no_trace_joins() -> None:
    fleet = Fleet()
    agent, other, letters = (fleet.tracer(name) for name in ("agent", "other", "letters"))

    def answer() -> None:
        with letters.start_as_current_span("tools/call send_letter", kind=SpanKind.SERVER, attributes=CALL):
            pass

    asked(agent, CALL, answer)
    asked(other, CALL)
    told = fleet.told()
    assert ("operation://prod//other/POST /ask", "calls", "service://prod//letters") in flows(told, "calls")


def test_a_server_behind_its_own_endpoint_is_reached_through_that() -> None:
    fleet = Fleet()
    agent, letters = fleet.tracer("agent"), fleet.tracer("letters")

    def answer() -> None:
        posted: dict[str, Value] = {"http.request.method": "POST", "url.full": "http://letters/mcp"}
        served: dict[str, Value] = {"http.request.method": "POST", "http.route": "/mcp"}
        with (
            agent.start_as_current_span("POST", kind=SpanKind.CLIENT, attributes=posted),
            letters.start_as_current_span("POST /mcp", kind=SpanKind.SERVER, attributes=served),
            letters.start_as_current_span("tools/call send_letter", kind=SpanKind.SERVER, attributes=CALL),
        ):
            assert get_current_span().is_recording()

    asked(agent, CALL, answer)
    assert flows(fleet.told(), "calls") == {
        (ASK, "calls", "operation://prod//letters/POST /mcp"),
        ("operation://prod//letters/POST /mcp", "calls", "operation://prod//letters/tools/call send_letter"),
    }


def test_a_tool_within_the_process_is_no_call_to_the_model_that_chose_it() -> None:
    fleet = Fleet()
    agent = fleet.tracer("agent")
    with agent.start_as_current_span("POST /ask", kind=SpanKind.SERVER) as root:
        inner = agent.start_span(
            "execute_tool add",
            set_span_in_context(root),
            SpanKind.INTERNAL,
            {"gen_ai.provider.name": "openai", "gen_ai.tool.name": "add"},
        )
        inner.end()
    assert flows(fleet.told(), "sends_to") == set()


def test_hostile_names_of_tools_are_cleaned() -> None:
    fleet = Fleet()
    name = "a/b?c|d canary.jane@example.org 4111111111111111 \x1b[31m"
    asked(fleet.tracer("agent"), {**CALL, "gen_ai.tool.name": name})
    told = fleet.told()
    assert "canary" not in repr(told)
    assert "4111111111111111" not in repr(told)
    assert "\x1b" not in repr(told)
    (host,) = (each.urn for each in told.resources if each.type == "host")
    assert host.count("/") == 3
