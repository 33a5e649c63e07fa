"""Which data edges of a path cross from one jurisdiction into another."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from fnmatch import fnmatchcase
from itertools import product
from typing import NamedTuple, Protocol, TypeGuard

from collectors.model import Alias
from config import vocabulary
from daemon.analysis import links
from daemon.analysis.hosts import region_in
from daemon.analysis.workloads import services, workloads
from daemon.values.graph import Graph
from daemon.values.path import Border, Direction, Hop

JurisdictionOf = Callable[[str, str], str]
"""The jurisdiction of a provider's region; "" if unknown."""

End = tuple[str, str, str]
"""Where data leaves or arrives: jurisdiction, region, urn."""


class Crossing(NamedTuple):
    """What moving data from one end to another means. `source`, `target`: what the ends are called in it.

    `held`: the words for data that is at the second end already, for an application at the first.
    `own`: by a border of the operator's own, `none` if data may pass; `instead_of`: the severity by law, "" if none.
    """

    source: str
    target: str
    severity: str
    words: str
    held: str
    own: bool
    instead_of: str = ""


TransferOf = Callable[[End, End], Crossing | None]
"""What it means that data moves from one end to another; None if nothing."""


class Law(Protocol):
    """What a vocabulary says of a transfer."""

    @property
    def severity(self) -> str: ...

    @property
    def words(self) -> str: ...

    @property
    def held(self) -> str: ...


class Own(Protocol):
    """A border of the operator's own. `severity`: `none` if data may pass."""

    @property
    def name(self) -> str: ...

    @property
    def data_from(self) -> Sequence[str]: ...

    @property
    def data_to(self) -> Sequence[str]: ...

    @property
    def severity(self) -> str: ...

    @property
    def exceptions(self) -> Sequence[str]: ...


def transfers(
    law: Callable[[str, str], Law | None], own: Sequence[Own], country: Callable[[str], str]
) -> TransferOf:
    """The operator's own borders first, in their order, then those of the vocabulary.

    `country`: of a region, its ISO code. An own border names jurisdictions, countries or regions; `*` is any.
    """

    def names(end: End) -> tuple[str, ...]:
        return tuple(filter(None, (end[0], country(end[1]), end[1])))

    def of(source: End, target: End) -> Crossing | None:
        there, here = names(source), names(target)
        for rule in own:
            left, right = _named(rule.data_from, there), _named(rule.data_to, here)
            if not left or not right or (left == right and left != "*") or source[1] == target[1]:
                continue
            if _excepted(rule.exceptions, source[2], target[2]):
                continue
            at, to = (left, right) if source[0] == target[0] else (source[0], target[0])
            replaced = law(source[0], target[0])
            return Crossing(
                _or(at, there),
                _or(to, here),
                rule.severity,
                rule.name,
                rule.name,
                True,
                replaced.severity if replaced else "",
            )
        found = law(source[0], target[0])
        if found is None:
            return None
        return Crossing(source[0], target[0], found.severity, found.words, found.held, False)

    return of


def _named(wanted: Sequence[str], names: Sequence[str]) -> str:
    """The first of an end's names that a border lists, or `*`."""
    listed = {each.lower() for each in wanted}
    return next((each for each in names if each.lower() in listed), "*" if "*" in wanted else "")


def _or(name: str, names: Sequence[str]) -> str:
    """Any, within one jurisdiction, is called by its country."""
    return name if name != "*" else names[min(1, len(names) - 1)]


def _excepted(patterns: Sequence[str], *urns: str) -> bool:
    return any(fnmatchcase(urn, pattern) for pattern in patterns for urn in urns)


BY_LAW: TransferOf = transfers(vocabulary.border, (), lambda _region: "")
"""Without borders of the operator's own."""

_ONE_WAY = frozenset({"publishes_to", "consumed_by"})

Place = tuple[str, str]
"""A jurisdiction and the region that lies in it."""


