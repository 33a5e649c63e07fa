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

    def told(self, *, turned: bool = False, at_once: bool = True) -> Merged:
        """What the spans amount to, as they ended or `turned` about, in one message or in one for each."""
        spans = [*self._sent.get_finished_spans()]
        sent = spans[::-1] if turned else spans
        facts = MemoryFacts()
        flows, reader = Flows(facts), OtlpReader()
        for some in [sent] if at_once else [[one] for one in sent]:
            flows.record(reader.protobuf(encode_spans(some).SerializeToString()).spans, 1)
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


def over_http(agent: Tracer, host: str) -> Callable[[], None]:
    """The call by HTTP that a client library makes below its own span."""

    def sent() -> None:
        posted: dict[str, Value] = {
            "http.request.method": "POST",
            "server.address": host,
            "url.full": f"https://{host}/mcp",
        }
        with agent.start_as_current_span("POST", kind=SpanKind.CLIENT, attributes=posted):
            pass

    return sent


@pytest.mark.parametrize("turned", [False, True])
@pytest.mark.parametrize("at_once", [True, False])
def test_a_tool_called_over_http_is_told_once_with_the_host(turned: bool, at_once: bool) -> None:
    fleet = Fleet()
    agent = fleet.tracer("agent")
    asked(agent, CALL, over_http(agent, "mcp.letters.example"))
    told = fleet.told(turned=turned, at_once=at_once)
    assert flows(told, "sends_to") == {(ASK, "sends_to", "host://public/mcp.letters.example")}
    (sent,) = (one for one in told.relations if one.verb == "sends_to")
    assert sent.attributes.get("tools") == ["send_letter"]
    assert sent.seen is not None
    assert sent.seen.count == 1
    assert {one.urn for one in told.resources if one.type == "host"} == {"host://public/mcp.letters.example"}
    assert "carried_by" not in {one.verb for one in told.relations}


def test_what_was_read_before_is_disclosed_to_the_host_alone() -> None:
    fleet = Fleet()
    agent = fleet.tracer("agent")
    read: dict[str, Value] = {"db.system.name": "postgresql", "server.address": "db", "db.namespace": "shop"}
    read["db.query.text"] = "SELECT email FROM customers"
    with agent.start_as_current_span(
        "POST /ask", kind=SpanKind.SERVER, attributes={"http.request.method": "POST", "http.route": "/ask"}
    ):
        with agent.start_as_current_span("SELECT", kind=SpanKind.CLIENT, attributes=read):
            pass
        with agent.start_as_current_span("tools/call", kind=SpanKind.CLIENT, attributes=CALL):
            over_http(agent, "mcp.letters.example")()
    told = flows(fleet.told(), "discloses", "reaches")
    assert {target for _, _, target in told if target.startswith("host:")} == {
        "host://public/mcp.letters.example"
    }


def test_each_operation_calls_the_tool_where_it_was_seen_to() -> None:
    fleet = Fleet()
    agent = fleet.tracer("agent")
    asked(agent, CALL, over_http(agent, "mcp.letters.example"))
    with (
        agent.start_as_current_span("job", kind=SpanKind.INTERNAL),
        agent.start_as_current_span("tools/call", kind=SpanKind.CLIENT, attributes=CALL),
    ):
        over_http(agent, "mcp.other.example")()
    with (
        agent.start_as_current_span("blind", kind=SpanKind.INTERNAL),
        agent.start_as_current_span("tools/call", kind=SpanKind.CLIENT, attributes=CALL),
    ):
        pass
    assert flows(fleet.told(), "sends_to") == {
        (ASK, "sends_to", "host://public/mcp.letters.example"),
        ("operation://prod//agent/job", "sends_to", "host://public/mcp.other.example"),
        ("operation://prod//agent/blind", "sends_to", "host://prod/mcp:send_letter"),
    }


def test_a_call_beside_that_of_a_tool_is_none_of_it() -> None:
    fleet = Fleet()
    agent = fleet.tracer("agent")
    with agent.start_as_current_span("job", kind=SpanKind.INTERNAL):
        with agent.start_as_current_span("tools/call", kind=SpanKind.CLIENT, attributes=CALL):
            pass
        over_http(agent, "api.weather.example")()
    job = "operation://prod//agent/job"
    assert flows(fleet.told(), "sends_to") == {
        (job, "sends_to", "host://prod/mcp:send_letter"),
        (job, "sends_to", "host://public/api.weather.example"),
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
