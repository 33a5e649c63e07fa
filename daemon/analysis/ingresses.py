"""What ingresses let in to which service, and which of a service's operations that is."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from collectors.model import Alias
from daemon.analysis.classes import texts
from daemon.analysis.shapes import Shape, covers, shape
from daemon.values.graph import Graph

INGRESS = "ingress://"
"""How the urn of what a manifest declares to let requests in begins."""


@dataclass(frozen=True, slots=True)
class LetIn:
    """What one ingress leads to one service. `service`: its urn, "" if none is known for the backend.

    `rewritten`: the service sees other paths than `operations` name.
    """

    ingress: str
    service: str
    public: bool
    operations: tuple[str, ...]
    rewritten: bool

    def shapes(self) -> tuple[Shape, ...]:
        """Of its operations."""
        return tuple(map(shape, self.operations))


def let_in(graph: Graph) -> tuple[LetIn, ...]:
    """Everything that ingresses lead to a backend, sorted."""
    found = []
    for relation in graph.relations:
        ingress = graph.resources.get(relation.source)
        if relation.verb != "routes_to" or ingress is None or not relation.source.startswith(INGRESS):
            continue
        found.append(
            LetIn(
                relation.source,
                graph.target(relation),
                ingress.public is True,
                tuple(sorted(texts(relation.attributes.get("operations")))),
                relation.attributes.get("rewritten") is True,
            )
        )
    return tuple(sorted(found, key=lambda each: (each.ingress, each.service, each.operations)))


def unheard(graph: Graph) -> tuple[str, ...]:
    """The backends, as `shop/checkout`, that ingresses lead to and no service heard is known to be; sorted."""
    return tuple(
        sorted(
            {
                relation.target.value.partition(",")[0].removeprefix("/")
                for relation in graph.relations
                if relation.verb == "routes_to"
                and relation.source.startswith(INGRESS)
                and isinstance(relation.target, Alias)
                and not graph.target(relation)
            }
        )
    )


def admitted(graph: Graph, served: Mapping[str, Collection[str]]) -> dict[tuple[str, str], str]:
    """By service and name of an operation, the first public ingress that lets it in. `served`: names by service.

    Where an ingress rewrites paths, or none that the service serves lies below those of the ingress, which shows
    that something else rewrites them, it lets in all: an entry that is missed is worse than one too many.
    """
    of: dict[str, list[LetIn]] = defaultdict(list)
    for each in let_in(graph):
        if each.public and each.service:
            of[each.service].append(each)
    found: dict[tuple[str, str], str] = {}
    for service, entries in of.items():
        for each in entries:
            names = tuple(served.get(service, ()))
            within = names if each.rewritten else (_below(each, names) or names)
            for name in within:
                found.setdefault((service, name), each.ingress)
    return found


def _below(each: LetIn, names: Sequence[str]) -> tuple[str, ...]:
    shapes = each.shapes()
    return tuple(name for name in names if any(covers(known, shape(name)) for known in shapes))
