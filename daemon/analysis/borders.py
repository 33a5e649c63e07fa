"""Which data edges of a path cross from one jurisdiction into another."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from itertools import product

from collectors.model import Alias
from daemon.analysis.hosts import region_in
from daemon.analysis.workloads import services, workloads
from daemon.values.graph import Graph
from daemon.values.path import Border, Direction, Hop

JurisdictionOf = Callable[[str, str], str]
"""The jurisdiction of a provider's region; "" if unknown."""

_ONE_WAY = frozenset({"publishes_to", "consumed_by"})

Place = tuple[str, str]
"""A jurisdiction and the region that lies in it."""


class Places:
    """Where services run and where tables, topics and hosts lie, each as far as it is known."""

    def __init__(self, graph: Graph, jurisdiction: JurisdictionOf) -> None:
        self._graph = graph
        self._jurisdiction = jurisdiction
        self._stores: dict[str, set[str]] = defaultdict(set)
        self._named: dict[str, set[Place]] = defaultdict(set)
        self._service = services(graph)
        self._runs_on = workloads(graph)
        for relation in graph.relations:
            if relation.verb in {"stored_in", "located_at"}:
                if target := graph.target(relation):
                    self._stores[relation.source].add(target)
                elif not isinstance(relation.target, str):
                    # A name that the cloud gave says where it leads, listed or not.
                    self._named[relation.source] |= self._at("aws", _region(relation.target))
        self._known: dict[str, frozenset[Place]] = {}
        self._crossings: dict[tuple[str, str], tuple[Border, ...]] = {}

    def store(self, table: str) -> str:
        """The database a table was found to be stored in; "" if that is not known for certain."""
        found = self._stores.get(table, set())
        return next(iter(found)) if len(found) == 1 else ""

    def of(self, urn: str) -> frozenset[Place]:
        """The places of an operation's or service's workloads, or of a table, topic or host."""
        if urn not in self._known:
            self._known[urn] = frozenset(self._find(urn))
        return self._known[urn]

    def between(self, origin: str, destination: str) -> tuple[Border, ...]:
        """The borders between one end of a call and the other."""
        pair = (origin, destination)
        if pair not in self._crossings:
            self._crossings[pair] = tuple(
                Border(law, other_law, region, other_region)
                for (law, region), (other_law, other_region) in product(self.of(origin), self.of(destination))
                if law != other_law
            )
        return self._crossings[pair]

    def _find(self, urn: str) -> set[Place]:
        scheme = urn.partition("://")[0]
        if scheme == "operation":
            service = self._service.get(urn)
            return set(self.of(service)) if service else set()
        if scheme == "service":
            return self._resources(self._runs_on.get(urn, ())) or self._from_span(urn)
        return self._resources(self._stores.get(urn, ())) or self._named.get(urn, set())

    def _resources(self, urns: Iterable[str]) -> set[Place]:
        found: set[Place] = set()
        for urn in urns:
            if resource := self._graph.resources.get(urn):
                found |= self._at(resource.scope.provider, resource.scope.region)
        return found

    def _from_span(self, service: str) -> set[Place]:
        resource = self._graph.resources.get(service)
        region = resource.attributes.get("region") if resource else None
        provider = resource.attributes.get("provider") if resource else None
        if not isinstance(region, str):
            return set()
        if isinstance(provider, str) and provider:
            return self._at(provider, region)
        for guess in ("aws", "gcp", "azure"):
            if found := self._at(guess, region):
                return found
        return set()

    def _at(self, provider: str, region: str) -> set[Place]:
        law = self._jurisdiction(provider, region) if region else ""
        return {(law, region)} if law else set()


def judge(places: Places, route: Sequence[Hop], direction: Direction) -> tuple[Border, ...]:
    """The borders on a route that its data crosses, sorted, each in the direction of the call.

    What is read does not come back over a topic. On the way to a third party only the last hop is judged:
    what it is given was read where that hop begins.
    """
    found: set[Border] = set()
    for hop in route[-1:] if direction is Direction.SENDS else route:
        if direction is not Direction.READS or hop.verb not in _ONE_WAY:
            found.update(places.between(hop.source, hop.target))
    return tuple(sorted(found))


def _region(alias: Alias) -> str:
    """The region that a name itself states: in its namespace, `aws:ACCOUNT:REGION`, or as a host."""
    provider, _, scope = alias.namespace.partition(":")
    return scope.rpartition(":")[2] if provider == "aws" else region_in(alias.value)
