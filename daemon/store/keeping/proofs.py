"""Reads the rows that are proven, each with the element it adds to a root; the one list of what has versions."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import orjson
from sqlalchemy import ColumnElement, Connection, Select, Table, literal, or_, select

from collectors.redaction import scrub_json
from daemon.store import documents, elements
from daemon.store.chain import Ledger
from daemon.store.chain import first_element as element_of_first
from daemon.store.columns import (
    ALIAS,
    CONTENT,
    COVERAGE,
    DOCUMENT,
    EXTENT,
    FINDING,
    FINDING_VERSION,
    LARGE_REMOVAL,
    PATH,
    PATH_VERSION,
    RELATION,
    RELATION_VERSION,
    RESOURCE,
    RESOURCE_VERSION,
    SIGHT,
)
from daemon.store.graph import PUSHED
from daemon.store.keeping.fold import BINDING, PRESENCE, Rule, judged

_CHUNK = 500
Parts = Sequence[Any]


class Row(NamedTuple):
    """One version. `row`: what it is a version of. `digest`: of its document, if it has one."""

    id: int
    row: Any
    extent_id: int
    since: int
    until: int | None
    origin: str
    ended: str
    fingerprint: str
    document_id: int | None
    digest: bytes | None
    parts: Parts  # None in it: what it names is not there


@dataclass(frozen=True, slots=True)
class Versioned:
    """A table of versions. `rows`: of what; None where the versions name it themselves.

    `parts`: the columns that are proven, in the order `element` takes them. `folded`: the version's own columns that
    make it equal to another. `first`: the parts of an element under the first scheme.
    """

    name: str
    versions: Table
    rows: Table | None
    reference: str
    parts: tuple[ColumnElement[Any], ...]
    element: Callable[[Parts], int]
    first: Callable[[Row], tuple[str | bytes, ...]] | None
    folded: tuple[str, ...]
    rule: Rule | None
    by_extent: bool = False


_EXTENT = (EXTENT.c.type, EXTENT.c.provider, EXTENT.c.account, EXTENT.c.region)


def _of_extent(make: Callable[..., int]) -> Callable[[Parts], int]:
    return lambda parts: make((parts[0], parts[1], parts[2], parts[3]), *parts[4:])


VERSIONED = (
    Versioned(
        "resource", RESOURCE_VERSION, RESOURCE, "resource_id",
        (*_EXTENT, RESOURCE.c.urn, RESOURCE_VERSION.c.digest, RESOURCE_VERSION.c.name, RESOURCE_VERSION.c.public),
        _of_extent(elements.resource),
        lambda row: ("resource", str(row.extent_id), row.parts[4], row.parts[5]),
        ("digest", "name", "public"), PRESENCE, by_extent=True,
    ),
    Versioned(
        "relation", RELATION_VERSION, RELATION, "relation_id",
        (*_EXTENT, RELATION.c.source, RELATION.c.verb, RELATION.c.target, RELATION_VERSION.c.digest, RELATION.c.raw,
         RELATION.c.observed),
        _of_extent(elements.relation),
        lambda row: ("relation", str(row.extent_id), *row.parts[4:8]),
        ("digest",), PRESENCE, by_extent=True,
    ),
    Versioned(
        "binding", ALIAS, None, "alias",
        (ALIAS.c.alias, ALIAS.c.state, ALIAS.c.urn, ALIAS.c.candidates, ALIAS.c.reason),
        lambda parts: elements.binding(*parts),
        lambda row: ("binding", *row.parts[:3]),
        ("state", "urn", "candidates", "reason"), BINDING,
    ),
    Versioned(
        "path", PATH_VERSION, PATH, "data_path_id",
        (PATH.c.origin, PATH.c.sink, PATH.c.direction, PATH.c.data_class, PATH.c.environment, PATH_VERSION.c.digest,
         PATH_VERSION.c.exposure, PATH_VERSION.c.tier, PATH_VERSION.c.store, PATH_VERSION.c.columns,
         PATH_VERSION.c.borders, PATH_VERSION.c.answer),
        lambda parts: elements.path(*parts),
        lambda row: ("path", f"{row.parts[0]} {row.parts[2]} {row.parts[1]} {row.parts[3]}", row.parts[5]),
        ("digest", "exposure", "tier", "store", "columns", "borders", "answer"),
        judged(frozenset({"baseline", "restated", "newly_visible"})),
    ),
    Versioned(
        "finding", FINDING_VERSION, FINDING, "finding_id",
        (FINDING.c.subject, FINDING.c.package, FINDING.c.advisory, FINDING_VERSION.c.component,
         FINDING_VERSION.c.version, FINDING_VERSION.c.image, FINDING_VERSION.c.severity, FINDING_VERSION.c.fixed,
         FINDING_VERSION.c.summary),
        lambda parts: elements.finding(*parts),
        lambda row: ("finding", *row.parts),
        ("component", "version", "image", "severity", "fixed", "summary"),
        judged(frozenset({"baseline", "restated"})),
    ),
)  # fmt: skip

COVERED = Versioned(
    "coverage", COVERAGE, None, "extent_id",
    (*_EXTENT, COVERAGE.c.state, COVERAGE.c.detail, COVERAGE.c.details_failed, COVERAGE.c.last_listed,
     COVERAGE.c.pending),
    _of_extent(elements.coverage), None,
    ("state", "detail", "details_failed", "last_listed", "pending"), None, by_extent=True,
)  # fmt: skip


def query(of: Versioned) -> Select[Any]:
    """Every version, with what it names if that is there; the columns of `Row`, then the parts."""
    table = of.versions.c
    chosen = select(
        table.id, table[of.reference].label("row_"),
        table.extent_id if of.by_extent else literal(0).label("extent_id"), table.since, table.until,
        _or_nothing(of, "origin"), _or_nothing(of, "ended"), _or_nothing(of, "fingerprint"),
        _document(of),
        table.digest.label("digest_") if "digest" in table else literal(None).label("digest_"),
        *(column.label(f"part_{at}") for at, column in enumerate(of.parts)),
    )  # fmt: skip
    joined: Any = of.versions
    if of.rows is not None:
        joined = joined.outerjoin(of.rows, of.rows.c.id == table[of.reference])
    if of.by_extent:
        joined = joined.outerjoin(EXTENT, EXTENT.c.id == table.extent_id)
    return chosen.select_from(joined)


def intervals(of: Versioned) -> Select[Any]:
    """Every version: its row, the columns of `fold.Version`, and its own that make it equal to another."""
    table = of.versions.c
    pushed = (EXTENT.c.provider == PUSHED) if of.by_extent else literal(False)
    chosen = select(
        table[of.reference], table.id,
        table.extent_id if of.by_extent else literal(0).label("extent_id"), table.since, table.until,
        _or_nothing(of, "origin"), _or_nothing(of, "ended"), _or_nothing(of, "fingerprint"),
        _or_nothing(of, "equal_under"), _or_nothing(of, "last_shown_at"), pushed.label("pushed"),
        *(table[name] for name in of.folded),
    )  # fmt: skip
    return chosen.join(EXTENT, EXTENT.c.id == table.extent_id) if of.by_extent else chosen


def _document(of: Versioned) -> ColumnElement[Any]:
    table = of.versions.c
    return (table.document_id if "document_id" in table else literal(None)).label("document_id_")


def _or_nothing(of: Versioned, name: str) -> ColumnElement[Any]:
    if name in of.versions.c:
        return of.versions.c[name].label(f"{name}_")
    return literal(None if name in _NULLABLE else "").label(f"{name}_")


_NULLABLE = ("equal_under", "last_shown_at")


def to_row(found: Any) -> Row:
    """A row of `query`."""
    return Row._make((*found[:10], tuple(found[10:])))


def rows(connection: Connection, query_: Select[Any]) -> Iterator[Row]:
    """Rows of a query made from `query`, read as a stream."""
    for found in connection.execute(query_, execution_options={"yield_per": 1000}):
        yield to_row(found)


def roots_now(connection: Connection) -> tuple[int, int]:
    """State root and coverage of what is valid now, from the rows themselves."""
    state = sum(
        of.element(row.parts)
        for of in VERSIONED
        for row in rows(connection, query(of).where(of.versions.c.until.is_(None)))
    )
    covered = rows(connection, query(COVERED).where(COVERAGE.c.until.is_(None)))
    return state, sum(COVERED.element(row.parts) for row in covered)


def notes(connection: Connection, numbers: Sequence[int] | None) -> Iterator[tuple[int, int]]:
    """Number and element of each row that is about one snapshot alone. `numbers`: of these; None: of all."""
    queries: tuple[tuple[Select[Any], ColumnElement[int], Callable[[Parts], int]], ...] = (
        (select(CONTENT.c.since, CONTENT.c.kind, CONTENT.c.subject, CONTENT.c.digest), CONTENT.c.since,
         lambda parts: elements.content(*parts)),
        (select(SIGHT.c.snapshot, SIGHT.c.workloads, SIGHT.c.visible, SIGHT.c.body), SIGHT.c.snapshot,
         lambda parts: elements.sight(*parts)),
        (select(LARGE_REMOVAL.c.snapshot, *_EXTENT).outerjoin(EXTENT, EXTENT.c.id == LARGE_REMOVAL.c.extent_id),
         LARGE_REMOVAL.c.snapshot, _of_extent(elements.large_removal)),
    )  # fmt: skip
    for chosen, number, make in queries:
        for part in _each_chunk(numbers):
            limited = chosen if part is None else chosen.where(number.in_(part))
            for row in connection.execute(limited, execution_options={"yield_per": 1000}):
                if None not in row:
                    yield row[0], make(row[1:])


def ledgers(connection: Connection, numbers: Sequence[int]) -> dict[int, Ledger]:
    """What these snapshots opened, closed and noted, as the rows tell now; the cost follows the changes in them."""
    found = {number: Ledger() for number in numbers}
    for of in VERSIONED:
        table = of.versions.c
        for part in _each_chunk(numbers):
            chosen = query(of).where(or_(table.since.in_(part or ()), table.until.in_(part or ())))
            for row in rows(connection, chosen):
                enter(found, row, of.element(row.parts))
    for number, each in notes(connection, numbers):
        found[number].noted(each)
    return found


def enter(found: dict[int, Ledger], row: Row, element_: int) -> None:
    """Enters the two ends of a version into the ledgers that are asked for."""
    if row.since in found:
        found[row.since].opened(element_, row.origin, row.fingerprint)
    if row.until is not None and row.until in found:
        found[row.until].closed(element_, row.ended)


def first_element(of: Versioned, row: Row) -> int:
    """The element of a version under the first scheme."""
    assert of.first is not None
    return element_of_first(*of.first(row))


def _each_chunk(numbers: Sequence[int] | None) -> Iterator[Sequence[int] | None]:
    if numbers is None:
        yield None
        return
    for begin in range(0, len(numbers), _CHUNK):
        yield numbers[begin : begin + _CHUNK]


# -- what a resource is and where it lives: columns beside the versions, which its documents must say too ----------

IDENTITY = ("type", "role", "provider", "account", "region")


def identity(body: str) -> tuple[str, ...]:
    """As a document says it."""
    document = orjson.loads(body)
    return document["type"], document["role"], *document["scope"]


def plain_identity(row: Any) -> tuple[str, ...]:
    """As the resource's own row says it: the last columns of `documented`."""
    return tuple(row[-len(IDENTITY) :])


