"""Where Driftline keeps what it knows, how long, and when it looks again."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, tzinfo
from pathlib import Path
from typing import Annotated
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field

from config.shape.section import Conflict, Section, at_least_a_minute
from config.units import Age, Duration, format_age
from config.values import NO_BOOLEAN, Clock, Text, Zone


def _database_url(value: str) -> str:
    if not value:
        return value
    try:
        parts = urlsplit(value)
        password = parts.password or parse_qs(parts.query).get("password")
    except ValueError:
        raise ValueError('is not a URL; write "postgresql+psycopg://user@host/name"') from None
    if parts.scheme not in {"sqlite", "postgresql+psycopg"}:
        raise ValueError(
            'must begin with "sqlite:///" or "postgresql+psycopg://"; empty means a file in state_directory'
        )
    if password:
        raise ValueError(
            "must not hold a password: put it into a file and name that in database.password_file"
        )
    if parts.scheme == "sqlite" and (parts.netloc or not parts.path.strip("/") or parts.path == "/:memory:"):
        raise ValueError('must name a file, as "sqlite:////var/lib/driftline/driftline.db" (four slashes)')
    return value


class Driftline(Section):
    name: Text
    state_directory: Annotated[Path, Field(strict=False)]


class Database(Section):
    url: Annotated[str, AfterValidator(_database_url)]
    password_file: str
    signing_key_file: str


class Publish(Section):
    path: str
    min_interval: Duration


class Retention(Section):
    keep_all: Age
    daily: Age
    weekly: Age
    monthly: Age

    def conflicts(self) -> Iterator[Conflict]:
        for key, value, other, least in (
            ("daily", self.daily, "keep_all", self.keep_all),
            ("weekly", self.weekly, "daily", self.daily),
            ("monthly", self.monthly, "weekly", self.weekly),
        ):
            if value < least:
                yield (key, other), f'must be at least as long as {other}, "{format_age(least)}"'


class Schedule(Section):
    collect_every: Annotated[Duration, AfterValidator(at_least_a_minute)]
    digest_at: Clock
    timezone: Zone
    threads: Annotated[int, Field(ge=1, le=256), NO_BOOLEAN]

    @property
    def zone(self) -> tzinfo:
        """The time zone of `digest_at`."""
        return UTC if self.timezone == "UTC" else ZoneInfo(self.timezone)
