"""Decides which two versions of a resource or a relation speak at two snapshots, and how the later came to be.

The cost follows what opened or closed in between, never the estate.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import chain, pairwise
from typing import Any, NamedTuple

from sqlalchemy import Connection, Integer, Select, Table, and_, bindparam, or_, select, union

from daemon.store.columns import (
    DOCUMENT,
    EXTENT,
    RELATION,
    RELATION_VERSION,
    RESOURCE,
    RESOURCE_VERSION,
)
from daemon.store.graph import PUSHED
from daemon.values.drift import Origin

_TOGETHER = 1000  # rows asked of the driver at once


class Version(NamedTuple):
    """One version of a row. `provider`, `account`, `region`: of its extent.

    `last_shown_at`: of what ended, or is missed: when the last listing that showed it was taken; null if not known.
    `body`: its document, as text; None if it holds at neither of the two snapshots.
    """

    extent_id: int
    since: int
    until: int | None
    origin: str
    ended: str
    document: int
    last_shown_at: str | None
    provider: str
    account: str
    region: str
    body: str | None


class Pair(NamedTuple):
    """The version that speaks for a row at each end, and how the later one, or what led to it, came to be.

    `row`: the row's own columns, as `Versioned` names them.
    """

    row: tuple[Any, ...]
    before: Version | None
    after: Version | None
    origin: Origin | None


@dataclass(frozen=True, slots=True)
class Versioned:
    """What has versions: the table of its rows, the columns that a pair carries of them, and the versions' own."""

    rows: Table
    columns: tuple[str, ...]
    versions: Table
    reference: str


RESOURCES = Versioned(
    RESOURCE, ("urn", "type", "provider", "account", "region"), RESOURCE_VERSION, "resource_id"
)
RELATIONS = Versioned(
    RELATION, ("source", "verb", "target", "observed", "gone_at"), RELATION_VERSION, "relation_id"
)  # fmt: skip


def pairs(connection: Connection, of: Versioned, before: int, after: int) -> Iterator[Pair]:
    """Every row that is different between two snapshots, `before` < `after`, in order of the row's columns."""
    width = 1 + len(of.columns)
    rows: dict[int, tuple[Any, ...]] = {}
    versions: dict[int, list[tuple[Any, ...]]] = {}  # bare until their turn comes: there may be very many
    found = connection.execute(_touched_versions(of), {"before": before, "after": after})
    for row in chain.from_iterable(found.partitions(_TOGETHER)):
        known = versions.get(row[0])
        if known is None:
            versions[row[0]] = [row[width:]]
            rows[row[0]] = row[1:width]
        else:
            known.append(row[width:])
    for id in sorted(rows, key=rows.__getitem__):
        pair = _speaking_pair([Version._make(each) for each in versions.pop(id)], before, after)
        if pair is not None:
            yield Pair(rows[id], *pair)


@cache
def _touched_versions(of: Versioned) -> Select[Any]:
    """Of the rows that have a version opened or closed in (before, after], those that hold at `before` or come
    after it. What ended earlier says nothing about the difference, and may be much. A document is read only of
    what holds at one of the ends."""
    before, after = bindparam("before", type_=Integer), bindparam("after", type_=Integer)
    table = of.versions.c
    reference = table[of.reference].label("row_id")
    touched = union(
        select(reference).where(table.since > before, table.since <= after),
        select(reference).where(table.until > before, table.until <= after),
    ).subquery("touched")
    at_an_end = or_(table.since <= before, table.until.is_(None), table.until > after)
    return (
        select(
            of.rows.c.id,
            *(of.rows.c[column] for column in of.columns),
            table.extent_id,
            table.since,
            table.until,
            table.origin.label("origin_"),
            table.ended,
            table.document_id,
            table.last_shown_at,
            EXTENT.c.provider.label("extent_provider"),
            EXTENT.c.account.label("extent_account"),
            EXTENT.c.region.label("extent_region"),
            DOCUMENT.c.body,
        )
        .select_from(touched)
        .join(of.versions, table[of.reference] == touched.c.row_id)
        .join(of.rows, of.rows.c.id == touched.c.row_id)
        .join(EXTENT, EXTENT.c.id == table.extent_id)
        .outerjoin(DOCUMENT, and_(DOCUMENT.c.id == table.document_id, at_an_end))
        .where(table.since <= after, or_(table.until.is_(None), table.until > before))
    )


_Found = tuple[Version | None, Version | None, Origin | None]


def _speaking_pair(versions: Sequence[Version], before: int, after: int) -> _Found | None:
    """None if nothing is different, or if what is different is no change of the world."""
    old, new = _speaking(versions, before), _speaking(versions, after)
    if old is None and new is None:
        return None  # came and went in between
    if old is None:
        origin = _first_origin([v for v in versions if v.since > before])
        return None if origin is Origin.BASELINE else (None, new, origin)
    if new is None or (new.provider == PUSHED != old.provider):
        # Sightings do not end by themselves: what counts is the last listing that showed it, or that it is gone.
        last = _last_listed(versions, before, after)
        if last and not any(v.ended == "retired" for v in last):
            return old._replace(last_shown_at=max(v.last_shown_at or "" for v in last)), None, None
        if new is None:
            return None
    if old.extent_id != new.extent_id:
        # Another extent speaks now: compare within one extent or not at all.
        same = [v for v in versions if v.extent_id == new.extent_id and _holds(v, before)]
        if not same:
            return None
        old = same[0]
    if old.document == new.document:
        return None
    same = sorted((v for v in versions if v.extent_id == new.extent_id), key=lambda v: v.since)
    return old, new, Origin.RESTATED if _only_restated(same) else Origin.ALTERED


def _first_origin(versions: Sequence[Version]) -> Origin:
    """It counts as new only if its first appearance did: where one extent brought knowledge, that speaks first."""
    first = min(v.since for v in versions)
    origins = {Origin(v.origin) for v in versions if v.since == first}
    return next((each for each in (Origin.BASELINE, Origin.NEWLY_VISIBLE) if each in origins), min(origins))


def _last_listed(versions: Sequence[Version], before: int, after: int) -> list[Version]:
    """The versions that were the last ones a listing showed, or are gone, if they ended in between."""
    begins = {(v.extent_id, v.since) for v in versions}
    ended = [
        v
        for v in versions
        if v.until is not None
        and before < v.until <= after
        and (v.provider != PUSHED or v.ended == "gone")
        and (v.extent_id, v.until) not in begins
    ]
    last = max((v.until or 0 for v in ended), default=0)
    return [v for v in ended if v.until == last]


def _only_restated(versions: Sequence[Version]) -> bool:
    """True if within no stretch of equal rules the content is another at its end."""
    first = versions[0]
    for earlier, later in pairwise(versions):
        if later.origin == Origin.RESTATED:
            if earlier.document != first.document:
                return False
            first = later
    return versions[-1].document == first.document


def _holds(version: Version, number: int) -> bool:
    return version.since <= number and (version.until is None or version.until > number)


def _speaking(versions: Sequence[Version], number: int) -> Version | None:
    """Of several presences, listed content speaks before sighted, then the older extent."""
    holding = [v for v in versions if _holds(v, number)]
    if len(holding) < 2:
        return holding[0] if holding else None
    return min(holding, key=lambda v: (v.provider == PUSHED, v.extent_id))
