"""Makes resources and relations out of facts: one of each identity, in one order, whatever order facts came in."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import orjson

from collectors.contract import Fact
from collectors.model import Alias, Json, Relation, Resource, Role, Scope, Seen
from collectors.traces.carried import told_once
from collectors.traces.clusters import told_apart
from collectors.traces.conventions import CONVENTIONS
from collectors.traces.learned import answered, learned
from collectors.traces.said import read_detail

_ROLES = {
    "service": Role.SERVICE,
    "operation": Role.OPERATION,
    "table": Role.TABLE,
    "host": Role.HOST,
    "topic": Role.QUEUE,
}
_FLOWS = frozenset({"reads", "writes", "publishes_to", "sends_to", "calls", "leaks", "returns"})
_EVIDENCE = ("paired", "ancestor", "linked", "learned", "topic", "unattributed")  # strongest first
_UNITED = frozenset({"instrumentation"})
"""Attributes of which each fact tells a part."""
_UNITED_LATELY = frozenset({CONVENTIONS})
"""The same of those that may end: only what was told within a week of the newest counts."""
_LATELY = 7 * 86_400.0
_MOST = 100
_STILL_CURRENT = 86_400.0
"""Seconds: of several values seen within a day of the newest one, the smallest counts, so that a service in
two regions does not change with every answer."""


@dataclass(frozen=True, slots=True)
class Merged:
    resources: tuple[Resource, ...]
    relations: tuple[Relation, ...]
    first: float
    last: float


def merge(environment: str, facts: Iterable[Fact], settled_before: float) -> Merged:
    """The answer that facts of one environment amount to.

    What a service did, but none of its operations is known for, is a flow of the service with the evidence
    `unattributed`, once it was first seen before `settled_before` (unix seconds): until then the enclosing
    span may still come.
    """
    said = sorted(
        told_apart(_one_topic(list(facts))),
        key=lambda fact: (fact.source, fact.verb, fact.target, fact.detail),
    )
    described: dict[str, list[Fact]] = defaultdict(list)
    edges: dict[tuple[str, str, str], list[Fact]] = defaultdict(list)
    for fact in said:
        if fact.verb == "is":
            described[fact.source].append(fact)
        else:
            edges[fact.source, fact.verb, fact.target].append(fact)
    owner = {target: source for source, verb, target in edges if verb == "has"}
    edges = told_once(edges, owner)
    edges.update(learned(edges, owner))
    edges = answered(edges, owner)
    edges = _without_covered(edges, owner, settled_before)
    edges = _without_echoes(edges)
    edges = _without_inner_reaches(edges, described)
    edges = _without_unused_hosts(edges, described)
    urns = set(described)
    for source, _, target in edges:
        urns.update(urn for urn in (source, target) if _is_ours(urn, environment))
    return Merged(
        tuple(_resource(urn, environment, described.get(urn, ())) for urn in sorted(urns)),
        tuple(_relation(*edge, edges[edge]) for edge in sorted(edges)),
        min((fact.first for fact in said), default=0.0),
        max((fact.last for fact in said), default=0.0),
    )


def _one_topic(facts: Sequence[Fact]) -> Sequence[Fact]:
    """Consumers often do not say which broker a topic is on: where there is only one, it is that one."""
    urns = {urn for fact in facts for urn in (fact.source, fact.target) if urn.startswith("topic://")}
    addressed: dict[tuple[str, str, str], list[str]] = defaultdict(list)
    for urn in sorted(urns):
        environment, system, place, name = urn.removeprefix("topic://").split("/", 3)
        if place:
            addressed[environment, system, name].append(urn)
    same = {
        f"topic://{environment}/{system}//{name}": found[0]
        for (environment, system, name), found in addressed.items()
        if len(found) == 1
    }
    return [
        replace(fact, source=same.get(fact.source, fact.source), target=same.get(fact.target, fact.target))
        if fact.source in same or fact.target in same
        else fact
        for fact in facts
    ]


def _is_ours(urn: str, environment: str) -> bool:
    """Whether a urn is one that this environment's spans describe."""
    scheme, separator, rest = urn.partition("://")
    if not separator or scheme not in _ROLES:
        return False
    return scheme in {"table", "host"} or rest.partition("/")[0] == environment


Edges = Mapping[tuple[str, str, str], list[Fact]]


