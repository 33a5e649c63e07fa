"""Where spans come from: senders, files and servers that are asked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import Field

from config.shape.section import Conflict, Section, SomeTime
from config.units import Duration, Size
from config.values import NO_BOOLEAN, Address, Domain, TableName, Text, TracePath, WebUrl, is_loopback

_REACHABLE = (
    "is reachable from other machines: set traces.token_file or traces.client_ca_file, or listen on 127.0.0.1"
)


class TracesSender(Section):
    name: Text
    token_file: str
    certificate: str
    environments: tuple[Text, ...]
    namespaces: tuple[str, ...]
    clusters: tuple[Text, ...]
    accounts: tuple[Text, ...]
    resources: tuple[Text, ...]

    def conflicts(self) -> Iterator[Conflict]:
        if bool(self.token_file) == bool(self.certificate):
            yield (
                ("token_file", "certificate"),
                "or certificate is needed, and not both: it is what the sender is known by",
            )


class TracesImport(Section):
    name: Text
    path: TracePath
    environment: str
    every: Duration
    deadline: SomeTime
    max_spans: Annotated[int, Field(ge=1), NO_BOOLEAN]
    account: str
    region: str

    def conflicts(self) -> Iterator[Conflict]:
        for key, value in (("account", self.account), ("region", self.region)):
            if value and not self.path.startswith("s3://"):
                yield (key, "path"), "says how an S3 bucket is asked; path names none"


# What each kind of source must be told, and what it may be told.
_OF_A_SERVER = ("ca_file", "password_file", "tenant", "token_file", "username")


_PULLS: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "clickhouse": (("url",), ("table", "ca_file", "password_file", "username")),
    "cloudtrace": (("project",), ("account", "query", "url", "ca_file")),
    "insights": (("workspace",), ("account", "url", "ca_file")),
    "jaeger": (("url",), ("services", *_OF_A_SERVER)),
    "tempo": (("url",), ("query", *_OF_A_SERVER)),
    "xray": ((), ("account", "query", "region")),
    "zipkin": (("url",), ("services", *_OF_A_SERVER)),
}


_TOLD = ("account", "project", "query", "region", "services", "table", "url", "workspace", *_OF_A_SERVER)


class TracesPull(Section):
    name: Text
    kind: Literal["clickhouse", "cloudtrace", "insights", "jaeger", "tempo", "xray", "zipkin"]
    url: WebUrl
    environment: str
    every: Duration
    first: SomeTime
    delay: Duration
    deadline: SomeTime
    max_spans: Annotated[int, Field(ge=1), NO_BOOLEAN]
    services: tuple[Text, ...]
    query: str
    account: str
    region: str
    project: str
    workspace: str
    table: TableName
    tenant: str
    username: str
    password_file: str
    token_file: str
    ca_file: str

    def conflicts(self) -> Iterator[Conflict]:
        needed, allowed = _PULLS[self.kind]
        for key in needed:
            if not getattr(self, key):
                yield (key, "kind"), f'is needed for kind = "{self.kind}"'
        for key in _TOLD:
            if getattr(self, key) and key not in needed and key not in allowed:
                yield (key, "kind"), f'means nothing for kind = "{self.kind}"; take it out'
        if self.username and not self.password_file:
            yield ("password_file", "username"), "is needed when username is set"
        if self.password_file and not self.username:
            yield ("username", "password_file"), "is needed when password_file is set"
        if self.username and self.token_file:
            yield ("token_file", "username"), "and username exclude each other: a request says who asks once"
        if self.url.startswith("http:") and (self.token_file or self.username) and not _local(self.url):
            yield ("url", "token_file", "username"), "must begin with https://: a secret is sent there"


def _local(url: str) -> bool:
    parts = urlsplit(url)
    return is_loopback(parts.netloc if parts.port else f"{parts.netloc}:80")


class Traces(Section):
    enabled: bool
    grpc: Address
    http: Address
    token_file: str
    cert_file: str
    key_file: str
    client_ca_file: str
    warm_up: Duration
    pairing_window: SomeTime
    max_body: Annotated[Size, Field(ge=1024)]
    max_connections: Annotated[int, Field(ge=1, le=100_000), NO_BOOLEAN]
    header_patience: SomeTime
    body_patience: SomeTime
    own_domains: tuple[Domain, ...]
    public_operations: tuple[Text, ...]
    imports: tuple[TracesImport, ...]
    pulls: tuple[TracesPull, ...]
    senders: tuple[TracesSender, ...]

    @property
    def asks_who(self) -> bool:
        """Whether a sender must show a token or a certificate."""
        return bool(self.token_file or self.client_ca_file or self.senders)

    def conflicts(self) -> Iterator[Conflict]:
        for key, address in (("grpc", self.grpc), ("http", self.http)):
            if address and not self.asks_who and not is_loopback(address):
                yield (
                    (key, "token_file", "client_ca_file", "senders"),
                    _REACHABLE,
                )
        if self.grpc and self.grpc == self.http and not self.grpc.endswith(":0"):
            yield ("http", "grpc"), "is the same address as traces.grpc; choose another port"
        names = [*(each.name for each in self.imports), *(each.name for each in self.pulls)]
        if twice := sorted({name for name in names if names.count(name) > 1}):
            yield (
                ("pulls", "imports"),
                f'use the name "{twice[0]}" more than once: give each source one of its own',
            )
        for key, other in (
            ("cert_file", "key_file"),
            ("key_file", "cert_file"),
            ("client_ca_file", "cert_file"),
        ):
            if getattr(self, key) and not getattr(self, other):
                yield (other, key), f"is needed when {key} is set"
        if not self.client_ca_file and any(sender.certificate for sender in self.senders):
            yield ("client_ca_file", "senders"), "is needed when a sender is known by its certificate"
        names = [sender.name for sender in self.senders]
        for name in sorted({name for name in names if names.count(name) > 1}):
            yield ("senders",), f'use the name "{name}" more than once: give each sender one of its own'
