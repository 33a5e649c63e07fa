"""Decides which changes stand together in a line, and in which order lines stand."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping

from collectors.spec import Reported
from daemon.analysis import scaling, telling
from daemon.analysis.canonical import weight
from daemon.analysis.change_line import flow_line, line_id, plain_line, summary_line
from daemon.analysis.scaling import Sizes
from daemon.values.drift import Action, Change, ChangeLine, Group, Kind

_ORDER = "+~-="
_MANY_ALTERED = 3  # the same alteration on two resources is worth both names
_MANY_OTHERS = 5  # of what came or went, names matter more than of what was altered


def lines(
    changes: Iterable[Change],
    sizes: Sizes | None = None,
    reporting: Mapping[str, Reported] | None = None,
) -> tuple[ChangeLine, ...]:
    """The changes of one scope as lines: + ~ -, then by type and name; the same on many comes last."""
    result: list[ChangeLine] = []
    how = reporting or {}
    for members in _bundles(changes, lambda change: _alike(change, how)):
        first = members[0]
        if first.kind is Kind.FLOW:
            result.append(flow_line(members))
        elif first.member_of and not _exposed(first):
            result.append(scaling.line(members, line_id(members), sizes or {}))
        elif len(members) > 1 and reported(first, how) is Reported.SUMMARY:
            result.append(summary_line(members))
        elif len(members) >= (_MANY_ALTERED if members[0].action is Action.ALTERED else _MANY_OTHERS):
            result.append(plain_line(members))
        else:
            result.extend(plain_line([one]) for one in members)
    return tuple(sorted(result, key=_place))


def groups(changes: Iterable[Change], sizes: Sizes, reporting: Mapping[str, Reported]) -> tuple[Group, ...]:
    """The lines of each scope under its title, in the order of titles."""
    bundles = {_title(members[0]): members for members in _bundles(changes, _title)}
    return tuple(Group(title, lines(bundles[title], sizes, reporting)) for title in sorted(bundles))


def reported(change: Change, reporting: Mapping[str, Reported]) -> Reported:
    """How a change is told: what its type says, but always in full where something becomes public."""
    if change.kind is not Kind.RESOURCE or _exposed(change):
        return Reported.ALWAYS
    return reporting.get(change.type, Reported.ALWAYS)


def _exposed(change: Change) -> bool:
    """True if it is now reachable from outside: that is never a mere number."""
    return any(field.path == "public" and field.after is True for field in change.fields)


def _title(change: Change) -> str:
    """`aws 111122223333 eu-west-1`, `services demo`, `names`."""
    if change.environment or change.scope.provider == "traces":
        return f"services {change.environment or change.scope.account}".rstrip()
    return str(change.scope) or "names"  # what a name leads to lies in no scope


def _bundles(changes: Iterable[Change], key: Callable[[Change], Hashable]) -> list[list[Change]]:
    bundles: dict[Hashable, list[Change]] = defaultdict(list)
    for one in sorted(changes, key=lambda change: (change.type, change.name, change.key, change.id)):
        bundles[key(one)].append(one)
    return list(bundles.values())


def _alike(change: Change, reporting: Mapping[str, Reported]) -> Hashable:
    """What changes share that may stand in one line.

    Flows: those of one service's operations to one target, by the same columns come or gone.
    """
    if change.kind is Kind.FLOW:
        source, target = telling.ends(change.key, change.type)
        told = _fields(change) if change.action is Action.ALTERED else b""
        return change.kind, change.action, change.type, telling.service_urn(source), target, told
    whole = "operations" in change.carries or change.key.startswith("service://")
    if change.kind is Kind.ALIAS or whole or _exposed(change):
        return change.kind, change.action, change.key
    if change.member_of:
        return change.type, change.member_of
    if reported(change, reporting) is Reported.SUMMARY:
        return change.type
    of = ""
    if change.kind is Kind.RELATION:
        of = telling.ends(change.key, change.type)[1]
    elif change.key.startswith("operation://"):
        of = telling.service_urn(change.key)
    return change.kind, change.action, change.type, change.scope, of, _fields(change)


def _fields(change: Change) -> bytes:
    return weight([[field.path, field.before, field.after] for field in change.fields])[1]


def _place(line: ChangeLine) -> tuple[bool, int, str, str, str]:
    return line.count > 1, _ORDER.index(line.symbol), line.type, line.name, line.id


def restated_lines(changes: Iterable[Change]) -> tuple[ChangeLine, ...]:
    """One line for each type: the rule that changed is the news, not the resources it was applied to."""
    bundles = _bundles(changes, lambda change: (change.kind, change.type))
    return tuple(
        sorted((plain_line(members) for members in bundles), key=lambda line: (line.type, line.name, line.id))
    )
