"""What is read out of manifests, indexes and image configurations, whatever else they claim to hold.

Sources: OCI image specification 1.1 (image-index.md, manifest.md, config.md) and Docker's image manifest
version 2, schema 2. Environments are reduced to names; history and creation times are not read at all.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import cast

import orjson

from collectors.images.references import DIGEST

INDEXES = (
    "application/vnd.oci.image.index.v1+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
)
MANIFESTS = (
    "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.docker.distribution.manifest.v2+json",
)
REFERENCE_TYPE, REFERENCE_DIGEST = "vnd.docker.reference.type", "vnd.docker.reference.digest"
"""How BuildKit marks an entry of an index that is no image but says something about one."""

_ENTRIES = 1024
_TEXT = 256
_LABELS = frozenset(
    (
        *(
            f"org.opencontainers.image.{name}"
            for name in (
                "base.digest", "base.name", "documentation", "licenses", "ref.name", "revision", "source",
                "title", "url", "vendor", "version",
            )
        ),
        *(
            f"org.label-schema.{name}"
            for name in ("name", "url", "vcs-ref", "vcs-url", "vendor", "version")
        ),
    )
)  # fmt: skip
"""The labels whose values are kept; of others, only the name."""


class Malformed(Exception):
    """A document is not what its media type says. The message fits behind its name."""


@dataclass(frozen=True, slots=True)
class Descriptor:
    """What points at another document."""

    digest: str
    size: int
    media_type: str
    artifact_type: str = ""
    platform: str = ""
    annotations: Mapping[str, str] = field(default_factory=dict)

    @property
    def describes(self) -> str:
        """The digest of the image that this attestation is about; empty if it is an image itself."""
        kind = self.annotations.get(REFERENCE_TYPE, "")
        return self.annotations.get(REFERENCE_DIGEST, "") if kind == "attestation-manifest" else ""


@dataclass(frozen=True, slots=True)
class Manifest:
    """An index (`manifests`) or an image or artifact (`config`, `layers`)."""

    digest: str
    media_type: str
    artifact_type: str = ""
    config: Descriptor | None = None
    layers: tuple[Descriptor, ...] = ()
    manifests: tuple[Descriptor, ...] = ()
    subject: str = ""
    annotations: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_index(self) -> bool:
        return self.media_type in INDEXES


@dataclass(frozen=True, slots=True)
class Configuration:
    """What an image says about how it runs."""

    platform: str
    labels: Mapping[str, str]
    label_names: tuple[str, ...]
    variables: tuple[str, ...]
    ports: tuple[str, ...]
    user: str


def manifest(body: bytes, digest: str) -> Manifest:
    """Raises Malformed."""
    document = parsed(body)
    if document.get("schemaVersion") == 1:
        raise Malformed("is in Docker's schema 1, which names nothing by digest; push the image again")
    media_type = _text(document.get("mediaType"))
    if not media_type:
        media_type = INDEXES[0] if "manifests" in document else MANIFESTS[0]
    if media_type not in (*INDEXES, *MANIFESTS):
        raise Malformed("is neither an index nor a manifest")
    subject = descriptor(document.get("subject"))
    read = Manifest(
        digest=digest,
        media_type=media_type,
        artifact_type=_text(document.get("artifactType")),
        subject=subject.digest if subject else "",
        annotations=texts(document.get("annotations")),
    )
    if read.is_index:
        manifests = _descriptors(document.get("manifests"))
        return Manifest(
            digest, media_type, read.artifact_type, None, (), manifests, read.subject, read.annotations
        )
    config = descriptor(document.get("config"))
    layers = _descriptors(document.get("layers"))
    if config is None:
        raise Malformed("names no configuration")
    return Manifest(
        digest, media_type, read.artifact_type, config, layers, (), read.subject, read.annotations
    )


def configuration(body: bytes) -> Configuration:
    """Raises Malformed."""
    document = parsed(body)
    runs = _table(document.get("config"))
    labels = texts(runs.get("Labels"))
    ports = runs.get("ExposedPorts")
    environment = runs.get("Env")
    return Configuration(
        platform=platform(document),
        labels={name: _plain(labels[name]) for name in sorted(labels) if name in _LABELS},
        label_names=tuple(sorted(labels)),
        variables=tuple(
            sorted(
                {
                    _text(each.partition("=")[0])
                    for each in (environment if isinstance(environment, list) else [])[:_ENTRIES]
                    if isinstance(each, str)
                }
            )
        ),
        ports=tuple(sorted(_text(port) for port in ports)[:_ENTRIES]) if isinstance(ports, dict) else (),
        user=_text(runs.get("User")),
    )


def parsed(body: bytes) -> dict[str, object]:
    """A JSON object. Raises Malformed."""
    try:
        document = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise Malformed("is not JSON") from None
    return _table(document)


def descriptor(value: object) -> Descriptor | None:
    """None if there is none. Raises Malformed if there is one that names no digest or size."""
    if value is None:
        return None
    table = _table(value)
    digest, size = table.get("digest"), table.get("size")
    if not isinstance(digest, str) or not DIGEST.fullmatch(digest):
        raise Malformed('points at something by a digest that is not "sha256:" and 64 hexadecimal digits')
    if not isinstance(size, int) or isinstance(size, bool) or size < 0:
        raise Malformed("points at something without saying its size")
    return Descriptor(
        digest=digest,
        size=size,
        media_type=_text(table.get("mediaType")),
        artifact_type=_text(table.get("artifactType")),
        platform=platform(_table(table.get("platform"))),
        annotations=texts(table.get("annotations")),
    )


def platform(table: Mapping[str, object]) -> str:
    """`linux/arm64/v8`; empty if nothing is said."""
    return "/".join(filter(None, (_text(table.get(name)) for name in ("os", "architecture", "variant"))))


def texts(value: object) -> dict[str, str]:
    """The entries of a table that are text, so many and so long as is sensible."""
    table = value if isinstance(value, dict) else {}
    pairs = list(table.items())[:_ENTRIES]
    return {_text(name): _text(each) for name, each in pairs if isinstance(each, str) and name}


def _descriptors(value: object) -> tuple[Descriptor, ...]:
    if not isinstance(value, list):
        raise Malformed("holds no list where it should")
    if len(value) > _ENTRIES:
        raise Malformed(f"points at more than {_ENTRIES} things")
    found = (descriptor(each) for each in value)
    return tuple(each for each in found if each)


def _table(value: object) -> dict[str, object]:
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise Malformed("holds no object where it should")
    return cast("dict[str, object]", value)


def _text(value: object) -> str:
    return value[:_TEXT] if isinstance(value, str) else ""


def _plain(value: str) -> str:
    """A URL loses its query and fragment; user info is taken out by the last scrubber of all texts."""
    return value.partition("#")[0].partition("?")[0] if "://" in value else value
