"""Decides what a drift says, in which groups and lines, and what it counts.

Every change stands in exactly one line; nothing is left out here.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from itertools import islice

from collectors.model import Extent
from collectors.spec import Reported
from daemon.analysis import gaps as gap_lines
from daemon.analysis import leaks, scaling, telling
from daemon.analysis.canonical import weight
from daemon.analysis.leaks import LEAKS
from daemon.analysis.scaling import Sizes
from daemon.values.drift import (
    Action,
    Change,
    ChangeLine,
    Drift,
    FindingChange,
    GapLine,
    Group,
    Kind,
    PathChange,
    SnapshotHead,
    Standing,
    Totals,
)
from daemon.values.path import Sight

_SYMBOLS = {
    Action.ADDED: "+",
    Action.ALTERED: "~",
    Action.REPOINTED: "~",
    Action.REMOVED: "-",
    Action.RESTATED: "=",
    Action.NEWLY_VISIBLE: "+",
    Action.RESOLVED: "=",
}
_ORDER = "+~-="
_DRIFT = frozenset({Action.ADDED, Action.ALTERED, Action.REMOVED, Action.REPOINTED})
_NEWLY_VISIBLE = frozenset({Action.NEWLY_VISIBLE, Action.RESOLVED})

_MANY_ALTERED = 3  # the same alteration on two resources is worth both names
_NAMED = 3  # of many
_MANY_OTHERS = 5  # of what came or went, names matter more than of what was altered


def summarise(
    *,
    installation: str,
    before: SnapshotHead | None,
    after: SnapshotHead,
    changes: Iterable[Change],
    path_changes: Sequence[PathChange],
    gaps: Sequence[GapLine],
    sight: Sight,
    ignored: Sequence[tuple[str, int]] = (),
    large_removals: Sequence[Extent] = (),
    standing: Standing | None = None,
    findings: Sequence[FindingChange] = (),
    sizes: Sizes | None = None,
    reporting: Mapping[str, Reported] | None = None,
) -> Drift:
    """The drift between two snapshots; of a baseline (`before` is None) what stands instead of changes.

    `reporting`: how each type is reported; one that is not named is `always`.
    """
    how = reporting or {}
    everything = list(changes) if before is not None else []
    untold = [one for one in everything if _reported(one, how) is Reported.NEVER]
    told = [one for one in everything if _reported(one, how) is not Reported.NEVER and one.type != LEAKS]
    met = leaks.lines(one for one in everything if one.type == LEAKS)
    paths = list(path_changes) if before is not None else []
    drifted = [one for one in told if one.action in _DRIFT]
    visible = [one for one in told if one.action in _NEWLY_VISIBLE]
    restated = [one for one in told if one.action is Action.RESTATED]
    new = tuple(path for path in paths if path.action is Action.ADDED)
    gone = tuple(path for path in paths if path.action is Action.REMOVED)
    visible_paths = tuple(path for path in paths if path.action in _NEWLY_VISIBLE)
    restated_paths = [path for path in paths if path.action is Action.RESTATED]
    other = tuple(path for path in paths if path.action in {Action.ALTERED, Action.REPOINTED})
    return Drift(
        installation=installation,
        before=before,
        after=after,
        sight=sight,
        totals=Totals(
            new_paths=len(new),
            new_leaks=sum(one.symbol == "!" for one in met),
            new_findings=sum(one.action is Action.ADDED for one in findings),
            altered_paths=len(other),
            gone_paths=len(gone),
            added=_count(drifted, Action.ADDED),
            altered=_count(drifted, Action.ALTERED, Action.REPOINTED),
            removed=_count(drifted, Action.REMOVED),
            restated=len(restated) + len(restated_paths),
            visible_paths=len(visible_paths),
            newly_visible=len(visible),
            not_observed=gap_lines.not_observed(gaps),
        ),
        new_paths=new,
        altered_paths=other,
        gone_paths=gone,
        findings=tuple(findings) if before is not None else (),
        leaks=met,
        groups=_groups(drifted, sizes or {}, how),
        gaps=tuple(gaps),
        large_removals=tuple(sorted(large_removals)),
        restated=(*_restated(restated), *map(_path_line, restated_paths)),
        newly_visible=lines(visible),
        visible_paths=visible_paths,
        ignored=tuple(ignored),
        standing=standing if before is None else None,
        untold=lines(untold),
    )


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
            result.append(_flow_line(members))
        elif first.member_of and not _exposed(first):
            result.append(scaling.line(members, _id(members), sizes or {}))
        elif len(members) > 1 and _reported(first, how) is Reported.SUMMARY:
            result.append(_summary_line(members))
        elif len(members) >= (_MANY_ALTERED if members[0].action is Action.ALTERED else _MANY_OTHERS):
            result.append(_line(members))
        else:
            result.extend(_line([one]) for one in members)
    return tuple(sorted(result, key=_place))


def _groups(changes: Iterable[Change], sizes: Sizes, reporting: Mapping[str, Reported]) -> tuple[Group, ...]:
    bundles = {_title(members[0]): members for members in _bundles(changes, _title)}
    return tuple(Group(title, lines(bundles[title], sizes, reporting)) for title in sorted(bundles))


def _reported(change: Change, reporting: Mapping[str, Reported]) -> Reported:
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
    if _reported(change, reporting) is Reported.SUMMARY:
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


def _line(members: Sequence[Change]) -> ChangeLine:
    """One change, or the same change on many resources."""
    first = members[0]
    return ChangeLine(
        id=_id(members),
        symbol=_SYMBOLS[first.action],
        type=_type(first),
        name=_name(first),
        detail=_detail(first, members),
        why=first.why,
        count=len(members),
        changes=tuple(members),
        names=_names(members),
    )


def _summary_line(members: Sequence[Change]) -> ChangeLine:
    """All that happened to resources of a type of which there are many, and which follow from something else."""
    first = members[0]
    counts = [(action, _count(members, action)) for action in _WORDS]
    only = len({_SYMBOLS[one.action] for one in members}) == 1
    return ChangeLine(
        id=_id(members),
        symbol=_SYMBOLS[first.action] if only else "~",
        type=first.type,
        name=_name(first),
        detail=_joined(*(f"{number:,} {_WORDS[action]}" for action, number in counts if number)),
        why="told as a number: it follows from something else, and JSON names each",
        count=len(members),
        changes=tuple(members),
        names=_names(members),
    )


_WORDS = {
    Action.ADDED: "added",
    Action.ALTERED: "altered",
    Action.REMOVED: "removed",
    Action.NEWLY_VISIBLE: "newly visible",
}


def _names(members: Sequence[Change]) -> tuple[str, ...]:
    """The first few of many resources. What a relation or an operation belongs to is in its line already."""
    if len(members) == 1 or members[0].kind is not Kind.RESOURCE:
        return ()
    few = _NAMED if len(members) > _NAMED + 1 else len(members)  # one name is no longer than "and 1 more"
    return tuple(_name(one) for one in islice(members, few))


def _flow_line(members: Sequence[Change]) -> ChangeLine:
    """Flows that differ only in the operation they start from: one line, all their columns."""
    first = members[0]
    source, target = telling.ends(first.key, first.type)
    columns = [
        str(column)
        for one in members
        for field in one.fields
        if field.path == "columns" and isinstance(field.after, list) and one.action is not Action.ALTERED
        for column in field.after
    ]
    return ChangeLine(
        id=_id(members),
        symbol=_SYMBOLS[first.action],
        type="flow",
        name=telling.flow(source, first.type, target, columns),
        detail=_joined(
            telling.altered(first.fields) if first.fields and first.action is Action.ALTERED else "",
            f"from {len(members)} operations" if len(members) > 1 else "",
            _last_seen(members) if first.action is Action.REMOVED else "",
        ),
        why=first.why,
        changes=tuple(members),
    )


def _type(change: Change) -> str:
    if change.kind is Kind.RELATION:
        return "relation"
    return "name" if change.kind is Kind.ALIAS else change.type


def _name(change: Change) -> str:
    match change.kind:
        case Kind.RELATION:
            source, target = telling.ends(change.key, change.type)
            return telling.flow(source, change.type, target)
        case Kind.ALIAS:
            return telling.short_name(change.key)
        case _ if change.key.startswith("operation://"):
            return telling.full_name(change.key)
    return change.name or telling.short_name(change.key)


def _detail(change: Change, members: Sequence[Change]) -> str:
    if change.kind is Kind.ALIAS:
        before, after = change.fields[0].before, change.fields[0].after
        now = telling.short_name(str(after))
        return f"{telling.short_name(str(before))} -> {now}" if before else f"leads to {now}"
    operations = change.carries.get("operations", 0) if len(members) == 1 else 0
    carried = telling.counted(operations, "operations") if operations else ""
    match change.action:
        case Action.REMOVED:
            return _joined(_shared(change, members), _last_seen(members), carried)
        case Action.ALTERED:
            return telling.altered(change.fields)
        case Action.RESTATED:
            return "our rules changed"
        case Action.NEWLY_VISIBLE if any(field.before is not None for field in change.fields):
            return telling.altered(change.fields)
    return _joined(_shared(change, members), telling.added(change.fields), carried)


def _shared(change: Change, members: Sequence[Change]) -> str:
    """What a line on many has in place of their names."""
    if len(members) > 1 and change.kind is Kind.RELATION:
        target = telling.ends(change.key, change.type)[1]
        return f"{change.type.replace('_', ' ')} {telling.full_name(target)}"
    if len(members) > 1 and change.key.startswith("operation://"):
        return f"of {telling.short_name(telling.service_urn(change.key))}"
    return ""


def _joined(*parts: str) -> str:
    return ", ".join(part for part in parts if part)


def _last_seen(members: Sequence[Change]) -> str:
    times = [one.last_confirmed for one in members if one.last_confirmed is not None]
    return f"last seen {telling.moment(max(times))}" if times else ""


def _restated(changes: Iterable[Change]) -> tuple[ChangeLine, ...]:
    """One line for each type: the rule that changed is the news, not the resources it was applied to."""
    bundles = _bundles(changes, lambda change: (change.kind, change.type))
    return tuple(
        sorted((_line(members) for members in bundles), key=lambda line: (line.type, line.name, line.id))
    )


def _path_line(path: PathChange) -> ChangeLine:
    identity = path.paths[0].identity
    classes = ", ".join(sorted({one.identity.data_class for one in path.paths}))
    return ChangeLine(
        id=path.id,
        symbol="=",
        type="data path",
        name=f"{telling.full_name(identity.origin)} {identity.direction} {telling.short_name(identity.sink)}",
        detail=classes,
        why=path.why,
    )


def _id(members: Sequence[Change]) -> str:
    if len(members) == 1:
        return members[0].id
    return hashlib.sha256("".join(sorted(one.id for one in members)).encode()).hexdigest()[:8]


def _count(changes: Iterable[Change], *actions: Action) -> int:
    return sum(1 for one in changes if one.action in actions)
