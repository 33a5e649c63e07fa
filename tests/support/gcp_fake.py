"""Cloud Asset Inventory and a token service on this machine: real gRPC, real TLS, a world of assets, and weather."""

from __future__ import annotations

import json
import re
import ssl
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent import futures
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import grpc
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from google.cloud import asset_v1
from google.protobuf import json_format
from google.rpc import error_details_pb2, status_pb2
from grpc_status import rpc_status

from collectors.gcp.sessions import GcpAccount
from tests.support.certificates import self_signed

SERVICE = "google.cloud.asset.v1.AssetService"
NUMBER, PROJECT = "1066737951711", "shop-prod"
SCOPE = "organizations/1"


def asset(
    type: str, name: str, data: Mapping[str, Any], location: str = "", number: str = NUMBER
) -> asset_v1.Asset:
    """One asset, as Google sends it. `name` without its service's slashes: `projects/p/...`."""
    service = type.partition("/")[0]
    made = asset_v1.Asset(
        name=f"//{service}/{name}",
        asset_type=type,
        ancestors=[f"projects/{number}", "folders/7", "organizations/1"] if number else ["organizations/1"],
        resource=asset_v1.Resource(version="v1", location=location),
    )
    json_format.ParseDict(dict(data), asset_v1.Asset.pb(made).resource.data)
    return made


def project(number: str = NUMBER, id: str = PROJECT) -> asset_v1.Asset:
    """The asset that says which number is which project."""
    return asset(
        "cloudresourcemanager.googleapis.com/Project",
        f"projects/{number}",
        {"projectId": id, "projectNumber": number, "lifecycleState": "ACTIVE"},
        number=number,
    )


@dataclass(slots=True)
class Rule:
    """What happens to calls: after so many, so many times, for those that ask for this type (or all).

    `effect`: a gRPC status, `SERVICE_DISABLED`, `endless` tokens, `loop`, `slow` (seconds), `huge`,
    `nameless`, `drop` an asset.
    """

    effect: str
    page: int | None = None
    times: int | None = None
    asking: str = ""
    value: str = ""
    fired: int = 0


@dataclass(slots=True)
class World:
    """What there is, how large a page is, and the weather."""

    assets: list[asset_v1.Asset] = field(default_factory=list)
    page: int = 1000
    scope: str = SCOPE
    unknown: tuple[str, ...] = ()
    rules: list[Rule] = field(default_factory=list)
    calls: Counter[str] = field(default_factory=Counter)
    tokens: Counter[str] = field(default_factory=Counter)
    refuse_tokens: str = ""

    def rule(self, effect: str, **how: Any) -> Rule:
        """Weather from now on."""
        made = Rule(effect, **how)
        self.rules.append(made)
        return made

    def clear(self) -> None:
        """Fair weather."""
        self.rules.clear()
        self.refuse_tokens = ""


