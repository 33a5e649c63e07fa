"""Recognises which format a JSON document is in, and reads it."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable
from dataclasses import dataclass

import orjson

from collectors.traces.imports.cloudtrace import CloudTraceReader
from collectors.traces.imports.insights import InsightsReader
from collectors.traces.imports.jaeger import JaegerReader
from collectors.traces.imports.xray import XrayReader
from collectors.traces.imports.zipkin import ZipkinReader
from collectors.traces.otlp import OtlpReader
from collectors.traces.spans import Batch, MalformedTraces

_OTLP = b'{"resourceSpans"'
OTLP_JSON, OTLP_PROTOBUF = "otlp json", "otlp protobuf"


@dataclass(frozen=True, slots=True)
class _Format:
    name: str
    fits: Callable[[object], bool]
    read: Callable[[object], Batch]


class Formats:
    """The readers of all formats, with what they remember. May be used by several threads."""

    def __init__(self) -> None:
        self.otlp = OtlpReader()
        self._known = (
            _Format("jaeger json", _is_jaeger, JaegerReader().json),
            _Format("cloudtrace json", _is_cloudtrace, CloudTraceReader().json),
            _Format("insights json", _is_insights, InsightsReader().json),
            _Format("xray json", _is_xray, XrayReader().json),
            _Format("zipkin json", _is_zipkin, ZipkinReader().json),
            _Format("tempo json", _is_tempo, self._tempo),
        )

    def text(self, line: bytes) -> tuple[str, Batch]:
        """The same from the text of a document. Raises JSONDecodeError, MalformedTraces."""
        if line.startswith(_OTLP):
            try:
                return OTLP_JSON, self.otlp.json_text(line)
            except MalformedTraces:
                pass  # what is wrong with it is said below, as of every other format
        return self.json(orjson.loads(line))

    def json(self, document: object) -> tuple[str, Batch]:
        """Name of the format, and spans. Raises MalformedTraces."""
        for known in self._known:
            if known.fits(document):
                return known.name, known.read(document)
        if isinstance(document, list):
            return OTLP_JSON, joined([self.otlp.json(one) for one in document])
        if isinstance(document, dict) and isinstance(document.get("result"), dict):
            document = document["result"]  # how Jaeger's newer interface wraps it
        return OTLP_JSON, self.otlp.json(document)

    def _tempo(self, document: object) -> Batch:
        assert isinstance(document, dict)
        trace = document.get("trace", document)
        spans = trace.get("resourceSpans", trace.get("batches")) if isinstance(trace, dict) else None
        return self.otlp.json(_with_hex_ids({"resourceSpans": spans or []}))


def joined(batches: list[Batch]) -> Batch:
    """All of them as one."""
    return Batch(
        [span for batch in batches for span in batch.spans],
        sum(batch.rejected for batch in batches),
        next((batch.reason for batch in batches if batch.reason), ""),
    )


def _is_jaeger(document: object) -> bool:
    if isinstance(document, dict) and isinstance(document.get("data"), list):
        document = document["data"]
    first = document[0] if isinstance(document, list) and document else document
    return isinstance(first, dict) and "spans" in first and ("processes" in first or "traceID" in first)


def _is_xray(document: object) -> bool:
    first = document[0] if isinstance(document, list) and document else document
    return isinstance(first, dict) and ("trace_id" in first or isinstance(first.get("Traces"), list))


def _is_cloudtrace(document: object) -> bool:
    """A trace, or what `projects.traces.list?view=COMPLETE` answers."""
    if isinstance(document, dict) and isinstance(document.get("traces"), list) and document["traces"]:
        document = document["traces"][0]
    return isinstance(document, dict) and "traceId" in document and isinstance(document.get("spans"), list)


def _is_insights(document: object) -> bool:
    """Rows, as `az monitor log-analytics query` prints them."""
    first = document[0] if isinstance(document, list) and document else None
    return isinstance(first, dict) and "OperationId" in first and "TimeGenerated" in first


def _is_zipkin(document: object) -> bool:
    """Any list that is not OTLP: its reader says what is wrong with it."""
    return isinstance(document, list) and not any(
        isinstance(one, dict) and "resourceSpans" in one for one in document
    )


def _is_tempo(document: object) -> bool:
    return isinstance(document, dict) and ("batches" in document or isinstance(document.get("trace"), dict))


_IDS = frozenset({"traceId", "spanId", "parentSpanId"})


def _with_hex_ids(value: object) -> object:
    """The same with ids as OTLP has them: plain protobuf JSON writes them in base64."""
    if isinstance(value, list):
        return [_with_hex_ids(one) for one in value]
    if isinstance(value, dict):
        return {key: _hex(one) if key in _IDS else _with_hex_ids(one) for key, one in value.items()}
    return value


def _hex(id: object) -> object:
    if not isinstance(id, str) or len(id) in (16, 32):
        return id
    try:
        return base64.b64decode(id, validate=True).hex()
    except binascii.Error:
        return id
