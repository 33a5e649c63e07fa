"""Vulnerable components: read as of a snapshot, and written into a draft."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from sqlalchemy import Connection, func, insert, select, union, update

from daemon.store import elements
from daemon.store.columns import COMPONENT, CONTENT, FINDING, FINDING_VERSION, valid
from daemon.store.writing import Writing
from daemon.values.drift import Origin
from daemon.values.finding import Finding, FindingIdentity

_CHUNK = 500


def load_findings(connection: Connection, number: int | None) -> tuple[Finding, ...]:
    """Findings valid at a snapshot (None: now), sorted by identity."""
    query = (
        select(FINDING_VERSION, FINDING.c.subject, FINDING.c.package, FINDING.c.advisory)
        .join(FINDING, FINDING.c.id == FINDING_VERSION.c.finding_id)
        .where(valid(FINDING_VERSION, number))
        .order_by(FINDING.c.subject, FINDING.c.package, FINDING.c.advisory)
    )
    return tuple(_finding(row) for row in connection.execute(query))


def load_components(
    connection: Connection, digests: Collection[str]
) -> dict[str, list[tuple[str, str, str]]]:
    """Package URL, name and version of each component, by image digest; sorted.

    An image whose contents are known to be none has an empty list; one whose contents are not known is left out.
    """
    found: dict[str, list[tuple[str, str, str]]] = defaultdict(list)
    iterator = iter(sorted(digests))
    while chunk := list(islice(iterator, _CHUNK)):
        known = select(CONTENT.c.subject).where(CONTENT.c.subject.in_(chunk), CONTENT.c.kind == "components")
        for row in connection.execute(known):
            found[row.subject] = []
        query = select(COMPONENT).where(COMPONENT.c.subject.in_(chunk)).order_by(COMPONENT.c.purl)
        for row in connection.execute(query):
            found[row.subject].append((row.purl, row.name, row.version))
    return dict(found)


def write_findings(
    writing: Writing,
    opened: Iterable[tuple[Finding, Origin]],
    ended: Iterable[tuple[Finding, str]],
    rules: str,
) -> int:
    """Opens and ends versions; returns how many were written or ended."""
    connection, written = writing.connection, 0
    for finding, how in ended:
        _close(writing, finding.identity, how)
        written += 1
    ids = {
        FindingIdentity(row.subject, row.package, row.advisory): row.id
        for row in connection.execute(select(FINDING))
    }
    fresh = max(ids.values(), default=0)
    number = connection.execute(select(func.max(FINDING_VERSION.c.id))).scalar() or 0
    for finding, origin in opened:
        key = finding.identity
        if key in ids:
            _close(writing, key, "")
        else:
            fresh += 1
            ids[key] = fresh
            connection.execute(
                insert(FINDING).values(
                    id=ids[key], subject=key.subject, package=key.package, advisory=key.advisory
                )
            )
        number += 1
        written += 1
        content = _content(finding)
        writing.ledger.opened(elements.finding(*_parts(key), *content.values()), origin.value, rules)
        connection.execute(
            insert(FINDING_VERSION).values(
                id=number, finding_id=ids[key], since=writing.number, until=None, fingerprint=rules,
                origin=origin.value, ended="", **content,
            )
        )  # fmt: skip
    return written


@dataclass(frozen=True, slots=True)
class FindingHistory:
    """Findings at two snapshots. `known`: identities that only knowledge or rules brought or took."""

    before: tuple[Finding, ...]
    after: tuple[Finding, ...]
    known: frozenset[FindingIdentity]


def history(connection: Connection, before: int, after: int) -> FindingHistory:
    """Findings of which a version opened or closed in between, at each end, and which differences are no drift."""
    changed: dict[FindingIdentity, set[str]] = defaultdict(set)
    table = FINDING_VERSION.c
    query = select(FINDING_VERSION, FINDING.c.subject, FINDING.c.package, FINDING.c.advisory).join(
        FINDING, FINDING.c.id == table.finding_id
    )
    opened = table.since > before, table.since <= after
    ended = table.until > before, table.until <= after
    for row in connection.execute(query.where(*opened)):
        changed[_identity(row)].add(row.origin)
    for row in connection.execute(query.where(*ended, table.ended != "")):
        changed[_identity(row)].add(row.ended)
    id = table.finding_id.label("id")
    touched = union(select(id).where(*opened), select(id).where(*ended)).subquery("touched")
    held = query.join(touched, touched.c.id == table.finding_id)
    then, now = (
        tuple(_finding(row) for row in connection.execute(held.where(valid(FINDING_VERSION, number))))
        for number in (before, after)
    )
    ours = {Origin.BASELINE.value, Origin.RESTATED.value}
    return FindingHistory(then, now, frozenset(key for key, origins in changed.items() if origins <= ours))


def _close(writing: Writing, key: FindingIdentity, how: str) -> None:
    chosen = select(FINDING.c.id).where(
        FINDING.c.subject == key.subject,
        FINDING.c.package == key.package,
        FINDING.c.advisory == key.advisory,
    )
    open_rows = FINDING_VERSION.c.finding_id.in_(chosen), FINDING_VERSION.c.until.is_(None)
    for row in writing.connection.execute(select(FINDING_VERSION).where(*open_rows)):
        content = (row.component, row.version, row.image, row.severity, row.fixed, row.summary)
        writing.ledger.closed(elements.finding(*_parts(key), *content), how)
    writing.connection.execute(
        update(FINDING_VERSION).where(*open_rows).values(until=writing.number, ended=how)
    )


def _content(finding: Finding) -> dict[str, str]:
    return {
        "component": finding.component,
        "version": finding.version,
        "image": finding.image,
        "severity": finding.severity,
        "fixed": ",".join(finding.fixed),
        "summary": finding.summary,
    }


def _parts(key: FindingIdentity) -> Sequence[str]:
    return key.subject, key.package, key.advisory


def _identity(row: Any) -> FindingIdentity:
    return FindingIdentity(row.subject, row.package, row.advisory)


def _finding(row: Any) -> Finding:
    return Finding(
        _identity(row),
        row.component,
        row.version,
        row.image,
        row.severity,
        tuple(filter(None, row.fixed.split(","))),
        row.summary,
    )
