"""Verifies that what is stored is what was committed: documents, intervals, roots, headers, anchors.

Every row is read once, in the order of what it is a version of; what is held is a sum for each snapshot.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, func, select

from daemon.store import chain
from daemon.store.columns import PRUNING, SNAPSHOT
from daemon.store.keeping import proofs
from daemon.store.keeping.derived import Damage, contents, derived_rows
from daemon.store.keeping.proofs import COVERED, VERSIONED
from daemon.store.keeping.reading import Advance, Reading
from daemon.store.keeping.record import record_digest


@dataclass(frozen=True, slots=True)
class Anchor:
    """A header kept outside the database. `number`: of which snapshot, if that is known."""

    header: str
    number: int | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was found. `damages`: the first damaged snapshot first; those of no single one last."""

    snapshots: int
    pruned: int
    rows: int
    newest: int | None
    header: str
    damages: tuple[Damage, ...]

    @property
    def first(self) -> int | None:
        """The first damaged snapshot."""
        return self.damages[0].snapshot if self.damages else None


def verify(
    connection: Connection,
    anchors: Iterable[Anchor] = (),
    *,
    key: bytes = b"",
    advance: Advance = lambda _: None,
    most: int = 20,
) -> Verdict:
    """Recomputes everything. `key`: of the signatures, if headers are signed. `most`: damages that are told."""
    snapshots = connection.execute(select(SNAPSHOT).order_by(SNAPSHOT.c.number)).all()
    reading = Reading(
        connection,
        {row.number for row in snapshots if row.pruned_at is None},
        {row.number: row.scheme for row in snapshots},
        advance,
    )
    for of in VERSIONED:
        reading.versions(of)
    reading.coverage()
    for number, element in proofs.notes(connection, None):
        reading.ledgers[number].noted(element)
    damages = [
        *reading.damages,
        *_headers(snapshots, key),
        *_roots(snapshots, reading),
        *_prunings(connection, snapshots, key),
        *contents(connection),
        *derived_rows(
            connection,
            {row.number: row.started_at for row in snapshots},
            {row.number for row in snapshots if row.changes_now is not None},
        ),
        *_anchors(snapshots, anchors),
    ]
    damages.sort(key=lambda each: (each.snapshot is None, each.snapshot or 0))
    newest = snapshots[-1] if snapshots else None
    return Verdict(
        len(snapshots),
        sum(row.pruned_at is not None for row in snapshots),
        reading.done,
        newest.number if newest else None,
        newest.header if newest else "",
        tuple(damages[:most]),
    )


def count(connection: Connection) -> int:
    """How many rows `verify` reads."""
    counts = (select(func.count()).select_from(of.versions) for of in (*VERSIONED, COVERED))
    return sum(connection.execute(query).scalar_one() for query in counts)


def _headers(snapshots: Sequence[Any], key: bytes) -> Iterator[Damage]:
    """Numbers without a hole, headers of what the rows say, each naming the one before it."""
    parent, expected, signed = "", 1, False
    for row in snapshots:
        for number in range(expected, row.number):
            yield Damage(number, "the snapshot is missing")
        expected = row.number + 1
        if row.parent != parent:
            yield Damage(row.number, "its parent is not the header of the snapshot before it")
        if row.scheme not in (chain.FIRST_SCHEME, chain.SCHEME):
            yield Damage(row.number, f'its scheme "{row.scheme}" is not known')
        elif chain.header(row.parent, dict(row._mapping)) != row.header:  # noqa: SLF001 - SQLAlchemy's public name
            yield Damage(row.number, "its header is not that of what its row says")
        if key and (signed or row.signature):
            signed = True
            if row.signature != chain.signature(key, row.header):
                yield Damage(row.number, "its signature is not made with the key")
        parent = row.header
    if key and snapshots and not signed:
        yield Damage(None, "no snapshot is signed, though a key is set")


