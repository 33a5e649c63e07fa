"""Prunes snapshots: their rows and headers stay, what only they showed goes. One transaction."""

from __future__ import annotations

from array import array
from collections.abc import Collection, Iterable, Iterator, Sequence
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
    insert,
    or_,
    select,
    update,
)

from daemon.store import chain
from daemon.store.columns import (
    COMPONENT,
    CONTENT,
    COVERAGE,
    DELIVERY,
    DOCUMENT,
    EXTENT,
    LARGE_REMOVAL,
    PATH_VERSION,
    PRUNING,
    RELATION,
    RELATION_VERSION,
    RESOURCE,
    RESOURCE_VERSION,
    SIGHT,
    SNAPSHOT,
)
from daemon.store.keeping import proofs
from daemon.store.keeping.fold import Kept, Version, fold
from daemon.store.keeping.policy import Taken
from daemon.store.keeping.proofs import COVERED, VERSIONED, Versioned
from daemon.store.times import moment, stamp

_CHUNK = 500
_ANSWERED = ("listed", "sighted")
_WRITTEN = {
    "since": "since", "until": "until", "origin": "origin", "ended": "ended", "fingerprint": "fingerprint",
    "equal_under": "equal_under", "shown": "last_shown_at",
}  # fmt: skip
"""What folding changes of a version, and the column of it."""
_NAMES_DOCUMENTS = (RESOURCE_VERSION, RELATION_VERSION, PATH_VERSION, CONTENT)
_IMAGE = 71  # characters of "sha256:..." at the end of an image's urn


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
    for part in _chunks(going):
        connection.execute(
            update(SNAPSHOT).where(SNAPSHOT.c.number.in_(part)).values(pruned_at=stamp(now), changes_now=None)
        )
    work = _Work(connection, Kept(sorted(set(there).difference(going))), tuple(going), done)
    for of in (*VERSIONED, COVERED):
        work.fold_all(of)
    work.move_notes()
    work.free_contents()
    work.free_documents()
    work.restate_extents()
    _record(connection, sorted(work.touched), len(going), stamp(now), key)
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
        for part in _chunks(self._references(touched.order_by(reference))):
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
        for part in _chunks(dropped):
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
        for part in _chunks(empty):
            if name:
                names = select(of.rows.c[name]).where(of.rows.c.id.in_(part))
                for urn in self.connection.execute(names).scalars():
                    if urn[-_IMAGE:].startswith("sha256:"):
                        self.images.add(urn[-_IMAGE:])
            self.connection.execute(delete(of.rows).where(of.rows.c.id.in_(part)))

    def free_documents(self) -> None:
        """Drops the documents that nothing names any more: no index tells what does, so it is asked once, of all."""
        named = (select(table.c.document_id) for table in _NAMES_DOCUMENTS)
        for part in _chunks(self._references(except_(select(DOCUMENT.c.id), *named))):
            chosen = DOCUMENT.c.id.in_(part)
            size = select(func.sum(func.length(DOCUMENT.c.body))).where(chosen)
            self.done.characters += int(self.connection.execute(size).scalar() or 0)
            self.connection.execute(delete(DOCUMENT).where(chosen))
            self.done.documents += len(part)

    # -- what is about single snapshots --------------------------------------------------------------

    def move_notes(self) -> None:
        """What snapshots that go brought or noted is brought or noted by the next that is kept."""
        self._move_sight()
        self._move_large_removals()
        for number in self.going:
            moved = update(CONTENT).where(CONTENT.c.since == number)
            self.connection.execute(moved.values(since=self.kept.next(number)))

    def _move_sight(self) -> None:
        """Of several that move to one snapshot, the newest tells how it was."""
        by_target: dict[int, int] = {}
        for part in _chunks(self.going):
            found = select(SIGHT.c.snapshot).where(SIGHT.c.snapshot.in_(part)).order_by(SIGHT.c.snapshot)
            for number in self.connection.execute(found).scalars().all():
                by_target[self.kept.next(number)] = number
        targets = sorted(by_target)
        taken_ = {
            number
            for part in _chunks(targets)
            for number in self.connection.execute(
                select(SIGHT.c.snapshot).where(SIGHT.c.snapshot.in_(part))
            ).scalars()
        }
        moving = {number: target for target, number in by_target.items() if target not in taken_}
        for part in _chunks([number for number in self.going if number not in moving]):
            self.connection.execute(delete(SIGHT).where(SIGHT.c.snapshot.in_(part)))
        for number, target in moving.items():
            self.connection.execute(update(SIGHT).where(SIGHT.c.snapshot == number).values(snapshot=target))

    def _move_large_removals(self) -> None:
        for part in _chunks(self.going):
            chosen = LARGE_REMOVAL.c.snapshot.in_(part)
            rows = self.connection.execute(select(LARGE_REMOVAL).where(chosen)).all()
            self.connection.execute(delete(LARGE_REMOVAL).where(chosen))
            for number, extent in sorted({(self.kept.next(row.snapshot), row.extent_id) for row in rows}):
                there = LARGE_REMOVAL.c.snapshot == number, LARGE_REMOVAL.c.extent_id == extent
                if self.connection.execute(select(LARGE_REMOVAL).where(*there)).first() is None:
                    values = {"snapshot": number, "extent_id": extent}
                    self.connection.execute(insert(LARGE_REMOVAL).values(values))

    def free_contents(self) -> None:
        """Drops what is inside images that no snapshot names any more."""
        for part in _chunks(sorted(self.images)):
            used: set[str] = set()
            for column in (RESOURCE.c.urn, RELATION.c.target):
                tail = func.substr(column, func.length(column) - (_IMAGE - 1))
                images = column >= "image://", column < "image:/0"
                used.update(self.connection.execute(select(tail).where(*images, tail.in_(part))).scalars())
            free = [subject for subject in part if subject not in used]
            chosen = CONTENT.c.subject.in_(free)
            rows = self.connection.execute(select(CONTENT).where(chosen)).all()
            self.touched.update(row.since for row in rows)
            self.connection.execute(delete(COMPONENT).where(COMPONENT.c.subject.in_(free)))
            self.connection.execute(delete(CONTENT).where(chosen))

    def restate_extents(self) -> None:
        """An extent's first listing begins where its coverage does now."""
        query = select(EXTENT.c.id, EXTENT.c.first_listed).where(EXTENT.c.first_listed.is_not(None))
        firsts = {row.id: self.kept.next(row.first_listed) for row in self.connection.execute(query)}
        firsts |= first_listings(self.connection)
        moved = [
            {"id_": row.id, "first_": firsts[row.id]}
            for row in self.connection.execute(query)
            if firsts[row.id] != row.first_listed
        ]
        if moved:
            statement = update(EXTENT).where(EXTENT.c.id == bindparam("id_"))
            self.connection.execute(statement.values(first_listed=bindparam("first_")), moved)


