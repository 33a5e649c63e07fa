"""Decides which service answers a call whose other side no trace shows: who has its address, or was learned to."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from collectors.model import Role
from daemon.analysis.links import CALLER, host_names
from daemon.analysis.workloads import services, workloads
from daemon.values.graph import Bound, Graph
from daemon.values.path import Hop

LEARNED = "learned"
_SERVICE = "service://"


def answered(graph: Graph) -> Iterator[tuple[Hop, str]]:
    """Each call that one service answers, unseen, with that service; sorted.

    The call leads to the service itself, as its traces told, or to a host, of which the inventory knows what
    answers there and what runs that. A service that the operation was seen to call is left out: its operations
    are known. A call of which only the calling service is known stays the service's: it is no operation's, and is
    left out where one of its operations calls that service, seen or not, or the service is its own.
    """
    service_of = services(graph)
    sent = sorted(
        {
            (relation.source, relation.verb, relation.target)
            for relation in graph.relations
            if (relation.source in service_of or relation.source.startswith(_SERVICE))
            and isinstance(relation.target, str)
            and (
                (relation.verb == "calls" and relation.target.startswith(_SERVICE))
                or (relation.verb == "sends_to" and relation.target.startswith("host://"))
            )
        }
    )
    if not sent:
        return
    seen = {
        (caller, service_of.get(relation.target))
        for relation in graph.relations
        if relation.verb == "calls" and isinstance(relation.target, str)
        for caller in (relation.source, service_of.get(relation.source))
    } | {(service, service) for service in service_of.values()}
    behind = _Behind(graph)
    done: set[tuple[str, str]] = set()
    for source, verb, target in sent:
        service = target if verb == "calls" else behind.host(target, service_of.get(source, source))
        if service and (source, service) not in seen and (source, service) not in done:
            done.update(((source, service), (service_of.get(source, source), service)))
            yield Hop(source, verb, target, LEARNED), service


class _Behind:
    """Which service is behind a host."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self._names = host_names(graph)
        self._onward: dict[str, set[str]] = defaultdict(set)
        for relation in graph.relations:
            if relation.verb == "routes_to" and (target := graph.target(relation)):
                self._onward[relation.source].add(target)
        self._run_on: dict[str, set[str]] = defaultdict(set)
        for service, found in workloads(graph).items():
            for workload in found:
                self._run_on[workload].add(service)

    def host(self, host: str, caller: str) -> str:
        """The one service that answers there to this caller; "" if there is none, or there are several."""
        found: set[str] = set()
        for name in self._names.get(host, ()):
            if name.namespace.startswith(CALLER) and name.namespace != CALLER + caller:
                continue
            binding = self._graph.bindings.get(str(name))
            if binding is not None and binding.state is Bound.RESOLVED:
                found |= self._services(binding.urn)
        return next(iter(found)) if len(found) == 1 else ""

    def _services(self, urn: str) -> set[str]:
        """The services that a resource is, runs, or leads to."""
        reached, stack = {urn}, [urn]
        while stack:
            further = self._onward.get(stack.pop(), set()) - reached
            reached |= further
            stack += further
        found: set[str] = set()
        for one in reached:
            resource = self._graph.resources.get(one)
            if resource is not None and resource.role is Role.SERVICE:
                found.add(one)
            found |= self._run_on.get(one, set())
        return found
