"""Counts the members of groups at two snapshots."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Connection, func, select

from daemon.store.columns import RELATION, RELATION_VERSION, valid

_CHUNK = 500


def sizes(
    connection: Connection, verb: str, groups: Collection[str], before: int, after: int
) -> dict[str, tuple[int, int]]:
    """How many resources are related by `verb` to each group (a urn, or an alias as text) at each snapshot."""
    then, now = (_sizes(connection, verb, sorted(groups), number) for number in (before, after))
    return {group: (then.get(group, 0), now.get(group, 0)) for group in groups}


def _sizes(connection: Connection, verb: str, groups: list[str], number: int) -> dict[str, int]:
    counts: dict[str, int] = {}
    for begin in range(0, len(groups), _CHUNK):
        query = (
            select(RELATION.c.target, func.count(RELATION.c.id.distinct()).label("members"))
            .join(RELATION_VERSION, RELATION_VERSION.c.relation_id == RELATION.c.id)
            .where(
                RELATION.c.target.in_(groups[begin : begin + _CHUNK]),
                RELATION.c.verb == verb,
                valid(RELATION_VERSION, number),
            )
            .group_by(RELATION.c.target)
        )
        counts |= {row.target: row.members for row in connection.execute(query)}
    return counts
