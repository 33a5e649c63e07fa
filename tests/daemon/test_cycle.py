"""When the digest is due: once on each civil day, whatever the clocks do."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from config.settings import compose
from daemon.cycle import next_digest

ZONES = (
    "UTC",
    "America/Los_Angeles",
    "America/New_York",
    "Europe/Berlin",
    "Australia/Sydney",
    "Australia/Lord_Howe",
)


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("at", ["00:00", "02:30", "06:00"])
def test_each_civil_day_has_one_digest(zone: str, at: str) -> None:
    settings = compose({"schedule": {"timezone": zone, "digest_at": at}})
    now = datetime(2026, 1, 1, 12, tzinfo=UTC)
    days = []
    for _ in range(800):
        due = next_digest(settings, now)
        assert due > now
        assert due - now <= timedelta(hours=26)
        days.append(due.astimezone(settings.schedule.zone).date())
        now = due
    assert days == [days[0] + timedelta(days=n) for n in range(800)]


def test_a_digest_that_is_due_now_is_due_again_tomorrow() -> None:
    settings = compose({"schedule": {"digest_at": "06:00"}})
    six = datetime(2026, 11, 22, 6, tzinfo=UTC)
    assert next_digest(settings, six - timedelta(seconds=1)) == six
    assert next_digest(settings, six) == six + timedelta(days=1)
