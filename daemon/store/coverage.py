"""Which extents there are, how each was answered, and which gaps follow from what could not even be asked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import func, insert, select, update

from collectors.contract import ANYWHERE
from collectors.model import Extent, Scope
from daemon.store.bulk import insert_rows
from daemon.store.columns import COVERAGE, EXTENT
from daemon.store.merge import Merge
from daemon.store.spool import Outcome
from daemon.store.times import stamp

LISTED = "listed"
HEARD = "sighted"
RETIRED = "retired"

Asked = frozenset[Extent] | None
"""The extents a provider was asked for; None if it could not tell."""

_CHUNK = 500
_COVERAGE = ("id", "extent_id", "since", "until", "state", "detail", "details_failed")


@dataclass(slots=True)
class Coverage:
    """Coverage as one snapshot writes it: a row only where an outcome is another than before."""

    merge: Merge
    changed: bool = False
    _open: dict[int, tuple[int, tuple[str, str, int]]] | None = field(default=None)

    def open_extents(self) -> dict[Extent, Any]:
        """Extents whose coverage is open and not retired."""
        query = (
            select(EXTENT, COVERAGE.c.state)
            .join(COVERAGE, COVERAGE.c.extent_id == EXTENT.c.id)
            .where(COVERAGE.c.until.is_(None), COVERAGE.c.state != RETIRED)
        )
        return {_extent(row): row for row in self.merge.connection.execute(query)}

    def ids(self, extents: Sequence[Extent]) -> dict[Extent, Any]:
        """The rows of extents, by extent; those never heard of are inserted."""
        known = {_extent(row): row for row in self.merge.connection.execute(select(EXTENT))}
        number = self.merge.connection.execute(select(func.max(EXTENT.c.id))).scalar() or 0
        fresh = []
        for extent in extents:
            if extent not in known:
                number += 1
                scope = extent.scope
                fresh.append(
                    {
                        "id": number, "type": extent.type, "provider": scope.provider,
                        "account": scope.account, "region": scope.region,
                    }
                )  # fmt: skip
        if fresh:
            self.merge.connection.execute(insert(EXTENT), fresh)
            known = {_extent(row): row for row in self.merge.connection.execute(select(EXTENT))}
        return known

    def cover(self, extent_id: int, state: str, detail: str, details_failed: int) -> None:
        """Notes how an extent was answered."""
        known = self._covered()
        outcome = (state, detail, details_failed)
        if extent_id in known:
            number, before = known[extent_id]
            if before == outcome:
                return
            ended = update(COVERAGE).where(COVERAGE.c.id == number).values(until=self.merge.number)
            self.merge.connection.execute(ended)
        number = self.merge.reserve(COVERAGE, 1)
        known[extent_id] = (number, outcome)
        insert_rows(
            self.merge.connection,
            COVERAGE,
            _COVERAGE,
            [(number, extent_id, self.merge.number, None, *outcome)],
        )
        self.changed = True

    def _covered(self) -> dict[int, tuple[int, tuple[str, str, int]]]:
        """Id and outcome of the open coverage of each extent; asked of the database once."""
        if self._open is None:
            query = select(COVERAGE).where(COVERAGE.c.until.is_(None))
            self._open = {
                row.extent_id: (row.id, (row.state, row.detail, row.details_failed))
                for row in self.merge.connection.execute(query)
            }
        return self._open

    def retire(self, outcomes: Sequence[Outcome], asked: Mapping[str, Asked]) -> None:
        """Takes out what the settings no longer ask for; what could not be asked, or is not due, stays."""
        answered = {outcome.extent for outcome in outcomes}
        for extent, row in self.open_extents().items():
            wanted = asked.get(extent.scope.provider, frozenset())
            if extent in answered:
                continue
            if _of_planning(extent):
                self.cover(row.id, RETIRED, "it can be planned again", 0)
            elif wanted is not None and extent not in wanted:
                self.merge.retire(row.id)
                # Should it be asked for again, its first listing is a baseline again.
                again = update(EXTENT).where(EXTENT.c.id == row.id).values(first_listed=None)
                self.merge.connection.execute(again)
                self.cover(row.id, RETIRED, "no longer asked for by the settings", 0)

    def stamp_extents(self, answered: Sequence[int], at: datetime) -> None:
        """Notes on extents that they were answered in this snapshot, some of them for the first time."""
        now = {
            "last_listed": self.merge.number,
            "last_listed_at": stamp(at),
            "first_listed": func.coalesce(EXTENT.c.first_listed, self.merge.number),
        }
        for begin in range(0, len(answered), _CHUNK):
            chosen = EXTENT.c.id.in_(answered[begin : begin + _CHUNK])
            self.merge.connection.execute(update(EXTENT).where(chosen).values(now))


def with_unreached(
    outcomes: tuple[Outcome, ...], known: Iterable[Extent], asked: Mapping[str, Asked]
) -> list[Outcome]:
    """Adds a gap for each known extent of a provider that could not tell what it was asked for."""
    known = frozenset(known)
    answered = {outcome.extent for outcome in outcomes}
    reasons = {
        outcome.extent.scope.provider: outcome for outcome in outcomes if outcome.state not in (LISTED, HEARD)
    }
    missing = []
    for extent in sorted(known):
        provider = extent.scope.provider
        if extent in answered or provider not in asked or _of_planning(extent):
            continue
        wanted = asked[provider]
        if wanted is None:
            reason = reasons.get(provider)
            state, detail = (reason.state, reason.detail) if reason else ("failed", _NOT_ANSWERED)
            missing.append(Outcome(extent, state, detail))
        elif extent not in wanted and Extent(extent.type, Scope(provider, ANYWHERE)) in wanted:
            missing.append(Outcome(extent, "denied", _NOT_SHOWN))
    # A collector that does not know its account yet answers under a name of its own: say each gap once.
    named = {(each.extent.scope.provider, each.extent.scope.region, each.extent.type) for each in missing}
    kept = [
        outcome
        for outcome in outcomes
        if outcome.state in (LISTED, HEARD)
        or outcome.extent in known
        or (outcome.extent.scope.provider, outcome.extent.scope.region, outcome.extent.type) not in named
    ]
    return [*kept, *missing]


_NOT_SHOWN = (
    "not among what is shown any more: deleted, or access to it was lost; if it was deleted, name those that are "
    "left in the settings"
)
_NOT_ANSWERED = (
    "nothing answers for it, and the settings did not take it out; was facts.db lost? New spans fill it again"
)


def _of_planning(extent: Extent) -> bool:
    """Whether it stands for a collector that could not plan: a gap for as long as that lasts, and no longer."""
    return extent.type == f"{extent.scope.provider}.plan"


def _extent(row: Any) -> Extent:
    return Extent(row.type, Scope(row.provider, row.account, row.region))
