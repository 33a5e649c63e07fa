"""What the daemon does again and again, by a clock that is moved by hand."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import sdnotify
import structlog

from daemon.cycle import Parts
from daemon.health import Health
from daemon.rounds import Rounds
from tests.support.prepared import FIRST, Home

RETENTION = {"keep_all": "1h", "daily": "2d", "weekly": "7d", "monthly": "31d"}


class Clock:
    """Stands still unless it is set."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now


@contextmanager
def installed(folder: Path, clock: Clock, **sections: dict[str, object]) -> Iterator[Parts]:
    home = Home(folder, sections={"retention": RETENTION, "mail": {"host": ""}, **sections})
    home.hear(0)
    with home.store() as database, home.parts(database, 0, publish=False) as parts:
        yield replace(parts, clock=clock)


@pytest.fixture
def clock() -> Clock:
    return Clock(FIRST)


def rounds(clock: Clock) -> tuple[Rounds, Health]:
    health = Health(sdnotify.SystemdNotifier())
    return Rounds(clock, health, threading.Event()), health


def left(parts: Parts) -> list[int]:
    """Snapshots that are not pruned."""
    with parts.database.reading() as connection:
        query = "SELECT number FROM snapshot WHERE pruned_at IS NULL ORDER BY number"
        return [row[0] for row in connection.exec_driver_sql(query)]


def pruned(logs: list[structlog.typing.EventDict]) -> list[int]:
    return [line["snapshots"] for line in logs if line["event"] == "snapshots_pruned"]


def test_snapshots_are_pruned_after_the_first_cycle_of_each_day_and_never_twice(
    tmp_path: Path, clock: Clock
) -> None:
    work, _ = rounds(clock)
    seen: dict[int, list[int]] = {}
    with installed(tmp_path, clock) as parts, structlog.testing.capture_logs() as logs:
        for hour in range(0, 60, 6):  # 06:00 on the 22nd to 12:00 on the 24th
            clock.now = FIRST + timedelta(hours=hour)
            work.run_cycle(parts, FIRST)
            seen[hour] = left(parts)
    # 1: 06:00, 2: 12:00, 3: 18:00 | 4: 00:00, 5: 06:00, 6: 12:00, 7: 18:00 | 8: 00:00, 9: 06:00, 10: 12:00
    assert seen[12] == [
        1,
        2,
        3,
    ]  # the first cycle of the 22nd had pruned already, when there was nothing to prune
    assert seen[18] == [3, 4]  # the newest of the day before stays
    assert seen[36] == [3, 4, 5, 6, 7]
    assert seen[42] == [3, 7, 8]
    assert seen[54] == [3, 7, 8, 9, 10]
    assert pruned(logs) == [2, 3]


def test_a_day_begins_where_the_schedule_lives(tmp_path: Path, clock: Clock) -> None:
    work, _ = rounds(clock)
    clock.now = datetime.fromisoformat("2026-11-22T09:30:00+00:00")  # 22:30 in Auckland
    with installed(tmp_path, clock, schedule={"timezone": "Pacific/Auckland"}) as parts:
        for _ in range(2):
            work.run_cycle(parts, FIRST)
            clock.now += timedelta(minutes=40)
        assert left(parts) == [1, 2]
        clock.now = datetime.fromisoformat("2026-11-22T11:10:00+00:00")  # 00:10 of the next day there
        work.run_cycle(parts, FIRST)
        assert left(parts) == [2, 3]


def test_what_cannot_be_pruned_degrades_health_and_is_pruned_after_the_next_cycle(
    tmp_path: Path, clock: Clock
) -> None:
    key = tmp_path / "key"
    work, health = rounds(clock)
    with installed(tmp_path / "state", clock) as parts:
        for _ in range(3):
            work.run_cycle(parts, FIRST)
            clock.now += timedelta(hours=2)
        clock.now = FIRST + timedelta(days=1)
        unsigned = parts.settings.database.model_copy(update={"signing_key_file": str(key)})
        broken = replace(parts, settings=parts.settings.model_copy(update={"database": unsigned}))
        work.prune(broken)
        assert "prune" in str(health)
        assert left(parts) == [1, 2, 3]
        work.prune(parts)
        assert str(health) == "ok"
        assert left(parts) == [3]


def test_a_first_cycle_that_is_late_says_so_once(tmp_path: Path, clock: Clock) -> None:
    work, _ = rounds(clock)
    with installed(tmp_path, clock) as parts:
        clock.now = FIRST + timedelta(hours=8)
        for _ in range(2):
            work.run_cycle(parts, FIRST)
            clock.now += timedelta(hours=1)
        with parts.database.reading() as connection:
            query = "SELECT late FROM snapshot ORDER BY number"
            assert [bool(row[0]) for row in connection.exec_driver_sql(query)] == [True, False]
