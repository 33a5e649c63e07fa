"""Decides which snapshot a person means by a number, a date, a time, or words such as `yesterday`."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import typer

from daemon.report.safe_text import safe_text

if TYPE_CHECKING:
    from sqlalchemy import Connection

HELP = "a number, a date (its end, UTC), a time, newest, yesterday, or 7d or 12h (so long ago)"

_NEWEST = "newest"
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_AGO = re.compile(r"(\d{1,4})([hdw])", re.ASCII)
_UNITS = {"h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}
_LAST_SECOND = timedelta(hours=23, minutes=59, seconds=59)
_LONGEST = 100
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def snapshot_number(
    connection: Connection, text: str | None, *, before: int | None = None, now: datetime | None = None
) -> int | None:
    """The snapshot that `text` means; without one, the newest usable (older than `before`), None if there is none.

    A day or a time means the newest usable snapshot at or before it. `now`: what `yesterday` is counted from.
    Raises NotFound if there is none of that number or time, BadParameter if the text is neither.
    """
    from daemon.store import history
    from daemon.store.errors import NotFound

    if text is None or text == _NEWEST:
        return history.newest(connection, before=before if text is None else None)
    now = now or datetime.now(UTC)
    if text.isdecimal():
        if len(text) > _LONGEST:  # Python refuses to read much longer numbers at all
            raise NotFound(f"no snapshot has a number of {len(text):,} digits: {_there(connection)}")
        return history.head(connection, int(text)).number
    begin, end = _span(text, now)
    if begin > now:
        raise NotFound(f"{text} is in the future: {_there(connection)}")
    number = history.at(connection, end) if end >= _EPOCH else None
    if number is None:
        raise NotFound(f"no snapshot at or before {text} that could list anything: {_there(connection)}")
    return number


def begin_of(text: str, now: datetime | None = None) -> str:
    """When the day or moment that `text` speaks of begins: `2026-11-22T00:00:00Z`. Raises BadParameter."""
    begin, _ = _span(text, now or datetime.now(UTC))
    return begin.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def existing_snapshot(connection: Connection, text: str | None = None, *, before: int | None = None) -> int:
    """As `snapshot_number`; raises NotFound also if there is none to look at."""
    return existing(connection, snapshot_number(connection, text, before=before))


def existing(connection: Connection, number: int | None) -> int:
    """A snapshot that was found. Raises NotFound, saying what to do, if there is none to look at."""
    from daemon.store import history
    from daemon.store.errors import NotFound

    if number is not None:
        return number
    if history.newest_of_all(connection) is not None:
        raise NotFound("no snapshot could list anything yet: `driftline coverage` says why")
    raise NotFound("there is no snapshot yet: run `driftline collect`, or let `driftline run` take the first")


def _span(text: str, now: datetime) -> tuple[datetime, datetime]:
    """From when to when `text` speaks of: a day, or a moment. Raises BadParameter."""
    if text == "yesterday":
        midnight = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
        return midnight - _UNITS["d"], midnight - timedelta(seconds=1)
    try:
        if ago := _AGO.fullmatch(text):
            when = now - int(ago[1]) * _UNITS[ago[2]]
            return when, when
        when = datetime.fromisoformat(text)
        when = when.astimezone(UTC) if when.tzinfo else when.replace(tzinfo=UTC)
        return (when, when + _LAST_SECOND) if _DAY.fullmatch(text) else (when, when)
    except (ValueError, OverflowError) as error:
        why = f" ({error})" if _DAY.match(text) else ""
        raise typer.BadParameter(
            f'"{safe_text(text)}" is no snapshot and no time{why}: write {HELP}'
        ) from None


def _there(connection: Connection) -> str:
    """Which snapshots there are."""
    from daemon.store import lookups

    span = lookups.span(connection)
    if span is None:
        return "there is none yet, run `driftline collect`"
    first, newest = span
    return f"the first is {first[0]} ({first[1]}), the newest {newest[0]} ({newest[1]})"
