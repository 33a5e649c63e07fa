"""Debian's docker-registry, started on a free port of loopback, and images that buildah builds for it.

Where they are not installed, tests are skipped with the reason, but fail in CI, where `.ci/run` installs them.
"""

from __future__ import annotations

import os
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import orjson
import pytest

from tests.support.needing import need
from tests.support.registry_fake import OCI_CONFIG, OCI_LAYER, OCI_MANIFEST, digest_of

_CONFIG = """\
version: 0.1
log: {{level: error, accesslog: {{disabled: true}}}}
storage: {{filesystem: {{rootdirectory: {root}}}, cache: {{blobdescriptor: inmemory}}}}
http: {{addr: "127.0.0.1:{port}"{more}}}
"""


@dataclass(frozen=True)
class RealRegistry:
    """A registry that runs at `host`."""

    host: str

    def push(self, repository: str, tag: str, config: Mapping[str, object] | None = None) -> str:
        """Pushes a small image through the API; returns its digest."""
        runs = {"architecture": "amd64", "os": "linux", "config": dict(config or {})}
        manifest = {
            "schemaVersion": 2,
            "mediaType": OCI_MANIFEST,
            "config": self.blob(repository, orjson.dumps(runs), OCI_CONFIG),
            "layers": [self.blob(repository, b"a layer", OCI_LAYER)],
        }
        return str(self.manifest(repository, tag, manifest)["digest"])

    def blob(self, repository: str, body: bytes, media_type: str) -> dict[str, object]:
        """Pushes a blob; returns its descriptor."""
        import httpx

        begun = httpx.post(f"http://{self.host}/v2/{repository}/blobs/uploads/", trust_env=False)
        begun.raise_for_status()
        where = httpx.URL(begun.headers["location"]).copy_merge_params({"digest": digest_of(body)})
        httpx.put(where, content=body, trust_env=False).raise_for_status()
        return {"mediaType": media_type, "digest": digest_of(body), "size": len(body)}

    def manifest(self, repository: str, tag: str, document: Mapping[str, object]) -> dict[str, object]:
        """Pushes a manifest or an index; returns its descriptor."""
        import httpx

        body = orjson.dumps(document)
        url = f"http://{self.host}/v2/{repository}/manifests/{tag or digest_of(body)}"
        headers = {"Content-Type": str(document["mediaType"])}
        httpx.put(url, content=body, headers=headers, trust_env=False).raise_for_status()
        return {"mediaType": document["mediaType"], "digest": digest_of(body), "size": len(body)}


@contextmanager
def real_registry(more: str = "") -> Iterator[RealRegistry]:
    """Runs until the block ends. `more`: YAML that follows `addr` in the section `http`, or ends it."""
    need("docker-registry")
    with tempfile.TemporaryDirectory() as folder:
        port = _free_port()
        config = Path(folder, "config.yml")
        config.write_text(_CONFIG.format(root=Path(folder, "data"), port=port, more=""))
        if more:
            config.write_text(config.read_text() + more)
        process = subprocess.Popen(
            ["docker-registry", "serve", str(config)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={"PATH": os.environ["PATH"], "OTEL_TRACES_EXPORTER": "none"},
        )
        try:
            _wait(process, port)
            yield RealRegistry(f"127.0.0.1:{port}")
        finally:
            process.terminate()
            process.wait(timeout=10)


def build(registry: RealRegistry, repository: str, tag: str, containerfile: str, folder: Path) -> None:
    """Builds an image with buildah, without an engine, and pushes it."""
    need("buildah")
    if os.geteuid() != 0 and not os.environ.get("CI"):
        pytest.skip("buildah builds for plain users only where user namespaces are set up")
    (folder / "Containerfile").write_text(containerfile)
    (folder / "app.txt").write_text("an application\n")
    name = f"{registry.host}/{repository}:{tag}"
    buildah = ["buildah", "--root", str(folder / "root"), "--runroot", str(folder / "run")]
    environment = {**os.environ, "STORAGE_DRIVER": "vfs", "BUILDAH_ISOLATION": "chroot"}
    for arguments in (
        ["bud", "--format", "oci", "--tag", name, str(folder)],
        ["push", "--tls-verify=false", name, f"docker://{name}"],
    ):
        done = subprocess.run(
            [*buildah, *arguments], env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait(process: subprocess.Popen[bytes], port: int) -> None:
    until = time.monotonic() + 15
    while time.monotonic() < until:
        assert process.poll() is None, "docker-registry ended at once"
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.02)
    raise AssertionError("docker-registry did not start")