def _without_covered(
    edges: Edges, owner: Mapping[str, str], settled_before: float
) -> dict[tuple[str, str, str], list[Fact]]:
    """Leaves out what is known of a service's operations as well, and what is too young to tell."""
    covered: dict[tuple[str, str, str], set[str]] = defaultdict(set)
    for (source, verb, target), facts in edges.items():
        if source in owner and verb in _FLOWS:
            covered[owner[source], verb, target].update(*map(_names, facts))
        elif verb == "consumed_by" and target in owner:
            covered[source, verb, owner[target]].update(*map(_names, facts))
    kept = {}
    for edge, facts in edges.items():
        source, verb, target = edge
        at_service = (source.startswith("service://") and verb in _FLOWS) or (
            verb == "consumed_by" and target.startswith("service://")
        )
        left = facts
        if at_service:
            left = [
                _unattributed(fact)
                for fact in facts
                if fact.first < settled_before and not (edge in covered and _names(fact) <= covered[edge])
            ]
        if left:
            kept[edge] = left
    return kept


def _unattributed(fact: Fact) -> Fact:
    known = {**read_detail(fact.detail), "evidence": "unattributed"}
    return replace(fact, detail=orjson.dumps(known, option=orjson.OPT_SORT_KEYS).decode())


def _names(fact: Fact) -> set[str]:
    found = read_detail(fact.detail)
    return {f"{key} {one}" for key in ("columns", "lookups") for one in _texts(found.get(key))}


def _without_echoes(edges: Edges) -> dict[tuple[str, str, str], list[Fact]]:
    """Leaves out that an operation calls itself if no call was seen: a platform and what runs on it told of one."""
    return {
        (source, verb, target): facts
        for (source, verb, target), facts in edges.items()
        if verb != "calls"
        or source != target
        or any(read_detail(fact.detail).get("evidence") != "ancestor" for fact in facts)
    }


def _without_inner_reaches(
    edges: Edges, described: Mapping[str, Sequence[Fact]]
) -> dict[tuple[str, str, str], list[Fact]]:
    """Keeps `reaches` for operations where requests come in: a root, one with a public caller, or one nobody calls.

    Facts hold it for every operation above a flow, since which of them is a root may be seen later.
    """
    called = {target for _, verb, target in edges if verb in {"calls", "consumed_by"}}

    def is_entry(urn: str) -> bool:
        marks = [read_detail(fact.detail) for fact in described.get(urn, ())]
        return urn not in called or any(mark.get("root") or mark.get("public_caller") for mark in marks)

    return {edge: facts for edge, facts in edges.items() if edge[1] != "reaches" or is_entry(edge[0])}


def _without_unused_hosts(
    edges: Mapping[tuple[str, str, str], list[Fact]], described: dict[str, list[Fact]]
) -> dict[tuple[str, str, str], list[Fact]]:
    """Takes out hosts that nobody sends to any more: a service is known to have answered there."""
    used = {target for _, verb, target in edges if verb == "sends_to"}
    unused = {urn for urn in described if urn.startswith("host://") and urn not in used}
    for urn in unused:
        del described[urn]
    return {edge: facts for edge, facts in edges.items() if unused.isdisjoint((edge[0], edge[2]))}


def _resource(urn: str, environment: str, facts: Sequence[Fact]) -> Resource:
    kind, _, rest = urn.partition("://")
    attributes = _attributes(facts)
    region = attributes.get("region")
    name = rest.rpartition("/")[2]
    if kind == "operation":
        name = rest.split("/", 3)[-1]
    elif kind == "service":
        name = rest.split("/", 2)[-1]
    return Resource(
        urn=urn,
        type=kind,
        name=name,
        scope=Scope("traces", environment, region if isinstance(region, str) else ""),
        role=_ROLES[kind],
        attributes=attributes,
    )


def _attributes(facts: Sequence[Fact]) -> dict[str, Json]:
    """One value per attribute: true if ever true, else the smallest of those seen lately."""
    seen: dict[str, dict[str, tuple[float, Json]]] = defaultdict(dict)
    for fact in facts:
        for key, value in read_detail(fact.detail).items():
            text = orjson.dumps(value).decode()
            last = max(fact.last, seen[key].get(text, (0.0, None))[0])
            seen[key][text] = (last, value)
    found: dict[str, Json] = {}
    for key in sorted(seen):
        if key in _UNITED:
            lists = [value for _, value in seen[key].values()]
            found[key] = [*sorted({one for value in lists for one in _texts(value)})[:_MOST]]
            continue
        newest = max(last for last, _ in seen[key].values())
        if key in _UNITED_LATELY:
            lists = [value for last, value in seen[key].values() if last >= newest - _LATELY]
            found[key] = [*sorted({one for value in lists for one in _texts(value)})[:_MOST]]
            continue
        if "true" in seen[key]:
            found[key] = True
        else:
            current = {
                text: value for text, (last, value) in seen[key].items() if last >= newest - _STILL_CURRENT
            }
            found[key] = current[min(current)]
    return found


