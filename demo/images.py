"""The shop's images as its build made them: manifest, configuration, a layer, and what is inside as an SBOM.

Everything follows from the service and its version, so an image has the same digest in every run.
"""

from __future__ import annotations

import base64
import hashlib
import io
import json
import tarfile
from collections.abc import Mapping
from dataclasses import dataclass

from demo import canaries
from demo.bills import BUILT, bill

MANIFEST = "application/vnd.oci.image.manifest.v1+json"
CONFIG = "application/vnd.oci.image.config.v1+json"
LAYER = "application/vnd.oci.image.layer.v1.tar"
NOTHING = "application/vnd.oci.empty.v1+json"


@dataclass(frozen=True, slots=True)
class Blob:
    """Bytes with the media type by which a descriptor names them."""

    media_type: str
    content: bytes

    @property
    def digest(self) -> str:
        """The name under which a registry keeps it."""
        return f"sha256:{hashlib.sha256(self.content).hexdigest()}"

    @property
    def descriptor(self) -> dict[str, object]:
        """How others refer to it."""
        return {"mediaType": self.media_type, "digest": self.digest, "size": len(self.content)}


@dataclass(frozen=True, slots=True)
class Image:
    """What is pushed for one version of a service: an image, and the artifact with its SBOM that refers to it."""

    manifest: Blob
    attached: Blob
    artifact_type: str
    blobs: tuple[Blob, ...]


def build(service: str, version: str) -> Image:
    """The image of a service in a version, with its SBOM attached. Raises KeyError for one that nobody built."""
    layer = _layer(f"{service} {version}\n")
    config = _json(CONFIG, _config(service, version, layer.digest))
    manifest = _json(
        MANIFEST,
        {
            "schemaVersion": 2,
            "mediaType": MANIFEST,
            "config": config.descriptor,
            "layers": [layer.descriptor],
        },
    )
    inside = _json(*bill(service, version))
    nothing = Blob(NOTHING, b"{}")
    attached = _json(
        MANIFEST,
        {
            "schemaVersion": 2,
            "mediaType": MANIFEST,
            "artifactType": inside.media_type,
            "config": nothing.descriptor | {"data": base64.b64encode(nothing.content).decode()},
            "layers": [inside.descriptor],
            "subject": manifest.descriptor,
            "annotations": {"org.opencontainers.image.created": BUILT},
        },
    )
    return Image(manifest, attached, inside.media_type, (config, layer, inside, nothing))


def _config(service: str, version: str, layer: str) -> dict[str, object]:
    """What a build writes into an image, with values in it that belong nowhere else."""
    return {
        "created": BUILT,
        "architecture": "amd64",
        "os": "linux",
        "config": {
            "User": "65532",
            "ExposedPorts": {"8080/tcp": {}},
            "Env": [
                "PATH=/usr/local/bin:/usr/bin:/bin",
                f"PAYMENT_KEY={canaries.API_KEY}",
                f"DATABASE_URL=postgresql://shop:{canaries.DATABASE_PASSWORD}@db.shop.internal/shop",
            ],
            "Cmd": ["python", "-m", f"shop.{service}"],
            "Labels": {
                "maintainer": canaries.EMAIL,
                "org.opencontainers.image.source": "https://git.shop.example/shop/services",
                "org.opencontainers.image.title": service,
                "org.opencontainers.image.version": version,
            },
        },
        "rootfs": {"type": "layers", "diff_ids": [layer]},
        "history": [{"created": BUILT, "created_by": f"COPY --from=build /{service} /srv"}],
    }


def _layer(text: str) -> Blob:
    """A layer with one file. It is not compressed, because not every compressor gives the same bytes."""
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w") as file:
        member = tarfile.TarInfo("srv/release")
        member.size = len(text)
        file.addfile(member, io.BytesIO(text.encode()))
    return Blob(LAYER, archive.getvalue())


def _json(media_type: str, document: Mapping[str, object]) -> Blob:
    return Blob(media_type, json.dumps(document, separators=(",", ":")).encode())
