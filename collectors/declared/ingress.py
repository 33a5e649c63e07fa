"""What lets requests into a cluster, whatever kind of object says so: what it leads to whom, and who can ask."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from collectors.declared.declaration import LONGEST
from collectors.declared.manifests import At
from collectors.declared.matching import Matched
from collectors.declared.surroundings import Surroundings

MOST_ROUTES = 20_000


@dataclass(frozen=True, slots=True)
class Backend:
    """A Kubernetes service that requests are led to. `names`: what else telemetry may call it."""

    namespace: str
    name: str
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Led:
    """What of an ingress leads to one backend: operations, as `ANY /api/**`.

    `rewritten`: the backend sees other paths than those.
    """

    backend: Backend
    operations: tuple[str, ...]
    rewritten: bool


@dataclass(frozen=True, slots=True)
class Ingress:
    """One object that lets requests in. `internal`: why the internet does not reach it; "" if it does."""

    kind: str
    namespace: str
    name: str
    hosts: tuple[str, ...]
    internal: str
    led: tuple[Led, ...]
    place: str


@dataclass(frozen=True, slots=True)
class Route:
    """One way to a backend. `namespace`: "" for that of the object."""

    namespace: str
    service: str
    matched: Matched


def ingress(
    one: At, seen: Surroundings, hosts: Sequence[str], internal: str, routes: Sequence[Route]
) -> Ingress:
    """What an object lets in, of the routes it has. Raises DeclarationError."""
    namespace, name = one.named
    if not name:
        raise one.wrong("metadata", "has no name")
    led: dict[tuple[str, str, bool], set[str]] = defaultdict(set)
    for route in routes:
        if route.service:
            place = (
                (route.namespace or namespace)[:LONGEST],
                route.service[:LONGEST],
                route.matched.rewritten,
            )
            led[place].update(route.matched.operations)
    if sum(map(len, led.values())) > MOST_ROUTES:
        raise one.wrong("spec", f"has too many routes: at most {MOST_ROUTES:,} are read")
    return Ingress(
        one.kind.lower(),
        namespace[:LONGEST],
        name[:LONGEST],
        tuple(sorted({each.lower()[:LONGEST] for each in hosts if each})),
        internal,
        tuple(
            Led(
                Backend(where, service, seen.selectors.get((where, service), ())),
                tuple(sorted(names)),
                rewritten,
            )
            for (where, service, rewritten), names in sorted(led.items())
        ),
        one.pointer if not one.document else f"document {one.document + 1} {one.pointer}",
    )
