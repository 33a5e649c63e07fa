"""Prunes snapshots: their rows and headers stay, what only they showed goes. One transaction."""

from __future__ import annotations

from array import array
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import (
    CompoundSelect,
    Connection,
    Select,
    bindparam,
    delete,
    except_,
    func,
    or_,
    select,
    update,
)

from daemon.store.columns import (
    CONTENT,
    DELIVERY,
    DOCUMENT,
    PATH_VERSION,
    RELATION,
    RELATION_VERSION,
    RESOURCE,
    RESOURCE_VERSION,
    SNAPSHOT,
)
from daemon.store.keeping import proofs
from daemon.store.keeping.chunks import chunks
from daemon.store.keeping.fold import Kept, Version, fold
from daemon.store.keeping.notes import IMAGE, free_contents, move_notes, restate_extents
from daemon.store.keeping.policy import Taken
from daemon.store.keeping.proofs import COVERED, VERSIONED, Versioned
from daemon.store.keeping.record import record
from daemon.store.times import moment, stamp

_WRITTEN = {
    "since": "since", "until": "until", "origin": "origin", "ended": "ended", "fingerprint": "fingerprint",
    "equal_under": "equal_under", "shown": "last_shown_at",
}  # fmt: skip
"""What folding changes of a version, and the column of it."""
_NAMES_DOCUMENTS = (RESOURCE_VERSION, RELATION_VERSION, PATH_VERSION, CONTENT)


@dataclass(slots=True)
class Pruned:
    """What a pruning did. `versions`: intervals that are no more; `documents`, `characters`: freed.

    `stretches`: of time in which services were heard, that nothing asks about any more.
    """

    snapshots: int = 0
    versions: int = 0
    documents: int = 0
    characters: int = 0
    stretches: int = 0


def taken(connection: Connection) -> list[Taken]:
    """The snapshots that are not pruned, oldest first."""
    query = select(SNAPSHOT).where(SNAPSHOT.c.pruned_at.is_(None)).order_by(SNAPSHOT.c.number)
    return [
        Taken(row.number, moment(row.started_at), row.state != "failed") for row in connection.execute(query)
    ]


def needed(connection: Connection) -> dict[int, str]:
    """Snapshots that must stay, each with the reason: the newest, and those that reports compare with."""
    reasons: dict[int, str] = {}
    waiting = select(DELIVERY.c.snapshot_from, DELIVERY.c.snapshot_to).where(DELIVERY.c.state == "pending")
    for row in connection.execute(waiting):
        reasons.update({number: "a report that waits needs it" for number in row if number is not None})
    told = select(func.max(DELIVERY.c.snapshot_to)).where(
        DELIVERY.c.kind.in_(("baseline", "digest")), DELIVERY.c.state.in_(("sent", "quiet", "pending"))
    )
    for (number,) in connection.execute(told.group_by(DELIVERY.c.recipient)):
        reasons[number] = "the next digest compares with it"
    usable = select(func.max(SNAPSHOT.c.number)).where(SNAPSHOT.c.state != "failed")
    for query, reason in (
        (usable, "it is the newest that could list anything"),
        (select(func.max(SNAPSHOT.c.number)), "it is the newest"),
    ):
        number = connection.execute(query).scalar()
        if number is not None:
            reasons[number] = reason
    return reasons


def prune(connection: Connection, numbers: Collection[int], now: datetime, key: bytes = b"") -> Pruned:
    """Prunes these snapshots, of those that are not pruned and not needed; nothing to do writes nothing.

    The caller holds the writer's lock, and one transaction. `key`: signs the record of it.
    """
    stay = needed(connection)
    there = [each.number for each in taken(connection)]
    going = sorted(set(numbers).intersection(there).difference(stay))
    done = Pruned(snapshots=len(going))
    if not going:
        return done
    for part in chunks(going):
        connection.execute(
            update(SNAPSHOT).where(SNAPSHOT.c.number.in_(part)).values(pruned_at=stamp(now), changes_now=None)
        )
    work = _Work(connection, Kept(sorted(set(there).difference(going))), tuple(going), done)
    for of in (*VERSIONED, COVERED):
        work.fold_all(of)
    move_notes(connection, work.kept, work.going)
    work.touched |= free_contents(connection, work.images)
    work.free_documents()
    restate_extents(connection, work.kept)
    record(connection, sorted(work.touched), len(going), stamp(now), key)
    return done


