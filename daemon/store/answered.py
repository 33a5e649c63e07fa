"""The answers of a cycle become versions: each listed extent is merged, and coverage says which was not."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import insert, select, update

from collectors.model import Extent
from daemon.store import elements, gone, heard
from daemon.store.columns import LARGE_REMOVAL, SIGHTED
from daemon.store.coverage import HEARD, LISTED, Asked, Coverage, with_unreached
from daemon.store.merge import Merge
from daemon.store.spool import Outcome, Spool
from daemon.store.times import moment, stamp
from daemon.store.writing import Writing
from daemon.values.drift import Origin


@dataclass(slots=True)
class Answers:
    """Merges the answers in a spool, once; then says how many extents there were and how many were listed.

    `position`: how far of the journal is in this snapshot. `warming`: as in `Draft`.
    """

    started_at: datetime
    writing: Writing
    merge_: Merge
    coverage: Coverage
    spool: Spool
    warm_up: timedelta
    warming: set[str] = field(default_factory=set)
    extents: int = 0
    listed: int = 0
    position: int = 0

    @property
    def state(self) -> str:
        """`complete`; `partial` when some extents were not listed; `failed` when none was."""
        if self.extents and not self.listed:
            return "failed"
        return "partial" if self.listed < self.extents else "complete"

    def merge(self, asked: Mapping[str, Asked], large_removals: Collection[Extent]) -> None:
        """Writes coverage and what differs of each answered extent; arguments as for `Draft.merge`."""
        coverage = self.coverage
        outcomes = with_unreached(self.spool.outcomes(), coverage.open_extents(), asked)
        self.extents = len(outcomes)
        ids = coverage.ids([outcome.extent for outcome in outcomes])
        if large_removals:
            self._note_large_removals([ids[extent].id for extent in large_removals])
        answered: list[int] = []
        sighted: list[int] = []
        rows = [ids[outcome.extent] for outcome in outcomes]
        for outcome, row in zip(outcomes, rows, strict=True):
            if outcome.state in (LISTED, HEARD):
                self._merge_answer(outcome, row)
                answered.append(row.id)
                sighted += [row.id] if outcome.state == HEARD else []
            self.position = max(self.position, outcome.position)
        heard.note_services(self.writing.connection, self.merge_.last_heard)
        gone.end_flows(self.writing, self.started_at, sighted)
        pending = coverage.pending()
        for outcome, row in zip(outcomes, rows, strict=True):
            coverage.cover(
                row.id, outcome.state, outcome.detail, outcome.details_failed, pending.get(row.id, 0)
            )
        coverage.stamp_extents(answered, self.started_at)
        if self.state != "failed":  # nothing is judged of a failed one, so nothing may go with it
            coverage.retire(outcomes, asked, self.merge_.retire)
        coverage.wait(outcomes, asked, pending)
        self.merge_.note_answers()

    def _note_large_removals(self, ids: Collection[int]) -> None:
        removed = [{"snapshot": self.writing.number, "extent_id": id} for id in ids]
        self.writing.connection.execute(insert(LARGE_REMOVAL), removed)
        for id in ids:
            self.writing.ledger.noted(elements.large_removal(self.writing.named(id)))

    def _merge_answer(self, outcome: Outcome, row: Any) -> None:
        first = row.first_listed is None
        appeared = Origin.BASELINE if first else Origin.ADDED
        self.merge_.warming = frozenset()
        if outcome.state == HEARD:
            warming = self._warming(outcome, row.id)
            if warming and not first:
                appeared = Origin.NEWLY_VISIBLE
        self.listed += 1
        if outcome.answer and outcome.answer == row.answer:
            return  # the same answer again, and nothing that it lacks is pending
        settled = self.merge_.extent(
            row.id,
            partial(self.spool.blocks, outcome.extent),
            complete=outcome.state == LISTED,
            appeared=appeared,
            fingerprint=outcome.fingerprint,
            confirm=outcome.confirm,
            last_listed_at=row.last_listed_at,
            first=first,
        )
        answer = outcome.answer if settled and outcome.answer else None
        if answer != row.answer:
            self.merge_.answers[row.id] = answer

    def _warming(self, outcome: Outcome, extent_id: int) -> bool:
        """Whether an environment is in its warm-up by this source; its services may be in theirs.

        A warm-up begins when it is first heard of, and again when it begins to be seen in another way.
        """
        environment, source = outcome.extent.scope.account, outcome.extent.type
        blocks = self.spool.blocks(outcome.extent, "resource")
        changed = self.merge_.seen_otherwise(extent_id, blocks, outcome.fingerprint)
        now, seconds = self.started_at.timestamp(), self.warm_up.total_seconds()
        heard.note_changes(self.writing.connection, changed.services, now, seconds)
        since = heard.changed_at(self.writing.connection)
        self.merge_.warming = frozenset(each for each, at in since.items() if now < at + seconds)
        self.warming |= self.merge_.warming
        of = SIGHTED.c
        this = of.environment == environment, of.source == source
        row = self.writing.connection.execute(select(SIGHTED).where(*this)).first()
        began = self.started_at if row is None else moment(row.changed_at or row.first_heard_at)
        if row is None:
            values = {"environment": environment, "source": source, "first_heard_at": stamp(began)}
            self.writing.connection.execute(insert(SIGHTED).values(values))
        elif changed.sampling:
            began = self.started_at
            self.writing.connection.execute(update(SIGHTED).where(*this).values(changed_at=stamp(began)))
        if self.started_at < began + self.warm_up:
            self.warming.add(environment)
            return True
        return False
