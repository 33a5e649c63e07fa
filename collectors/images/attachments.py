"""Finds the lists of components that are attached to an image, wherever its builder has put them.

Where: referrers of the digest (or the tag that stands in for them), BuildKit's attestations in the index,
and cosign's older tags. What: CycloneDX or SPDX, plain, in an in-toto statement, or that in a signed
envelope. Signatures are not verified: what is found is marked as attached, not as proven.
Sources: OCI image specification 1.1; BuildKit's attestation storage; in-toto attestation 1.0; DSSE 1.0.
"""

from __future__ import annotations

import base64
import binascii
import threading
import zlib
from collections.abc import Iterator, Mapping
from typing import cast

from collectors.errors import Gone, NotListed
from collectors.images import sbom
from collectors.images.documents import Descriptor, Malformed, Manifest, parsed
from collectors.images.registry import Repository
from collectors.images.sbom import Component
from collectors.model import Why

_PREDICATE = "in-toto.io/predicate-type"
_CANDIDATES = 32
_READING = threading.Semaphore(2)  # a parsed list is many times larger than its text
_PLAIN = ("cyclonedx+json", "spdx+json", "cyclonedx", "spdx")
_WRAPPED = ("in-toto+json", "dsse.envelope", "sigstore.bundle")
_OTHER = ("cosign.simplesigning", "notary", "slsa", "provenance", "sarif", "vex")


def attached(repository: Repository, image: Manifest) -> tuple[Component, ...] | None:
    """The components of an image, over all its platforms; None if nothing says what they are.

    Raises NotListed for weather, and where what is attached is too large, altered or unreadable.
    """
    subjects = frozenset({image.digest, *(child.digest for child in image.manifests if not child.describes)})
    for source in (_referring, _in_index, _referring_children, _older_tags):
        found: dict[str, Component] = {}
        read = False
        for listed in source(repository, image, subjects):
            read = True
            found |= {each.purl: each for each in listed}
        if read:
            return tuple(found[purl] for purl in sorted(found))
    return None


Bom = Mapping[str, object]
Listed = Iterator[tuple[Component, ...]]


def _referring(repository: Repository, image: Manifest, subjects: frozenset[str]) -> Listed:
    yield from _referrers(repository, image.digest, subjects)


def _referring_children(repository: Repository, image: Manifest, subjects: frozenset[str]) -> Listed:
    for child in [child for child in image.manifests if not child.describes][:8]:
        yield from _referrers(repository, child.digest, subjects)


def _referrers(repository: Repository, digest: str, subjects: frozenset[str]) -> Listed:
    candidates = [each for each in repository.referrers(digest) if _may_hold(each.artifact_type)]
    for each in candidates[:_CANDIDATES]:
        artifact = repository.manifest(each.digest)
        if artifact.subject in {"", digest}:
            yield from _layers(repository, artifact, subjects)


def _in_index(repository: Repository, image: Manifest, subjects: frozenset[str]) -> Listed:
    about = [each for each in image.manifests if each.describes in subjects]
    for each in about[:_CANDIDATES]:
        yield from _layers(repository, repository.manifest(each.digest), subjects)


def _older_tags(repository: Repository, image: Manifest, subjects: frozenset[str]) -> Listed:
    for suffix in ("sbom", "att"):
        try:
            artifact = repository.manifest(f"{image.digest.replace(':', '-')}.{suffix}", proof=False)
        except Gone:
            continue
        yield from _layers(repository, artifact, subjects)


def _may_hold(artifact_type: str) -> bool:
    return not any(word in artifact_type for word in _OTHER)


def _layers(repository: Repository, artifact: Manifest, subjects: frozenset[str]) -> Listed:
    for layer in artifact.layers[:_CANDIDATES]:
        if not _holds(layer):
            continue
        what = f"the attached list of components {layer.digest}"
        try:
            body = repository.blob(layer, repository.limits.sbom)
            with _READING:
                document = _unwrapped(parsed(_inflated(body, layer, repository.limits.sbom)), subjects)
                listed = None if document is None else sbom.components(document)
                del document
        except Malformed as error:
            raise NotListed(Why.FAILED, f"{what} {error}") from None
        if listed is not None:
            yield listed


def _holds(layer: Descriptor) -> bool:
    predicate = layer.annotations.get(_PREDICATE) or layer.annotations.get("predicateType", "")
    if predicate:
        return "spdx" in predicate or "cyclonedx" in predicate
    return any(word in layer.media_type for word in (*_PLAIN, *_WRAPPED))


def _inflated(body: bytes, layer: Descriptor, cap: int) -> bytes:
    if not layer.media_type.endswith("gzip"):
        return body
    stream = zlib.decompressobj(wbits=31)
    try:
        inflated = stream.decompress(body, cap + 1)
    except zlib.error:
        raise Malformed("is not gzip") from None
    if len(inflated) > cap:
        raise Malformed(f"is larger than {cap} bytes when inflated, which is not read")
    return inflated


def _unwrapped(document: Bom, subjects: frozenset[str]) -> Bom | None:
    """The list itself out of a statement or an envelope; None if it is something else or about another image."""
    envelope = document.get("dsseEnvelope", document)
    if isinstance(envelope, dict) and isinstance(envelope.get("payload"), str):
        try:
            document = parsed(base64.b64decode(cast("str", envelope["payload"]), validate=True))
        except binascii.Error:
            raise Malformed("has a payload that is not base64") from None
    if "predicateType" in document:
        if not _about(document.get("subject"), subjects):
            return None
        predicate = document.get("predicate")
        inner = predicate.get("Data", predicate) if isinstance(predicate, dict) else None
        document = parsed(inner.encode()) if isinstance(inner, str) else cast("Bom", inner or {})
    return document if sbom.is_bom(document) else None


def _about(listed: object, subjects: frozenset[str]) -> bool:
    named = {
        f"sha256:{digest['sha256']}"
        for each in (listed if isinstance(listed, list) else [])
        if isinstance(each, dict) and isinstance(digest := each.get("digest"), dict) and "sha256" in digest
    }
    return not named or bool(named & subjects)
