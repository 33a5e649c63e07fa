"""Decides which services of several clusters are one, and which bear their cluster in their name.

Spans say in which cluster they were made, or do not, and begin to one day. So a service that only one cluster names
has the same name with and without it; of several, the one that was heard of first keeps the name.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace

from collectors.contract import Fact
from collectors.traces.said import CALLER, detail, read_detail

AT = "@"
"""Between a service's name and its cluster's."""


def told_apart(facts: Sequence[Fact]) -> Sequence[Fact]:
    """The same facts of services under the names that they have beside those of other clusters."""
    heard = [fact for fact in facts if fact.verb == "is" and '"cluster"' in fact.detail and AT in fact.source]
    if not heard:
        return facts
    said = [read_detail(fact.detail) for fact in heard]
    names = {str(one["uid"]): str(one["cluster"]) for one in said if "uid" in one}
    bearing: dict[str, tuple[str, str]] = {}
    first: dict[str, dict[str, float]] = defaultdict(dict)
    for fact, one in zip(heard, said, strict=True):
        given = str(one["cluster"])
        cluster, plain = names.get(given, given), fact.source.removesuffix(AT + given)
        bearing[fact.source] = (plain, cluster)
        first[plain][cluster] = min(fact.first, first[plain].get(cluster, fact.first))
    keeps = {plain: min((at, cluster) for cluster, at in known.items())[1] for plain, known in first.items()}
    called = {
        urn: plain if cluster == keeps[plain] else f"{plain}{AT}{cluster}"
        for urn, (plain, cluster) in bearing.items()
    }
    now = _Names(called)
    found = [_renamed(fact, now) for fact in facts]
    return [
        replace(fact, detail=detail(cluster=bearing[known.source][1]))
        if known.verb == "is" and known.source in bearing and '"cluster"' in known.detail
        else fact
        for fact, known in zip(found, facts, strict=True)
    ]


class _Names(dict[str, str]):
    """What each urn is called now: one text, however many facts are about it."""

    def __init__(self, called: Mapping[str, str]) -> None:
        self._called = called

    def __missing__(self, urn: str) -> str:
        name = self[urn] = _name(urn, self._called)
        return name


def _renamed(fact: Fact, now: Mapping[str, str]) -> Fact:
    if AT not in fact.source and AT not in fact.target:
        return fact
    # Spelt out: `replace` takes nearly twice as long, and there are more facts than flows.
    environment, source, verb, target = fact.environment, now[fact.source], fact.verb, now[fact.target]
    return Fact(environment, source, verb, target, fact.detail, fact.first, fact.last, fact.count)


def _name(urn: str, called: Mapping[str, str]) -> str:
    """A urn, or an alias in the networks of a caller, with the service in it called so."""
    if urn.startswith(CALLER):
        caller, bar, rest = urn.removeprefix(CALLER).partition("|")
        return f"{CALLER}{called.get(caller, caller)}{bar}{rest}"
    if urn.startswith("operation://"):
        *service, operation = urn.removeprefix("operation://").split("/", 3)
        known = called.get(f"service://{'/'.join(service)}")
        return f"operation://{known.removeprefix('service://')}/{operation}" if known else urn
    return called.get(urn, urn)
