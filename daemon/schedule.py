"""When the next cycle runs, and when mails leave: the life of `driftline run`. One process, times in UTC."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING

import sdnotify
import structlog
from apscheduler.schedulers.background import BackgroundScheduler

from collectors.traces.receiver.errors import ReceiverError
from config.errors import ConfigError
from config.settings import Settings
from daemon import assembly
from daemon.health import Health
from daemon.rounds import Rounds
from daemon.store import history
from daemon.store.database import Database
from daemon.store.errors import StoreError
from daemon.store.journal import Journal
from daemon.store.lock import only_writer
from daemon.store.readers import Readers
from daemon.telemetry import configure_logging

if TYPE_CHECKING:
    from collectors.traces.facts import Flows

log = structlog.get_logger()

DELIVER_EVERY = timedelta(minutes=1)
LOOK_EVERY = timedelta(minutes=1)


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
        self._calls: SimpleQueue[None] = SimpleQueue()  # the one way to wake a thread that a signal may use
        self._stopped_by = ""
        self._systemd = sdnotify.SystemdNotifier()
        self.health = Health(self._systemd)
        self.rounds = Rounds(clock, self.health, self._stopping)

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

    def stop(self) -> None:
        """Ends `run` soon: a cycle that is collecting is dropped, one that is committing ends."""
        self._stopping.set()
        self._calls.put(None)

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
            readers = Readers(database)
            scheduler = BackgroundScheduler(timezone=UTC)
            first = self._first_due(database, settings)
            now = self._clock()
            for work, every, begin in (
                (
                    lambda: self.rounds.run_cycle(parts, first),
                    settings.schedule.collect_every,
                    max(first, now),
                ),
                (lambda: self.rounds.deliver(database, settings), DELIVER_EVERY, now),
                (lambda: self.rounds.look(readers, journal), LOOK_EVERY, now + LOOK_EVERY),
            ):
                scheduler.add_job(
                    work,
                    "interval",
                    seconds=every.total_seconds(),
                    next_run_time=begin,
                    max_instances=1,
                    coalesce=True,
                    misfire_grace_time=None,
                )
            scheduler.start()
            stack.callback(self._finish, scheduler)
            self._in_use = settings
            self._systemd.notify("READY=1")
            log.info("running", first_cycle=first.isoformat(timespec="seconds"))
            again = self._wait()
            if not again:
                log.info("stopping", signal=self._stopped_by)
            self._systemd.notify("RELOADING=1" if again else "STOPPING=1")

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
            while not self._called(_watchdog()):
                self._systemd.notify("WATCHDOG=1")
            if self._stopping.is_set():
                break
            if self._taken():
                return True
        return False

    def _called(self, seconds: float | None) -> bool:
        """Whether a signal came, or comes within so many seconds; several at once are one."""
        try:
            self._calls.get(timeout=seconds)
        except Empty:
            return False
        while not self._calls.empty():
            self._calls.get()
        return True

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

    def _stop(self, number: int, _frame: object) -> None:
        # What is under way in this very thread may hold the lock of the log or of the event, so that each is touched
        # once or not at all.
        if not self._stopped_by:
            self._stopped_by = signal.Signals(number).name
            self.stop()

    def _hang_up(self, _number: int, _frame: object) -> None:
        self._calls.put(None)


def _watchdog() -> float | None:
    """Seconds after which systemd wants to hear from us, with room to spare; None if it does not ask."""
    return int(os.environ.get("WATCHDOG_USEC", "0")) / 3_000_000 or None


def _place(settings: Settings) -> tuple[object, ...]:
    """Where the daemon keeps what it knows."""
    return settings.driftline.state_directory, settings.database
