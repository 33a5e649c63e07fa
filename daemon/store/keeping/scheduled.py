"""Prunes by the rules of the settings: what the daemon does once a day, and `driftline snapshots prune` at once."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

from sqlalchemy import Connection

from daemon.store import heard
from daemon.store.database import Database
from daemon.store.keeping.policy import Policy, to_prune
from daemon.store.keeping.prune import Pruned, needed, prune, taken

HEARD_FOR = timedelta(days=90)
"""At least so long it is known when services were heard: longer than any warm-up takes."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What would be pruned, and what stays although it is old, each with the reason."""

    pruned: tuple[int, ...]
    kept: int
    spared: tuple[tuple[int, str], ...]


def plan(
    connection: Connection, policy: Policy, now: datetime, zone: tzinfo, keep: Collection[int] = ()
) -> Plan:
    """What the rules say. `keep`: numbers that shall stay in any case."""
    there = taken(connection)
    reasons = {**needed(connection), **dict.fromkeys(keep, "you asked for it")}
    without = set(to_prune(there, policy, now, zone, ()))
    going = to_prune(there, policy, now, zone, reasons)
    spared = tuple((number, reasons[number]) for number in sorted(without.difference(going)))
    return Plan(going, len(there) - len(going), spared)


def apply(
    database: Database,
    policy: Policy,
    now: datetime,
    zone: tzinfo,
    keep: Collection[int] = (),
    *,
    key: bytes = b"",
) -> Pruned:
    """Prunes by the rules, and forgets when services were heard in times of which not all snapshots are kept.

    `key`: signs the record of it. The caller holds the writer's lock. Raises DatabaseUnusable.
    """
    before = max(now.timestamp() - max(policy.keep_all, HEARD_FOR).total_seconds(), 0.0)
    with database.reading() as connection:
        numbers = plan(connection, policy, now, zone, keep).pruned
        is_stale = any(heard.stale(connection, before))
    if not numbers and not is_stale:
        return Pruned()
    with database.writing() as connection:
        done = prune(connection, numbers, now, key)
        done.stretches = heard.forget(connection, before)
    return done


def ranges(numbers: Collection[int]) -> Iterator[str]:
    """Numbers for people: `1-3`, `7`."""
    ordered = sorted(numbers)
    begin = 0
    for at, number in enumerate(ordered):
        if at + 1 == len(ordered) or ordered[at + 1] != number + 1:
            yield str(number) if begin == at else f"{ordered[begin]}-{number}"
            begin = at + 1
