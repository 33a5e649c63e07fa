"""Resources, relations and data paths as documents: canonical JSON, its digest, and back."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import astuple
from typing import Any, cast

import orjson

from collectors.model import Alias, Json, Relation, Resource, Role, Scope, Seen
from daemon.values.path import Answer, Border, DataPath, Direction, Hop, PathIdentity, Tier

Document = dict[str, Json]


def encode(document: Mapping[str, Json]) -> bytes:
    """Canonical JSON: sorted keys, no spaces. U+0000 becomes U+FFFD, since PostgreSQL cannot read it back."""
    body = to_json(document)
    return body.replace(b"\\u0000", b"\\ufffd") if b"\\u0000" in body else body


def to_json(value: object) -> bytes:
    """JSON of anything a cloud may answer: what JSON cannot say (half a surrogate pair) is told as near as can be."""
    try:
        return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
    except TypeError:
        return orjson.dumps(_sayable(value), option=orjson.OPT_SORT_KEYS)


def _sayable(value: object) -> object:
    if isinstance(value, str):
        return value.encode(errors="replace").decode()
    if isinstance(value, int) and not -(1 << 63) <= value < 1 << 63:
        return str(value)
    if isinstance(value, list | tuple):
        return [_sayable(each) for each in value]
    if isinstance(value, dict):
        return {_sayable(key): _sayable(each) for key, each in value.items()}
    return value


def decode(body: str | bytes) -> Document:
    """The document of canonical JSON."""
    return cast("Document", orjson.loads(body))


def digest(body: bytes) -> bytes:
    """SHA-256: 32 bytes."""
    return hashlib.sha256(body).digest()


def prefix(of: bytes) -> bytes:
    """The part of a digest by which a document is found."""
    return of[:8]


def of_resource(resource: Resource) -> Document:
    """What is versioned of a resource: everything but its urn; `unobserved` only where something was not seen."""
    never: Document = {"unobserved": list[Json](sorted(resource.unobserved))} if resource.unobserved else {}
    return never | {
        "type": resource.type,
        "name": resource.name,
        "scope": [resource.scope.provider, resource.scope.account, resource.scope.region],
        "role": resource.role.value,
        "public": resource.public,
        "aliases": list[Json](sorted(str(alias) for alias in resource.aliases)),
        "namespaces": list[Json](sorted(resource.namespaces)),
        "tags": dict(resource.tags),
        "attributes": dict(resource.attributes),
    }


def to_resource(urn: str, document: Mapping[str, Json]) -> Resource:
    """The inverse of `of_resource`."""
    provider, account, region = cast("list[str]", document["scope"])
    return Resource(
        urn=urn,
        type=cast("str", document["type"]),
        name=cast("str", document["name"]),
        scope=Scope(provider, account, region),
        role=Role(cast("str", document["role"])),
        public=cast("bool | None", document["public"]),
        aliases=tuple(Alias.parse(text) for text in cast("list[str]", document["aliases"])),
        namespaces=tuple(cast("list[str]", document["namespaces"])),
        tags=cast("dict[str, str]", document["tags"]),
        attributes=cast("dict[str, Json]", document["attributes"]),
    )


def to_relation(
    source: str, verb: str, target: str, *, raw: bool, attributes: Document, seen: Seen | None
) -> Relation:
    """A relation as its collector answered it."""
    return Relation(source, verb, Alias.parse(target) if raw else target, attributes, seen)


def path_identity(origin: str, sink: str, direction: str, data_class: str) -> PathIdentity:
    """An identity from its stored columns."""
    return PathIdentity(origin, sink, Direction(direction), data_class)


def of_path(path: DataPath) -> Document:
    """The content of a data path: everything but its identity."""
    return {
        "exposure": path.exposure,
        "exposure_evidence": path.exposure_evidence,
        "tier": path.tier.value,
        "route": [_of_hop(hop) for hop in path.route],
        "columns": list[Json](path.columns),
        "class_tier": path.class_tier,
        "class_reason": path.class_reason,
        "store": path.store,
        "borders": [[*astuple(border)] for border in path.borders],
        "expected": path.expected,
        **({"answer": path.answer.value, "answer_evidence": path.answer_evidence} if path.answer else {}),
        **({"unplaced": list[Json](path.unplaced)} if path.unplaced else {}),
    }


def to_path(
    identity: PathIdentity, document: Mapping[str, Any], known: dict[object, Hop] | None = None
) -> DataPath:
    """The inverse of `of_path`. `known`: hops of paths read with it, which share most of them; it is added to."""
    hops = {} if known is None else known
    return DataPath(
        identity=identity,
        exposure=document["exposure"],
        exposure_evidence=document["exposure_evidence"],
        tier=Tier(document["tier"]),
        route=tuple(_to_hop(hops, *hop) for hop in document["route"]),
        columns=tuple(document["columns"]),
        class_tier=document["class_tier"],
        class_reason=document["class_reason"],
        store=document["store"],
        borders=tuple(Border(*border) for border in document["borders"]),
        expected=document["expected"],
        answer=Answer(document.get("answer", "")),
        answer_evidence=document.get("answer_evidence", ""),
        unplaced=tuple(document.get("unplaced", ())),
    )


def _of_hop(hop: Hop) -> list[Json]:
    return [hop.source, hop.verb, hop.target, hop.evidence, *((list[Json](hop.by),) if hop.by else ())]


def _to_hop(
    known: dict[object, Hop], source: str, verb: str, target: str, evidence: str, by: Sequence[str] = ()
) -> Hop:
    key = source, target, verb, evidence, *by
    found = known.get(key)
    if found is None:
        found = known[key] = Hop(source, verb, target, evidence, (by[0], by[1]) if by else None)
    return found


def components(body: bytes) -> list[dict[str, str]]:
    """The components of a content document, each with purl, name and version; those without are left out."""
    listed = decode(body)["document"]
    return [
        {name: str(each[name]) for name in ("purl", "name", "version")}
        for each in (listed if isinstance(listed, list) else [])
        if isinstance(each, dict)
        and each.get("purl")
        and each.get("name")
        and each.get("version") is not None
    ]