class Places:
    """Where services run and where tables, topics and hosts lie, each as far as it is known."""

    def __init__(
        self, graph: Graph, jurisdiction: JurisdictionOf, transfer: TransferOf | None = None
    ) -> None:
        self._graph = graph
        self._jurisdiction = jurisdiction
        self._transfer = transfer or BY_LAW
        self._ends: Callable[[Alias], str] | None = None
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
                    self._named[relation.source] |= self._at("aws", self._region(relation.target))
        self._known: dict[str, frozenset[Place]] = {}
        self._crossings: dict[tuple[str, str, bool], tuple[Border, ...]] = {}

    def store(self, table: str) -> str:
        """The database a table was found to be stored in; "" if that is not known for certain."""
        found = self._stores.get(table, set())
        return next(iter(found)) if len(found) == 1 else ""

    def of(self, urn: str) -> frozenset[Place]:
        """The places of an operation's or service's workloads, or of a table, topic or host."""
        if urn not in self._known:
            self._known[urn] = frozenset(self._find(urn))
        return self._known[urn]

    def owner(self, urn: str) -> str:
        """The service of an operation; all else is its own."""
        return self._service.get(urn, urn)

    def between(self, origin: str, destination: str, *, back: bool) -> tuple[Border, ...]:
        """The borders between one end of a call and the other. `back`: the data moves against the call.

        What moves against the call is where it comes from for the caller: whichever matters more is told.
        """
        key = (origin, destination, back)
        if key not in self._crossings:
            met = (
                self._border((*here, origin), (*there, destination), back=back)
                for here, there in product(sorted(self.of(origin)), sorted(self.of(destination)))
            )
            self._crossings[key] = tuple(border for border in met if border is not None)
        return self._crossings[key]

    def _border(self, origin: End, destination: End, *, back: bool) -> Border | None:
        onward = self._transfer(origin, destination)
        if not back:
            return _told(onward, onward.words, origin, destination) if _matters(onward) else None
        moved = self._transfer(destination, origin)
        onward, moved = _unless_agreed(onward, moved), _unless_agreed(moved, onward)
        if moved and (onward is None or _weight(moved) <= _weight(onward)):
            turned = moved._replace(source=moved.target, target=moved.source)
            return _told(turned, moved.words, origin, destination)
        return _told(onward, onward.held, origin, destination) if onward else None

    def _find(self, urn: str) -> set[Place]:
        scheme = urn.partition("://")[0]
        if scheme == "operation":
            service = self._service.get(urn)
            return set(self.of(service)) if service else set()
        if scheme == "service":
            return self._resources(self._runs_on.get(urn, ())) or self._from_span(urn)
        found = self._resources(self._stores.get(urn, ())) or self._named.get(urn, set())
        return found or (_seat(urn.rpartition("/")[2]) if urn.startswith("host://public/") else set())

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

    def _region(self, alias: Alias) -> str:
        """The region that a name states, or the one that records lead it to."""
        if (found := _region(alias)) or alias.kind != "host":
            return found
        if self._ends is None:
            self._ends = links.ends(self._graph)
        return region_in(self._ends(alias))

    def _at(self, provider: str, region: str) -> set[Place]:
        law = self._jurisdiction(provider, region) if region else ""
        return {(law, region)} if law else set()


_SEVERITIES = ("high", "medium", "low")


def _weight(met: Crossing) -> tuple[int, bool]:
    """What matters more comes first, and of equals the operator's own."""
    return _SEVERITIES.index(met.severity), not met.own


def _matters(met: Crossing | None) -> TypeGuard[Crossing]:
    return met is not None and met.severity != "none"


def _unless_agreed(met: Crossing | None, other: Crossing | None) -> Crossing | None:
    """What is told of one way of a read. Who has decided on the graver way need not decide on the lesser one, too."""
    if not _matters(met):
        return None
    if other is None or not other.own or met.own or not other.instead_of:
        return met
    return None if _SEVERITIES.index(other.instead_of) <= _SEVERITIES.index(met.severity) else met


def _told(met: Crossing, words: str, origin: End, destination: End) -> Border:
    return Border(met.source, met.target, origin[1], destination[1], met.severity, words)


def _seat(host: str) -> set[Place]:
    """Where the vendor of a host has its seat: what it is given lies under that law, too."""
    found = vocabulary.vendor(host)
    law = vocabulary.jurisdiction_of(found.country) if found else ""
    return {(law, f"the seat of {found.name}")} if found and law else set()


def judge(places: Places, route: Sequence[Hop], direction: Direction) -> tuple[Border, ...]:
    """The borders on a route that its data crosses, sorted, each in the direction of the call.

    How much one matters is judged by the way of the data, and by where it is: a workload in the US that reads a
    store in the EU moves data to the US; of a workload in the EU that reads a store in the US, the data is there.

    What is read does not come back over a topic. On the way to a third party or topic only the last hop is judged:
    what it is given was read where that hop begins.
    """
    found: set[Border] = set()
    for hop in _moving(route, direction):
        found.update(places.between(hop.source, hop.target, back=direction is Direction.READS))
    return tuple(sorted(found))


def unplaced(places: Places, route: Sequence[Hop], direction: Direction) -> tuple[str, ...]:
    """The services, tables, topics and hosts between which data moves and of which no place is known, sorted."""
    ends = {end for hop in _moving(route, direction) for end in (hop.source, hop.target)}
    return tuple(sorted({places.owner(end) for end in ends if not places.of(end)}))


def _moving(route: Sequence[Hop], direction: Direction) -> Sequence[Hop]:
    if direction.gives:
        return route[-1:]
    return [hop for hop in route if direction is not Direction.READS or hop.verb not in _ONE_WAY]


def _region(alias: Alias) -> str:
    """The region that a name itself states: in its namespace, `aws:ACCOUNT:REGION`, or as a host."""
    provider, _, scope = alias.namespace.partition(":")
    return scope.rpartition(":")[2] if provider == "aws" else region_in(alias.value)
