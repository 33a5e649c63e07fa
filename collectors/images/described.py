"""An image as a resource: its manifest, and the configuration of one of its platforms."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from collectors.errors import NotListed
from collectors.images import documents
from collectors.images.documents import Configuration, Descriptor, Malformed, Manifest
from collectors.images.references import Reference
from collectors.images.registry import Repository
from collectors.model import Alias, Json, Resource, Role, Scope, Why

IMAGE = "image"
MANIFEST = "image.manifest"
NAME = "image_name"
"""The kind of alias by which a workload names an image."""
DIGEST = "image"
"""The kind of alias by which a workload's provider says what runs."""

_PREFERRED = ("linux/amd64", "linux/arm64", "linux/arm64/v8")


@dataclass(frozen=True, slots=True)
class Known:
    """What never changes of an image: its manifest, and the configuration of one of its platforms."""

    manifest: Manifest
    shown: Manifest
    configuration: Configuration


def configuration_of(repository: Repository, shown: Manifest) -> Configuration:
    """Read from the registry; NotListed when it cannot be had or understood."""
    config = shown.config
    if config is None:  # an index without images, or of indexes
        return Configuration("", {}, (), (), (), "")
    body = repository.blob(config, repository.limits.manifest)
    try:
        return documents.configuration(body)
    except Malformed as error:
        raise NotListed(Why.FAILED, f"the configuration {config.digest} {error}") from None


def children_of(manifest: Manifest) -> list[Descriptor]:
    """The images of an index: what is not there to say something about another entry."""
    return [
        each for each in manifest.manifests if not each.describes and not each.platform.startswith("unknown/")
    ]


def preferred(children: Sequence[Descriptor]) -> Descriptor:
    """The one whose configuration is shown: builds of one index differ in little else."""
    order = {platform: rank for rank, platform in enumerate(_PREFERRED)}
    return min(children, key=lambda each: (order.get(each.platform, len(order)), each.platform, each.digest))


def urn_of(reference: Reference, digest: str) -> str:
    """Which image it is, wherever its names may lead."""
    return f"image://{reference.host}/{reference.repository}@{digest}"


def resource_of(reference: Reference, known: Known, names: Sequence[str]) -> Resource:
    """The image, by its digest; `names`: those that lead to it."""
    manifest, shown, runs = known.manifest, known.shown, known.configuration
    base = {**shown.annotations, **manifest.annotations, **runs.labels}
    attributes: dict[str, Json] = {
        "digest": manifest.digest,
        "kind": "index" if manifest.is_index else "manifest",
        "media_type": manifest.media_type,
        "platforms": list[Json](
            sorted({each.platform for each in children_of(manifest) if each.platform}) or [runs.platform]
        ),
        "layers": len(shown.layers),
        "size": sum(layer.size for layer in shown.layers),
        "labels": dict(runs.labels),
        "label_names": list[Json](runs.label_names),
        "variables": list[Json](runs.variables),
        "ports": list[Json](runs.ports),
        "user": runs.user,
        "base_name": base.get("org.opencontainers.image.base.name", ""),
        "base_digest": base.get("org.opencontainers.image.base.digest", ""),
    }
    aliases = {Alias("public", NAME, name) for name in names} | {Alias("public", DIGEST, manifest.digest)}
    if shown.config and not manifest.is_index:
        aliases.add(Alias("public", "image_id", shown.config.digest))
    return Resource(
        urn=urn_of(reference, manifest.digest),
        type=IMAGE,
        name=f"{reference.host}/{reference.repository}",
        scope=Scope("images", reference.host),
        role=Role.IMAGE,
        aliases=tuple(sorted(aliases)),
        attributes=attributes,
    )


def child_of(reference: Reference, child: Descriptor) -> Resource:
    """The image for one platform, of an index."""
    return Resource(
        urn=urn_of(reference, child.digest),
        type=MANIFEST,
        name=f"{reference.host}/{reference.repository}",
        scope=Scope("images", reference.host),
        role=Role.IMAGE,
        aliases=(Alias("public", DIGEST, child.digest),),
        attributes={"digest": child.digest, "media_type": child.media_type, "platform": child.platform},
    )
