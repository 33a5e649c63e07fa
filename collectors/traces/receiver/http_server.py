"""OTLP over HTTP: POST /v1/traces, protobuf or JSON, plain or gzip, with or without TLS.

Source: OTLP specification 1.x, "OTLP/HTTP Response".
"""

from __future__ import annotations

import asyncio
import socket
import ssl
import threading

import uvicorn
from google.protobuf.json_format import MessageToJson
from google.rpc.code_pb2 import INVALID_ARGUMENT, RESOURCE_EXHAUSTED, UNAUTHENTICATED, UNAVAILABLE  # type: ignore[import-untyped] # ships no types
from google.rpc.status_pb2 import Status  # type: ignore[import-untyped] # ships no types
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from collectors.contract import SinkBusy
from collectors.traces.receiver.bodies import Body
from collectors.traces.receiver.connections import LimitedServer, Limits
from collectors.traces.receiver.intake import RETRY_AFTER, WHO, Flooded, Intake, TooLarge
from collectors.traces.refused import Reason
from collectors.traces.spans import Batch, MalformedTraces
from config.values import split_address

_ENCODED = (
    "content-encoding must be gzip or identity: set compression: gzip in the Collector's exporter, or "
    "OTEL_EXPORTER_OTLP_COMPRESSION=gzip for an SDK"
)
_PROTOBUF, _JSON = "application/x-protobuf", "application/json"


def application(intake: Intake, patience: float) -> Starlette:
    """The ASGI application. `patience`: seconds that a body may take."""

    async def export(request: Request) -> Response:
        content = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        encoding = request.headers.get("content-encoding", "identity").strip().lower()
        certified = getattr(request.state, "certified", ())
        sender = intake.senders.known(request.headers.get("authorization", ""), certified)
        if sender is None:
            intake.refusals.add(Reason.UNKNOWN)
            return _refusal(401, UNAUTHENTICATED, WHO, content)
        if intake.closing:
            return _refusal(503, UNAVAILABLE, "the receiver is stopping", content, retry=True)
        if content not in {_PROTOBUF, _JSON}:
            return _refusal(415, INVALID_ARGUMENT, f"content-type must be {_PROTOBUF} or {_JSON}", content)
        if encoding not in {"identity", "gzip", ""}:
            intake.refusals.add(Reason.ENCODED, sender=sender.name)
            return _refusal(415, INVALID_ARGUMENT, _ENCODED, content)
        stated = request.headers.get("content-length", "")
        body = Body(encoding, intake.max_body, intake.budget, int(stated) if stated.isdigit() else 0)
        try:
            async with asyncio.timeout(patience):
                whole = await body.read(request.stream())
            accept = intake.json if content == _JSON else intake.protobuf
            batch = await run_in_threadpool(accept, whole, sender)
        except TimeoutError:
            intake.refusals.add(Reason.SLOW, sender=sender.name)
            return _refusal(408, UNAVAILABLE, f"the body took longer than {patience:g} s", content)
        except TooLarge as error:
            intake.refusals.add(Reason.LARGE, sender=sender.name)
            return _refusal(413, INVALID_ARGUMENT, str(error), content)
        except MalformedTraces as error:
            intake.refusals.add(Reason.UNREADABLE, sender=sender.name)
            return _refusal(400, INVALID_ARGUMENT, str(error), content)
        except Flooded:
            intake.refusals.add(Reason.FLOODED, sender=sender.name)
            return _refusal(429, RESOURCE_EXHAUSTED, "too many bytes are under way", content, retry=True)
        except SinkBusy:
            intake.refusals.add(Reason.BUSY, sender=sender.name)
            return _refusal(503, UNAVAILABLE, "facts could not be stored in time", content, retry=True)
        except ClientDisconnect:
            return Response(status_code=400)
        finally:
            body.close()
        return _accepted(batch, content)

    return Starlette(routes=[Route("/v1/traces", export, methods=["POST"])])


def _accepted(batch: Batch, content: str) -> Response:
    answer = ExportTraceServiceResponse()
    if batch.rejected:
        answer.partial_success.rejected_spans = batch.rejected
        answer.partial_success.error_message = batch.reason
    shown = MessageToJson(answer, indent=None) if content == _JSON else answer.SerializeToString()
    return Response(shown, media_type=content)


def _refusal(status: int, code: int, message: str, content: str, retry: bool = False) -> Response:
    answer = Status(code=code, message=message)
    json = content == _JSON
    return Response(
        MessageToJson(answer, indent=None) if json else answer.SerializeToString(),
        status_code=status,
        media_type=_JSON if json else _PROTOBUF,
        headers={"Retry-After": str(RETRY_AFTER)} if retry else None,
    )


class HttpServer:
    """Serves an intake on one address until stopped, in a thread of its own."""

    def __init__(
        self, intake: Intake, address: str, limits: Limits, tls: ssl.SSLContext | None = None
    ) -> None:
        """Binds the address. Raises OSError."""
        host, port = split_address(address)
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        # The protocol is spelt out, else asyncio does not turn Nagle's algorithm off: 40 ms an answer.
        self._socket = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        try:
            # Reuse of addresses in TIME_WAIT only: a second listener is still refused.
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            self._socket.bind((host, port))
        except OSError:
            self._socket.close()
            raise
        self.port: int = self._socket.getsockname()[1]
        self._server = LimitedServer(
            uvicorn.Config(
                application(intake, limits.body),
                log_config=None,
                access_log=False,
                server_header=False,
                lifespan="off",
                ws="none",
                timeout_keep_alive=30,
                timeout_graceful_shutdown=5,
            ),
            limits,
            tls,
            lambda: intake.refusals.add(Reason.CROWDED),
        )
        self._thread = threading.Thread(
            target=self._server.run, kwargs={"sockets": [self._socket]}, name="otlp-http", daemon=True
        )

    def start(self) -> None:
        """Returns as soon as connections are accepted: the kernel queues what comes before the loop runs."""
        self._socket.listen(128)
        self._thread.start()

    def stop(self) -> None:
        self._server.should_exit = True
        if self._thread.is_alive():
            self._thread.join(10)
        self._socket.close()
