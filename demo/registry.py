"""A registry of images on loopback: what a client that pulls needs of the OCI distribution specification 1.1.

Manifests by tag and digest, blobs by digest, and referrers. Images come in by `push`; no request changes anything.
"""

from __future__ import annotations

import json
import re
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self
from urllib.parse import parse_qs, urlsplit

from demo.images import Blob, Image

INDEX = "application/vnd.oci.image.index.v1+json"
PREFIX = "shop"
_ASKED = re.compile(
    r"/v2/(?P<name>[a-z0-9/_.-]+)/(?P<what>manifests|blobs|referrers)/(?P<which>[A-Za-z0-9:._-]+)"
)


class Registry:
    """A running registry. `host` is how image names begin: `127.0.0.1:PORT`."""

    def __init__(self) -> None:
        self._manifests: dict[tuple[str, str], Blob] = {}  # by repository, and tag or digest
        self._blobs: dict[tuple[str, str], Blob] = {}
        self._referrers: dict[tuple[str, str], list[dict[str, object]]] = {}
        owner = self

        class Answer(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"  # keeps connections open
            disable_nagle_algorithm = True  # else each body waits for the headers to be acknowledged

            def do_GET(self) -> None:
                status, blob, headers = owner._answer(self.path)
                self.send_response(status)
                self.send_header("Content-Type", blob.media_type)
                self.send_header("Content-Length", str(len(blob.content)))
                self.send_header("Docker-Distribution-API-Version", "registry/2.0")
                for name, value in headers.items():
                    self.send_header(name, value)
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(blob.content)

            do_HEAD = do_GET  # noqa: N815 - the server's name

            def log_message(self, format: str, *args: object) -> None:
                """Says nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
        self.host = f"127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.05,), daemon=True, name="registry"
        )
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def push(self, service: str, tag: str, image: Image) -> None:
        """Keeps an image under a tag, and its SBOM as what refers to it."""
        repository = f"{PREFIX}/{service}"
        for blob in image.blobs:
            self._blobs[repository, blob.digest] = blob
        for manifest in (image.manifest, image.attached):
            self._manifests[repository, manifest.digest] = manifest
        self._manifests[repository, tag] = image.manifest
        self._referrers[repository, image.manifest.digest] = [
            image.attached.descriptor | {"artifactType": image.artifact_type}
        ]

    def stop(self) -> None:
        """Stops listening. Safe to call twice."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def _answer(self, target: str) -> tuple[int, Blob, dict[str, str]]:
        """Status, body and further headers for a path and query."""
        address = urlsplit(target)
        if address.path == "/v2/":
            return 200, Blob("application/json", b"{}"), {}
        asked = _ASKED.fullmatch(address.path)
        if asked is None:
            return _error("UNSUPPORTED", "no such place")
        key = (asked["name"], asked["which"])
        if asked["what"] == "referrers":
            return self._refer(key, parse_qs(address.query).get("artifactType", []))
        kept = self._manifests if asked["what"] == "manifests" else self._blobs
        if key not in kept:
            return _error(
                "MANIFEST_UNKNOWN" if asked["what"] == "manifests" else "BLOB_UNKNOWN", asked["which"]
            )
        found = kept[key]
        shown = found if asked["what"] == "manifests" else Blob("application/octet-stream", found.content)
        return 200, shown, {"Docker-Content-Digest": found.digest}

    def _refer(self, key: tuple[str, str], wanted: list[str]) -> tuple[int, Blob, dict[str, str]]:
        found = self._referrers.get(key, [])
        kept = [each for each in found if not wanted or each["artifactType"] in wanted]
        index = {"schemaVersion": 2, "mediaType": INDEX, "manifests": kept}
        applied = {"OCI-Filters-Applied": "artifactType"} if wanted else {}
        return 200, Blob(INDEX, json.dumps(index).encode()), applied


def _error(code: str, message: str) -> tuple[int, Blob, dict[str, str]]:
    document = {"errors": [{"code": code, "message": message}]}
    return 404, Blob("application/json", json.dumps(document).encode()), {}
