"""A data path with all that supports it: when each hop was seen, where its ends are, why each class is held true."""

from __future__ import annotations

from dataclasses import dataclass

from daemon.values.path import Border, DataPath, Hop


@dataclass(frozen=True, slots=True)
class HopSeen:
    """One hop and when it was seen. Times are RFC 3339 in UTC; empty, and `times` 0, where that is not known.

    `borders`: those of the path that lie on it, where the newest snapshot still shows where its ends are.
    """

    hop: Hop
    first_seen: str
    last_seen: str
    times: int
    borders: tuple[Border, ...] = ()


@dataclass(frozen=True, slots=True)
class Explanation:
    """Paths that share everything but the class, and what supports them.

    `ids`: of the paths, in their order. `since`: when a snapshot showed each first, RFC 3339 in UTC, or "".
    `store_region`: of the database the sink lies in, "" if unknown.
    `fetched`: of data that is handed on, who on the way reads it from where.
    """

    id: str
    ids: tuple[str, ...]
    paths: tuple[DataPath, ...]
    since: tuple[str, ...]
    hops: tuple[HopSeen, ...]
    store_region: str
    fetched: tuple[HopSeen, ...] = ()
