"""What each operation does with classified columns: reads or writes them, or gives them to a third party or topic."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from collectors.model import Alias, Relation
from daemon.analysis import carriers
from daemon.analysis.classes import EVERY, TableClasses, Verdict, read_whole, texts, together
from daemon.analysis.links import host_names
from daemon.analysis.workloads import services
from daemon.values.graph import Bound, Graph
from daemon.values.path import Direction, Hop

Columns = Mapping[str, Verdict]
"""Columns of one data class, each with the verdict on it. What is given goes by `schema.table.column`."""

Key = tuple[str, Direction, str]
"""Sink, direction and data class."""

_DATA = {"reads": Direction.READS, "writes": Direction.WRITES}
_GIVING = {Direction.SENDS: "sends_to", Direction.PUBLISHES: "publishes_to"}
_SENDING = frozenset({"discloses", *_GIVING.values()})

_IDENTITY = re.compile(
    r"\b(accounts?|authn?|authz|authentication|authorization|iam|idp|identity|keycloak|login|oauth|oidc"
    r"|passport|sessions?|sign ?in|sign ?up|sso|users?)\b"
)
_LOGIN = re.compile(
    r"\b(auth|authenticate|authorize|log ?in|log ?on|oauth|passwords?|register|sessions?|sign ?in|sign ?up|tokens?)\b"
)
_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")


@dataclass(frozen=True, slots=True)
class Touch:
    """What one operation does at one sink with one data class.

    `seen`: columns named in a statement of this operation, or of the trace in which it called the host or published.
    `possible`: columns that a statement which reads everything may have read, that a topic carries which the
    operation consumes, or, where it calls a third party, that its service reads elsewhere.
    `expected`: credentials in the hands of the service that owns identity.
    """

    key: Key
    hop: Hop
    seen: Columns
    possible: Columns
    expected: bool = False


def third_parties(graph: Graph) -> frozenset[str]:
    """The urns of hosts that are known not to be ours."""
    return frozenset(
        urn
        for urn, names in host_names(graph).items()
        if any(
            (binding := graph.bindings.get(str(alias))) is not None and binding.state is Bound.THIRD_PARTY
            for alias in names
        )
    )


def touches(
    graph: Graph, tables: Mapping[str, TableClasses], foreign: frozenset[str]
) -> dict[str, tuple[Touch, ...]]:
    """What every operation does at every sink, by urn, sorted. `foreign`: the hosts known to be third parties.

    A service stands in for an operation that is not known: for columns, hosts and topics that none of its known
    operations accounts for. A topic carries on what was read before in the traces that published to it, and only
    that: nearly every service writes messages, and few of them hold what it reads elsewhere.
    """
    service_of = services(graph)
    data = _sorted(r for r in graph.relations if r.verb in _DATA and r.target in tables)
    sent = _sorted(r for r in graph.relations if r.verb in _SENDING)
    found: dict[str, list[Touch]] = defaultdict(list)

    covered: dict[tuple[str, str, str], set[str]] = defaultdict(set)
    for relation in data:
        if relation.source in service_of:
            key = (service_of[relation.source], relation.verb, str(relation.target))
            covered[key].update(texts(relation.attributes.get("columns")))
    read_by: dict[str, dict[str, dict[str, Verdict]]] = defaultdict(lambda: defaultdict(dict))
    for relation in data:
        table, direction = str(relation.target), _DATA[relation.verb]
        columns: Sequence[str] = texts(relation.attributes.get("columns"))
        if relation.source.startswith("service://"):
            columns = sorted(set(columns) - covered[relation.source, relation.verb, table])
        service = service_of.get(relation.source, relation.source)
        seen, possible = by_class(tables[table], columns)
        for data_class in sorted(seen.keys() | possible.keys()):
            found[relation.source].append(
                Touch(
                    (table, direction, data_class),
                    _hop(relation, table),
                    seen.get(data_class, {}),
                    possible.get(data_class, {}),
                    _expected(graph, service, relation.source, data_class),
                )
            )
        if direction is Direction.READS:
            for data_class, verdicts in _labelled(tables[table], seen, possible):
                read_by[service][data_class].update(verdicts)

    accounted = {(service_of[r.source], str(r.target)) for r in sent if r.source in service_of}
    given: dict[tuple[str, str], dict[str, dict[str, Verdict]]] = {}
    hops: dict[tuple[str, str], Hop] = {}
    for relation in sent:
        taker = taker_of(relation, graph, foreign)
        if not taker or (relation.source, str(relation.target)) in accounted:
            continue
        pair = (relation.source, taker)
        known = given.setdefault(pair, defaultdict(dict))
        # The call itself is the hop; that something was read before it is what makes it telling.
        if pair not in hops or relation.verb != "discloses":
            hops[pair] = _hop(relation, taker, _GIVING[given_to(taker)])
        for data_class, verdicts in disclosed(relation, tables):
            known[data_class].update(verdicts)
    received = carriers.received(graph, given)
    for (source, taker), known in sorted(given.items()):
        sent_off = given_to(taker) is Direction.SENDS
        elsewhere = read_by.get(service_of.get(source, source), {}) if sent_off else {}
        by_topic = received.get(source, {})
        for data_class in sorted(known.keys() | elsewhere.keys() | by_topic.keys()):
            seen_here = known.get(data_class, {})
            perhaps = {**by_topic.get(data_class, {}), **elsewhere.get(data_class, {})}
            found[source].append(
                Touch(
                    (taker, given_to(taker), data_class),
                    hops[source, taker],
                    seen_here,
                    {column: verdict for column, verdict in perhaps.items() if column not in seen_here},
                )
            )
    return {urn: tuple(sorted(each, key=lambda touch: touch.key)) for urn, each in sorted(found.items())}


def by_class(
    table: TableClasses, columns: Iterable[str]
) -> tuple[dict[str, dict[str, Verdict]], dict[str, dict[str, Verdict]]]:
    """The classified columns among `columns`, by class; and those that a `*` among them may add.

    A `*` of a table whose columns are all known stands for just these, the key of an object for what lies in it. A
    bucket of which no key is named may be read anywhere.
    """
    named = set(columns)
    seen: dict[str, dict[str, Verdict]] = defaultdict(dict)
    possible: dict[str, dict[str, Verdict]] = defaultdict(dict)
    if table.within and not named:
        named = {EVERY}
    for column, verdict in table.verdicts.items():
        if column in named or table.within.get(column) in named:
            seen[verdict.data_class][column] = verdict
        elif EVERY in named and table.complete:
            seen[verdict.data_class][column] = read_whole(verdict)
        elif EVERY in named:
            possible[verdict.data_class][column] = verdict
    return seen, possible


def disclosed(relation: Relation, tables: Mapping[str, TableClasses]) -> list[tuple[str, dict[str, Verdict]]]:
    """The classes, with columns, that were read in the trace before a host was called or a message sent."""
    return [
        pair
        for urn, columns in together(relation.attributes.get("together"))
        if urn in tables
        for pair in _labelled(tables[urn], *by_class(tables[urn], columns))
    ]


def taker_of(relation: Relation, graph: Graph, foreign: frozenset[str]) -> str:
    """The urn of the topic or third party a relation leads to; "" if it leads elsewhere."""
    if isinstance(relation.target, str) and relation.target.startswith("topic://"):
        return relation.target
    return host_of(relation, graph, foreign)


def given_to(taker: str) -> Direction:
    """What is done with data that this takes."""
    return Direction.PUBLISHES if taker.startswith("topic://") else Direction.SENDS


def host_of(relation: Relation, graph: Graph, foreign: frozenset[str]) -> str:
    """The urn of the third party a relation leads to; "" if it leads elsewhere."""
    if isinstance(relation.target, Alias):
        binding = graph.bindings.get(str(relation.target))
        third = binding is not None and binding.state is Bound.THIRD_PARTY
        return f"host://public/{relation.target.value.lower().rstrip('.')}" if third else ""
    return relation.target if relation.target in foreign else ""


def _labelled(
    table: TableClasses, *parts: Mapping[str, Mapping[str, Verdict]]
) -> list[tuple[str, dict[str, Verdict]]]:
    return [
        (data_class, {f"{table.label}.{column}": verdict for column, verdict in verdicts.items()})
        for part in parts
        for data_class, verdicts in part.items()
    ]


def _hop(relation: Relation, target: str, verb: str = "") -> Hop:
    evidence = relation.attributes.get("evidence")
    return Hop(relation.source, verb or relation.verb, target, evidence if isinstance(evidence, str) else "")


def _sorted(relations: Iterable[Relation]) -> list[Relation]:
    return sorted(relations, key=lambda each: (each.source, each.verb, str(each.target)))


def _expected(graph: Graph, service: str, operation: str, data_class: str) -> bool:
    """Credentials belong to the service that owns identity, and to a login wherever it is."""
    if not data_class.startswith("user.authorization"):
        return False
    owner, doing = (
        _words(graph.resources[urn].name if urn in graph.resources else urn) for urn in (service, operation)
    )
    return bool(_IDENTITY.search(owner) or _LOGIN.search(doing))


def _words(name: str) -> str:
    """A name as words: `POST /signIn` is `post sign in`."""
    return " ".join(word.lower() for word in _WORD.findall(name))
