"""Which data paths are new, altered or gone between two snapshots, and which hop made them new."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime

from collectors.model import Json, Seen
from daemon.analysis.exposure import INTERNET
from daemon.analysis.telling import short_name
from daemon.values.drift import Action, FieldChange, PathChange
from daemon.values.path import Answer, DataPath, Direction, Hop, PathIdentity, Tier

Edge = tuple[str, str, str]
"""Source, verb and target of a relation, the target as it stands there."""


def compare(
    before: Sequence[DataPath],
    after: Sequence[DataPath],
    old_edges: Collection[Edge],
    *,
    seen: Mapping[Edge, Seen] | None = None,
) -> tuple[PathChange, ...]:
    """What became of the paths, sorted: new, altered, gone, each with the gravest first.

    Classes that share everything but their columns are one change. That a store became known is no
    alteration, nor are the borders that this brings to light: the data did not move. `old_edges`: those of
    the earlier snapshot. `seen`: when the later one's edges were seen first.
    """
    old = {path.identity: path for path in before}
    new = {path.identity: path for path in after}
    edges = old_edges if isinstance(old_edges, set | frozenset) else frozenset(old_edges)
    changes = [
        *_grouped(Action.ADDED, [(new[each], ()) for each in new.keys() - old.keys()], edges, seen or {}),
        *_grouped(Action.REMOVED, [(old[each], ()) for each in old.keys() - new.keys()], edges, {}),
        *_grouped(
            Action.ALTERED,
            [
                (new[each], fields)
                for each in new.keys() & old.keys()
                if (fields := _fields(old[each], new[each]))
            ],
            edges,
            {},
        ),
    ]
    return tuple(sorted(changes, key=_order))


def telling_id(change: PathChange, path: DataPath) -> str:
    """What tells of one path in a line; equal if the same is told of it again. Lines join paths, each time others."""
    if change.action is Action.ADDED:
        return path.identity.id
    fields: list[Json] = [
        [each.path, None if each.path == "columns" else each.before, _now(each, path)]
        for each in change.fields
    ]
    words = f"{change.action} {path.identity} {json.dumps(fields, sort_keys=True)}"
    return hashlib.sha256(words.encode(errors="backslashreplace")).hexdigest()[:8]


def _now(field: FieldChange, path: DataPath) -> Json:
    return (
        list(path.columns) if field.path == "columns" else field.after
    )  # a line has the columns of all its paths


def is_graver(before: DataPath, after: DataPath) -> bool:
    """Whether an alteration cannot wait: see `are_graver`."""
    return are_graver(_fields(before, after))


def are_graver(fields: Iterable[FieldChange]) -> bool:
    """Whether a path now crosses another border, begins at the internet, or returns what it may have returned."""
    return any(
        (each.path == "borders" and not set(_texts(each.after)) <= set(_texts(each.before)))
        or (each.path, each.after) in (("exposure", INTERNET), ("answer", Answer.RETURNS.value))
        for each in fields
    )


def _texts(value: Json) -> list[str]:
    return [str(each) for each in value] if isinstance(value, list) else []


_ORDER = (Action.ADDED, Action.ALTERED, Action.REMOVED)
_SEVERITIES = ("high", "medium", "low")


def _order(change: PathChange) -> tuple[object, ...]:
    return _ORDER.index(change.action), *gravity(change)


def gravity(change: PathChange) -> tuple[object, ...]:
    """What to sort by: the internet first, then the gravest border, what was seen whole, and the most classes."""
    first = change.paths[0]
    severities = [each.severity for each in first.borders]
    return (
        first.exposure != INTERNET,
        min(
            (_SEVERITIES.index(each) for each in severities if each in _SEVERITIES), default=len(_SEVERITIES)
        ),
        first.tier is not Tier.OBSERVED,
        -len(change.paths),
        _key(first.identity),
    )


def _key(identity: PathIdentity) -> tuple[str, str, str, str]:
    return identity.origin, identity.sink, identity.direction, identity.data_class


def _grouped(
    action: Action,
    found: Sequence[tuple[DataPath, tuple[FieldChange, ...]]],
    edges: Collection[Edge],
    seen: Mapping[Edge, Seen],
) -> list[PathChange]:
    ends: dict[object, list[tuple[DataPath, tuple[FieldChange, ...]]]] = defaultdict(list)
    for path, fields in sorted(found, key=lambda each: _key(each[0].identity)):
        identity = path.identity
        ends[identity.origin, identity.sink, identity.direction].append((path, fields))
    changes = []
    for members in ends.values():
        groups: dict[object, list[tuple[DataPath, tuple[FieldChange, ...]]]] = defaultdict(list)
        for path, fields in members:
            groups[_shared(path, fields) if len(members) > 1 else ()].append((path, fields))
        changes += [_change(action, group, edges, seen) for group in groups.values()]
    return changes


def _shared(path: DataPath, fields: Sequence[FieldChange]) -> object:
    """What alterations must have in common to be one line: all but the columns."""
    return (
        path.line,
        tuple((each.path, str(each.before), str(each.after)) for each in fields if each.path != "columns"),
        any(each.path == "columns" for each in fields),
    )


def _change(
    action: Action,
    group: Sequence[tuple[DataPath, tuple[FieldChange, ...]]],
    edges: Collection[Edge],
    seen: Mapping[Edge, Seen],
) -> PathChange:
    paths = tuple(path for path, _ in group)
    fields = _merged([fields for _, fields in group])
    words = "\n".join((action, *(str(path.identity) for path in paths)))
    id = hashlib.sha256(words.encode()).hexdigest()[:8]
    if action is not Action.ADDED:
        return PathChange(id, action, paths, _why(action, paths[0], fields), fields=fields)
    fresh = next((hop for hop in paths[0].route if hop.flow not in edges), None)
    hop = fresh or paths[0].route[-1]
    sighting = seen.get(hop.flow) if fresh else None
    return PathChange(
        id,
        action,
        paths,
        _why_new(paths, fresh),
        new_hop=hop,
        first_seen=datetime.fromtimestamp(sighting.first, UTC) if sighting else None,
    )


_DOING = {
    Direction.READS: "reading",
    Direction.WRITES: "writing",
    Direction.SENDS: "sending",
    Direction.PUBLISHES: "publishing",
}


def _why_new(paths: Sequence[DataPath], fresh: Hop | None) -> str:
    if fresh is not None:
        verb = fresh.verb.replace("_", " ")
        return f"{short_name(fresh.source)} {verb} {short_name(fresh.target)} was not known before"
    columns = ", ".join(sorted({column for path in paths for column in path.columns}))
    direction = paths[0].identity.direction
    doing = _DOING[direction]
    return f"every hop was known before; {doing} {columns} was not"


def _why(action: Action, path: DataPath, fields: Sequence[FieldChange]) -> str:
    if action is Action.REMOVED:
        return f"{short_name(path.identity.origin)} no longer leads to {short_name(path.identity.sink)}"
    names = {"columns": "other columns", "route": "another route", "store": "another database"}
    words = [
        names.get(each.path, f"{each.path} {_text(each.before)} -> {_text(each.after)}") for each in fields
    ]
    return f"the same path, with {', '.join(words)}"


def _fields(before: DataPath, after: DataPath) -> tuple[FieldChange, ...]:
    resolved = not before.store and bool(after.store)
    pairs: list[tuple[str, Json, Json]] = [
        ("exposure", before.exposure, after.exposure),
        ("tier", str(before.tier), str(after.tier)),
        ("route", _route(before), _route(after)),
        ("columns", list(before.columns), list(after.columns)),
        ("expected", before.expected, after.expected),
    ]
    if before.answer:  # else nobody asked
        pairs.append(("answer", str(before.answer), str(after.answer)))
    if not resolved:
        pairs += [
            ("store", before.store, after.store),
            ("borders", _borders(before), _borders(after)),
        ]
    return tuple(FieldChange(path, old, new) for path, old, new in pairs if old != new)


def _merged(groups: Sequence[tuple[FieldChange, ...]]) -> tuple[FieldChange, ...]:
    """The fields of one line: those of its first path, with the columns of all."""
    columns = [each for fields in groups for each in fields if each.path == "columns"]
    return tuple(
        FieldChange(each.path, _union(c.before for c in columns), _union(c.after for c in columns))
        if each.path == "columns"
        else each
        for each in groups[0]
    )


def _union(lists: Iterable[Json]) -> Json:
    return [*sorted({str(each) for some in lists if isinstance(some, list) for each in some})]


def _route(path: DataPath) -> Json:
    return [f"{hop.source} {hop.verb} {hop.target}" for hop in path.route]


def _borders(path: DataPath) -> Json:
    return [f"{each.origin}->{each.destination} {each.severity}".rstrip() for each in path.borders]


def _text(value: Json) -> str:
    if isinstance(value, list):
        return ", ".join(str(each) for each in value) or "none"
    return str(value)
