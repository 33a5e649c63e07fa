"""OTLP over gRPC: TraceService/Export on raw bytes, so that the schema of `otlp` decodes them.

The method is served as one that takes a stream, of which it takes the first message: on the wire that is the same,
and who sends is known before the message is waited for. gRPC itself inflates nothing: it does so without a limit.

Source: OTLP specification 1.x, "OTLP/gRPC Response"; opentelemetry-proto trace_service.proto.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import NoReturn

import grpc  # type: ignore[import-untyped] # ships no types
from google.protobuf.duration_pb2 import Duration
from google.rpc.error_details_pb2 import RetryInfo  # type: ignore[import-untyped] # ships no types
from google.rpc.status_pb2 import Status  # type: ignore[import-untyped] # ships no types
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse

from collectors.contract import SinkBusy
from collectors.traces.receiver.bodies import Body
from collectors.traces.receiver.connections import LONGEST_HEADERS, Limits
from collectors.traces.receiver.intake import RETRY_AFTER, WHO, Flooded, Intake, TooLarge
from collectors.traces.receiver.patience import Patience
from collectors.traces.receiver.senders import Sender
from collectors.traces.receiver.tls import names_of
from collectors.traces.refused import Reason
from collectors.traces.spans import Batch, MalformedTraces

SERVICE = "opentelemetry.proto.collector.trace.v1.TraceService"
_THREADS = 64
_AT_ONCE = 48
"""Messages waited for or read at once; the other threads tell further senders to come again."""

_GZIP = b"\x1f\x8b"  # RFC 1952; no message of protobuf begins so: that would be a wire type there is none of
_IDENTITY_AND_GZIP = 0b101  # grpc/impl/compression_types.h


class GrpcServer:
    """Serves an intake on one address until stopped."""

    def __init__(
        self, intake: Intake, address: str, limits: Limits, tls: grpc.ServerCredentials | None = None
    ) -> None:
        """Binds the address. Raises OSError."""
        self._intake = intake
        self._places = threading.Semaphore(_AT_ONCE)
        self._patience = Patience(limits.body)
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="otlp-grpc")
        self._server = grpc.server(
            self._threads,
            options=(
                ("grpc.so_reuseport", 0),  # a second listener is an error, not a silent share
                ("grpc.max_receive_message_length", intake.max_body),
                ("grpc.max_metadata_size", LONGEST_HEADERS // 4),
                ("grpc.per_message_decompression", 0),
                ("grpc.compression_enabled_algorithms_bitset", _IDENTITY_AND_GZIP),
                ("grpc.max_allowed_incoming_connections", limits.connections),
                ("grpc.server_handshake_timeout_ms", int(limits.headers * 1000)),
                ("grpc.max_concurrent_streams", _THREADS),
            ),
        )
        handler = grpc.method_handlers_generic_handler(
            SERVICE, {"Export": grpc.stream_unary_rpc_method_handler(self._export)}
        )
        self._server.add_generic_rpc_handlers((handler,))
        try:
            self.port = (
                self._server.add_secure_port(address, tls) if tls else self._server.add_insecure_port(address)
            )
        except RuntimeError as error:
            self._threads.shutdown(wait=False)
            raise OSError(str(error)) from None
        if not self.port:
            self._threads.shutdown(wait=False)
            raise OSError("the address cannot be bound")

    def start(self) -> None:
        self._patience.start()
        self._server.start()

    def stop(self) -> None:
        self._server.stop(5).wait(10)
        self._patience.close()
        self._threads.shutdown(wait=False)

    def _export(self, messages: Iterator[bytes], context: grpc.ServicerContext) -> bytes:
        intake = self._intake
        sent = dict(context.invocation_metadata() or ()).get("authorization", "")
        sender = intake.senders.known(
            sent if isinstance(sent, str) else sent.decode("latin-1"), names_of(context.auth_context())
        )
        if sender is None:
            intake.refusals.add(Reason.UNKNOWN)
            _refuse(context, grpc.StatusCode.UNAUTHENTICATED, WHO)
        if intake.closing:
            _later(context, grpc.StatusCode.UNAVAILABLE, "the receiver is stopping")
        if not self._places.acquire(blocking=False):
            intake.refusals.add(Reason.FLOODED, sender=sender.name)
            _later(context, grpc.StatusCode.RESOURCE_EXHAUSTED, "too many messages are under way")

        def too_slow() -> None:
            intake.refusals.add(Reason.SLOW, sender=sender.name)
            context.cancel()

        try:
            with self._patience.within(too_slow):
                message = next(messages, None)
            if message is None:
                _refuse(context, grpc.StatusCode.INVALID_ARGUMENT, "there is no message")
            batch = self._taken(message, sender)
        except grpc.RpcError:
            _refuse(context, grpc.StatusCode.CANCELLED, "the message did not come in time")
        except Flooded:
            intake.refusals.add(Reason.FLOODED, sender=sender.name)
            _later(context, grpc.StatusCode.RESOURCE_EXHAUSTED, "too many bytes are under way")
        except TooLarge as error:
            intake.refusals.add(Reason.LARGE, sender=sender.name)
            _refuse(context, grpc.StatusCode.RESOURCE_EXHAUSTED, str(error))
        except MalformedTraces as error:
            intake.refusals.add(Reason.UNREADABLE, sender=sender.name)
            _refuse(context, grpc.StatusCode.INVALID_ARGUMENT, str(error))
        except SinkBusy:
            intake.refusals.add(Reason.BUSY, sender=sender.name)
            _later(context, grpc.StatusCode.UNAVAILABLE, "facts could not be stored in time")
        finally:
            self._places.release()
        answer = ExportTraceServiceResponse()
        if batch.rejected:
            answer.partial_success.rejected_spans = batch.rejected
            answer.partial_success.error_message = batch.reason
        return answer.SerializeToString()

    def _taken(self, message: bytes, sender: Sender) -> Batch:
        body = Body("gzip" if message.startswith(_GZIP) else "", self._intake.max_body, self._intake.budget)
        try:
            return self._intake.protobuf(body.inflated(message), sender)
        finally:
            body.close()


def _later(context: grpc.ServicerContext, code: grpc.StatusCode, message: str) -> NoReturn:
    """Refuses for now: with a pause in the details, without which exporters take RESOURCE_EXHAUSTED for final."""
    status = Status(code=code.value[0], message=message)
    status.details.add().Pack(RetryInfo(retry_delay=Duration(seconds=RETRY_AFTER)))
    context.set_trailing_metadata((("grpc-status-details-bin", status.SerializeToString()),))
    _refuse(context, code, message)


def _refuse(context: grpc.ServicerContext, code: grpc.StatusCode, message: str) -> NoReturn:
    context.abort(code, message)
    raise AssertionError("abort raises")
