"""Which snapshots stay: all for a while, then the last usable one of each day, week and month of the zone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daemon.store.keeping.policy import Taken, to_prune
from daemon.store.keeping.scheduled import ranges

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")


@dataclass(frozen=True)
class Rules:
    keep_all: timedelta = timedelta(days=2)
    daily: timedelta = timedelta(days=7)
    weekly: timedelta = timedelta(days=30)
    monthly: timedelta = timedelta(days=36_500)


def taken(*ages: float, failed: frozenset[float] = frozenset()) -> list[Taken]:
    """Snapshots of these ages in days, the oldest first."""
    ordered = sorted(ages, reverse=True)
    return [Taken(n, NOW - timedelta(days=age), age not in failed) for n, age in enumerate(ordered, 1)]


def test_all_of_the_first_days_stay() -> None:
    assert to_prune(taken(0, 0.1, 1, 1.9, 2), Rules(), NOW, UTC, ()) == ()


def test_then_the_last_of_each_day_week_and_month() -> None:
    # 19 November 18:00, 12:00; 13 November (a Friday), 11 and 10; 3 and 1 October.
    found = to_prune(taken(2.75, 3, 9, 11, 12, 50, 52), Rules(), NOW, UTC, ())
    assert found == (1, 3, 4, 6)


def test_days_begin_in_the_zone() -> None:
    times = (datetime(2026, 11, 18, hour, 30, tzinfo=UTC) for hour in (22, 23))
    late = [Taken(number, time, True) for number, time in enumerate(times, 1)]
    assert to_prune(late, Rules(), NOW, UTC, ()) == (1,)
    assert to_prune(late, Rules(), NOW, BERLIN, ()) == ()


def test_a_failed_one_is_never_the_last_of_a_day() -> None:
    assert to_prune(taken(3, 3.1, failed=frozenset({3})), Rules(), NOW, UTC, ()) == (2,)


def test_what_is_needed_stays() -> None:
    assert to_prune(taken(3, 3.1), Rules(), NOW, UTC, (1,)) == ()


@given(st.lists(st.floats(0, 900), max_size=40), st.integers(0, 400))
def test_pruning_daily_and_pruning_late_keep_the_same(ages: list[float], days: int) -> None:
    whole = taken(*ages)
    going = set(to_prune(whole, Rules(), NOW, UTC, ()))
    left = [each for each in whole if each.number not in going]
    later = NOW + timedelta(days=days)
    at_once = {each.number for each in whole} - set(to_prune(whole, Rules(), later, UTC, ()))
    in_steps = {each.number for each in left} - set(to_prune(left, Rules(), later, UTC, ()))
    assert in_steps == at_once


@pytest.mark.parametrize(
    ("numbers", "said"), [((), []), ((3,), ["3"]), ((1, 2, 3, 7, 9, 10), ["1-3", "7", "9-10"])]
)
def test_numbers_are_told_as_ranges(numbers: tuple[int, ...], said: list[str]) -> None:
    assert list(ranges(numbers)) == said
