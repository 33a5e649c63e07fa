"""Decides what is said of personal values that were met inside telemetry: where, of which kind, since when."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from daemon.analysis import telling
from daemon.values.drift import Action, Change, ChangeLine
from daemon.values.graph import Graph

LEAKS = "leaks"
"""The verb from an operation to `attribute://KIND/NAME`."""

_WHY = {
    Action.REMOVED: "not met any more for long enough, while the service was heard",
}
_MET = (
    "a value of this kind was met there; it is kept nowhere here, but wherever these traces go: "
    "leave it out where the span is made, or have the Collector delete the attribute"
)
_SYMBOLS = {Action.REMOVED: "-"}


def lines(changes: Iterable[Change]) -> tuple[ChangeLine, ...]:
    """One line for each service, kind and attribute; its operations are counted. What is new comes first."""
    found: dict[tuple[bool, str, str, str], list[Change]] = defaultdict(list)
    for one in changes:
        source, target = telling.ends(one.key, one.type)
        kind, attribute = _place(target)
        found[one.action is Action.REMOVED, telling.service_urn(source), kind, attribute].append(one)
    return tuple(
        _line(
            service,
            kind,
            attribute,
            (telling.ends(each.key, each.type)[0] for each in members),
            tuple(members),
        )
        for (_, service, kind, attribute), members in sorted(found.items())
    )


def standing(graph: Graph) -> tuple[ChangeLine, ...]:
    """The same for everything met so far."""
    found: dict[tuple[str, str, str], set[str]] = defaultdict(set)
    for relation in graph.relations:
        if relation.verb == LEAKS:
            kind, attribute = _place(str(relation.target))
            found[telling.service_urn(relation.source), kind, attribute].add(relation.source)
    return tuple(_line(*place, sources) for place, sources in sorted(found.items()))


def _line(
    service: str, kind: str, attribute: str, sources: Iterable[str], members: tuple[Change, ...] = ()
) -> ChangeLine:
    operations = sorted({telling.short_name(each) for each in sources if each != service})
    action = members[0].action if members else Action.ADDED
    return ChangeLine(
        id=min((each.id for each in members), default=""),
        symbol=_SYMBOLS.get(action, "!"),
        type=kind,
        name=telling.full_name(service),
        detail=f"in {attribute}{_of(operations)}",
        why=_WHY.get(action, _MET),
        changes=members,
    )


def _place(target: str) -> tuple[str, str]:
    """Kind and attribute."""
    kind, _, attribute = target.removeprefix("attribute://").partition("/")
    return kind, attribute


def _of(operations: list[str]) -> str:
    if not operations:
        return ""
    more = f" and {len(operations) - 1:,} more" if len(operations) > 1 else ""
    return f" of {operations[0]}{more}"
