"""Decides which flows are gone: silent for long while their service was heard, or without what ran them.

Silence alone proves nothing: a flow whose service is silent too stays, unobserved.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import pairwise
from typing import Any

from sqlalchemy import Connection, Select, and_, func, select, update

from collectors.model import Role
from daemon.store import closing, heard
from daemon.store.bulk import rows_by_key
from daemon.store.columns import (
    ALIAS,
    EXTENT,
    RELATION,
    RELATION_VERSION,
    RESOURCE,
    RESOURCE_VERSION,
    SIGHTED,
)
from daemon.store.explained import ANSWERED, answered
from daemon.store.graph import PUSHED
from daemon.store.kinds import RELATIONS
from daemon.store.times import moment
from daemon.store.writing import Writing
from daemon.values.graph import Bound

GONE = "gone"
"""Why a flow's version ended: the world changed."""

FLOWS = (
    "calls", "reads", "writes", "publishes_to", "consumed_by", "sends_to", "reaches", "discloses", "leaks",
    "returns",
)  # fmt: skip
"""What can be gone. The other observed relations say what a service is, and stand as long as it is known."""

SIGHTINGS = 3
"""Before it was seen in as many answers, nobody knows how often a flow is to be expected."""

SILENCE = 7 * 86_400.0
"""Seconds: no flow is gone sooner."""

TIMES_THE_GAP = 10.0
"""How much longer than any pause before a silence has to be."""

_CHUNK = 500


def end_flows(writing: Writing, now: datetime, extents: Collection[int]) -> None:
    """Ends the flows in these extents of sightings, all heard now, that are gone."""
    at = now.timestamp()
    ended: dict[int, dict[int, int]] = defaultdict(dict)  # by extent, version -> relation
    silent = list(_silent(writing.connection, at, sorted(extents)))
    known = answered(writing.connection, silent)
    for row in silent:
        if row.id in known:
            closing.end(writing, RELATIONS, row.extent_id, [row.version], ANSWERED, RELATION.c.last_seen)
        else:
            ended[row.extent_id][row.version] = row.id
    for row in _unrun(writing.connection, writing.number) if writing.tally.closed else ():
        ended[row.extent_id][row.version] = row.id
    for extent_id, versions in sorted(ended.items()):
        closing.end(writing, RELATIONS, extent_id, sorted(versions), GONE, RELATION.c.last_seen)
        ids = sorted(set(versions.values()))
        for begin in range(0, len(ids), _CHUNK):
            chosen = RELATION.c.id.in_(ids[begin : begin + _CHUNK])
            writing.connection.execute(update(RELATION).where(chosen).values(gone_at=at))


def _open_flows() -> Select[Any]:
    """Flows that hold, with their times."""
    of, version = RELATION.c, RELATION_VERSION.c
    return (
        select(
            of.id, of.source, of.verb, of.target, of.last_at, of.longest_gap, of.sightings,
            version.id.label("version"), version.extent_id,
        )
        .join(RELATION_VERSION, version.relation_id == of.id)
        .join(EXTENT, EXTENT.c.id == version.extent_id)
        .where(version.until.is_(None), EXTENT.c.provider == PUSHED, of.observed, of.verb.in_(FLOWS))
    )  # fmt: skip


# -- long silence ------------------------------------------------------------------------------------


def _silent(connection: Connection, now: float, extents: Sequence[int]) -> Iterator[Any]:
    """Flows that are silent for longer than is usual with them, while their services were heard throughout.

    Where seeing itself changed, silence counts from then: the same flow may show less often, or not at all.
    """
    of = RELATION.c
    query = _open_flows().where(
        RELATION_VERSION.c.extent_id.in_(extents),
        of.sightings >= SIGHTINGS,
        of.last_at < now - SILENCE,
        of.last_at < now - TIMES_THE_GAP * func.coalesce(of.longest_gap, 0.0),
    )
    found = connection.execute(query).all() if extents else []
    if not found:
        return
    teller = {row.id: heard.teller(row.source, row.verb, row.target) for row in found}
    stretches = heard.stretches(connection, set(teller.values()))
    changed = heard.changed_at(connection)
    sampled = _sampled_at(connection)
    for row in found:
        service = teller[row.id]
        begin = max(row.last_at, changed.get(service, 0.0), sampled.get(row.extent_id, 0.0))
        long = now - begin > max(SILENCE, TIMES_THE_GAP * (row.longest_gap or 0.0))
        if long and heard_throughout(stretches[service], begin, now):
            yield row


