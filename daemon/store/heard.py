"""Notes when flows and services were heard, and which of them began to be seen in another way.

Times and counts live beside the versions and never make one.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import (
    ColumnElement,
    Connection,
    Update,
    bindparam,
    case,
    delete,
    func,
    insert,
    select,
    update,
)

from collectors.model import Json
from daemon.store.columns import HEARD_SERVICE, REINSTRUMENTED, RELATION, RELATION_VERSION
from daemon.store.spooled import SpooledRelation
from daemon.store.times import stamp

AT_LEAST_DAILY = 86_400.0
"""Seconds: sightings of a service no further apart are one stretch."""

_CHUNK = 500


def service_of(urn: str) -> str:
    """The service that an operation belongs to, or that is named itself; "" for anything else."""
    scheme, _, rest = urn.partition("://")
    if scheme == "service":
        return urn
    return f"service://{'/'.join(rest.split('/', 3)[:3])}" if scheme == "operation" else ""


def plain(service: str) -> str:
    """The name that a service has without its cluster."""
    return service.rpartition("@")[0] or service


def teller(source: str, verb: str, target: str) -> str:
    """The service whose spans show a flow."""
    return service_of(target if verb == "consumed_by" else source)


# -- flows -------------------------------------------------------------------------------------------


def count(connection: Connection, flows: Iterable[SpooledRelation]) -> dict[str, float]:
    """Notes that these flows were seen; returns when each of their services was, newest.

    A sighting is an answer that tells of a later time than the one before. Answers count from when the journal
    of facts began: where it began anew, what it counts is new as well.
    """
    newest: dict[str, float] = {}
    seen = []
    for row in flows:
        if row.seen is None:
            continue
        first, last, times = row.seen.first, row.seen.last, row.seen.count
        service = teller(*row.key)
        if service and last > newest.get(service, 0.0):
            newest[service] = last
        seen.append(
            {
                "source_": row.source, "verb_": row.verb, "target_": row.target, "first_text": stamp(first),
                "last_text": stamp(last), "first_at": first, "now_at": last, "count_": times,
            }
        )  # fmt: skip
    if seen:
        connection.execute(_COUNT, seen)
    return newest


def _counting() -> Update:
    of = RELATION.c
    first_text = bindparam("first_text", type_=of.first_seen.type)
    last_text = bindparam("last_text", type_=of.last_seen.type)
    first, last = bindparam("first_at", type_=of.last_at.type), bindparam("now_at", type_=of.last_at.type)
    times = bindparam("count_", type_=of.times.type)
    later: ColumnElement[bool] = of.last_at < last
    gap = last - of.last_at
    longest = case((func.coalesce(of.longest_gap, 0.0) < gap, gap), else_=of.longest_gap)
    begun_anew = of.last_at.is_(None) | (of.last_at < first)
    more = case((begun_anew, times), (of.counted <= times, times - of.counted), else_=0)
    return (
        update(RELATION)
        .where(
            of.source == bindparam("source_"),
            of.verb == bindparam("verb_"),
            of.target == bindparam("target_"),
        )
        .values(
            # Telemetry that begins anew does not make a flow younger.
            first_seen=case((of.first_seen < first_text, of.first_seen), else_=first_text),
            last_seen=case((of.last_seen > last_text, of.last_seen), else_=last_text),
            last_at=case((of.last_at > last, of.last_at), else_=last),
            longest_gap=case((of.last_at.is_(None), 0.0), (later, longest), else_=of.longest_gap),
            sightings=case((of.last_at.is_(None), 1), (later, of.sightings + 1), else_=of.sightings),
            times=of.times + more,
            counted=times,
        )
    )


_COUNT = _counting()


# -- services ----------------------------------------------------------------------------------------


def note_services(connection: Connection, newest: Mapping[str, float]) -> None:
    """Lengthens the stretch in which each service was heard, or begins another."""
    of = HEARD_SERVICE.c
    query = select(of.service, func.max(of.since), func.max(of.until)).group_by(of.service)
    known = {service: (since, until) for service, since, until in connection.execute(query)}
    longer, fresh = [], []
    for service, last in sorted(newest.items()):
        since, until = known.get(service, (None, None))
        if until is None or last > until + AT_LEAST_DAILY:
            fresh.append({"service": service, "since": last, "until": last})
        elif last > until:
            longer.append({"service_": service, "since_": since, "until": last})
    if fresh:
        connection.execute(insert(HEARD_SERVICE), fresh)
    if longer:
        statement = update(HEARD_SERVICE).where(
            of.service == bindparam("service_"), of.since == bindparam("since_")
        )
        connection.execute(statement.values(until=bindparam("until")), longer)


def stretches(connection: Connection, services: Collection[str]) -> dict[str, list[tuple[float, float]]]:
    """When each service was heard, from and to; both ends are sightings, and so is at least each day between."""
    of = HEARD_SERVICE.c
    found: dict[str, list[tuple[float, float]]] = {service: [] for service in services}
    wanted = sorted(found)
    for begin in range(0, len(wanted), _CHUNK):
        query = select(HEARD_SERVICE).where(of.service.in_(wanted[begin : begin + _CHUNK]))
        for row in connection.execute(query.order_by(of.service, of.since)):
            found[row.service].append((row.since, row.until))
    return found


def stale(connection: Connection, before: float) -> tuple[list[tuple[str, float]], list[str]]:
    """Stretches by service and begin, and services seen otherwise, that ended before and that no rule asks about.

    A flow that is silent for longer than that is still asked whether its service was heard since.
    """
    asked: dict[str, float] = {}
    of, version = RELATION.c, RELATION_VERSION.c
    silent = (
        select(of.source, of.verb, of.target, of.last_at)
        .join(RELATION_VERSION, version.relation_id == of.id)
        .where(version.until.is_(None), of.observed, of.last_at < before)
    )
    for source, verb, target, last in connection.execute(silent):
        service = teller(source, verb, target)
        asked[service] = min(last, asked.get(service, before))
    heard, changed = HEARD_SERVICE.c, REINSTRUMENTED.c
    ended = select(heard.service, heard.since, heard.until).where(heard.until < before)
    moved = select(changed.service, changed.changed_at).where(changed.changed_at < before)
    return (
        [
            (service, since)
            for service, since, until in connection.execute(ended.order_by(heard.service, heard.since))
            if until < asked.get(service, before)
        ],
        [
            service
            for service, at in connection.execute(moved.order_by(changed.service))
            if at < asked.get(service, before)
        ],
    )


def forget(connection: Connection, before: float) -> int:
    """Drops what is stale; returns how many rows that were."""
    stretches_, services = stale(connection, before)
    of = HEARD_SERVICE.c
    if stretches_:
        this = delete(HEARD_SERVICE).where(
            of.service == bindparam("service_"), of.since == bindparam("since_")
        )
        connection.execute(this, [{"service_": name, "since_": since} for name, since in stretches_])
    if services:
        this = delete(REINSTRUMENTED).where(REINSTRUMENTED.c.service == bindparam("service_"))
        connection.execute(this, [{"service_": name} for name in services])
    return len(stretches_) + len(services)


# -- how things are seen -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SeenOtherwise:
    """What changed in the way things are seen: `services` with other instrumentation, and how traces are sampled."""

    services: frozenset[str] = frozenset()
    sampling: bool = False


def otherwise(urn: str, before: Mapping[str, Json], after: Mapping[str, Json]) -> SeenOtherwise:
    """What two documents of a service say of how it is seen. What was not known before has not changed."""
    then, now = before.get("attributes"), after.get("attributes")
    assert isinstance(then, dict)
    assert isinstance(now, dict)
    known, told = then.get("instrumentation"), now.get("instrumentation")
    fresh = isinstance(known, list) and isinstance(told, list) and any(each not in known for each in told)
    rates = then.get("sampling"), now.get("sampling")
    return SeenOtherwise(frozenset({urn} if fresh else ()), None not in rates and rates[0] != rates[1])


def was_told_apart(before: Mapping[str, Json]) -> bool:
    """Whether a service was known by its cluster already, by the document of the one that has the plain name."""
    attributes = before.get("attributes")
    return isinstance(attributes, dict) and "cluster" in attributes


def note_changes(connection: Connection, services: Collection[str], now: float, warm_up: float) -> None:
    """Remembers since when services are seen otherwise; a new one shows what it has only by and by."""
    if not services:
        return
    # What is now told apart was heard under the plain name.
    heard = stretches(connection, {*services, *map(plain, services)})
    begun = {each: heard[each] or heard[plain(each)] for each in services}
    settled = [each for each in sorted(services) if begun[each] and begun[each][0][0] <= now - warm_up]
    of = REINSTRUMENTED.c
    query = select(of.service)
    known = set(connection.execute(query).scalars())
    moved = [{"service_": each, "changed_at": now} for each in settled if each in known]
    fresh = [{"service": each, "changed_at": now} for each in settled if each not in known]
    if moved:
        connection.execute(
            update(REINSTRUMENTED)
            .where(of.service == bindparam("service_"))
            .values(changed_at=bindparam("changed_at")),
            moved,
        )
    if fresh:
        connection.execute(insert(REINSTRUMENTED), fresh)


def changed_at(connection: Connection) -> dict[str, float]:
    """When each service began to be seen otherwise."""
    return {row.service: row.changed_at for row in connection.execute(select(REINSTRUMENTED))}


def concerns(key: str | tuple[str, ...], services: Collection[str]) -> bool:
    """Whether a resource or relation is one of these services, of their operations, or touches them."""
    ends = (key,) if isinstance(key, str) else (key[0], key[-1])
    return any(service_of(end) in services for end in ends)
