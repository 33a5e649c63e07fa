"""An OTLP receiver that only keeps: what services really send, for tests to look at."""

from __future__ import annotations

import gzip
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import grpc
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)
from opentelemetry.proto.common.v1.common_pb2 import KeyValue

EXPORT = "/opentelemetry.proto.collector.trace.v1.TraceService/"


@dataclass(frozen=True, slots=True)
class ReceivedSpan:
    """One span as it arrived, with the attributes of its resource."""

    protocol: str
    resource: dict[str, object]
    name: str
    kind: int
    attributes: dict[str, object]
    trace: bytes
    id: bytes
    parent: bytes


@dataclass(slots=True)
class Sink:
    """`grpc` and `http` are its addresses as host:port; `spans` is what came."""

    grpc: str = ""
    http: str = ""
    spans: list[ReceivedSpan] = field(default_factory=list)

    def of(self, service: str) -> list[ReceivedSpan]:
        """The spans of one service."""
        return [span for span in self.spans if span.resource.get("service.name") == service]

    def keep(self, protocol: str, request: ExportTraceServiceRequest) -> None:
        """Appends every span of a request."""
        for group in request.resource_spans:
            resource = _attributes(list(group.resource.attributes))
            self.spans.extend(
                ReceivedSpan(
                    protocol,
                    resource,
                    span.name,
                    span.kind,
                    _attributes(list(span.attributes)),
                    span.trace_id,
                    span.span_id,
                    span.parent_span_id,
                )
                for scope in group.scope_spans
                for span in scope.spans
            )


@contextmanager
def running() -> Iterator[Sink]:
    """A sink on two free ports of loopback."""
    sink = Sink()

    class Answer(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if self.headers.get("Content-Encoding") == "gzip":
                body = gzip.decompress(body)
            sink.keep("http", ExportTraceServiceRequest.FromString(body))
            self.send_response(200)
            self.send_header("Content-Type", "application/x-protobuf")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            pass

    def export(
        request: ExportTraceServiceRequest, context: grpc.ServicerContext
    ) -> ExportTraceServiceResponse:
        sink.keep("grpc", request)
        return ExportTraceServiceResponse()

    method = grpc.unary_unary_rpc_method_handler(
        export,
        request_deserializer=ExportTraceServiceRequest.FromString,
        response_serializer=ExportTraceServiceResponse.SerializeToString,
    )
    over_grpc = grpc.server(ThreadPoolExecutor(2))
    over_grpc.add_generic_rpc_handlers(
        (grpc.method_handlers_generic_handler(EXPORT.strip("/"), {"Export": method}),)
    )
    sink.grpc = f"127.0.0.1:{over_grpc.add_insecure_port('127.0.0.1:0')}"
    over_grpc.start()
    over_http = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    sink.http = f"127.0.0.1:{over_http.server_port}"
    thread = threading.Thread(target=over_http.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield sink
    finally:
        over_http.shutdown()
        over_http.server_close()
        thread.join()
        over_grpc.stop(None).wait()


def _attributes(pairs: list[KeyValue]) -> dict[str, object]:
    """Attributes by key; every value as its Python equal."""
    return {pair.key: getattr(pair.value, pair.value.WhichOneof("value") or "string_value") for pair in pairs}