def _roots(snapshots: Sequence[Any], reading: Reading) -> Iterator[Damage]:
    """The state, coverage and changes of each kept snapshot, from the rows."""
    state = covered = first = 0
    coverage = _first_coverage(reading)
    for row in snapshots:
        ledger = reading.ledgers[row.number]
        state, covered = state + ledger.state, covered + ledger.coverage
        first += reading.first_roots[row.number]
        if row.pruned_at is not None:
            continue
        sums = (state, covered) if row.scheme == chain.SCHEME else (first, None)
        if chain.plus(chain.EMPTY, sums[0]) != row.state_root:
            yield Damage(
                row.number,
                "what the rows show of it is not what was committed (state root): a row of a resource, relation, "
                "binding, path or finding was altered, added or removed",
            )
        if sums[1] is None:
            if coverage(row.number) != row.coverage_digest:
                yield Damage(row.number, _COVERAGE)
        elif chain.plus(chain.EMPTY, sums[1]) != row.coverage_digest:
            yield Damage(row.number, _COVERAGE)
        changes = row.changes if row.changes_now is None else row.changes_now
        if changes and ledger.changes != changes:
            yield Damage(
                row.number,
                "what the rows tell of its changes is not what was committed: an origin, an end, a fingerprint, "
                "a content or a note was altered, added or removed",
            )


_COVERAGE = "its coverage is not what was committed: how an extent was answered was altered, added or removed"


def _first_coverage(reading: Reading) -> Callable[[int], str]:
    """The digest of coverage under the first scheme, which is made of all of it."""
    opened: dict[int, list[tuple[int, str, str]]] = defaultdict(list)
    closed: dict[int, list[int]] = defaultdict(list)
    for since, until, told in reading.first_coverage:
        opened[since].append(told)
        if until is not None:
            closed[until].append(told[0])
    valid: dict[int, tuple[int, str, str]] = {}
    steps = iter(sorted(opened.keys() | closed.keys()))
    at = [next(steps, None)]

    def digest(number: int) -> str:
        while at[0] is not None and at[0] <= number:
            for extent in closed[at[0]]:
                valid.pop(extent, None)
            valid.update({told[0]: told for told in opened[at[0]]})
            at[0] = next(steps, None)
        return chain.first_coverage(valid[extent] for extent in sorted(valid))

    return digest


def _prunings(connection: Connection, snapshots: Sequence[Any], key: bytes) -> Iterator[Damage]:
    """The record of prunings, and that it tells what is pruned now."""
    rows = connection.execute(select(PRUNING).order_by(PRUNING.c.number)).all()
    parent = ""
    for at, row in enumerate(rows, 1):
        if row.number != at or row.parent != parent:
            yield Damage(None, f"the record of pruning {row.number} does not follow the one before it")
        if chain.pruning_header(row.parent, dict(row._mapping)) != row.header:  # noqa: SLF001
            yield Damage(None, f"the record of pruning {row.number} is not what was written")
        if key and row.signature and row.signature != chain.signature(key, row.header):
            yield Damage(None, f"the signature of pruning {row.number} is not made with the key")
        parent = row.header
    told = record_digest(snapshots)
    if told != (rows[-1].digest if rows else record_digest(())):
        yield Damage(None, "what is marked as pruned is not what the record of prunings says")
    known = {row.header for row in rows} | {""}
    for row in snapshots:
        if row.pruning not in known:
            yield Damage(row.number, "it names a pruning of which there is no record")


def _anchors(snapshots: Sequence[Any], anchors: Iterable[Anchor]) -> Iterator[Damage]:
    """What was kept elsewhere must be in the chain."""
    by_header = {row.header.lower(): row.number for row in snapshots}
    numbers = {row.number: row.header for row in snapshots}
    for anchor in anchors:
        found = by_header.get(anchor.header.lower())
        if anchor.number is None and found is None:
            yield Damage(
                None,
                f"no snapshot has the header {anchor.header}: history was rewritten after it was noted, or it is "
                "of another database",
            )
        elif anchor.number is not None and found != anchor.number:
            there = numbers.get(anchor.number)
            said = f"its header is {there}" if there else "it is missing"
            yield Damage(
                anchor.number, f"{said}, and {anchor.header} was noted: history was rewritten at or before it"
            )