def first_listings(connection: Connection) -> dict[int, int]:
    """By extent: since when it is listed, counted anew after it was retired."""
    found: dict[int, int] = {}
    query = select(COVERAGE.c.extent_id, COVERAGE.c.since, COVERAGE.c.state).where(
        COVERAGE.c.state.in_((*_ANSWERED, "retired"))
    )
    ordered = query.order_by(COVERAGE.c.extent_id, COVERAGE.c.since)
    for row in connection.execute(ordered, execution_options={"yield_per": 1000}):
        if row.state == "retired":
            found.pop(row.extent_id, None)
        else:
            found.setdefault(row.extent_id, row.since)
    return found


def record_digest(rows: Iterable[Any]) -> str:
    """Digest of what is pruned, and of what kept snapshots show to have changed since. `rows`: of snapshots."""
    told = [
        [row.number, row.pruned_at, row.changes_now]
        for row in rows
        if row.pruned_at is not None or row.changes_now is not None
    ]
    return chain.digest(told)


def _record(connection: Connection, touched: Sequence[int], pruned: int, now: str, key: bytes) -> None:
    """Writes down what the kept snapshots show to have changed now, and a header that the next snapshot names."""
    for number, ledger in proofs.ledgers(connection, touched).items():
        changed = update(SNAPSHOT).where(SNAPSHOT.c.number == number)
        connection.execute(changed.values(changes_now=ledger.changes))
    newest = connection.execute(select(func.max(SNAPSHOT.c.number))).scalar_one()
    last = connection.execute(select(PRUNING).order_by(PRUNING.c.number.desc()).limit(1)).first()
    rows = connection.execute(select(SNAPSHOT).order_by(SNAPSHOT.c.number))
    row = {
        "number": last.number + 1 if last else 1,
        "pruned_at": now,
        "newest": newest,
        "pruned": pruned,
        "digest": record_digest(rows),
        "parent": last.header if last else "",
    }
    header = chain.pruning_header(str(row["parent"]), row)
    connection.execute(insert(PRUNING).values(**row, header=header, signature=chain.signature(key, header)))


def _chunks(values: Sequence[Any]) -> Iterator[Sequence[Any]]:
    for begin in range(0, len(values), _CHUNK):
        yield list(values[begin : begin + _CHUNK])
