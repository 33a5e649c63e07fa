"""What a raw target means: which resource answers to a name, seen from whoever uses it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

from collectors.model import Alias, Relation, Role
from daemon.analysis import backends, hosts
from daemon.analysis.names import spellings
from daemon.analysis.telling import service_urn
from daemon.values.graph import Binding, Bound, Graph, raw_targets

CALLER = "caller:"
POINTS = "resolves_to"
"""A name that only leads to another name: a DNS record."""
LONGEST_CHAIN = 8


def bind(
    graph: Graph,
    *,
    previous: Mapping[str, Binding],
    own_domains: Sequence[str],
    vendor: hosts.VendorOf,
) -> dict[str, Binding]:
    """The binding of every raw target and of every host, by `str(alias)`.

    What was resolved stays so while its resource exists, and a third party stays one while something is not
    listed: a gap takes no knowledge away, but a record that leads to another name does. `graph.bindings` is not read.
    """
    owned = hosts.ours(graph, own_domains)
    names = _Names(graph, lambda name: hosts.is_vendors(name, owned, vendor))
    bindings = {}
    called = {alias for names_of in host_names(graph).values() for alias in names_of}
    for alias in sorted({*raw_targets(graph.relations), *called}):
        found, last = names.answering(alias)
        fresh = _bind(alias, found, last, owned, vendor)
        led = last != alias.value
        bindings[str(alias)] = _with_memory(fresh, previous.get(str(alias)), graph, led=led)
    return bindings


def ends(graph: Graph) -> Callable[[Alias], str]:
    """Where a name ends by the records that are listed: the last name asked for."""
    names = _Names(graph)
    return lambda alias: names.answering(alias)[1]


class _Names:
    """Who answers to which name, and from where names are looked up."""

    def __init__(self, graph: Graph, is_vendors: Callable[[str], bool] = lambda _: False) -> None:
        """`is_vendors`: of a name at which a service of ours was seen to answer, but which stands in for another."""
        self._graph = graph
        self._holders: dict[Alias, set[str]] = defaultdict(set)
        self._answering: dict[Alias, set[str]] = defaultdict(set)
        self._fronting: dict[Alias, set[str]] = defaultdict(set)
        self._points: dict[str, list[Relation]] = defaultdict(list)
        self._in_network: dict[str, list[Relation]] = defaultdict(list)
        self._runs_on: dict[str, list[Relation]] = defaultdict(list)
        self._run_by: dict[str, list[str]] = defaultdict(list)
        self._networks: dict[str, tuple[str, ...]] = {}
        asking = _asking(graph)
        for urn, resource in graph.resources.items():
            if resource.role is Role.HOST:
                continue  # a host is a name that was called, not one who answers
            if urn.startswith("arn:"):
                self._holders[Alias("public", "arn", urn)].add(urn)
            elif urn.startswith(
                "/"
            ):  # an id of Azure or a name of Google, which telemetry spells in any case
                self._holders[Alias("public", "resource", urn.lower())].add(urn)
            for alias in resource.aliases:
                self._holders[spellings(alias)[0]].add(urn)
        for alias, service in backends.names(graph):
            self._holders[alias].add(service)
        for relation in graph.relations:
            if relation.verb == POINTS:
                self._points[relation.source].append(relation)
            elif relation.verb == "in_network":
                self._in_network[relation.source].append(relation)
            elif relation.verb == "runs_on":
                self._runs_on[relation.source].append(relation)
            elif relation.verb == "runs" and isinstance(relation.target, str):
                self._run_by[relation.target].append(relation.source)
            elif relation.verb == "answers_for" and isinstance(relation.target, Alias):
                source = graph.resources.get(relation.source)
                fronts = source is not None and source.role is Role.ENTRY
                name = relation.target.value
                if not fronts and (_passes_on(relation, name, asking) or is_vendors(name)):
                    continue
                told = self._fronting if fronts else self._answering
                told[spellings(relation.target)[0]].add(relation.source)

    def answering(self, alias: Alias) -> tuple[tuple[str, ...], str]:
        """The urns that answer to a name, sorted, and the last name asked for on the way."""
        found: set[str] = set()
        last = alias.value
        for namespace in self._lookups(alias):
            found, reached = self._follow(Alias(namespace, alias.kind, alias.value), LONGEST_CHAIN)
            if found or reached != alias.value:
                last = reached
            if found:
                break
        return tuple(sorted(found)), last

    def _follow(self, alias: Alias, steps: int) -> tuple[set[str], str]:
        holders = self._held(alias)
        found = {urn for urn in holders if urn not in self._points}
        last = alias.value
        if steps:
            for urn in sorted(holders - found):
                for relation in sorted(self._points[urn], key=lambda each: str(each.target)):
                    if isinstance(relation.target, str):
                        found |= {relation.target} & self._graph.resources.keys()
                        continue
                    # A record of a private zone is read in its network, and may lead to a public name.
                    further: set[str] = set()
                    for namespace in dict.fromkeys((relation.target.namespace, alias.namespace, "public")):
                        target = Alias(namespace, relation.target.kind, relation.target.value)
                        further, last = self._follow(target, steps - 1)
                        if further:
                            break
                    found |= further
        return found, last

    def _held(self, alias: Alias) -> set[str]:
        for spelling in spellings(alias):
            if holders := self._holders.get(spelling):
                return holders
        # Who was seen to answer is known better than what lets requests in under a name that others may hold too.
        for known in (self._answering, self._fronting):
            for spelling in spellings(alias):
                if answering := known.get(spelling):
                    return answering
        return set()

    def _lookups(self, alias: Alias) -> Iterator[str]:
        """The namespaces to ask, in order; the first that answers counts."""
        if alias.kind in {"host", "address"} and hosts.is_loopback(hosts.normal(alias.value)):
            inside = self._own(alias.namespace) if alias.namespace.startswith(CALLER) else (alias.namespace,)
            yield from (namespace for namespace in inside if namespace.startswith("host:"))
            return
        if not alias.namespace.startswith(CALLER):
            yield alias.namespace
            return
        yield from self._own(alias.namespace)
        yield "public"
        yield alias.namespace  # who was seen to answer this very caller

    def _own(self, namespace: str) -> tuple[str, ...]:
        caller = namespace.removeprefix(CALLER)
        if caller not in self._networks:
            self._networks[caller] = self._namespaces(caller)
        return self._networks[caller]

    def _namespaces(self, caller: str) -> tuple[str, ...]:
        """The networks of whatever runs a service or a task definition, nearest first, and its environment."""
        found: dict[str, None] = {}
        around = {caller, *self._run_by.get(caller, ())} & self._graph.resources.keys()
        nearest = sorted(around | set(self._targets(self._runs_on.get(caller, ()))))
        seen: set[str] = set()
        while nearest:
            for urn in nearest:
                found.update(dict.fromkeys(self._graph.resources[urn].namespaces))
            seen.update(nearest)
            further = {target for urn in nearest for target in self._targets(self._in_network.get(urn, ()))}
            nearest = sorted(further - seen)
        return (*found, *_environment(caller))

    def _targets(self, relations: Sequence[Relation]) -> list[str]:
        found: set[str] = set()
        for relation in relations:
            if isinstance(relation.target, str):
                found |= {relation.target} & self._graph.resources.keys()
            elif not relation.target.namespace.startswith(CALLER):
                found |= self._held(relation.target) & self._graph.resources.keys()
        return sorted(found)


def _asking(graph: Graph) -> frozenset[tuple[str, str]]:
    """Services with the hosts that they call themselves."""
    return frozenset(
        (service_urn(relation.source), relation.target.rpartition("/")[2])
        for relation in graph.relations
        if relation.verb == "sends_to" and isinstance(relation.target, str)
    )


def _passes_on(relation: Relation, host: str, asking: Collection[tuple[str, str]]) -> bool:
    """Whether who takes requests for a host calls that host in turn, as a proxy does: what it fronts is elsewhere.

    A service that was seen to answer its own calls is not meant.
    """
    return (relation.source, host) in asking and not relation.attributes.get("own")


def _bind(
    alias: Alias, found: tuple[str, ...], last: str, owned: hosts.Ours, vendor: hosts.VendorOf
) -> Binding:
    key = str(alias)
    if len(found) == 1:
        return Binding(key, Bound.RESOLVED, found[0], reason=f"{alias.value} is a name of it")
    if found:
        return Binding(
            key, Bound.AMBIGUOUS, candidates=found, reason=f"{len(found)} resources answer to {alias.value}"
        )
    name = hosts.normal(last)
    if alias.kind in {"host", "address"} and hosts.is_loopback(name):
        return Binding(key, Bound.UNRESOLVED, reason=f"{alias.value} leads to the caller's own host")
    if alias.kind == hosts.TOOL:
        return Binding(key, Bound.UNRESOLVED, reason=hosts.of_tool(alias.value))
    public = alias.namespace == "public" or alias.namespace.startswith(CALLER)
    if alias.kind != "host" or not public:
        return Binding(key, Bound.UNRESOLVED, reason=f"nothing listed answers to {alias.value}")
    verdict = hosts.judge(name, owned, vendor)
    led = "" if name == hosts.normal(alias.value) else f"{alias.value} leads to {name}: "
    return Binding(
        key, verdict.state, candidates=(WAITING,) if verdict.waiting else (), reason=f"{led}{verdict.reason}"
    )


WAITING = ""
"""Stands among the candidates while judging: whoever was not listed. Never leaves this module."""


def _with_memory(fresh: Binding, before: Binding | None, graph: Graph, *, led: bool) -> Binding:
    """`led`: records that are listed lead the name to another, so that it is no longer what it was."""
    waiting = fresh.candidates == (WAITING,)
    if waiting:
        fresh = Binding(fresh.alias, fresh.state, reason=fresh.reason)
    if before is None or fresh.state in {Bound.RESOLVED, Bound.THIRD_PARTY}:
        return fresh
    if before.state is Bound.THIRD_PARTY and waiting:
        return before
    if before.state is Bound.RESOLVED and before.urn in graph.resources:
        if fresh.state is Bound.UNRESOLVED and not led:
            return before
        if before.urn in fresh.candidates:
            return Binding(before.alias, Bound.RESOLVED, before.urn, fresh.candidates, before.reason)
    return fresh


def host_names(graph: Graph) -> dict[str, tuple[Alias, ...]]:
    """The names under which each host was called, as they are bound, by the host's urn."""
    found: dict[str, set[Alias]] = defaultdict(set)
    for urn, resource in graph.resources.items():
        if resource.role is Role.HOST:
            found[urn].update(resource.aliases)
    for relation in graph.relations:
        if relation.verb == "located_at" and isinstance(relation.target, Alias):
            if relation.source.startswith("host://"):
                found[relation.source].add(relation.target)
        elif isinstance(relation.target, str) and relation.target.startswith("host://"):
            found[relation.target].update(())
    return {urn: tuple(sorted(names)) or _spelled(urn) for urn, names in sorted(found.items())}


def _spelled(urn: str) -> tuple[Alias, ...]:
    """The name that stands in `host://public/NAME` or `host://ENVIRONMENT/NAME`."""
    namespace, _, name = urn.removeprefix("host://").partition("/")
    if not name:
        return ()
    return (Alias(namespace if namespace == "public" else f"environment:{namespace}", "host", name),)


def _environment(service: str) -> tuple[str, ...]:
    """The namespace of the environment that stands in a service's urn."""
    environment = service.removeprefix("service://").partition("/")[0]
    return (f"environment:{environment}",) if service.startswith("service://") else ()
