"""A call to a model is a call to whoever runs it, wherever its instrumentation puts that."""

from __future__ import annotations

import pytest

from collectors.traces.facts import Flows
from collectors.traces.memory import MemoryFacts
from collectors.traces.merging import merge
from collectors.traces.otlp import OtlpReader
from tests.support.traces import LONG_AFTER, Value, export, proto_span, resource_spans


@pytest.mark.parametrize(
    ("kind", "attributes", "host"),
    [
        (
            "client",
            {"gen_ai.provider.name": "openai", "server.address": "ai.shop.example"},
            "ai.shop.example",
        ),
        ("client", {"gen_ai.system": "anthropic"}, "api.anthropic.com"),
        ("internal", {"gen_ai.provider.name": "mistral_ai"}, "api.mistral.ai"),
        ("internal", {"gen_ai.provider.name": "aws.bedrock"}, ""),
        (
            "client",
            {"mcp.method.name": "tools/call", "server.address": "mcp.vendor.example"},
            "mcp.vendor.example",
        ),
    ],
)
def test_a_call_to_a_model_or_a_tool_goes_to_its_provider(
    kind: str, attributes: dict[str, Value], host: str
) -> None:
    call = proto_span(
        "call", kind, "chat", "root", attributes={"gen_ai.request.model": "large-2", **attributes}
    )
    facts = MemoryFacts()
    root = proto_span("root", "server", "POST", attributes={"http.route": "/ask", "http.method": "POST"})
    Flows(facts).record(OtlpReader().protobuf(export(resource_spans("shop", [root, call]))).spans, 1)
    told = merge("prod", facts.facts("prod"), LONG_AFTER)
    sent = [(one.source, one.target, one.attributes) for one in told.relations if one.verb == "sends_to"]
    expected = ("operation://prod//shop/POST /ask", f"host://public/{host}", {"models": ["large-2"]})
    assert sent == ([expected] if host else [])
