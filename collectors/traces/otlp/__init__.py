"""Reads OTLP trace messages, protobuf and JSON, into spans."""

from __future__ import annotations

import orjson

from collectors.traces.otlp.json import JsonReader
from collectors.traces.otlp.origins import Origins
from collectors.traces.otlp.protobuf import ProtobufReader
from collectors.traces.otlp.typed import TypedReader
from collectors.traces.spans import Batch, MalformedTraces

__all__ = ["OtlpReader"]


class OtlpReader:
    """Turns messages into spans, and remembers the resources and attributes it has read before.

    One reader may be used by several threads: its memory is a cache whose entries never change.
    """

    def __init__(self, remembered: int = 120_000) -> None:
        origins = Origins(remembered)
        self._protobuf = ProtobufReader(origins, remembered)
        self._json = JsonReader(origins, remembered)
        self._typed = TypedReader(origins, remembered)

    def protobuf(self, body: bytes) -> Batch:
        """Spans of an ExportTraceServiceRequest. Raises MalformedTraces; then nothing of it is used."""
        return self._protobuf.read(body)

    def json(self, document: object) -> Batch:
        """Spans of an ExportTraceServiceRequest in JSON, already parsed. Raises MalformedTraces."""
        return self._json.read(document)

    def json_text(self, body: bytes) -> Batch:
        """The same from the text of the message. Raises MalformedTraces."""
        batch = self._typed.read(body)
        if batch is not None:
            return batch
        try:
            document = orjson.loads(body)
        except orjson.JSONDecodeError as error:
            raise MalformedTraces(f"the body is not JSON: broken at character {error.pos}") from None
        return self.json(document)
