"""Decides which snapshots are kept: all for a while, then the last of each day, week and month."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Taken:
    """A snapshot that is not pruned. `usable`: it is not failed."""

    number: int
    time: datetime
    usable: bool


class Policy(Protocol):
    """How old a snapshot may be to be kept as one of all, or as the last of its day, week or month."""

    @property
    def keep_all(self) -> timedelta: ...
    @property
    def daily(self) -> timedelta: ...
    @property
    def weekly(self) -> timedelta: ...
    @property
    def monthly(self) -> timedelta: ...


def to_prune(
    taken: Iterable[Taken], policy: Policy, now: datetime, zone: tzinfo, needed: Collection[int]
) -> tuple[int, ...]:
    """Numbers to prune, ascending. `zone`: in which days, ISO weeks and months begin. `needed`: kept in any case."""
    ordered = sorted(taken, key=lambda each: each.number)
    kept = {each.number for each in ordered if now - each.time <= policy.keep_all}
    kept.update(needed)
    for grain, longest in (
        (_day, policy.daily),
        (_week, policy.weekly),
        (_month, policy.monthly),
    ):
        last = {grain(each.time.astimezone(zone).date()): each for each in ordered if each.usable}
        kept.update(each.number for each in last.values() if now - each.time <= longest)
    return tuple(each.number for each in ordered if each.number not in kept)


def _day(day: date) -> object:
    return day


def _week(day: date) -> object:
    return day.isocalendar()[:2]


def _month(day: date) -> object:
    return day.year, day.month
