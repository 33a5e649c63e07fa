"""Counts what is refused and makes it durable by and by: a refusal waits for no disk."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from collectors.contract import FactSink, SinkBusy
from collectors.traces import refused
from collectors.traces.refused import Reason

_EVERY = 5.0
_PATIENCE = 3.0


class Refusals:
    """Refusals by sender and reason: as many as there are names in the settings. Safe for threads."""

    def __init__(self, sink: FactSink, clock: Callable[[], float] = time.time, every: float = _EVERY) -> None:
        """`every`: seconds between two writings. `clock`: unix seconds."""
        self._sink = sink
        self._clock = clock
        self._every = every
        self._waiting: dict[tuple[str, Reason], tuple[float, float, int]] = {}
        self._lock = threading.Lock()
        self._ended = threading.Event()
        self._thread: threading.Thread | None = None

    def add(self, reason: Reason, count: int = 1, sender: str = "") -> None:
        """Counts spans, requests or connections, as the reason has it."""
        now = self._clock()
        with self._lock:
            first, _, before = self._waiting.get((sender, reason), (now, now, 0))
            self._waiting[sender, reason] = (first, now, before + count)

    def start(self) -> None:
        self._ended.clear()
        self._thread = threading.Thread(target=self._write_by_and_by, name="refusals", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Writes what is left. Safe to call twice."""
        self._ended.set()
        if self._thread is not None:
            self._thread.join(2 * _PATIENCE)
            self._thread = None

    def write(self) -> None:
        """Makes durable what was counted; while the sink is busy it goes on waiting."""
        with self._lock:
            taken, self._waiting = self._waiting, {}
        if not taken:
            return
        try:
            facts = [refused.fact(sender, reason, *times) for (sender, reason), times in taken.items()]
            self._sink.record(facts, _PATIENCE)
        except SinkBusy:
            with self._lock:
                for key, (first, last, count) in taken.items():
                    _, newest, more = self._waiting.get(key, (first, last, 0))
                    self._waiting[key] = (first, newest, count + more)

    def _write_by_and_by(self) -> None:
        while not self._ended.wait(self._every):
            self.write()
        self.write()
