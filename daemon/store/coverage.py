"""Which extents there are, how each was answered, and which gaps follow from what could not even be asked."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import func, select, text, update

from collectors.contract import ANYWHERE
from collectors.model import Extent, Scope
from daemon.store.bulk import insert_rows
from daemon.store.columns import COVERAGE, EXTENT, RESOURCE_VERSION
from daemon.store.spool import Outcome
from daemon.store.times import stamp
from daemon.store.writing import Writing

LISTED = "listed"
HEARD = "sighted"
RETIRED = "retired"
NOT_DUE = "not due"
NEVER = "never listed"
_SILENT = frozenset({LISTED, HEARD, NOT_DUE})
"""Going from one of these to another is no news: nothing was lost or found by it."""

Asked = frozenset[Extent] | None
"""The extents a provider was asked for; None if it could not tell."""

_CHUNK = 500
_EXTENT = ("id", "type", "provider", "account", "region")
_COVERAGE = ("id", "extent_id", "since", "until", "state", "detail", "details_failed", "pending")

Told = tuple[str, str, int, int]
"""State, detail, details that failed, and resources pending."""


class ExtentRow(NamedTuple):
    """An extent as it was stored before this snapshot."""

    id: int
    type: str
    provider: str
    account: str
    region: str
    first_listed: int | None = None
    last_listed_at: str | None = None
    answer: bytes | None = None


@dataclass(slots=True)
class Coverage:
    """Coverage as one snapshot writes it: a row only where an outcome is another than before."""

    writing: Writing
    changed: bool = False
    _rows: dict[Extent, ExtentRow] | None = field(default=None)
    _open: dict[int, tuple[int, Told]] | None = field(default=None)
    _fresh: list[tuple[Any, ...]] = field(default_factory=list)

    def open_extents(self) -> dict[Extent, ExtentRow]:
        """Extents whose coverage is open and not retired."""
        states = self._states()
        return {
            extent: row for extent, row in self._known().items() if states.get(row.id, RETIRED) != RETIRED
        }

    def ids(self, extents: Iterable[Extent]) -> Mapping[Extent, ExtentRow]:
        """The rows of extents, by extent; those never heard of are inserted."""
        known = self._known()
        fresh = []
        for extent in extents:
            if extent not in known:
                number = self.writing.reserve(EXTENT, 1)
                known[extent] = ExtentRow(number, extent.type, *_place(extent))
                self.writing.name(number, known[extent][1:5])
                fresh.append(known[extent][:5])
        insert_rows(self.writing.connection, EXTENT, _EXTENT, fresh)
        return known

    def _known(self) -> dict[Extent, ExtentRow]:
        """The row of each extent; asked of the database once, and as it was then."""
        if self._rows is None:
            columns = (EXTENT.c[name] for name in ExtentRow._fields)
            self._rows = {}
            for found in self.writing.connection.execute(select(*columns)):
                row = ExtentRow._make(found)
                self._rows[Extent(row.type, Scope(row.provider, row.account, row.region))] = row
                self.writing.name(row.id, row[1:5])
        return self._rows

    def pending(self) -> dict[int, int]:
        """By extent: how many resources its listings lack, as long as another listing must say so too."""
        query = (
            select(RESOURCE_VERSION.c.extent_id, func.count().label("pending"))
            .where(text("until IS NULL AND absent > 0"))  # in the words of the index
            .group_by(RESOURCE_VERSION.c.extent_id)
        )
        return {row.extent_id: row.pending for row in self.writing.connection.execute(query)}

    def cover(
        self, extent_id: int, state: str, detail: str = "", details_failed: int = 0, pending: int = 0
    ) -> None:
        """Notes how an extent was answered; `write` stores it."""
        known = self._covered()
        outcome = (state, detail, details_failed, pending)
        if extent_id in known:
            number, before = known[extent_id]
            if before == outcome:
                return
            ended = update(COVERAGE).where(COVERAGE.c.id == number).values(until=self.writing.number)
            self.writing.connection.execute(ended)
            silent = {before[0], state} <= _SILENT and before[0] != state
        else:
            silent = state == NEVER
        number = self.writing.reserve(COVERAGE, 1)
        known[extent_id] = (number, outcome)
        self._fresh.append((number, extent_id, self.writing.number, None, *outcome))
        self.changed |= not silent

    def write(self) -> None:
        """Stores what was noted since the last time."""
        insert_rows(self.writing.connection, COVERAGE, _COVERAGE, self._fresh)
        self._fresh.clear()

    def _covered(self) -> dict[int, tuple[int, Told]]:
        """Id and outcome of the open coverage of each extent; asked of the database once."""
        if self._open is None:
            of = COVERAGE.c
            query = select(of.extent_id, of.id, of.state, of.detail, of.details_failed, of.pending)
            found = self.writing.connection.execute(query.where(of.until.is_(None)))
            self._open = {extent_id: (number, tuple(told)) for extent_id, number, *told in found}
        return self._open

    def retire(
        self, outcomes: Sequence[Outcome], asked: Mapping[str, Asked], close: Callable[[int], None]
    ) -> None:
        """Takes out what the settings no longer ask for; what could not be asked, or is not due, stays.

        `close`: closes all that an extent shows.
        """
        answered = {outcome.extent for outcome in outcomes}
        for extent, row in self.open_extents().items():
            wanted = asked.get(extent.scope.provider, frozenset())
            if extent in answered:
                continue
            if _of_planning(extent):
                self.cover(row.id, RETIRED, "it can be planned again", 0)
            elif wanted is not None and extent not in wanted:
                close(row.id)
                # Should it be asked for again, its first listing is a baseline again.
                again = update(EXTENT).where(EXTENT.c.id == row.id).values(first_listed=None)
                self.writing.connection.execute(again)
                self.cover(row.id, RETIRED, "no longer asked for by the settings")

    def wait(
        self, outcomes: Sequence[Outcome], asked: Mapping[str, Asked], pending: Mapping[int, int]
    ) -> None:
        """Notes which extents nobody was asked for: their turn has not come, or never came so far.

        A gap stays a gap until it is answered. To be called when what is retired is retired.
        """
        answered = {outcome.extent for outcome in outcomes}
        wanted = {extent for extents in asked.values() for extent in extents or () if not _anywhere(extent)}
        known = self._states()
        unheard = sorted(wanted - answered)
        rows = self.ids(unheard)
        for number in (rows[extent].id for extent in unheard):
            if known.get(number, RETIRED) == RETIRED:
                self.cover(number, NEVER)
        heard = {rows[extent].id for extent in answered}
        for number, state in known.items():
            if number not in heard and state in (LISTED, HEARD):
                self.cover(number, NOT_DUE, pending=pending.get(number, 0))
        self.write()

    def _states(self) -> dict[int, str]:
        """The state of every extent whose coverage is open."""
        return {extent_id: told[0] for extent_id, (_, told) in self._covered().items()}

    def stamp_extents(self, answered: Sequence[int], at: datetime) -> None:
        """Notes on extents that they were answered in this snapshot, some of them for the first time."""
        now = {
            "last_listed": self.writing.number,
            "last_listed_at": stamp(at),
            "first_listed": func.coalesce(EXTENT.c.first_listed, self.writing.number),
        }
        for begin in range(0, len(answered), _CHUNK):
            chosen = EXTENT.c.id.in_(answered[begin : begin + _CHUNK])
            self.writing.connection.execute(update(EXTENT).where(chosen).values(now))


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
    for extent in sorted(known - answered):
        provider = extent.scope.provider
        if provider not in asked or _of_planning(extent):
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


def _anywhere(extent: Extent) -> bool:
    return extent.scope.account == ANYWHERE


def _of_planning(extent: Extent) -> bool:
    """Whether it stands for a collector that could not plan: a gap for as long as that lasts, and no longer."""
    return extent.type == f"{extent.scope.provider}.plan"


def _place(extent: Extent) -> tuple[str, str, str]:
    return extent.scope.provider, extent.scope.account, extent.scope.region
