"""The cloud: moto as a server on loopback, behind a gate that can deny one service in one region.

moto enforces permissions without regard to the region, so the gate reads the region and the service from
the credential scope of the request's signature, as the real thing does.
"""

from __future__ import annotations

import json
import logging
import os
import re
import threading
from collections.abc import Iterable
from types import TracebackType
from typing import Any, Self

from demo.function_urls import Application, StartResponse, with_function_urls

ACCOUNT = "123456789012"
CREDENTIAL_SCOPE = re.compile(r"Credential=[^/]+/\d{8}/([a-z0-9-]+)/([a-z0-9-]+)/aws4_request")
SEED = 7
RUNNING = 2  # tasks that run for each container service


class Gate:
    """WSGI middleware that answers AccessDenied for the pairs (service, region) that were denied."""

    def __init__(self, application: Application) -> None:
        self._application = application
        self._denied: frozenset[tuple[str, str]] = frozenset()

    def deny(self, service: str, region: str) -> None:
        """From now on every call to `service` (its signing name) in `region` is denied."""
        self._denied |= {(service, region)}

    def allow(self, service: str, region: str) -> None:
        """Takes a denial back."""
        self._denied -= {(service, region)}

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        scope = CREDENTIAL_SCOPE.search(environ.get("HTTP_AUTHORIZATION", ""))
        if scope is None or (scope[2], scope[1]) not in self._denied:
            return self._application(environ, start_response)
        length = int(environ.get("CONTENT_LENGTH") or 0)
        environ["wsgi.input"].read(length)  # else the connection cannot be used again
        headers, body = _denial(environ, service=scope[2], region=scope[1])
        start_response("403 Forbidden", [*headers, ("Content-Length", str(len(body)))])
        return [body]


class Cloud:
    """A running cloud. `endpoint` is its URL for every service and region."""

    def __init__(self) -> None:
        os.environ["MOTO_ECS_SERVICE_RUNNING"] = str(RUNNING)  # else no container service ever runs anything
        logging.getLogger("werkzeug").setLevel(logging.ERROR)
        # Imported late: it takes a second, and only this class needs it.
        from moto.moto_api._internal import mock_random  # noqa: PLC0415
        from moto.moto_api._internal.models import moto_api_backend  # noqa: PLC0415
        from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app  # noqa: PLC0415
        from werkzeug.serving import WSGIRequestHandler, make_server  # noqa: PLC0415

        class Quiet(WSGIRequestHandler):
            protocol_version = "HTTP/1.1"  # keeps connections open

            def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
                """Says nothing."""

        self._forget = moto_api_backend.reset
        self._forget()
        mock_random.seed(SEED)  # the same identifiers in every run
        self.gate = Gate(with_function_urls(DomainDispatcherApplication(create_backend_app)))
        self._server = make_server("127.0.0.1", 0, self.gate, threaded=True, request_handler=Quiet)
        self.endpoint = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.05,), daemon=True, name="cloud"
        )
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def stop(self) -> None:
        """Stops the server and forgets everything that was created. Safe to call twice."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
        self._forget()


def _denial(environ: dict[str, Any], service: str, region: str) -> tuple[list[tuple[str, str]], bytes]:
    """The denial in the protocol that the request speaks: JSON, query, EC2's, REST with XML or with JSON."""
    user = f"arn:aws:iam::{ACCOUNT}:user/driftline"
    message = f"User: {user} is not authorized to perform this {service} operation in {region}"
    target = environ.get("HTTP_X_AMZ_TARGET")
    form = environ.get("CONTENT_TYPE", "").startswith("application/x-www-form-urlencoded")
    if target is not None:
        document = json.dumps({"__type": "AccessDeniedException", "message": message})
        return [("Content-Type", "application/x-amz-json-1.1")], document.encode()
    if service == "ec2":
        error = f"<Error><Code>UnauthorizedOperation</Code><Message>{message}</Message></Error>"
        return XML, f"<Response><Errors>{error}</Errors><RequestID>denied</RequestID></Response>".encode()
    if service == "s3":
        return XML, f"<Error><Code>AccessDenied</Code><Message>{message}</Message></Error>".encode()
    if form or service in ("cloudfront", "route53"):
        error = f"<Error><Type>Sender</Type><Code>AccessDenied</Code><Message>{message}</Message></Error>"
        return XML, f"<ErrorResponse>{error}<RequestId>denied</RequestId></ErrorResponse>".encode()
    return (
        [("Content-Type", "application/json"), ("x-amzn-ErrorType", "AccessDeniedException")],
        json.dumps({"message": message}).encode(),
    )


XML = [("Content-Type", "text/xml")]
