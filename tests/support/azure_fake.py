"""Azure over TLS on a loopback port: sign-in, subscriptions, groups, resources, permissions and Resource Graph.

The world is plain data that a test may change at any time; a rule makes calls of one operation fail.
"""

from __future__ import annotations

import json
import ssl
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Self
from urllib.parse import parse_qs, urlencode, urlsplit

from tests.support.certificates import self_signed

TENANT = "11111111-2222-4333-8444-555555555555"
CLIENT = "99999999-8888-4777-8666-555555555555"
SECRET = "right-Secret~of.the-application_0"
READER = ({"actions": ["*/read"], "notActions": []},)

Document = dict[str, Any]
Effect = Callable[["Call"], bool]
"""Answers a call itself and returns True, or False to let it pass."""


@dataclass
class Subscription:
    """One subscription: what is in it and what the caller may do."""

    id: str
    name: str
    groups: list[Document] = field(default_factory=list)
    resources: list[Document] = field(default_factory=list)
    permissions: tuple[Document, ...] = READER
    hidden_from_graph: set[str] = field(default_factory=set)  # ids not indexed yet, lower case
    hidden_from_list: set[str] = field(default_factory=set)


@dataclass
class Rule:
    """Meets calls of an operation: `token`, `subscriptions`, `subscription`, `groups`, `resources`, `permissions`,
    `graph`. Lets the first `after` pass, then meets `times` of them."""

    operation: str
    effect: Effect
    subscription: str = ""
    after: int = 0
    times: int = 10**9
    met: int = 0
    fired: int = 0


@dataclass
class Call:
    """A request under way. `skip`: how many items its page leaves out."""

    server: AzureFake
    handler: BaseHTTPRequestHandler
    operation: str
    subscription: str
    body: Document
    skip: int = 0

    def answer(self, status: int, body: object, headers: dict[str, str] | None = None) -> None:
        payload = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.handler.send_response(status)
        for name, value in {"Content-Type": "application/json", **(headers or {})}.items():
            self.handler.send_header(name, value)
        self.handler.send_header("Content-Length", str(len(payload)))
        self.handler.end_headers()
        self.handler.wfile.write(payload)

    def fail(self, status: int, code: str, headers: dict[str, str] | None = None, inner: str = "") -> None:
        error: Document = {"code": code, "message": f"{code}: somebody@example.org may not"}
        if inner:
            error["details"] = [{"code": inner, "message": "why"}]
        self.answer(status, {"error": error}, headers)


def failing(status: int, code: str, headers: dict[str, str] | None = None, inner: str = "") -> Effect:
    """An error of Azure Resource Manager."""

    def effect(call: Call) -> bool:
        call.fail(status, code, headers, inner)
        return True

    return effect


def refusing(code: str) -> Effect:
    """A sign-in that Microsoft Entra ID refuses, such as `AADSTS7000215`."""

    def effect(call: Call) -> bool:
        call.answer(
            401,
            {"error": "invalid_client", "error_description": f"{code}: nobody@example.org Trace ID: 0"},
        )
        return True

    return effect


def saying(body: bytes, content_type: str = "application/json") -> Effect:
    """A success with any body."""

    def effect(call: Call) -> bool:
        call.answer(200, body, {"Content-Type": content_type})
        return True

    return effect


def cut_off(call: Call) -> bool:
    """Half an answer, then the connection ends."""
    call.handler.send_response(200)
    call.handler.send_header("Content-Type", "application/json")
    call.handler.send_header("Content-Length", "100000")
    call.handler.end_headers()
    call.handler.wfile.write(b'{"value": [')
    call.handler.close_connection = True
    return True


def silent(call: Call) -> bool:
    """No answer until the fake ends."""
    call.server.ended.wait(60)
    call.handler.close_connection = True
    return True


