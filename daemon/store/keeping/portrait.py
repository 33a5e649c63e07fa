"""Tells of one snapshot: header, coverage, how much it changed against the one before it, and its size."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Hashable
from typing import Any

from sqlalchemy import Connection, func, select

from daemon.store import history, path_history
from daemon.store.columns import (
    COVERAGE,
    DOCUMENT,
    PATH_VERSION,
    RELATION_VERSION,
    RESOURCE_VERSION,
    SNAPSHOT,
    valid,
)

_DOCUMENTED = (RESOURCE_VERSION, RELATION_VERSION, PATH_VERSION)


def portrait(connection: Connection, number: int) -> dict[str, Any]:
    """Names and values. Raises NotFound if there is none, or if it is pruned."""
    history.head(connection, number)
    row = connection.execute(select(SNAPSHOT).where(SNAPSHOT.c.number == number)).one()
    before = history.newest(connection, before=number)
    told: dict[str, Any] = {
        "snapshot": number,
        "header": row.header,
        "parent": row.parent or None,
        "started_at": row.started_at,
        "committed_at": row.committed_at,
        "state": row.state,
        "late": bool(row.late),
        "extents": row.extents,
        "listed": row.listed,
    }
    states = select(COVERAGE.c.state, func.count()).where(valid(COVERAGE, number)).group_by(COVERAGE.c.state)
    for state, count in sorted(tuple(each) for each in connection.execute(states)):
        told[f"coverage_{state.replace(' ', '_')}"] = count
    for name, table in (("resource_versions", RESOURCE_VERSION), ("relation_versions", RELATION_VERSION)):
        told[name] = connection.execute(
            select(func.count()).select_from(table).where(valid(table, number))
        ).scalar_one()
    told["compared_with"] = before
    if before is not None and row.state != "failed":
        told |= _changes(connection, before, number)
    told["document_bytes"] = _size(connection, number)
    return told


def _changes(connection: Connection, before: int, number: int) -> dict[str, int]:
    """How many changes there are, by kind and action; of paths, how many lines a report has on them."""
    counts: Counter[str] = Counter()
    for each in history.differences(connection, before, number):
        action = "removed" if each.after is None else str(each.origin)
        counts[f"{each.kind.value}_{action}"] += 1
    paths = path_history.paths(connection, before, number)
    old, new = {path.identity: path for path in paths.before}, {path.identity: path for path in paths.after}
    lines: dict[str, set[Hashable]] = defaultdict(set)
    fresh = {hop.flow for key in paths.restated & new.keys() - old.keys() for hop in new[key].route}
    there, _ = path_history.edges(connection, before, fresh)
    for key in old.keys() | new.keys():
        if old.get(key) == new.get(key):
            continue
        if key in paths.restated:
            light = key not in old and any(hop.flow not in there for hop in new[key].route)
            action = "newly_visible" if light else "restated"
        else:
            action = "added" if key not in old else "gone" if key not in new else "altered"
        lines[f"path_{action}"].add((new.get(key) or old[key]).line)
    counts.update({name: len(told) for name, told in lines.items()})
    return {f"changes_{name}": counts[name] for name in sorted(counts)}


def _size(connection: Connection, number: int) -> int:
    """Characters of the documents that this snapshot brought."""
    brought = [
        select(table.c.document_id.label("id")).where(table.c.since == number) for table in _DOCUMENTED
    ]
    ids = brought[0].union(*brought[1:]).subquery("brought")
    query = select(func.sum(func.length(DOCUMENT.c.body))).join(ids, ids.c.id == DOCUMENT.c.id)
    return int(connection.execute(query).scalar() or 0)
