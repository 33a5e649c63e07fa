"""Verifies what no root holds because other rows say it too: where resources live, components, dates of extents."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select

from daemon.store import documents
from daemon.store.columns import (
    COMPONENT,
    CONTENT,
    COVERAGE,
    DOCUMENT,
    EXTENT,
    SIGHTED,
)
from daemon.store.keeping import proofs
from daemon.store.keeping.notes import ANSWERED, first_listings
from daemon.store.keeping.proofs import Row


@dataclass(frozen=True, slots=True)
class Damage:
    """What is wrong, in plain words. `snapshot`: the first that shows it; None if it is of no single one."""

    snapshot: int | None
    what: str


def resources(group: Sequence[tuple[Row, Any]]) -> Iterator[Damage]:
    """Type, role and place of a resource must be those of one of its documents. `group`: its versions."""
    sound = [(row, found) for row, found in group if found is not None]
    if not sound:
        return
    row, found = sound[-1]
    said = {proofs.identity(each.body) for _, each in sound}
    if proofs.plain_identity(found) not in said and proofs.identity_of(found) not in said:
        yield Damage(
            row.since, f"resource {row.parts[4]} has a type, role or place that no document of it has"
        )


def contents(connection: Connection) -> Iterator[Damage]:
    """What is inside digests: its documents, and the components that are rows as well."""
    query = select(CONTENT, DOCUMENT.c.body, DOCUMENT.c.prefix).outerjoin(
        DOCUMENT, DOCUMENT.c.id == CONTENT.c.document_id
    )
    ordered = query.order_by(CONTENT.c.subject, CONTENT.c.kind)
    with_components: set[str] = set()
    for row in connection.execute(ordered, execution_options={"yield_per": 10}):
        if wrong := proofs.wrong_document(row.digest, row):
            yield Damage(row.since, f"the content of {row.subject} {wrong}")
        elif row.kind == "components":
            with_components.add(row.subject)
            listed = {
                (each["purl"], each["name"], each["version"]) for each in documents.components(row.body)
            }
            chosen = select(COMPONENT).where(COMPONENT.c.subject == row.subject)
            stored = {(each.purl, each.name, each.version) for each in connection.execute(chosen)}
            purls = {purl for purl, _, _ in listed}
            if not stored <= listed or {purl for purl, _, _ in stored} != purls:
                yield Damage(row.since, f"the components of {row.subject} are not those of its document")
    for subject in connection.execute(select(COMPONENT.c.subject).distinct()).scalars():
        if subject not in with_components:
            yield Damage(None, f"there are components of {subject}, and no document that lists them")


def derived_rows(
    connection: Connection, started: Mapping[int, str], heirs: AbstractSet[int]
) -> Iterator[Damage]:
    """Dates of extents and of environments.

    `started`: when each snapshot began. `heirs`: those before which some were pruned; an extent may have been listed
    there alone, or retired.
    """
    firsts = first_listings(connection)
    accounts = set()
    for row in connection.execute(select(EXTENT).order_by(EXTENT.c.id)):
        accounts.add((row.account, row.type))
        name = f"extent {row.type} of {row.account or row.provider} {row.region}".rstrip()
        first = firsts.get(row.id)
        if row.first_listed != first and not _retired_unseen(connection, row, heirs):
            yield Damage(row.first_listed, f"{name} was not listed first when it says")
        if row.last_listed_at != started.get(row.last_listed):
            yield Damage(row.last_listed, f"{name} was not listed last when it says")
    for row in connection.execute(select(SIGHTED)):
        if (row.environment, row.source) not in accounts:
            yield Damage(None, f"environment {row.environment} was heard of, and no extent is of it")
        if row.first_heard_at not in set(started.values()):
            yield Damage(None, f"environment {row.environment} was first heard of when no snapshot was taken")
    sighted = (
        select(EXTENT.c.account)
        .join(COVERAGE, COVERAGE.c.extent_id == EXTENT.c.id)
        .where(COVERAGE.c.state == "sighted", EXTENT.c.account.not_in(select(SIGHTED.c.environment)))
        .distinct()
    )
    for account in connection.execute(sighted).scalars():
        yield Damage(None, f"environment {account} was sighted, and when it was first heard of is missing")


def _retired_unseen(connection: Connection, extent: Any, heirs: AbstractSet[int]) -> bool:
    """Whether an extent may have been listed first, or retired, in a snapshot that is pruned.

    Coverage that was alike on both sides of a retirement is one stretch now, so that it is asked whether anything
    was pruned between the last listing before and the first one after, or now.
    """
    told: int | None = extent.first_listed
    if told in heirs:
        return True
    query = select(COVERAGE.c.since, COVERAGE.c.state).where(COVERAGE.c.extent_id == extent.id)
    covered = connection.execute(query.order_by(COVERAGE.c.since)).all()
    listed = [row.since for row in covered if row.state in ANSWERED]
    if told is None:
        here = covered and covered[-1].state not in ANSWERED
        return bool(here and listed and any(heir > listed[-1] for heir in heirs))
    before = [since for since in listed if since < told]
    return told in listed and bool(before) and any(before[-1] < heir <= told for heir in heirs)