class AzureFake:
    """The fake, started and stopped as a context. `url` is the endpoint, `authority` where to sign in."""

    def __init__(self, directory: Path, *subscriptions: Subscription, page: int = 1000) -> None:
        self.world = {each.id: each for each in subscriptions}
        self.page = page
        self.secret = SECRET
        self.rules: list[Rule] = []
        self.calls: list[str] = []
        self.tokens = 0
        self.valid = 0  # tokens numbered below are no longer accepted
        self.graph_headers: dict[str, str] = {}
        self.truncated = "false"
        self.ended = threading.Event()
        self.ca_file = directory / "ca.pem"
        key_file = _certificate(directory, self.ca_file)
        fake = self

        class Handler(_Handler):
            server_fake = fake

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.ca_file, key_file)
        self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        self.url = f"https://127.0.0.1:{self._server.server_address[1]}"
        self.authority = self.url
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.ended.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def rule(
        self, operation: str, effect: Effect, *, subscription: str = "", after: int = 0, times: int = 10**9
    ) -> Rule:
        """Adds a rule; the first that meets a call counts."""
        made = Rule(operation, effect, subscription, after, times)
        self.rules.append(made)
        return made

    def clear(self) -> None:
        """Fair weather again; what was called is forgotten too."""
        self.rules.clear()
        self.calls.clear()

    def rule_for(self, call: Call) -> Rule | None:
        for rule in self.rules:
            if rule.operation != call.operation or rule.subscription not in {"", call.subscription}:
                continue
            rule.met += 1
            if rule.met > rule.after and rule.fired < rule.times:
                rule.fired += 1
                return rule
        return None


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # one packet an answer
    disable_nagle_algorithm = True
    server_fake: AzureFake

    def log_message(self, *_: object) -> None:
        pass

    def do_GET(self) -> None:
        self._serve({})

    def do_POST(self) -> None:
        raw = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.path.split("?")[0].endswith("/oauth2/v2.0/token"):
            self._serve({name: values[0] for name, values in parse_qs(raw.decode()).items()})
        else:
            self._serve(json.loads(raw))

    def _serve(self, body: Document) -> None:
        fake = self.server_fake
        path = urlsplit(self.path)
        query = {name: values[0] for name, values in parse_qs(path.query).items()}
        parts = path.path.strip("/").split("/")
        operation = _operation(self.command, parts)
        call = Call(fake, self, operation, "", body, int(query.get("skip", 0)))
        if operation == "graph":
            call.subscription = "".join(body.get("subscriptions", []))
            call.skip = int((body.get("options") or {}).get("$skipToken") or 0)
        elif parts[0] == "subscriptions" and len(parts) > 1:
            call.subscription = parts[1]
        fake.calls.append(f"{self.command} {operation} {call.subscription}".strip())
        try:
            rule = fake.rule_for(call)
            if rule is not None and rule.effect(call):
                return
            getattr(self, f"_{operation}")(call)
        except (BrokenPipeError, ConnectionResetError, ssl.SSLError):
            self.close_connection = True

    def _openid(self, call: Call) -> None:
        tenant = urlsplit(self.path).path.strip("/").split("/")[0]
        if tenant != TENANT:
            call.answer(
                400,
                {
                    "error": "invalid_tenant",
                    "error_description": f"AADSTS90002: Tenant '{tenant}' not found.",
                },
            )
            return
        base = f"{call.server.url}/{TENANT}"
        call.answer(
            200,
            {
                "issuer": f"{base}/v2.0",
                "token_endpoint": f"{base}/oauth2/v2.0/token",
                "authorization_endpoint": f"{base}/oauth2/v2.0/authorize",
                "device_authorization_endpoint": f"{base}/oauth2/v2.0/devicecode",
            },
        )

    def _token(self, call: Call) -> None:
        fake = call.server
        if call.body.get("client_id") != CLIENT:
            refusing("AADSTS700016")(call)
            return
        if call.body.get("client_secret") != fake.secret:
            refusing("AADSTS7000215")(call)
            return
        fake.tokens += 1
        token = f"token-{fake.tokens}"
        call.answer(200, {"token_type": "Bearer", "expires_in": 3600, "access_token": token})

    def _enter(self, call: Call) -> Subscription | None:
        fake = call.server
        token = self.headers.get("Authorization", "").removeprefix("Bearer token-")
        if not token.isdigit() or int(token) <= fake.valid:
            call.fail(401, "ExpiredAuthenticationToken")
            return None
        if call.operation == "subscriptions":
            return Subscription("", "")
        found = fake.world.get(call.subscription)
        if found is None and call.operation == "graph":
            call.fail(400, "BadRequest", inner="NoValidSubscriptionsInQueryRequest")
        elif found is None:
            call.fail(404, "SubscriptionNotFound")
        return found

    def _subscriptions(self, call: Call) -> None:
        if self._enter(call):
            self._pages(call, [_described(each) for each in call.server.world.values()])

    def _subscription(self, call: Call) -> None:
        if found := self._enter(call):
            call.answer(200, _described(found))

    def _groups(self, call: Call) -> None:
        if found := self._enter(call):
            self._pages(call, found.groups)

    def _resources(self, call: Call) -> None:
        if found := self._enter(call):
            brief = (
                "id",
                "name",
                "type",
                "location",
                "kind",
                "sku",
                "tags",
                "identity",
                "managedBy",
                "zones",
            )
            self._pages(
                call,
                [
                    {name: each[name] for name in brief if name in each}
                    for each in found.resources
                    if each["id"].lower() not in found.hidden_from_list
                ],
            )

    def _permissions(self, call: Call) -> None:
        if found := self._enter(call):
            self._pages(call, list(found.permissions))

    def _pages(self, call: Call, items: list[Document]) -> None:
        fake = call.server
        path = urlsplit(self.path)
        body: Document = {"value": items[call.skip : call.skip + fake.page]}
        if call.skip + fake.page < len(items):
            query = {name: values[0] for name, values in parse_qs(path.query).items()}
            query["skip"] = str(call.skip + fake.page)
            body["nextLink"] = f"{fake.url}{path.path}?{urlencode(query)}"
        call.answer(200, body)

    def _graph(self, call: Call) -> None:
        found = self._enter(call)
        if not found:
            return
        fake = call.server
        rows = sorted(
            (
                {**each, "type": each["type"].lower(), "subscriptionId": found.id}
                for each in found.resources
                if each["id"].lower() not in found.hidden_from_graph
            ),
            key=lambda row: row["id"],
        )
        query = call.body["query"]
        if "type in~ (" in query:
            kinds = query.partition("type in~ (")[2].partition(")")[0].replace("'", "").split(", ")
            rows = [row for row in rows if row["type"] in kinds]
        size = min(fake.page, call.body.get("options", {}).get("$top", fake.page))
        page = rows[call.skip : call.skip + size]
        body: Document = {
            "totalRecords": len(rows),
            "count": len(page),
            "data": page,
            "facets": [],
            "resultTruncated": fake.truncated,
        }
        if call.skip + size < len(rows):
            body["$skipToken"] = str(call.skip + size)
        call.answer(200, body, dict(fake.graph_headers))