def _relation(source: str, verb: str, target: str, facts: Sequence[Fact]) -> Relation:
    details = [read_detail(fact.detail) for fact in facts]
    shape = _SHAPES.get(verb, _newest)
    return Relation(
        source=source,
        verb=verb,
        target=Alias.parse(target)
        if target.startswith("caller:")
        or not ("://" in target.partition("|")[0] or target.startswith("arn:"))
        else target,  # the namespace `caller:SERVICE-URN` looks like a urn, too
        attributes=shape(details),
        seen=Seen(
            min(fact.first for fact in facts),
            max(fact.last for fact in facts),
            _times(facts),
        ),
    )


def _times(facts: Sequence[Fact]) -> int:
    """How often: by what spans say themselves, if they do, for what pairs of them say is of the same spans."""
    alone = [fact.count for fact in facts if "evidence" not in read_detail(fact.detail)]
    return sum(alone or [fact.count for fact in facts])


def _columns(details: Sequence[Mapping[str, Json]]) -> dict[str, Json]:
    columns = {one for detail in details for one in _texts(detail.get("columns"))}
    lookups = {one for detail in details for one in _texts(detail.get("lookups"))} - columns
    found: dict[str, Json] = {"columns": [*sorted(columns)], "lookups": [*sorted(lookups)]}
    if any(detail.get("partial") for detail in details):
        found["partial"] = True
    return {**found, **_strongest(details)}


def _by_topic(details: Sequence[Mapping[str, Json]]) -> dict[str, Json]:
    return _strongest(details) or {"evidence": "topic"}


def _strongest(details: Sequence[Mapping[str, Json]]) -> dict[str, Json]:
    evidence = {one for detail in details for one in _texts([detail.get("evidence")])}
    return next(({"evidence": one} for one in _EVIDENCE if one in evidence), {})


def _sent(details: Sequence[Mapping[str, Json]]) -> dict[str, Json]:
    """How it is known, and of calls to models and to servers of tools, which ones."""
    found = _strongest(details)
    for each in ("model", "tool"):
        named = {one for detail in details for one in _texts([detail.get(each)])}
        if named:
            found[f"{each}s"] = [*sorted(named)[:_MOST]]
    return found


def _together(details: Sequence[Mapping[str, Json]]) -> dict[str, Json]:
    tables: dict[str, set[str]] = defaultdict(set)
    for detail in details:
        if isinstance(table := detail.get("table"), str):
            tables[table].update(_texts(detail.get("columns")))
    together: list[Json] = [{"table": table, "columns": [*sorted(tables[table])]} for table in sorted(tables)]
    return {"together": together} if together else {}


def _reached(details: Sequence[Mapping[str, Json]]) -> dict[str, Json]:
    found: dict[str, Json] = {}
    for verb in ("reads", "writes"):
        if any(detail.get("verb") == verb for detail in details):
            found[verb] = [*sorted({one for detail in details for one in _texts(detail.get(verb))})]
    return {**found, **_together(details)}


def _newest(details: Sequence[Mapping[str, Json]]) -> dict[str, Json]:
    ranks = [rank for detail in details if isinstance(rank := detail.get("rank"), int)]
    return {"rank": min(ranks)} if ranks else {}


def _texts(value: Json) -> list[str]:
    return [one for one in value if isinstance(one, str)] if isinstance(value, list) else []


def _answered(details: Sequence[Mapping[str, Json]]) -> dict[str, Json]:
    return {"own": True} if any(detail.get("own") for detail in details) else {}


_SHAPES: Mapping[str, Callable[[Sequence[Mapping[str, Json]]], dict[str, Json]]] = {
    "reads": _columns,
    "writes": _columns,
    "returns": _columns,
    "calls": _strongest,
    "publishes_to": _by_topic,
    "consumed_by": _by_topic,
    "sends_to": _sent,
    "reaches": _reached,
    "discloses": _together,
    "answers_for": _answered,
}
