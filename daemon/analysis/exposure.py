"""Where requests come from: which operations the internet can call, and which begin inside."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from collectors.model import Resource, Role
from daemon.analysis.ingresses import admitted
from daemon.analysis.routes import Ways, loops
from daemon.analysis.workloads import services, workloads
from daemon.values.graph import Graph

INTERNET = "internet"
INTERNAL = "internal"

INVENTORY, SPAN, OPERATOR = 3, 2, 1
"""How strong the evidence for a public entry is."""


@dataclass(frozen=True, slots=True)
class Entry:
    """Why the internet can call an operation. `via`: urns from the public resource to the workload."""

    strength: int
    evidence: str
    via: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a data path can begin, and why."""

    exposure: str
    evidence: str


def entries(graph: Graph, public_operations: Sequence[str] = ()) -> dict[str, Entry]:
    """The operations that the internet can call, by urn, with the strongest evidence for each.

    Behind a public load balancer, gateway or address all server operations of a service count, but for those
    that were only ever called by our own services: such a balancer says what *can* be called, so an
    operation seen as the root of a trace, from a public address or without any caller is public; one that
    always had an observed caller is an internal interface of the same process.
    """
    service_of = services(graph)
    fronts = _fronts(graph)
    called = _called(graph)
    runs = workloads(graph)
    let_in = admitted(graph, _served(graph, service_of))
    found: dict[str, Entry] = {}
    for urn, operation in sorted(graph.resources.items()):
        if operation.role is not Role.OPERATION:
            continue
        service = service_of.get(urn, "")
        name = _name(graph, service)
        server = operation.attributes.get("kind") == "server"
        public_caller = operation.attributes.get("public_caller") is True
        root = operation.attributes.get("root") is True
        front = _best(fronts[workload] for workload in runs.get(service, ()) if workload in fronts)
        if server and not front and (ingress := let_in.get((service, operation.name))):
            front = (ingress,)
        if server and front and (root or public_caller or urn not in called):
            found[urn] = Entry(INVENTORY, f"{_words(graph, front)} {name}", front)
        elif server and root and public_caller:
            found[urn] = Entry(SPAN, f"{operation.name} of {name} was called from a public address")
        elif pattern := _listed(f"{name} {operation.name}", public_operations):
            found[urn] = Entry(OPERATOR, f"the operator lists it as public: {pattern}")
    return found


def origins(
    graph: Graph, public: Mapping[str, Entry], known: Ways, *, ends: Iterable[str]
) -> dict[str, Origin]:
    """Where paths to `ends` (urns) can begin: public entries, and operations that nothing was seen to call.

    A root of traces and a consumer begin something even if they also have callers. In a loop of calls
    that nothing outside leads to, each operation begins something: otherwise a loop would hide what it reads.
    A call that nothing was seen to answer takes no beginning away.
    """
    useful = known.places(known.reaching(known.numbers[urn] for urn in ends))
    called = _called(graph)
    found: dict[str, Origin] = {}
    for number in sorted(useful):
        urn = known.urns[number]
        if entry := public.get(urn):
            found[urn] = Origin(INTERNET, entry.evidence)
        elif reason := _begins(
            graph.resources.get(urn), urn, alone=not known.places(known.back[number]), called=urn in called
        ):
            found[urn] = Origin(INTERNAL, reason)
    covered = known.reached((known.numbers[urn] for urn in found), useful)
    for number in loops(known, useful - covered):
        urn = known.urns[number]
        if not urn.startswith("topic://"):
            found[urn] = Origin(INTERNAL, "it is part of a loop of calls that nothing else was seen to enter")
    return found


def _begins(operation: Resource | None, urn: str, *, alone: bool, called: bool) -> str:
    if urn.startswith("service://"):
        return "the operation of the service is not known"
    if urn.startswith("topic://"):
        return ""  # its consumers begin
    kind = operation.attributes.get("kind") if operation else None
    root = operation is not None and operation.attributes.get("root") is True
    if kind == "consumer":
        return "it consumes messages"
    if root or (alone and not called):
        return "it runs by itself" if kind == "job" else "it was seen without a caller"
    return "the operation of its caller is not known" if alone else ""


def _served(graph: Graph, service_of: Mapping[str, str]) -> dict[str, set[str]]:
    """By service, the names of the operations that answer requests."""
    found: dict[str, set[str]] = defaultdict(set)
    for urn, operation in graph.resources.items():
        if operation.role is Role.OPERATION and operation.attributes.get("kind") == "server":
            found[service_of.get(urn, "")].add(operation.name)
    return found


def _called(graph: Graph) -> set[str]:
    return {
        relation.target
        for relation in graph.relations
        if relation.verb == "calls"
        and isinstance(relation.target, str)
        and relation.target != relation.source
    }


def _fronts(graph: Graph) -> dict[str, tuple[str, ...]]:
    """The shortest chain from a public resource to everything that one leads to, nearest and first by urn."""
    onward: dict[str, set[str]] = defaultdict(set)
    for relation in graph.relations:
        if relation.verb == "routes_to" and (target := graph.target(relation)):
            onward[relation.source].add(target)
    starts = [
        urn
        for urn, resource in sorted(
            graph.resources.items(), key=lambda each: (each[1].role is not Role.ENTRY, each[0])
        )
        if resource.public is True and resource.role in {Role.ENTRY, Role.WORKLOAD}
    ]
    chains: dict[str, tuple[str, ...]] = {urn: (urn,) for urn in starts}
    frontier = list(chains)
    while frontier:
        following: list[str] = []
        for here in frontier:
            for there in sorted(onward.get(here, ())):
                if there not in chains:
                    chains[there] = (*chains[here], there)
                    following.append(there)
        frontier = following
    return chains


def _best(chains: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    return min(chains, key=lambda chain: (len(chain), chain), default=())


def _words(graph: Graph, chain: tuple[str, ...]) -> str:
    front = graph.resources[chain[0]]
    kind = front.type.rpartition(".")[2].replace("_", " ")
    if front.role is Role.ENTRY:
        return f"{kind} {front.name} faces the internet and leads to"
    return f"{kind} {front.name} has a public address and runs"


def _listed(text: str, patterns: Sequence[str]) -> str:
    return next((pattern for pattern in sorted(patterns) if fnmatchcase(text, pattern)), "")


def _name(graph: Graph, service: str) -> str:
    resource = graph.resources.get(service)
    return resource.name if resource else service.rpartition("/")[2]