@dataclass(slots=True)
class _Work:
    """One pruning under way. `touched`: kept snapshots whose changes are told anew."""

    connection: Connection
    kept: Kept
    going: tuple[int, ...]
    done: Pruned
    touched: set[int] = field(default_factory=set)
    images: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.touched.update(map(self.kept.next, self.going))

    # -- versions ------------------------------------------------------------------------------------

    def fold_all(self, of: Versioned) -> None:
        """Moves the ends of all intervals that begin or end at a snapshot that goes."""
        gone = select(SNAPSHOT.c.number).where(SNAPSHOT.c.pruned_at.is_not(None))
        table = of.versions.c
        reference = table[of.reference]
        touched = select(reference).where(or_(table.since.in_(gone), table.until.in_(gone))).distinct()
        for part in chunks(self._references(touched.order_by(reference))):
            self._fold(of, part)

    def _references(self, query: Select[Any] | CompoundSelect[Any]) -> Sequence[Any]:
        """Narrow, since a first pruning may touch every row there is."""
        found = self.connection.execute(query, execution_options={"yield_per": 5000}).scalars()
        first = next(found, None)
        if not isinstance(first, int):
            return [] if first is None else [first, *found]
        numbers = array("q", [first])
        numbers.extend(found)
        return numbers

    def _fold(self, of: Versioned, references: Sequence[Any]) -> None:
        before: dict[int, Version] = {}
        after: dict[int, Version] = {}
        empty: list[Any] = []
        newest: dict[Any, bool] = {}
        for reference, versions in self._versions(of, references):
            staying = fold(versions, self.kept, of.rule)
            before.update({version.id: version for version in versions})
            after.update({version.id: version for version in staying})
            if not staying:
                empty.append(reference)
            last = max(versions, key=lambda v: v.since)
            newest[reference] = last.id in after
        changed = [version for id, version in after.items() if version != before[id]]
        dropped = sorted(before.keys() - after.keys())
        self._write(of, changed, dropped)
        if of.rows is RESOURCE:
            self._identify([each for each, stays in newest.items() if not stays and each not in set(empty)])
        if of.rows is not None:
            self._forget_rows(of, empty)

    def _versions(self, of: Versioned, references: Sequence[Any]) -> Iterator[tuple[Any, list[Version]]]:
        """All versions of these rows, by row."""
        reference = of.versions.c[of.reference]
        query = proofs.intervals(of).where(reference.in_(references)).order_by(reference)
        for key, rows in groupby(self.connection.execute(query), key=lambda row: row[0]):
            yield key, [Version._make((*row[1:11], tuple(row[11:]))) for row in rows]

    def _write(self, of: Versioned, changed: Sequence[Version], dropped: Sequence[int]) -> None:
        table = of.versions.c
        columns = {name: column for name, column in _WRITTEN.items() if column in table}
        for part in chunks(dropped):
            self.connection.execute(delete(of.versions).where(table.id.in_(part)))
        self.done.versions += len(dropped)
        if changed:
            statement = update(of.versions).where(table.id == bindparam("id_"))
            self.connection.execute(
                statement.values({column: bindparam(f"{name}_") for name, column in columns.items()}),
                [{"id_": v.id, **{f"{name}_": getattr(v, name) for name in columns}} for v in changed],
            )

    def _identify(self, resources: Sequence[int]) -> None:
        """Where a resource lives is what its newest version says; these lost the newest they had."""
        for number in resources:
            row = self.connection.execute(select(RESOURCE).where(RESOURCE.c.id == number)).one()
            query = (
                select(DOCUMENT.c.body)
                .join(RESOURCE_VERSION, RESOURCE_VERSION.c.document_id == DOCUMENT.c.id)
                .where(RESOURCE_VERSION.c.resource_id == number)
                .order_by(RESOURCE_VERSION.c.since.desc(), RESOURCE_VERSION.c.id.desc())
            )
            said = [proofs.identity(body) for body in self.connection.execute(query).scalars()]
            if proofs.identity_of(row) not in said:
                values = dict(zip(proofs.IDENTITY, said[0], strict=True))
                self.connection.execute(update(RESOURCE).where(RESOURCE.c.id == number).values(values))

    def _forget_rows(self, of: Versioned, empty: Sequence[Any]) -> None:
        """Drops what no snapshot shows any more."""
        assert of.rows is not None
        name = {RESOURCE: "urn", RELATION: "target"}.get(of.rows)
        for part in chunks(empty):
            if name:
                names = select(of.rows.c[name]).where(of.rows.c.id.in_(part))
                for urn in self.connection.execute(names).scalars():
                    if urn[-IMAGE:].startswith("sha256:"):
                        self.images.add(urn[-IMAGE:])
            self.connection.execute(delete(of.rows).where(of.rows.c.id.in_(part)))

    def free_documents(self) -> None:
        """Drops the documents that nothing names any more: no index tells what does, so it is asked once, of all."""
        named = (select(table.c.document_id) for table in _NAMES_DOCUMENTS)
        for part in chunks(self._references(except_(select(DOCUMENT.c.id), *named))):
            chosen = DOCUMENT.c.id.in_(part)
            size = select(func.sum(func.length(DOCUMENT.c.body))).where(chosen)
            self.done.characters += int(self.connection.execute(size).scalar() or 0)
            self.connection.execute(delete(DOCUMENT).where(chosen))
            self.done.documents += len(part)
