"""What is done again and again: a cycle, a round of mail, the daily pruning, a look at readers. Never two at a time.

Nothing here raises for weather: what could not be done now is tried again in the next round.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import date, datetime, timedelta

import structlog

from config import secrets
from config.errors import ConfigError
from config.settings import Settings
from daemon import cycle
from daemon.collection import Stopped
from daemon.deliveries import StoreOutbox
from daemon.health import Health
from daemon.notify.delivery import deliver_due
from daemon.store.database import Database
from daemon.store.errors import StoreError
from daemon.store.journal import Journal
from daemon.store.keeping import scheduled
from daemon.store.readers import LongReader, Readers
from daemon.telemetry import CYCLE_SECONDS, CYCLES, EXTENTS, span

log = structlog.get_logger()

LATE_AFTER = timedelta(minutes=5)


class Rounds:
    """The daemon's work, whatever settings it has at the time. `stopping`: set when the program ends."""

    def __init__(self, clock: Callable[[], datetime], health: Health, stopping: threading.Event) -> None:
        self._clock = clock
        self._health = health
        self._stopping = stopping
        self._busy = threading.Lock()  # a cycle and a round of mail never write at the same time
        self._pruned_on: date | None = None
        self._caught_up: datetime | None = None
        self._named: frozenset[LongReader] = frozenset()

    def run_cycle(self, parts: cycle.Parts, first: datetime) -> None:
        """One cycle, then what became due by it. `first`: when the first one of this life was due."""
        late = parts.clock() - first > LATE_AFTER and self._is_catching_up(first)
        with self._busy, span("cycle"):
            try:
                outcome = cycle.run(parts, late=late, stopping=self._stopping)
            except Stopped:
                log.warning("cycle_dropped", reason="the program is ending")
                return
            except (StoreError, OSError) as error:  # no room for the spool, say: the next cycle tries again
                CYCLES.add(1, {"state": "error"})
                log.error("cycle_failed", reason=str(error))  # noqa: TRY400 - the sentence says it all
                self._health.went("cycle", str(error))
                return
        self._health.went("cycle")
        self._health.went("publish", outcome.trouble)
        CYCLES.add(1, {"state": outcome.state})
        CYCLE_SECONDS.record(outcome.seconds)
        for state, count in outcome.answers.items():
            EXTENTS.add(count, {"state": state})
        self.deliver(parts.database, parts.settings)
        self.prune(parts)

    def prune(self, parts: cycle.Parts) -> None:
        """Once a day, after a cycle. What cannot be pruned now is pruned after the next one."""
        now, zone = parts.clock(), parts.settings.schedule.zone
        day = now.astimezone(zone).date()
        if day == self._pruned_on:
            return
        with self._busy:
            try:
                key = secrets.key(parts.settings.database.signing_key_file)
                done = scheduled.apply(parts.database, parts.settings.retention, now, zone, key=key)
            except (StoreError, ConfigError) as error:
                log.error("prune_failed", reason=str(error))  # noqa: TRY400 - the sentence says it all
                self._health.went("prune", str(error))
                return
        self._health.went("prune")
        self._pruned_on = day
        if done.snapshots:
            log.info(
                "snapshots_pruned",
                snapshots=done.snapshots,
                versions=done.versions,
                documents=done.documents,
                characters=done.characters,
            )

    def _is_catching_up(self, first: datetime) -> bool:
        """True once for each first due time: later cycles follow their interval."""
        if self._caught_up == first:
            return False
        self._caught_up = first
        return True

    def deliver(self, database: Database, settings: Settings) -> None:
        """Sends the mails that are due."""
        with self._busy:
            try:
                box = StoreOutbox(database, settings, self._clock)
                done = deliver_due(box, settings.mail, self._clock(), installation=settings.driftline.name)
            except (StoreError, ConfigError) as error:
                log.error("deliveries_failed", reason=str(error))  # noqa: TRY400 - the sentence says it all
                self._health.went("deliveries", str(error))
                return
        self._health.went("deliveries", "; ".join(done.errors))
        for error_text in done.errors:
            log.warning("delivery_failed", reason=error_text, retried=done.retried, given_up=done.given_up)
        if done.sent:
            log.info("delivered", mails=done.sent)

    def look(self, readers: Readers, journal: Journal | None) -> None:
        """Warns once of each transaction of others that has been open for long; and how the receiver's disk does."""
        self._health.went("spans", journal.trouble if journal else "")
        with self._busy:  # it writes back what is in SQLite's log: never beside a cycle
            try:
                found = frozenset(readers.held_back(self._clock()))
            except StoreError:
                return  # the next cycle says what is wrong
        for reader in sorted(found - self._named, key=lambda each: each.since):
            since = reader.since.isoformat(timespec="seconds")
            log.warning("long_reader", reader=reader.who, since=since)
        self._named = found