def _operation(method: str, parts: list[str]) -> str:
    if method == "POST" and parts[-1] == "token":
        return "token"
    if parts[-1] == "openid-configuration":
        return "openid"
    if method == "POST" and parts[-3:] == ["providers", "Microsoft.ResourceGraph", "resources"]:
        return "graph"
    if method == "GET" and parts[0] == "subscriptions":
        if len(parts) <= 2:
            return ("subscriptions", "subscription")[len(parts) - 1]
        return {"resourcegroups": "groups", "resources": "resources", "permissions": "permissions"}[
            parts[-1].lower()
        ]
    raise AssertionError(f"the fake has no {method} {'/'.join(parts)}: nothing else may be called")


def _described(subscription: Subscription) -> Document:
    return {
        "id": f"/subscriptions/{subscription.id}",
        "subscriptionId": subscription.id,
        "displayName": subscription.name,
        "state": "Enabled",
        "tenantId": TENANT,
        "tags": {},
    }


def _certificate(directory: Path, ca_file: Path) -> Path:
    key, certificate = self_signed("azure fake")
    ca_file.write_bytes(certificate)
    key_file = directory / "key.pem"
    key_file.write_bytes(key)
    return key_file


def resource(subscription: str, kind: str, name: str, properties: Document, /, **other: Any) -> Document:
    """A document as Azure has it, in the group `Shop-Prod` and the region westeurope."""
    provider, _, types = kind.partition("/")
    path = "/".join(part for pair in zip(types.split("/"), name.split("/"), strict=True) for part in pair)
    return {
        "id": f"/subscriptions/{subscription}/resourceGroups/Shop-Prod/providers/{provider}/{path}",
        "name": name.rpartition("/")[2],
        "type": kind,
        "location": "westeurope",
        "tags": {},
        "properties": properties,
        **other,
    }


def group(subscription: str, name: str = "Shop-Prod") -> Document:
    """A resource group."""
    return {
        "id": f"/subscriptions/{subscription}/resourceGroups/{name}",
        "name": name,
        "type": "Microsoft.Resources/resourceGroups",
        "location": "westeurope",
        "tags": {"team": "shop"},
        "properties": {"provisioningState": "Succeeded"},
    }
