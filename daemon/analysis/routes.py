"""The ways that calls and messages take from operation to operation."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from operator import itemgetter

from daemon.analysis.answering import answered
from daemon.analysis.workloads import services
from daemon.values.graph import Graph
from daemon.values.path import Hop

ONWARD = frozenset({"calls", "publishes_to", "consumed_by"})
"""The verbs a route is made of; all of them lead from and to operations and topics."""


@dataclass(frozen=True, slots=True)
class Ways:
    """Calls and messages as numbers: the order of the numbers is the order of the urns.

    So the first route a breadth-first search finds is the shortest, and of those the first by urns,
    whatever the order the relations came in.

    Numbers beyond those of `urns` are *turns*, one for each service that answers calls unseen: such a call leads
    to the turn, and from there to each operation that may have answered it.
    """

    urns: tuple[str, ...]
    numbers: Mapping[str, int]
    onward: tuple[tuple[int, ...], ...]
    back: tuple[tuple[int, ...], ...]
    hops: Mapping[tuple[int, int], Hop]

    def reaching(self, ends: Iterable[int]) -> set[int]:
        """Everything from which one of `ends` can be reached, with them."""
        return _spread(ends, self.back, None)

    def places(self, numbers: Iterable[int]) -> set[int]:
        """Those that are no turns: within them, all that leads on was seen."""
        return {number for number in numbers if number < len(self.urns)}

    def reached(self, starts: Iterable[int], within: Collection[int]) -> set[int]:
        """Everything `starts` lead to, with them, without leaving `within`."""
        return _spread(starts, self.onward, within)

    def search(self, start: int, within: Collection[int]) -> dict[int, int]:
        """What is reached from `start`, nearest first, each with where it was reached from."""
        came_from = {start: start}
        self.search_on(came_from, within)
        return came_from

    def search_on(self, came_from: dict[int, int], within: Collection[int]) -> list[int]:
        """Adds what is reached from what a search reached, nearest first; returns that."""
        found: list[int] = []
        frontier = [*came_from]
        onward = self.onward
        while frontier:
            following: list[int] = []
            for here in frontier:
                for there in onward[here]:
                    if there in within and there not in came_from:
                        came_from[there] = here
                        following.append(there)
            frontier = following
            found += following
        return found

    def route(self, came_from: Mapping[int, int], end: int) -> tuple[Hop, ...]:
        """The hops by which a search reached `end`."""
        hops: list[Hop] = []
        while (before := came_from[end]) != end:
            if before < len(self.urns):
                hops.append(self.hops[before, end])
            else:
                before = came_from[before]
                call = self.hops[before, came_from[end]]
                by = (call.verb, call.target)
                hops.append(Hop(self.urns[before], "calls", self.urns[end], call.evidence, by))
            end = before
        return tuple(reversed(hops))


def ways(graph: Graph) -> Ways:
    """The calls and messages of a graph."""
    edges: dict[tuple[str, str], Hop] = {}
    urns: set[str] = set()
    for relation in graph.relations:
        if relation.verb not in ONWARD or not isinstance(relation.target, str):
            continue
        source, target = relation.source, relation.target
        if source == target or source.startswith("service://") or target.startswith("service://"):
            continue  # one end is not known: see `answered`
        urns.update((source, target))
        evidence = relation.attributes.get("evidence")
        hop = Hop(source, relation.verb, target, evidence if isinstance(evidence, str) else "")
        known = edges.get((source, target))
        if known is None or (hop.verb, hop.evidence) < (known.verb, known.evidence):
            edges[source, target] = hop
    urns.update(urn for urn in graph.resources if urn.startswith("operation://"))
    urns.update(
        relation.source
        for relation in graph.relations
        if relation.seen is not None or relation.source.startswith(("operation://", "service://"))
    )
    ordered = tuple(sorted(urns))
    numbers = {urn: number for number, urn in enumerate(ordered)}
    onward: dict[int, list[int]] = defaultdict(list)
    back: dict[int, list[int]] = defaultdict(list)
    hops = {}
    for (here, there), hop in sorted(
        (((numbers[source], numbers[target]), hop) for (source, target), hop in edges.items()),
        key=itemgetter(0),
    ):
        onward[here].append(there)
        back[there].append(here)
        hops[here, there] = hop
    turns: dict[str, int] = {}
    for hop, service in answered(graph):
        here, turn = numbers[hop.source], turns.setdefault(service, len(ordered) + len(turns))
        onward[here].append(turn)
        back[turn].append(here)
        hops[here, turn] = hop
    for urn, service in sorted(services(graph).items()):
        if service in turns and _serves(graph, urn):
            onward[turns[service]].append(numbers[urn])
            back[numbers[urn]].append(turns[service])
    every = range(len(ordered) + len(turns))
    return Ways(
        ordered,
        numbers,
        tuple(tuple(onward.get(number, ())) for number in every),
        tuple(tuple(back.get(number, ())) for number in every),
        hops,
    )


def _serves(graph: Graph, urn: str) -> bool:
    operation = graph.resources.get(urn)
    return operation is not None and operation.attributes.get("kind") == "server"


def loops(known: Ways, within: Collection[int]) -> Iterator[int]:
    """The members of the loops within `within` that nothing else in it leads to.

    Every place of `within` is reached from one of them.
    """
    covered: set[int] = set()
    for start in reversed(_finished(known, within)):
        if start in covered:
            continue
        # The last to be finished lies in a part that nothing outside leads to: whatever leads here is part of it.
        ring = _spread([start], known.back, set(within) - covered)
        yield from sorted(ring)
        covered |= known.reached(ring, within)


def _finished(known: Ways, within: Collection[int]) -> list[int]:
    """Places in the order in which a depth-first search is done with them."""
    seen: set[int] = set()
    order: list[int] = []
    for start in sorted(within):
        if start in seen:
            continue
        seen.add(start)
        stack = [(start, iter(known.onward[start]))]
        while stack:
            here, following = stack[-1]
            for there in following:
                if there in within and there not in seen:
                    seen.add(there)
                    stack.append((there, iter(known.onward[there])))
                    break
            else:
                order.append(here)
                stack.pop()
    return order


def _spread(
    starts: Iterable[int], following: tuple[tuple[int, ...], ...], within: Collection[int] | None
) -> set[int]:
    found = set(starts)
    stack = list(found)
    while stack:
        for there in following[stack.pop()]:
            if there not in found and (within is None or there in within):
                found.add(there)
                stack.append(there)
    return found
