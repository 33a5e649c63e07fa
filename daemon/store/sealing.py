"""The roots that a snapshot continues, and what is noted of coverage before it is sealed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, case, select, update

from daemon.store import chain
from daemon.store.columns import COVERAGE, PRUNING
from daemon.store.coverage import HEARD, LISTED
from daemon.store.keeping import proofs
from daemon.store.writing import Writing


@dataclass(frozen=True, slots=True)
class Roots:
    """What a snapshot adds to: the roots of the one before it, and the header of the newest pruning."""

    state_root: str
    coverage: str
    pruning: str


def roots(connection: Connection, newest: Any) -> Roots:
    """Those of the newest snapshot's row; None for the first."""
    query = select(PRUNING.c.header).order_by(PRUNING.c.number.desc()).limit(1)
    pruning = connection.execute(query).scalar() or ""
    if newest is None:
        return Roots(chain.EMPTY, chain.EMPTY, pruning)
    if newest.scheme == chain.SCHEME:
        return Roots(newest.state_root, newest.coverage_digest, pruning)
    # Once, after an upgrade: this scheme's roots are begun from what is valid.
    state, covered = proofs.roots_now(connection)
    return Roots(chain.plus(chain.EMPTY, state), chain.plus(chain.EMPTY, covered), pruning)


def note_coverage(writing: Writing) -> None:
    """Notes when what is not listed was listed last, and what changed for the root of coverage."""
    connection, number = writing.connection, writing.number
    before = COVERAGE.alias("before")
    last = case((before.c.state.in_((LISTED, HEARD)), number - 1), else_=before.c.last_listed)
    ended = before.c.extent_id == COVERAGE.c.extent_id, before.c.until == number
    opened = COVERAGE.c.since == number
    connection.execute(
        update(COVERAGE)
        .where(opened, COVERAGE.c.state.not_in((LISTED, HEARD)))
        .values(last_listed=select(last).where(*ended).scalar_subquery())
    )
    changed = select(COVERAGE.c.extent_id).where(opened)
    closed = COVERAGE.c.extent_id.in_(changed) & (COVERAGE.c.until == number)
    for chosen, note in ((opened, writing.ledger.covered), (closed, writing.ledger.uncovered)):
        for row in proofs.rows(connection, proofs.query(proofs.COVERED).where(chosen)):
            note(proofs.COVERED.element(row.parts))
