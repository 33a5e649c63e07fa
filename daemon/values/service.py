"""A service as people ask for it: what it is written in, where it runs, and which data it touches."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class TableUse:
    """A table that a service reads or writes. `classes`: of the columns it touches there, sorted."""

    table: str  # urn
    reads: bool
    writes: bool
    classes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ServiceSheet:
    """All that is said of one service; every tuple is sorted.

    `public`: the internet can call one of its operations. `runs_on`: urns of workloads. `third_parties`: urns of
    hosts known not to be ours. `calls`: urns of other services.
    """

    urn: str
    environment: str
    name: str
    language: str
    regions: tuple[str, ...]
    public: bool
    operations: int
    runs_on: tuple[str, ...]
    tables: tuple[TableUse, ...]
    third_parties: tuple[str, ...]
    calls: tuple[str, ...]
    first_seen: datetime | None
    last_seen: datetime | None
