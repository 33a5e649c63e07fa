"""How long data paths take to be found over an estate of a given number of flows.

The floor is a plain breadth-first search over the same edges from each origin: it names no sink, no class and
no route.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from collectors.model import Alias, Json, Relation, Resource, Role, Scope, Seen
from config import vocabulary
from daemon.analysis import exposure, links, paths
from daemon.values.graph import Binding, Graph
from daemon.values.path import DataPath
from docs.bench.figures import Figure, median, peak_mib

_ROUNDS = 3
SCOPE = Scope("traces", "prod")
SEEN = Seen(0.0, 1.0, 1)


@dataclass(frozen=True, slots=True)
class Judged:
    data_class: str
    tier: str = "strong"
    confidence: float = 0.9
    reason: str = "by name"


def classify(_table: str, columns: Sequence[str], /, **_siblings: object) -> dict[str, Judged]:
    """Stands in for the classifier, whose time is not measured here."""
    return {"email": Judged("user.contact.email")} if "email" in columns else {}


def estate(edges: int) -> Graph:
    """Services in tiers: entries call middles, middles call what reads tables; one table in ten is personal.

    Calls stay within an area of a hundred services, with one call in a hundred leading to another area.
    """
    chance = random.Random(edges)
    operations = max(edges // 4, 40)
    areas = max(operations // 400, 1)
    tiers: list[list[list[str]]] = [[[] for _ in range(areas)] for _ in range(4)]
    resources: dict[str, Resource] = {}
    relations: list[Relation] = []
    for number in range(operations):
        tier, area = number % 4, chance.randrange(areas)
        service = f"service://prod/area-{area}/s{number // 8}"
        urn = f"operation://prod/area-{area}/s{number // 8}/GET /{number}"
        attributes: dict[str, Json] = {"kind": "server", "root": tier == 0}
        resources[urn] = Resource(
            urn, "operation", f"GET /{number}", SCOPE, Role.OPERATION, attributes=attributes
        )
        resources[service] = Resource(service, "service", f"s{number // 8}", SCOPE, Role.SERVICE)
        relations.append(Relation(service, "has", urn, {}, SEEN))
        tiers[tier][area].append(urn)
    tables = [
        f"table://public/postgresql/db-{number}.shop.example:5432/shop/t{number}"
        for number in range(operations // 8)
    ]
    relations += [
        Relation(table, "stored_in", Alias("public", "host", table.split("/")[4]), {}, SEEN)
        for table in tables
    ]
    while len(relations) < edges:
        tier, area = chance.randrange(4), chance.randrange(areas)
        if not tiers[tier][area]:
            continue
        source = chance.choice(tiers[tier][area])
        if tier == 3:
            number = chance.randrange(len(tables))
            columns = ["id", "email"] if number % 10 == 0 else ["id", "price"]
            relations.append(
                Relation(source, "reads", tables[number], {"columns": [*columns], "lookups": []}, SEEN)
            )
            continue
        there = area if chance.random() > 0.01 else chance.randrange(areas)
        if tiers[tier + 1][there]:
            target = chance.choice(tiers[tier + 1][there])
            relations.append(Relation(source, "calls", target, {"evidence": "paired"}, SEEN))
    return Graph(resources, tuple({(r.source, r.verb, str(r.target)): r for r in relations}.values()))


def search_from_all(graph: Graph) -> int:
    """Breadth-first search from all roots at once, over the same edges; how many places it reached."""
    onward: dict[str, list[str]] = defaultdict(list)
    for relation in graph.relations:
        if isinstance(relation.target, str):
            onward[relation.source].append(relation.target)
    frontier = [urn for urn, each in graph.resources.items() if each.attributes.get("root")]
    reached = set(frontier)
    while frontier:
        following = []
        for here in frontier:
            for there in onward.get(here, ()):
                if there not in reached:
                    reached.add(there)
                    following.append(there)
        frontier = following
    return len(reached)


def search_from_each(graph: Graph, found: Sequence[DataPath]) -> int:
    """The same search from each origin alone: the floor of naming a route for each origin and sink."""
    onward: dict[str, list[str]] = defaultdict(list)
    for relation in graph.relations:
        if isinstance(relation.target, str):
            onward[relation.source].append(relation.target)
    total = 0
    for origin in sorted({path.identity.origin for path in found}):
        came_from = {origin: origin}
        frontier = [origin]
        while frontier:
            following = []
            for here in frontier:
                for there in onward.get(here, ()):
                    if there not in came_from:
                        came_from[there] = here
                        following.append(there)
            frontier = following
        total += len(came_from)
    return total


def run(size: int) -> list[Figure]:
    """`size`: flows of the larger estate; the smaller one has a tenth."""
    return [*_measure(max(size // 10, 1)), *_measure(size), Figure("peak memory", peak_mib(), "MiB")]


def _measure(size: int) -> list[Figure]:
    graph = estate(size)

    def bind() -> dict[str, Binding]:
        return links.bind(graph, previous={}, own_domains=("shop.example",), vendor=vocabulary.vendor)

    bound = Graph(graph.resources, graph.relations, bind())
    entries = exposure.entries(bound)

    def find() -> tuple[DataPath, ...]:
        return paths.find(bound, entries, classify, vocabulary.jurisdiction)

    found = find()
    edges = {(each.source, each.verb, str(each.target)) for each in graph.relations}
    before = found[: len(found) * 99 // 100]
    floor = median(lambda: search_from_each(graph, found), _ROUNDS)
    took = median(find, _ROUNDS)
    flows = f"{len(graph.relations):,} flows"
    return [
        Figure(f"search from each origin, {flows}", floor * 1e3, "ms", floor="the floor"),
        Figure(f"find paths, {flows}", took * 1e3, "ms", took / floor, "search from each origin",
               f"{len(found):,} paths, each with class, route and borders"),
        Figure(f"search from all origins at once, {flows}", median(lambda: search_from_all(graph), _ROUNDS) * 1e3,
               "ms", note="names nothing"),
        Figure(f"bind names, {flows}", median(bind, _ROUNDS) * 1e3, "ms"),
        Figure(f"compare paths, {flows}", median(lambda: paths.compare(before, found, edges), _ROUNDS) * 1e3,
               "ms", note="1 % new"),
    ]  # fmt: skip