class Fake:
    """The two servers, with the files a client needs."""

    def __init__(self, directory: Path) -> None:
        self.world = World()
        self.directory = directory
        key, certificate = self_signed("127.0.0.1")
        self.ca_file = directory / "ca.pem"
        self.ca_file.write_bytes(certificate)
        key_file = directory / "server.key"
        key_file.write_bytes(key)
        self._grpc = grpc.server(futures.ThreadPoolExecutor(8), interceptors=[_Counting(self.world)])
        self._grpc.add_generic_rpc_handlers((self._handlers(),))
        credentials = grpc.ssl_server_credentials([(key, certificate)])
        self.port = self._grpc.add_secure_port("127.0.0.1:0", credentials)
        self._grpc.start()
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), _tokens(self.world))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.ca_file, key_file)
        self._http.socket = context.wrap_socket(self._http.socket, server_side=True)
        self._thread = threading.Thread(target=self._http.serve_forever, daemon=True)
        self._thread.start()
        self.credentials_file = directory / "key.json"
        self.credentials_file.write_text(json.dumps(self._service_account()))

    def account(self, scope: str = SCOPE) -> GcpAccount:
        """Settings that lead here."""
        return GcpAccount(
            "fake", scope, str(self.credentials_file), f"127.0.0.1:{self.port}", str(self.ca_file)
        )

    def close(self) -> None:
        self._grpc.stop(0).wait()
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()

    def _service_account(self) -> dict[str, str]:
        private = rsa.generate_private_key(65537, 2048).private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        return {
            "type": "service_account",
            "project_id": PROJECT,
            "private_key_id": "1",
            "private_key": private.decode(),
            "client_email": f"driftline@{PROJECT}.iam.gserviceaccount.com",
            "client_id": "1",
            "token_uri": f"https://127.0.0.1:{self._http.server_address[1]}/token",
        }

    def _handlers(self) -> grpc.GenericRpcHandler:
        return grpc.method_handlers_generic_handler(
            SERVICE,
            {
                "ListAssets": grpc.unary_unary_rpc_method_handler(
                    self._list,
                    request_deserializer=asset_v1.ListAssetsRequest.deserialize,
                    response_serializer=asset_v1.ListAssetsResponse.serialize,
                )
            },
        )

    def _list(
        self, request: asset_v1.ListAssetsRequest, context: grpc.ServicerContext
    ) -> asset_v1.ListAssetsResponse:
        world = self.world
        said = dict(context.invocation_metadata())
        if said.get("authorization") != "Bearer fake-token":
            context.abort(grpc.StatusCode.UNAUTHENTICATED, "Request had invalid authentication credentials.")
        if any(type in world.unknown for type in request.asset_types):
            context.abort(grpc.StatusCode.INVALID_ARGUMENT, "Unsupported asset type")
        size = min(request.page_size or 100, world.page)
        start = _start(request.page_token, context)
        dropped = self._weather(request, start // size + 1, context)
        if request.parent != world.scope:
            context.abort(grpc.StatusCode.PERMISSION_DENIED, "The caller does not have permission")
        if dropped == "endless":
            return asset_v1.ListAssetsResponse(next_page_token=f"{start + 10**6}")
        if dropped == "huge":
            return asset_v1.ListAssetsResponse(next_page_token="x" * (33 * 1024 * 1024))
        if dropped == "nameless":
            return asset_v1.ListAssetsResponse(assets=[asset_v1.Asset(asset_type=request.asset_types[0])])
        wanted = re.compile("|".join(f"(?:{type})" for type in request.asset_types))
        found = [each for each in world.assets if wanted.fullmatch(each.asset_type) and each.name != dropped]
        token = "" if start + size >= len(found) else str(start + size)
        if dropped == "loop":
            token = str(start)
        return asset_v1.ListAssetsResponse(assets=found[start : start + size], next_page_token=token)

    def _weather(self, request: asset_v1.ListAssetsRequest, page: int, context: grpc.ServicerContext) -> str:
        outcome = ""
        for rule in self.world.rules:
            met = (rule.page is None or rule.page == page) and (
                not rule.asking or rule.asking in request.asset_types
            )
            if not met or (rule.times is not None and rule.fired >= rule.times):
                continue
            rule.fired += 1
            match rule.effect:
                case "SERVICE_DISABLED":
                    context.abort_with_status(_disabled())
                case "slow":
                    time.sleep(float(rule.value))
                case "drop":
                    outcome = rule.value
                case "endless" | "loop" | "huge" | "nameless":
                    outcome = rule.effect
                case _:
                    context.abort(getattr(grpc.StatusCode, rule.effect), f"weather: {rule.effect}")
        return outcome


class _Counting(grpc.ServerInterceptor):  # type: ignore[misc]  # grpc has no types
    """Counts every method that is called, known here or not."""

    def __init__(self, world: World) -> None:
        self._world = world

    def intercept_service(self, continuation: Any, handler_call_details: Any) -> Any:
        self._world.calls[handler_call_details.method.rpartition("/")[2]] += 1
        return continuation(handler_call_details)


def _start(token: str, context: grpc.ServicerContext) -> int:
    if token and not token.isdigit():
        context.abort(grpc.StatusCode.INVALID_ARGUMENT, "Invalid page token")
    return int(token or 0)


def _disabled() -> Any:
    said = status_pb2.Status(code=7, message="Cloud Asset API has not been used in project 42 before")
    detail = said.details.add()
    detail.Pack(
        error_details_pb2.ErrorInfo(
            reason="SERVICE_DISABLED",
            domain="googleapis.com",
            metadata={"service": "cloudasset.googleapis.com", "consumer": "projects/42"},
        )
    )
    return rpc_status.to_status(said)


def _tokens(world: World) -> type[BaseHTTPRequestHandler]:
    class Tokens(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            world.tokens["asked"] += 1
            refused = world.refuse_tokens
            body = (
                {"error": refused, "error_description": "weather"}
                if refused
                else {"access_token": "fake-token", "token_type": "Bearer", "expires_in": 3600}
            )
            data = json.dumps(body).encode()
            self.send_response(400 if refused else 200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_: object) -> None:
            pass

    return Tokens


@contextmanager
def fake(directory: Path, assets: Sequence[asset_v1.Asset] = ()) -> Iterator[Fake]:
    """Both servers, ended afterwards."""
    made = Fake(directory)
    made.world.assets = [*assets]
    try:
        yield made
    finally:
        made.close()
