"""Differences and changes as the store would hand them over, made by hand."""

from __future__ import annotations

from collections.abc import Mapping

from collectors.model import Json, Scope
from daemon.values.drift import Difference, Kind, Origin

AWS = Scope("aws", "111122223333", "eu-west-1")
DEMO = Scope("traces", "demo")
ACCOUNT = "arn:aws:lambda:eu-west-1:111122223333:function"


def document(
    attributes: Mapping[str, Json] | None = None,
    *,
    tags: Mapping[str, str] | None = None,
    public: bool | None = None,
    unobserved: tuple[str, ...] = (),
) -> dict[str, Json]:
    """A resource's document."""
    return {
        "public": public,
        "tags": dict(tags or {}),
        "attributes": dict(attributes or {}),
        "unobserved": [*unobserved],
    }


def resource(
    urn: str,
    type: str,
    before: Mapping[str, Json] | None,
    after: Mapping[str, Json] | None,
    origin: Origin | None = None,
) -> Difference:
    """A resource that differs. Without an origin: the one that fits an ordinary snapshot."""
    traced = "://" in urn
    return Difference(
        kind=Kind.RESOURCE,
        key=urn,
        type=type,
        name=urn.rpartition("/" if traced else ":")[2],
        scope=DEMO if traced else AWS,
        before=before,
        after=after,
        origin=origin or _origin(before, after),
        environment="demo" if traced else "",
    )


def flow(
    source: str,
    verb: str,
    target: str,
    before: Mapping[str, Json] | None,
    after: Mapping[str, Json] | None,
    origin: Origin | None = None,
) -> Difference:
    """A flow that differs."""
    key = f"{source} {verb} {target}"
    return Difference(
        Kind.FLOW, key, verb, "", DEMO, before, after, origin or _origin(before, after), environment="demo"
    )


def relation(
    source: str,
    verb: str,
    target: str,
    before: Mapping[str, Json] | None,
    after: Mapping[str, Json] | None,
    origin: Origin | None = None,
) -> Difference:
    """A relation stated by configuration that differs."""
    key = f"{source} {verb} {target}"
    return Difference(Kind.RELATION, key, verb, "", AWS, before, after, origin or _origin(before, after))


def alias(name: str, before: str | None, after: str | None, origin: Origin = Origin.ALTERED) -> Difference:
    """A name that leads elsewhere: "" is unresolved, None was not there."""
    sides = [None if urn is None else {"urn": urn} for urn in (before, after)]
    return Difference(Kind.ALIAS, name, "alias", name, AWS, sides[0], sides[1], origin)


def _origin(before: object, after: object) -> Origin | None:
    if after is None:
        return None
    return Origin.ADDED if before is None else Origin.ALTERED
