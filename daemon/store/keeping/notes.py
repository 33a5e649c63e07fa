"""Moves what is noted of pruned snapshots to the next that is kept: sight, large removals, contents, listings."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import Connection, bindparam, delete, func, insert, select, update

from daemon.store.columns import (
    COMPONENT,
    CONTENT,
    COVERAGE,
    EXTENT,
    LARGE_REMOVAL,
    RELATION,
    RESOURCE,
    SIGHT,
)
from daemon.store.keeping.chunks import chunks
from daemon.store.keeping.fold import Kept

IMAGE = 71  # characters of "sha256:..." at the end of an image's urn
ANSWERED = ("listed", "sighted")


def move_notes(connection: Connection, kept: Kept, going: Sequence[int]) -> None:
    """What snapshots that go brought or noted is brought or noted by the next that is kept."""
    _move_sight(connection, kept, going)
    _move_large_removals(connection, kept, going)
    for number in going:
        moved = update(CONTENT).where(CONTENT.c.since == number)
        connection.execute(moved.values(since=kept.next(number)))


def _move_sight(connection: Connection, kept: Kept, going: Sequence[int]) -> None:
    """Of several that move to one snapshot, the newest tells how it was."""
    by_target: dict[int, int] = {}
    for part in chunks(going):
        found = select(SIGHT.c.snapshot).where(SIGHT.c.snapshot.in_(part)).order_by(SIGHT.c.snapshot)
        for number in connection.execute(found).scalars().all():
            by_target[kept.next(number)] = number
    targets = sorted(by_target)
    taken_ = {
        number
        for part in chunks(targets)
        for number in connection.execute(select(SIGHT.c.snapshot).where(SIGHT.c.snapshot.in_(part))).scalars()
    }
    moving = {number: target for target, number in by_target.items() if target not in taken_}
    for part in chunks([number for number in going if number not in moving]):
        connection.execute(delete(SIGHT).where(SIGHT.c.snapshot.in_(part)))
    for number, target in moving.items():
        connection.execute(update(SIGHT).where(SIGHT.c.snapshot == number).values(snapshot=target))


def _move_large_removals(connection: Connection, kept: Kept, going: Sequence[int]) -> None:
    for part in chunks(going):
        chosen = LARGE_REMOVAL.c.snapshot.in_(part)
        rows = connection.execute(select(LARGE_REMOVAL).where(chosen)).all()
        connection.execute(delete(LARGE_REMOVAL).where(chosen))
        for number, extent in sorted({(kept.next(row.snapshot), row.extent_id) for row in rows}):
            there = LARGE_REMOVAL.c.snapshot == number, LARGE_REMOVAL.c.extent_id == extent
            if connection.execute(select(LARGE_REMOVAL).where(*there)).first() is None:
                values = {"snapshot": number, "extent_id": extent}
                connection.execute(insert(LARGE_REMOVAL).values(values))


def free_contents(connection: Connection, images: Iterable[str]) -> set[int]:
    """Drops what is inside those of these images that no snapshot names any more; returns what brought it."""
    brought: set[int] = set()
    for part in chunks(sorted(images)):
        used: set[str] = set()
        for column in (RESOURCE.c.urn, RELATION.c.target):
            tail = func.substr(column, func.length(column) - (IMAGE - 1))
            of_images = column >= "image://", column < "image:/0"
            used.update(connection.execute(select(tail).where(*of_images, tail.in_(part))).scalars())
        free = [subject for subject in part if subject not in used]
        chosen = CONTENT.c.subject.in_(free)
        rows = connection.execute(select(CONTENT).where(chosen)).all()
        brought.update(row.since for row in rows)
        connection.execute(delete(COMPONENT).where(COMPONENT.c.subject.in_(free)))
        connection.execute(delete(CONTENT).where(chosen))
    return brought


def restate_extents(connection: Connection, kept: Kept) -> None:
    """An extent's first listing begins where its coverage does now."""
    query = select(EXTENT.c.id, EXTENT.c.first_listed).where(EXTENT.c.first_listed.is_not(None))
    firsts = {row.id: kept.next(row.first_listed) for row in connection.execute(query)}
    firsts |= first_listings(connection)
    moved = [
        {"id_": row.id, "first_": firsts[row.id]}
        for row in connection.execute(query)
        if firsts[row.id] != row.first_listed
    ]
    if moved:
        statement = update(EXTENT).where(EXTENT.c.id == bindparam("id_"))
        connection.execute(statement.values(first_listed=bindparam("first_")), moved)


def first_listings(connection: Connection) -> dict[int, int]:
    """By extent: since when it is listed, counted anew after it was retired."""
    found: dict[int, int] = {}
    query = select(COVERAGE.c.extent_id, COVERAGE.c.since, COVERAGE.c.state).where(
        COVERAGE.c.state.in_((*ANSWERED, "retired"))
    )
    ordered = query.order_by(COVERAGE.c.extent_id, COVERAGE.c.since)
    for row in connection.execute(ordered, execution_options={"yield_per": 1000}):
        if row.state == "retired":
            found.pop(row.extent_id, None)
        else:
            found.setdefault(row.extent_id, row.since)
    return found
