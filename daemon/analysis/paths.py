"""Every data path of a graph: from each origin to each sink, with one data class and the shortest route."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from daemon.analysis import belonging, borders, classes, exposure, routes
from daemon.analysis.answers import Answers, answers
from daemon.analysis.classes import TableClasses, Verdict, texts
from daemon.analysis.path_drift import compare
from daemon.analysis.touches import (
    Key,
    Touch,
    by_class,
    disclosed,
    given_to,
    taker_of,
    third_parties,
    touches,
)
from daemon.values.graph import Graph
from daemon.values.path import DataPath, Direction, Hop, PathIdentity, Tier
from daemon.values.told import NOTHING, Told

__all__ = ["compare", "find"]

Seen = Mapping[Key, Mapping[str, Verdict]]
"""What was seen from an origin to a sink within one trace: columns, with the verdicts on them."""


def find(
    graph: Graph,
    entries: Mapping[str, exposure.Entry],
    classifier: classes.Classifier,
    jurisdiction: borders.JurisdictionOf,
    told: Told = NOTHING,
    transfer: borders.TransferOf = borders.BY_LAW,
) -> tuple[DataPath, ...]:
    """All data paths, sorted by identity.

    A path is observed if its origin's own traces reach the sink with a column of the class, and then has just
    those columns; else it is possible, composed of hops that were each seen, and has all columns of the class
    that any operation on the way may touch. What an operation shares with other callers proves nothing about
    this one.
    """
    graph = belonging.placed(graph, told)
    tables = classes.judge(graph, classifier, told)
    foreign = third_parties(graph)
    touching = touches(graph, tables, foreign)
    known = routes.ways(graph)
    seen = _seen(graph, tables, foreign)
    ends = touching.keys() | seen.keys()
    useful = known.reaching(known.numbers[urn] for urn in ends)
    seen_places = known.places(useful)
    at = {known.numbers[urn]: found for urn, found in touching.items()}
    seen_at = {known.numbers[urn]: found for urn, found in seen.items()}
    places = borders.Places(graph, jurisdiction, transfer)
    known_answers = answers(graph, classifier, told)
    found: list[DataPath] = []
    for urn, beginning in sorted(exposure.origins(graph, entries, known, ends=ends).items()):
        ends_met = _meet(known.numbers[urn], known, seen_places, useful, at, seen_at)
        found.extend(
            _path(urn, beginning, key, met, places, known_answers) for key, met in sorted(ends_met.items())
        )
    return tuple(found)


@dataclass(slots=True)
class _Met:
    """What was found of one sink and class while going onward from an origin."""

    route: tuple[Hop, ...] = ()
    proven: bool = False  # the route ends where an observed column is touched
    expected: bool = True
    observed: dict[str, Verdict] = field(default_factory=dict)
    possible: dict[str, Verdict] = field(default_factory=dict)


def _meet(
    start: int,
    known: routes.Ways,
    places: set[int],
    useful: set[int],
    at: Mapping[int, tuple[Touch, ...]],
    seen_at: Mapping[int, Seen],
) -> dict[Key, _Met]:
    met: dict[Key, _Met] = defaultdict(_Met)
    for key, columns in seen_at.get(start, {}).items():
        met[key].observed.update(columns)
    itself = known.urns[start].startswith("operation://")
    came_from = known.search(start, places)
    seen = [*came_from]
    further = known.search_on(came_from, useful) if len(places) < len(useful) else []
    # What calls lead to whose other side no trace shows comes last, so that no route takes them without need.
    for reached in (seen, further):
        for here in reached:
            if here not in at:
                continue
            way: tuple[Hop, ...] | None = None
            for touch in at[here]:
                one = met[touch.key]
                if here == start and itself:
                    one.observed.update(touch.seen)
                proven = reached is seen and not one.observed.keys().isdisjoint(touch.seen)
                if not one.route or (proven and not one.proven):
                    way = known.route(came_from, here) if way is None else way
                    one.route = (*way, touch.hop)
                    one.proven = proven
                one.expected = one.expected and touch.expected
                one.possible.update(touch.seen)
                one.possible.update(touch.possible)
        _add_unrouted(met, known, reached, came_from, seen_at)
    return met


def _add_unrouted(
    met: dict[Key, _Met],
    known: routes.Ways,
    reached: Sequence[int],
    came_from: Mapping[int, int],
    seen_at: Mapping[int, Seen],
) -> None:
    """Adds what traces reached though not every hop of them could be told."""
    for here in reached:
        for key, columns in seen_at.get(here, {}).items():
            one = met[key]
            if not one.route:
                hop = Hop(known.urns[here], "reaches", key[0], "one trace")
                one.route = (*known.route(came_from, here), hop)
                one.expected = False
                one.possible.update(columns)


def _path(
    origin: str,
    beginning: exposure.Origin,
    key: Key,
    met: _Met,
    places: borders.Places,
    known: Answers,
) -> DataPath:
    sink, direction, data_class = key
    identity = PathIdentity(origin, sink, direction, data_class)
    answer, evidence = known.of(identity)
    columns = met.observed or met.possible
    best = columns[min(columns, key=lambda column: (-columns[column].confidence, column))]
    return DataPath(
        identity=identity,
        exposure=beginning.exposure,
        exposure_evidence=beginning.evidence,
        tier=Tier.OBSERVED if met.observed else Tier.POSSIBLE,
        route=met.route,
        columns=tuple(sorted(columns)),
        class_tier=str(best.tier),
        class_reason=best.reason,
        store=places.store(sink),
        borders=borders.judge(places, met.route, direction),
        expected=met.expected,
        answer=answer,
        answer_evidence=evidence,
        unplaced=borders.unplaced(places, met.route, direction),
    )


def _seen(graph: Graph, tables: Mapping[str, TableClasses], foreign: frozenset[str]) -> dict[str, Seen]:
    """What the traces of each root reached, by root."""
    found: dict[str, dict[Key, dict[str, Verdict]]] = defaultdict(lambda: defaultdict(dict))
    for relation in graph.relations:
        if relation.verb != "reaches":
            continue
        if relation.target in tables:
            table = str(relation.target)
            for attribute, direction in (("reads", Direction.READS), ("writes", Direction.WRITES)):
                named, _ = by_class(tables[table], texts(relation.attributes.get(attribute)))
                for data_class, verdicts in named.items():
                    found[relation.source][table, direction, data_class].update(verdicts)
        elif taker := taker_of(relation, graph, foreign):
            for data_class, verdicts in disclosed(relation, tables):
                found[relation.source][taker, given_to(taker), data_class].update(verdicts)
    return {origin: dict(keys) for origin, keys in found.items()}
