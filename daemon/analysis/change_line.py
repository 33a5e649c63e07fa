"""One line of a report: one change, or many that are alike, in words."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from itertools import islice

from daemon.analysis import telling
from daemon.values.drift import Action, Change, ChangeLine, Kind, PathChange

_SYMBOLS = {
    Action.ADDED: "+",
    Action.ALTERED: "~",
    Action.REPOINTED: "~",
    Action.REMOVED: "-",
    Action.RESTATED: "=",
    Action.NEWLY_VISIBLE: "+",
    Action.RESOLVED: "=",
}
_NAMED = 3  # of many


def plain_line(members: Sequence[Change]) -> ChangeLine:
    """One change, or the same change on many resources."""
    first = members[0]
    return ChangeLine(
        id=line_id(members),
        symbol=_SYMBOLS[first.action],
        type=_type(first),
        name=_name(first),
        detail=_detail(first, members),
        why=first.why,
        count=len(members),
        changes=tuple(members),
        names=_names(members),
    )


def summary_line(members: Sequence[Change]) -> ChangeLine:
    """All that happened to resources of a type of which there are many, and which follow from something else."""
    first = members[0]
    counts = [(action, count(members, action)) for action in _WORDS]
    only = len({_SYMBOLS[one.action] for one in members}) == 1
    return ChangeLine(
        id=line_id(members),
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


def flow_line(members: Sequence[Change]) -> ChangeLine:
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
        id=line_id(members),
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


def path_line(path: PathChange) -> ChangeLine:
    """A path that our own rules tell otherwise now."""
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


def line_id(members: Sequence[Change]) -> str:
    """By which a line is asked for: of one change its own, of several one for all of them."""
    if len(members) == 1:
        return members[0].id
    return hashlib.sha256("".join(sorted(one.id for one in members)).encode()).hexdigest()[:8]


def count(changes: Iterable[Change], *actions: Action) -> int:
    """How many of the changes are one of these."""
    return sum(1 for one in changes if one.action in actions)
