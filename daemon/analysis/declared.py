"""Which operations are declared and seen, declared and never seen, seen and never declared.

A seen operation is a declared one if their methods agree and their paths have one shape. What lets in all below a
path declares nothing in full: it covers what is seen there, and what is not there may be declared elsewhere.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from collectors.model import Json, Resource, Role, Seen
from daemon.analysis.classes import texts
from daemon.analysis.ingresses import LetIn, let_in
from daemon.analysis.shapes import PARAMETER, REST, Shape, covers, is_open, shape
from daemon.analysis.workloads import services, workloads
from daemon.values.graph import Graph
from daemon.values.operation import OperationSheet

_GATEWAY = "aws.apigateway"
_OPEN = -1
"""Stands for any length of a path."""


@dataclass(slots=True)
class _Declarations:
    """What some services together declare. `owner`: the one, or the gateway in front of several.

    `full`: what is not in it is declared nowhere. `rewritten`: the services see other paths.
    """

    owner: str
    full: bool = True
    rewritten: bool = False
    by_shape: dict[Shape, set[str]] = field(default_factory=lambda: defaultdict(set))
    loose: dict[int, list[tuple[Shape, str]]] = field(default_factory=lambda: defaultdict(list))
    names: dict[str, str] = field(default_factory=dict)
    matched: set[str] = field(default_factory=set)

    def add(self, urn: str, name: str, base: str = "") -> None:
        """A declaration; a service may or may not see the base that its server adds."""
        self.names[urn] = name
        method, space, path = name.partition(" ")
        without = f"{method} {path.removeprefix(base) or '/'}" if base and space else name
        for each in {name, without}:
            known = shape(each)
            self.by_shape[known].add(urn)
            if known[0] == "" or is_open(known) or PARAMETER in "".join(known[1]):
                self.loose[_OPEN if is_open(known) else len(known[1])].append((known, urn))
            self.full = self.full and known[1] != (REST,)

    def of(self, seen: Shape) -> set[str]:
        """The declarations that a seen operation is one of."""
        found = self.by_shape.get(seen, set()) or {
            urn
            for length in (len(seen[1]), _OPEN)
            for known, urn in self.loose.get(length, ())
            if covers(known, seen)
        }
        self.matched |= found
        return set(found)


def operations(graph: Graph, public: Collection[str] = ()) -> tuple[OperationSheet, ...]:
    """Every operation seen or declared, sorted by service and name. `public`: urns the internet can call."""
    service_of = services(graph)
    groups = _groups(graph)
    times = {r.target: r.seen for r in graph.relations if r.verb == "has" and r.seen is not None}
    found = []
    for urn, resource in graph.resources.items():
        if resource.role is not Role.OPERATION or not urn.startswith("operation://"):
            continue
        service = service_of.get(urn, "")
        declarations = groups.get(service, ())
        requested = resource.attributes.get("kind") == "server"
        known: set[str] = set()
        stated = named = False
        for group in declarations:
            of = group.of(shape(resource.name))
            if requested and group.rewritten:
                group.matched |= group.names.keys()
            known |= of
            if group.full:
                stated, named = True, named or bool(of)
        first, last = _times(times.get(urn))
        found.append(
            OperationSheet(
                service=service,
                environment=resource.scope.account,
                name=resource.name,
                seen=urn,
                declared=tuple(sorted(known)),
                undeclared=requested and stated and not named,
                public=urn in public,
                returns=_returns(graph, known),
                first_seen=first,
                last_seen=last,
            )
        )
    for group in {id(each): each for some in groups.values() for each in some}.values():
        for urn, name in group.names.items():
            if urn not in group.matched:
                environment = group.owner.partition("://")[2].partition("/")[0]
                found.append(
                    OperationSheet(
                        group.owner, environment if "://" in group.owner else "", name, "", (urn,), False, False,
                        _returns(graph, (urn,)), "", "",
                    )
                )  # fmt: skip
    return tuple(sorted(found, key=lambda each: (each.environment, each.service, each.name, each.seen)))


def _groups(graph: Graph) -> Mapping[str, Sequence[_Declarations]]:
    """What each service declares: in its own documents, and in the gateways that lead to it."""
    own: dict[str, _Declarations] = {}
    for relation in graph.relations:
        resource = graph.resources.get(str(relation.target)) if relation.verb == "declares" else None
        if resource is not None:
            base = resource.attributes.get("base")
            own.setdefault(relation.source, _Declarations(relation.source)).add(
                resource.urn, resource.name, base if isinstance(base, str) else ""
            )
    found: dict[str, list[_Declarations]] = defaultdict(list)
    for service, group in own.items():
        found[service].append(group)
    on: dict[str, set[str]] = defaultdict(set)
    for service, running in workloads(graph).items():
        for urn in running:
            on[urn].add(service)
    onward: dict[str, set[str]] = defaultdict(set)
    for relation in graph.relations:
        if relation.verb == "routes_to" and (target := graph.target(relation)):
            onward[relation.source].add(target)
    for urn, resource in sorted(graph.resources.items()):
        routes = tuple(_routes(resource)) if resource.type.startswith(_GATEWAY) else ()
        behind = (
            {service for there in _reached(urn, onward) for service in on.get(there, ())} if routes else set()
        )
        if not behind:
            continue
        group = _Declarations(next(iter(behind)) if len(behind) == 1 else urn)
        for route in routes:
            group.add(f"{urn} {route}", route)
        for service in behind:
            found[service].append(group)
    for each in let_in(graph):
        group = _let_in(each)
        found[each.service or each.ingress].append(group)
    return found


def _let_in(each: LetIn) -> _Declarations:
    group = _Declarations(each.service or each.ingress, full=False, rewritten=each.rewritten)
    for name in each.operations:
        group.add(f"{each.ingress} {name}", name)
    return group


def _reached(start: str, onward: Mapping[str, Collection[str]]) -> set[str]:
    found, stack = {start}, [start]
    while stack:
        for there in onward.get(stack.pop(), ()):
            if there not in found:
                found.add(there)
                stack.append(there)
    return found


def _routes(resource: Resource) -> Iterator[str]:
    """A gateway's routes as operations: `GET /orders/{id}`."""
    routes = resource.attributes.get("Routes")
    for route in routes if isinstance(routes, list) else ():
        if isinstance(route, str):
            yield route
        elif isinstance(route, dict) and isinstance(path := route.get("Path"), str):
            yield from (f"{method} {path}" for method in texts(route.get("Methods")))


def _returns(graph: Graph, urns: Collection[str]) -> tuple[str, ...]:
    stated: list[Json] = [
        graph.resources[urn].attributes.get("returns") for urn in urns if urn in graph.resources
    ]
    return tuple(sorted({name for each in stated for name in texts(each)}))


def _times(seen: Seen | None) -> tuple[str, str]:
    if seen is None:
        return "", ""
    first, last = (datetime.fromtimestamp(each, UTC) for each in (seen.first, seen.last))
    return first.strftime("%Y-%m-%dT%H:%M:%SZ"), last.strftime("%Y-%m-%dT%H:%M:%SZ")