def heard_throughout(stretches: Sequence[tuple[float, float]], begin: float, end: float) -> bool:
    """Whether a service was heard in each third of a time, which is longer than three times a day's stretch."""
    third = (end - begin) / 3
    edges = (begin, begin + third, begin + 2 * third, end)
    return all(
        any(since <= after and until >= before for since, until in stretches)
        for before, after in pairwise(edges)
    )


def _sampled_at(connection: Connection) -> dict[int, float]:
    """By extent: since when its traces are sampled in another way."""
    query = (
        select(EXTENT.c.id, SIGHTED.c.changed_at)
        .join(SIGHTED, and_(SIGHTED.c.environment == EXTENT.c.account, SIGHTED.c.source == EXTENT.c.type))
        .where(SIGHTED.c.changed_at.is_not(None), EXTENT.c.provider == PUSHED)
    )
    return {number: moment(at).timestamp() for number, at in connection.execute(query)}


# -- nothing runs it any more ------------------------------------------------------------------------


def _unrun(connection: Connection, number: int) -> Iterator[Any]:
    """Flows of services all of whose workloads are gone, the last of them by a listing of this snapshot."""
    services = _services_without_workload(connection, number)
    if services:
        for row in connection.execute(_open_flows()):
            if heard.teller(row.source, row.verb, row.target) in services:
                yield row


def _services_without_workload(connection: Connection, number: int) -> frozenset[str]:
    removed = _removed_workloads(connection, number)
    if not removed:
        return frozenset()
    of, version = RELATION.c, RELATION_VERSION.c
    bound = and_(ALIAS.c.alias == of.target, ALIAS.c.until.is_(None), ALIAS.c.state == Bound.RESOLVED.value)
    query = (
        select(of.source, func.coalesce(ALIAS.c.urn, of.target).label("urn"), of.last_at)
        .join(RELATION_VERSION, version.relation_id == of.id)
        .outerjoin(ALIAS, bound)
        .where(version.until.is_(None), of.verb == "runs_on", of.observed)
    )
    runs_on: dict[str, list[tuple[str, float]]] = defaultdict(list)
    for source, urn, last in connection.execute(query):
        runs_on[source].append((urn, last or 0.0))
    touched = {each: on for each, on in runs_on.items() if not removed.isdisjoint(urn for urn, _ in on)}
    running = _running(connection, {urn for on in touched.values() for urn, _ in on})
    return frozenset(service for service, on in touched.items() if _stopped(on, removed, running))


def _stopped(on: Iterable[tuple[str, float]], removed: Collection[str], running: Collection[str]) -> bool:
    """Whether nothing else runs a service: nothing that is listed, and nothing that was heard of later."""
    on = tuple(on)
    newest = max(last for urn, last in on if urn in removed)
    return not any(urn in running or (urn not in removed and last > newest) for urn, last in on)


def _removed_workloads(connection: Connection, number: int) -> frozenset[str]:
    """Workloads that the listings of this snapshot lack, and none shows any more."""
    version, other = RESOURCE_VERSION.c, RESOURCE_VERSION.alias("other")
    still = select(other.c.id).where(other.c.resource_id == RESOURCE.c.id, other.c.until.is_(None))
    query = (
        select(RESOURCE.c.urn)
        .join(RESOURCE_VERSION, version.resource_id == RESOURCE.c.id)
        .where(
            version.until == number,
            version.ended == "",
            RESOURCE.c.role == Role.WORKLOAD.value,
            ~still.exists(),
        )
    )
    return frozenset(connection.execute(query).scalars())


def _running(connection: Connection, urns: Collection[str]) -> frozenset[str]:
    """Those of them that are workloads and are shown now."""
    ids: Mapping[int, str] = {
        number: urn
        for number, urn, role in rows_by_key(
            connection, RESOURCE, ("urn",), ("id", "urn", "role"), [(urn,) for urn in sorted(urns)]
        )
        if role == Role.WORKLOAD.value
    }
    version = RESOURCE_VERSION.c
    query = select(version.resource_id).where(version.resource_id.in_(sorted(ids)), version.until.is_(None))
    return frozenset(ids[number] for number in connection.execute(query).scalars())
