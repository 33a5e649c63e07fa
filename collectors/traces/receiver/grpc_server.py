"""OTLP over gRPC: TraceService/Export on raw bytes, so that the schema of `otlp` decodes them.

Source: OTLP specification 1.x, "OTLP/gRPC Response"; opentelemetry-proto trace_service.proto.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import NoReturn

import grpc  # type: ignore[import-untyped] # ships no types
from google.protobuf.duration_pb2 import Duration
from google.rpc.error_details_pb2 import RetryInfo  # type: ignore[import-untyped] # ships no types
from google.rpc.status_pb2 import Status  # type: ignore[import-untyped] # ships no types
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse

from collectors.contract import SinkBusy
from collectors.traces.receiver.intake import RETRY_AFTER, Flooded, Intake
from collectors.traces.spans import MalformedTraces

SERVICE = "opentelemetry.proto.collector.trace.v1.TraceService"
_THREADS = 8
_AT_ONCE = 64


class GrpcServer:
    """Serves an intake on one address until stopped."""

    def __init__(self, intake: Intake, address: str) -> None:
        """Binds the address. Raises OSError."""
        self._intake = intake
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="otlp-grpc")
        self._server = grpc.server(
            self._threads,
            maximum_concurrent_rpcs=_AT_ONCE,
            options=(
                ("grpc.so_reuseport", 0),  # a second listener is an error, not a silent share
                ("grpc.max_receive_message_length", intake.max_body),
                ("grpc.max_metadata_size", 16 * 1024),
            ),
        )
        handler = grpc.method_handlers_generic_handler(
            SERVICE, {"Export": grpc.unary_unary_rpc_method_handler(self._export)}
        )
        self._server.add_generic_rpc_handlers((handler,))
        try:
            self.port = self._server.add_insecure_port(address)
        except RuntimeError as error:
            self._threads.shutdown(wait=False)
            raise OSError(str(error)) from None
        if not self.port:
            self._threads.shutdown(wait=False)
            raise OSError("the address cannot be bound")

    def start(self) -> None:
        self._server.start()

    def stop(self) -> None:
        self._server.stop(5).wait(10)
        self._threads.shutdown(wait=False)

    def _export(self, body: bytes, context: grpc.ServicerContext) -> bytes:
        intake = self._intake
        sent = dict(context.invocation_metadata() or ()).get("authorization", "")
        if not intake.allows(sent if isinstance(sent, str) else sent.decode("latin-1")):
            context.abort(grpc.StatusCode.UNAUTHENTICATED, "a bearer token is required (traces.token_file)")
        if intake.closing:
            _later(context, grpc.StatusCode.UNAVAILABLE, "the receiver is stopping")
        try:
            intake.budget.take(len(body))
        except Flooded:
            _later(context, grpc.StatusCode.RESOURCE_EXHAUSTED, "too many bytes are under way")
        try:
            batch = intake.protobuf(body)
        except MalformedTraces as error:
            context.abort(grpc.StatusCode.INVALID_ARGUMENT, str(error))
        except SinkBusy:
            _later(context, grpc.StatusCode.UNAVAILABLE, "facts could not be stored in time")
        finally:
            intake.budget.give_back(len(body))
        answer = ExportTraceServiceResponse()
        if batch.rejected:
            answer.partial_success.rejected_spans = batch.rejected
            answer.partial_success.error_message = batch.reason
        return answer.SerializeToString()


def _later(context: grpc.ServicerContext, code: grpc.StatusCode, message: str) -> NoReturn:
    """Refuses for now: with a pause in the details, without which exporters take RESOURCE_EXHAUSTED for final."""
    status = Status(code=code.value[0], message=message)
    status.details.add().Pack(RetryInfo(retry_delay=Duration(seconds=RETRY_AFTER)))
    context.set_trailing_metadata((("grpc-status-details-bin", status.SerializeToString()),))
    context.abort(code, message)
    raise AssertionError("abort raises")
