"""Recognises which format a JSON document is in, and reads it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import orjson

from collectors.traces.imports.cloudtrace import CloudTraceReader
from collectors.traces.imports.insights import InsightsReader
from collectors.traces.imports.jaeger import JaegerReader
from collectors.traces.imports.rows import rows_of
from collectors.traces.imports.spellings import otlp_spelling
from collectors.traces.imports.xray import XrayReader
from collectors.traces.imports.zipkin import ZipkinReader
from collectors.traces.otlp import OtlpReader
from collectors.traces.spans import Batch, MalformedTraces

_OTLP = b'{"resourceSpans"'
_REQUESTS = frozenset({"resourceSpans", "resource_spans"})
_SUMMARIES = {
    "TraceSummaries": "a list of summaries of X-Ray (batch-get-traces gives the traces)",
    "traces": "an answer to a search of Tempo or Cloud Trace (ask for each trace by its id)",
}
"""What is often taken for traces, by a member that it has."""
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
                batch = self.otlp.json_text(line)
                if batch.spans:
                    return OTLP_JSON, batch
            except MalformedTraces:
                pass  # what is wrong with it is said below, as of every other format
        return self.json(orjson.loads(line))

    def json(self, document: object) -> tuple[str, Batch]:
        """Name of the format, and spans. Raises MalformedTraces."""
        for known in self._known:
            if known.fits(document):
                return known.name, known.read(document)
        if isinstance(document, list):
            return OTLP_JSON, joined([self._otlp(one) for one in document])
        if isinstance(document, dict) and isinstance(document.get("result"), dict):
            document = document["result"]  # how Jaeger's newer interface wraps it
        return OTLP_JSON, self._otlp(document)

    def _otlp(self, document: object) -> Batch:
        """Spans of a request; of one that gives none as it stands, as OTLP would spell it. Raises MalformedTraces."""
        for member, words in _SUMMARIES.items():
            if isinstance(document, dict) and member in document and not document.keys() & _REQUESTS:
                raise MalformedTraces(f"the document is {words}, which holds no spans")
        batch = self.otlp.json(document) if _is_spelled(document) else Batch([])
        return batch if batch.spans else self.otlp.json(otlp_spelling(document))

    def _tempo(self, document: object) -> Batch:
        assert isinstance(document, dict)
        spelled = otlp_spelling(document.get("trace", document))
        return self.otlp.json({"resourceSpans": [], **(spelled if isinstance(spelled, dict) else {})})


def joined(batches: list[Batch]) -> Batch:
    """All of them as one."""
    return Batch(
        [span for batch in batches for span in batch.spans],
        sum(batch.rejected for batch in batches),
        next((batch.reason for batch in batches if batch.reason), ""),
    )


def _is_jaeger(document: object) -> bool:
    if isinstance(document, dict) and isinstance(document.get("data"), list | dict):
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
    """Rows, as `az monitor log-analytics query` prints them or others export them."""
    return bool(rows_of(document[:1] if isinstance(document, list) else document))


def _is_spelled(document: object) -> bool:
    return not isinstance(document, dict) or "resourceSpans" in document


def _is_zipkin(document: object) -> bool:
    """Any list that is not OTLP: its reader says what is wrong with it."""
    return isinstance(document, list) and not any(
        isinstance(one, dict) and not one.keys().isdisjoint(_REQUESTS) for one in document
    )


def _is_tempo(document: object) -> bool:
    return isinstance(document, dict) and ("batches" in document or isinstance(document.get("trace"), dict))
