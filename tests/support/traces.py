"""Small traces for tests: spans written in one line each, and what a list of facts amounts to."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, ArrayValue, KeyValue
from opentelemetry.proto.trace.v1.trace_pb2 import ResourceSpans
from opentelemetry.proto.trace.v1.trace_pb2 import Span as ProtoSpan

from collectors.contract import Fact
from collectors.model import Relation, Sightings
from collectors.traces.facts import Flows
from collectors.traces.memory import MemoryFacts
from collectors.traces.merging import Merged, merge
from collectors.traces.otlp import OtlpReader
from collectors.traces.spans import Span

Value = str | int | bool | Sequence[str]
MOMENT = 1_790_000_000 * 10**9
LONG_AFTER = 4e9

KINDS = {"internal": 1, "server": 2, "client": 3, "producer": 4, "consumer": 5, "": 0}


def span_id(name: str) -> bytes:
    return hashlib.sha256(name.encode()).digest()[:8]


def proto_span(
    id: str,
    kind: str = "",
    name: str = "",
    parent: str = "",
    at: float = 0.0,
    took: float = 0.1,
    trace: str = "trace",
    attributes: Mapping[str, Value] | None = None,
    flags: int = 0,
) -> ProtoSpan:
    """A span; `at` and `took` are seconds after MOMENT."""
    start = MOMENT + int(at * 1e9)
    return ProtoSpan(
        trace_id=span_id(trace) * 2,
        span_id=span_id(id),
        parent_span_id=span_id(parent) if parent else b"",
        kind=KINDS[kind],  # type: ignore[arg-type] # the enum's values are plain ints
        name=name or id,
        start_time_unix_nano=start,
        end_time_unix_nano=start + int(took * 1e9),
        attributes=pairs(attributes or {}),
        flags=flags,
    )


def pairs(attributes: Mapping[str, Value]) -> list[KeyValue]:
    return [KeyValue(key=key, value=_any(value)) for key, value in attributes.items()]


def _any(value: Value) -> AnyValue:
    if isinstance(value, bool):
        return AnyValue(bool_value=value)
    if isinstance(value, int):
        return AnyValue(int_value=value)
    if isinstance(value, str):
        return AnyValue(string_value=value)
    return AnyValue(array_value=ArrayValue(values=[_any(one) for one in value]))


def resource_spans(
    service: str, spans: Iterable[ProtoSpan], resource: Mapping[str, Value] | None = None
) -> ResourceSpans:
    known: dict[str, Value] = {
        "service.name": service,
        "deployment.environment.name": "prod",
        **(resource or {}),
    }
    found = ResourceSpans()
    found.resource.attributes.extend(pairs(known))
    found.scope_spans.add().spans.extend(spans)
    return found


def export(*parts: ResourceSpans) -> bytes:
    return ExportTraceServiceRequest(resource_spans=parts).SerializeToString()


def read(*parts: ResourceSpans) -> list[Span]:
    return [*OtlpReader().protobuf(export(*parts)).spans]


def answer(spans: Sequence[Span], environment: str = "prod", batch: int = 1000) -> Merged:
    """What these spans amount to, long after."""
    return merge(environment, facts(spans, batch), LONG_AFTER)


def facts(spans: Sequence[Span], batch: int = 1000) -> list[Fact]:
    memory = MemoryFacts()
    flows = Flows(memory)
    for start in range(0, len(spans), batch):
        flows.record(spans[start : start + batch], 1)
    return [fact for environment in memory.environments() for fact in memory.facts(environment)]


def lines(merged: Merged | Sightings, *verbs: str) -> list[str]:
    """Relations as `source verb target`, short, with what they carry; of some verbs or of all."""
    return [line(one) for one in merged.relations if not verbs or one.verb in verbs]


def line(relation: Relation) -> str:
    shown = " ".join(
        f"{key}={','.join(map(str, value)) if isinstance(value, list) else value}"
        for key, value in relation.attributes.items()
        if value not in ([], "")
    )
    return f"{short(relation.source)} {relation.verb} {short(str(relation.target))} {shown}".rstrip()


def short(urn: str) -> str:
    for prefix in ("operation://prod//", "service://prod//", "host://"):
        urn = urn.replace(prefix, "")
    return urn