def identity_of(row: Any) -> tuple[str, ...]:
    """As the resource's own row says it, in the words of a document."""
    return tuple(str(scrub_json(getattr(row, name))) for name in IDENTITY)


# -- documents -----------------------------------------------------------------------------------------------------


def documented(connection: Connection, of: Versioned) -> Iterator[tuple[Row, Any]]:
    """Every version in the order of what it is a version of, extent and time; with it, `body` and `prefix` of its
    document, and of a resource its identity."""
    chosen, table = query(of), of.versions.c
    width = len(chosen.selected_columns)
    if "document_id" in table:
        chosen = chosen.outerjoin(DOCUMENT, DOCUMENT.c.id == table.document_id)
        chosen = chosen.add_columns(DOCUMENT.c.body, DOCUMENT.c.prefix)
    if of.rows is RESOURCE:
        chosen = chosen.add_columns(*(RESOURCE.c[name] for name in IDENTITY))
    by = (table[of.reference], table.since, table.id)
    for found in connection.execute(chosen.order_by(*by), execution_options={"yield_per": 1000}):
        yield to_row(found[:width]), found


def wrong_document(digest: bytes, found: Any) -> str:
    """What is wrong with a document; "" if nothing is. `found`: `body` and `prefix`."""
    if found.body is None:
        return "names a document that is not there"
    if documents.digest(found.body.encode()) != digest:
        return "has a document that was altered: its digest is another"
    if documents.prefix(digest) != found.prefix:
        return "has a document that is not found by its digest any more"
    return ""
