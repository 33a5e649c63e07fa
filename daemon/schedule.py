"""When the next cycle runs, and when mails leave. One process, one cycle at a time, times in UTC."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import sdnotify
import structlog
from apscheduler.schedulers.background import BackgroundScheduler

from collectors.traces.receiver.errors import ReceiverError
from config import secrets
from config.errors import ConfigError
from config.settings import Settings
from daemon import assembly, cycle
from daemon.collection import Stopped
from daemon.deliveries import StoreOutbox
from daemon.notify.delivery import deliver_due
from daemon.store import history
from daemon.store.database import Database
from daemon.store.errors import StoreError
from daemon.store.journal import Journal
from daemon.store.keeping import scheduled
from daemon.store.lock import only_writer
from daemon.store.readers import LongReader, Readers
from daemon.telemetry import CYCLE_SECONDS, CYCLES, EXTENTS, configure_logging, span

if TYPE_CHECKING:
    from collectors.traces.facts import Flows

log = structlog.get_logger()

DELIVER_EVERY = timedelta(minutes=1)
LOOK_EVERY = timedelta(minutes=1)
LATE_AFTER = timedelta(minutes=5)


class Daemon:
    """`driftline run`: scheduler, receiver and notifier, until told to stop.

    `load`: reads the settings anew, for SIGHUP.
    """

    def __init__(
        self,
        settings: Settings,
        load: Callable[[], Settings],
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._settings = settings
        self._in_use: Settings | None = None  # the newest settings with which everything could be started
        self._load = load
        self._clock = clock
        self._stopping = threading.Event()
        self._woken = threading.Event()
        self._busy = threading.Lock()  # a cycle and a round of mail never write at the same time
        self._systemd = sdnotify.SystemdNotifier()
        self._troubles: dict[str, str] = {}
        self._named: frozenset[LongReader] = frozenset()

    def run(self) -> None:
        """Runs until SIGTERM or SIGINT. Raises StoreError, ConfigError, ReceiverError at the start only."""
        with ExitStack() as stack:
            database = assembly.open_store(self._settings)
            stack.callback(database.close)
            stack.enter_context(only_writer(database, "run"))
            for number in (signal.SIGTERM, signal.SIGINT):
                signal.signal(number, self._stop)
            signal.signal(signal.SIGHUP, self._hang_up)
            while not self._stopping.is_set():
                self._serve_or_return(database)
        log.info("stopped")

    @property
    def health(self) -> str:
        """`ok`, or `degraded` with what does not work at present. The daemon goes on, and tries again."""
        troubles = "; ".join(f"{what}: {why}" for what, why in sorted(self._troubles.items()))
        return f"degraded: {troubles}" if troubles else "ok"

    def _went(self, what: str, why: str = "") -> None:
        """Notes how something went last; `why`: it failed. systemd shows it in `systemctl status`."""
        before = self.health
        if why:
            self._troubles[what] = why
        else:
            self._troubles.pop(what, None)
        if self.health != before:
            log.info("health", health=self.health)
            self._systemd.notify(f"STATUS={' '.join(self.health.split())}")

    def stop(self) -> None:
        """Ends `run` soon: a cycle that is collecting is dropped, one that is committing ends."""
        self._stopping.set()
        self._woken.set()

    def _serve_or_return(self, database: Database) -> None:
        """Serves; new settings that cannot be used (a port in use, a secret that is not there) are given back."""
        try:
            self._serve(database)
        except (ConfigError, ReceiverError, StoreError) as error:
            if self._in_use is None or self._settings is self._in_use:
                raise
            log.error("settings_kept", reason=str(error))  # noqa: TRY400 - the sentence says it all
            self._settings = self._in_use
            configure_logging(self._settings.logging)

    def _serve(self, database: Database) -> None:
        """One life between two readings of the settings."""
        settings = self._settings
        if self._stopping.is_set():
            return  # told between two lives
        with ExitStack() as stack:
            journal, flows = None, None
            if settings.traces.enabled:
                journal = assembly.open_journal(settings)
                stack.callback(journal.close)
                flows = assembly.open_flows(settings, journal)
                stack.callback(self._receive(settings, journal, flows))
            parts = stack.enter_context(assembly.parts(settings, database, journal, self._clock, flows))
            scheduler = BackgroundScheduler(timezone=UTC)
            first = self._first_due(database, settings)
            scheduler.add_job(
                lambda: self._cycle(parts, first),
                "interval",
                seconds=settings.schedule.collect_every.total_seconds(),
                next_run_time=max(first, self._clock()),
                max_instances=1,
                coalesce=True,
                misfire_grace_time=None,
            )
            scheduler.add_job(
                lambda: self._deliver(database, settings),
                "interval",
                seconds=DELIVER_EVERY.total_seconds(),
                next_run_time=self._clock(),
                max_instances=1,
                coalesce=True,
                misfire_grace_time=None,
            )
            readers = Readers(database)
            scheduler.add_job(
                lambda: self._look(readers, journal),
                "interval",
                seconds=LOOK_EVERY.total_seconds(),
                max_instances=1,
                coalesce=True,
                misfire_grace_time=None,
            )
            scheduler.start()
            stack.callback(self._finish, scheduler)
            self._in_use = settings
            self._systemd.notify("READY=1")
            log.info("running", first_cycle=first.isoformat(timespec="seconds"))
            self._systemd.notify("RELOADING=1" if self._wait() else "STOPPING=1")

    def _receive(self, settings: Settings, journal: Journal, flows: Flows) -> Callable[[], None]:
        """Starts the receiver; returns what stops it."""
        from collectors.traces.receiver import Receiver  # noqa: PLC0415 - loads gRPC only where it is used

        receiver = Receiver(settings.traces, journal, flows)
        receiver.start()
        log.info("receiving", ports=dict(receiver.ports))
        return receiver.stop

    def _wait(self) -> bool:
        """Until told to stop, or to go on with new settings (True), feeding systemd's watchdog."""
        while not self._stopping.is_set():
            while not self._woken.wait(_watchdog()):
                self._systemd.notify("WATCHDOG=1")
            self._woken.clear()
            if self._stopping.is_set():
                break
            if self._taken():
                return True
        return False

    def _taken(self) -> bool:
        """Reads the settings anew; while they, or the files they name, cannot be used, nothing of this life ends."""
        try:
            settings = self._load()
            if settings.traces.enabled:
                from collectors.traces import receiver  # noqa: PLC0415 - loads gRPC only where it is used

                receiver.check(settings.traces)
        except (ConfigError, ReceiverError) as error:
            log.error("settings_kept", reason=str(error))  # noqa: TRY400 - the sentence says it all
            return False
        if _place(self._settings) != _place(settings):
            log.warning("restart_needed", reason="database and state_directory are read at the start")
        self._settings = settings
        configure_logging(settings.logging)
        log.info("settings_reloaded")
        return True

    def _finish(self, scheduler: BackgroundScheduler) -> None:
        """Waits for what is under way, feeding the watchdog: a cycle may wait long for a dead region."""
        ending = threading.Thread(target=scheduler.shutdown, name="finish")
        ending.start()
        while ending.is_alive():
            ending.join(_watchdog())
            self._systemd.notify("WATCHDOG=1")

    def _first_due(self, database: Database, settings: Settings) -> datetime:
        """One interval after the newest snapshot, so that a restart neither repeats nor skips."""
        with database.reading() as connection:
            newest = history.newest(connection)
            if newest is None:
                return self._clock()
            return history.head(connection, newest).time + settings.schedule.collect_every

    def _cycle(self, parts: cycle.Parts, first: datetime) -> None:
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
                self._went("cycle", str(error))
                return
        self._went("cycle")
        self._went("publish", outcome.trouble)
        CYCLES.add(1, {"state": outcome.state})
        CYCLE_SECONDS.record(outcome.seconds)
        for state, count in outcome.answers.items():
            EXTENTS.add(count, {"state": state})
        self._deliver(parts.database, parts.settings)
        self._prune(parts)

    def _prune(self, parts: cycle.Parts) -> None:
        """Once a day, after a cycle. What cannot be pruned now is pruned tomorrow."""
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
                return
        self._pruned_on = day
        if done.snapshots:
            log.info(
                "snapshots_pruned",
                snapshots=done.snapshots,
                versions=done.versions,
                documents=done.documents,
                characters=done.characters,
            )

    _pruned_on: date | None = None
    _caught_up: datetime | None = None

    def _is_catching_up(self, first: datetime) -> bool:
        """True once for each first due time: later cycles follow their interval."""
        if self._caught_up == first:
            return False
        self._caught_up = first
        return True

    def _deliver(self, database: Database, settings: Settings) -> None:
        with self._busy:
            try:
                box = StoreOutbox(database, settings, self._clock)
                done = deliver_due(box, settings.mail, self._clock(), installation=settings.driftline.name)
            except (StoreError, ConfigError) as error:
                log.error("deliveries_failed", reason=str(error))  # noqa: TRY400 - the sentence says it all
                self._went("deliveries", str(error))
                return
        self._went("deliveries", "; ".join(done.errors))
        for error_text in done.errors:
            log.warning("delivery_failed", reason=error_text, retried=done.retried, given_up=done.given_up)
        if done.sent:
            log.info("delivered", mails=done.sent)

    def _look(self, readers: Readers, journal: Journal | None) -> None:
        """Warns once of each transaction of others that has been open for long; and how the receiver's disk does."""
        self._went("spans", journal.trouble if journal else "")
        with self._busy:  # it writes back what is in SQLite's log: never beside a cycle
            try:
                found = frozenset(readers.held_back(self._clock()))
            except StoreError:
                return  # the next cycle says what is wrong
        for reader in sorted(found - self._named, key=lambda each: each.since):
            since = reader.since.isoformat(timespec="seconds")
            log.warning("long_reader", reader=reader.who, since=since)
        self._named = found

    def _stop(self, number: int, _frame: object) -> None:
        log.info("stopping", signal=signal.Signals(number).name)
        self.stop()

    def _hang_up(self, _number: int, _frame: object) -> None:
        self._woken.set()


def _watchdog() -> float | None:
    """Seconds after which systemd wants to hear from us, with room to spare; None if it does not ask."""
    return int(os.environ.get("WATCHDOG_USEC", "0")) / 3_000_000 or None


def _place(settings: Settings) -> tuple[object, ...]:
    """Where the daemon keeps what it knows."""
    return settings.driftline.state_directory, settings.database
