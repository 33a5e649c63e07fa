"""What topics carry: the columns put into them, on to whoever consumes them and publishes again."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from daemon.analysis.classes import Verdict
from daemon.values.graph import Graph

Load = Mapping[str, Mapping[str, Verdict]]
"""Columns with the verdicts on them, by data class."""


def received(graph: Graph, given: Mapping[tuple[str, str], Load]) -> Mapping[str, Load]:
    """What each consumer may receive, by urn.

    `given`: what was read before in the same trace, by who gave it and the host or topic that took it. Only that
    is carried: what a service reads elsewhere is not known to be in any message of it.
    """
    consumers: dict[str, set[str]] = defaultdict(set)
    for relation in graph.relations:
        if relation.verb == "consumed_by" and isinstance(relation.target, str):
            consumers[relation.source].add(relation.target)
    publishes: dict[str, set[str]] = defaultdict(set)
    carried: dict[str, dict[str, dict[str, Verdict]]] = {}
    for (source, taker), load in sorted(given.items()):
        if taker in consumers:
            publishes[source].add(taker)
            _add(carried.setdefault(taker, {}), load)
    found: dict[str, dict[str, dict[str, Verdict]]] = {}
    waiting = sorted(topic for topic, load in carried.items() if load)
    while waiting:
        topic = waiting.pop()
        for consumer in sorted(consumers[topic]):
            if _add(found.setdefault(consumer, {}), carried[topic]):
                waiting += [on for on in sorted(publishes[consumer]) if _add(carried[on], found[consumer])]
    return found


def _add(to: dict[str, dict[str, Verdict]], load: Load) -> bool:
    """Whether anything of it was new."""
    fresh = False
    for data_class, columns in load.items():
        known = to.setdefault(data_class, {})
        for column, verdict in columns.items():
            if column not in known:
                known[column] = verdict
                fresh = True
    return fresh
