"""A registry in this process that behaves well or badly as a test says: referrers, tokens, hostile answers."""

from __future__ import annotations

import hashlib
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import orjson

OCI_INDEX = "application/vnd.oci.image.index.v1+json"
OCI_MANIFEST = "application/vnd.oci.image.manifest.v1+json"
OCI_CONFIG = "application/vnd.oci.image.config.v1+json"
OCI_LAYER = "application/vnd.oci.image.layer.v1.tar+gzip"

Said = tuple[int, Mapping[str, str], bytes]
"""Status, headers, body."""


def digest_of(body: bytes) -> str:
    return f"sha256:{hashlib.sha256(body).hexdigest()}"


@dataclass
class FakeRegistry:
    """`blobs` and `manifests` by digest or tag; `answers`: by path, instead of what is stored."""

    blobs: dict[str, bytes] = field(default_factory=dict)
    manifests: dict[str, tuple[str, bytes]] = field(default_factory=dict)
    referrers: dict[str, list[dict[str, Any]]] | None = None
    answers: dict[str, Callable[[Any], Said | None]] = field(default_factory=dict)
    heard: list[tuple[str, str, Mapping[str, str]]] = field(default_factory=list)
    port: int = 0

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.port}"

    def blob(self, body: bytes, media_type: str) -> dict[str, Any]:
        self.blobs[digest_of(body)] = body
        return {"mediaType": media_type, "digest": digest_of(body), "size": len(body)}

    def put(self, document: Mapping[str, Any], *tags: str) -> dict[str, Any]:
        """Stores a manifest or index; returns its descriptor."""
        body = orjson.dumps(document)
        for name in (digest_of(body), *tags):
            self.manifests[name] = (document["mediaType"], body)
        return {"mediaType": document["mediaType"], "digest": digest_of(body), "size": len(body)}

    def image(self, *tags: str, **config: Any) -> dict[str, Any]:
        """A small image. `config`: what stands in its configuration."""
        body = orjson.dumps(
            {
                "architecture": "amd64",
                "os": "linux",
                "created": "2026-01-01T00:00:00Z",
                "config": config,
                "rootfs": {"type": "layers", "diff_ids": []},
                "history": [{"created_by": f"RUN echo {config.get('Secret', '')}"}],
            }
        )
        return self.put(
            {
                "schemaVersion": 2,
                "mediaType": OCI_MANIFEST,
                "config": self.blob(body, OCI_CONFIG),
                "layers": [self.blob(b"layer", OCI_LAYER)],
            },
            *tags,
        )

    def attach(self, subject: Mapping[str, Any], document: object, kind: str, **more: Any) -> dict[str, Any]:
        """Attaches a document to an image, as a referrer if these are known, else by the fallback tag."""
        body = document if isinstance(document, bytes) else orjson.dumps(document)
        artifact = {
            "schemaVersion": 2,
            "mediaType": OCI_MANIFEST,
            "artifactType": kind,
            "config": self.blob(b"{}", "application/vnd.oci.empty.v1+json"),
            "layers": [{**self.blob(body, kind), **more}],
            "subject": dict(subject),
        }
        entry = {**self.put(artifact), "artifactType": kind}
        if self.referrers is not None:
            self.referrers.setdefault(subject["digest"], []).append(entry)
        else:
            index = {"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": [entry]}
            self.put(index, subject["digest"].replace(":", "-"))
        return entry

    def answer(self, path: str) -> Said:
        _, _, rest = path.partition("/v2/")
        _, _, what = rest.partition("/manifests/")
        if what in self.manifests:
            media_type, body = self.manifests[what]
            return 200, {"Content-Type": media_type, "Docker-Content-Digest": digest_of(body)}, body
        _, _, what = rest.partition("/blobs/")
        if what in self.blobs:
            return 200, {"Content-Type": "application/octet-stream"}, self.blobs[what]
        _, found, what = rest.partition("/referrers/")
        if found and self.referrers is not None:
            document = {"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": self.referrers.get(what, [])}
            return 200, {"Content-Type": OCI_INDEX}, orjson.dumps(document)
        return 404, {}, b'{"errors": [{"code": "MANIFEST_UNKNOWN"}]}'


@contextmanager
def fake_registry(
    fake: FakeRegistry | None = None, tls: ssl.SSLContext | None = None
) -> Iterator[FakeRegistry]:
    """A fake that listens on a free port of loopback until the block ends."""
    fake = fake or FakeRegistry()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True  # head and body are written apart

        def do_GET(self) -> None:
            fake.heard.append((self.command, self.path, dict(self.headers)))
            path = self.path.partition("?")[0]
            behaviour = fake.answers.get(path) or fake.answers.get("*")
            said = behaviour(self) if behaviour else fake.answer(path)
            if said is None:  # the behaviour wrote its own answer, or wants the usual one
                return
            status, headers, body = said
            self.send_response(status)
            for name, value in {"Content-Length": str(len(body)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            if self.command == "GET":
                self.wfile.write(body)

        do_HEAD = do_GET  # noqa: N815 - http.server's names

        def log_message(self, format: str, *args: object) -> None:
            """Says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.handle_error = lambda *_: None  # a client that refuses is what tests are about
    if tls:
        server.socket = tls.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    fake.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield fake
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
