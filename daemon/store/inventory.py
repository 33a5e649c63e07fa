"""Lists the resources of a snapshot that fit a choice, as a stream: memory does not grow with their number."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import ColumnElement, Connection, Select, and_, case, exists, func, literal, or_, select

from daemon.store import documents
from daemon.store.columns import DOCUMENT, EXTENT, RESOURCE, RESOURCE_VERSION, valid
from daemon.store.graph import PUSHED
from daemon.store.known import escaped

_AT_ONCE = 1000


@dataclass(frozen=True, slots=True)
class Choice:
    """Which resources are wanted; what is empty chooses all. `*` stands for any text.

    `text`: a part of name or urn, whatever its case. `tags`: names of tags, or pairs of name and value; all
    must fit. `public`: those alone of which it is known.
    """

    text: str = ""
    type: str = ""
    account: str = ""
    region: str = ""
    role: str = ""
    tags: tuple[tuple[str, str | None], ...] = ()
    public: bool | None = None


def inventory(connection: Connection, choice: Choice, number: int | None) -> Iterator[dict[str, Any]]:
    """Resources at snapshot `number` (None: now), each once, by type, account, region, name and urn."""
    patterns = [(_pattern(name), None if value is None else _pattern(value)) for name, value in choice.tags]
    rows = connection.execution_options(stream_results=True, yield_per=_AT_ONCE).execute(
        _query(choice, number, with_body=bool(patterns))
    )
    for row in rows:
        if patterns and not _tagged(row.body, patterns):
            continue
        yield {
            "type": row.type,
            "name": row.name,
            "role": row.role,
            "provider": row.provider,
            "account": row.account,
            "region": row.region,
            "public": None if row.public is None else bool(row.public),  # SQLite has no boolean
            "urn": row.urn,
        }


def _query(choice: Choice, number: int | None, *, with_body: bool) -> Select[Any]:
    version, other = RESOURCE_VERSION, RESOURCE_VERSION.alias("other")
    where, elsewhere = EXTENT, EXTENT.alias("elsewhere")
    speaks_before = or_(
        _place(elsewhere.c.provider) < _place(where.c.provider),
        and_(
            _place(elsewhere.c.provider) == _place(where.c.provider), other.c.extent_id < version.c.extent_id
        ),
    )
    holds: ColumnElement[bool] = other.c.until.is_(None)
    if number is not None:
        holds = and_(other.c.since <= number, or_(holds, other.c.until > number))
    outdone = (
        exists()
        .where(other.c.resource_id == version.c.resource_id, other.c.id != version.c.id, holds)
        .where(elsewhere.c.id == other.c.extent_id, speaks_before)
    )
    columns = (RESOURCE, version.c.name, version.c.public, *((DOCUMENT.c.body,) if with_body else ()))
    query = (
        select(*columns)
        .join(version, version.c.resource_id == RESOURCE.c.id)
        .join(where, where.c.id == version.c.extent_id)
        .where(valid(version, number), ~outdone, *_conditions(choice))
        .order_by(RESOURCE.c.type, RESOURCE.c.account, RESOURCE.c.region, version.c.name, RESOURCE.c.urn)
    )
    if with_body:
        query = query.join(DOCUMENT, DOCUMENT.c.id == version.c.document_id)
        for name, _ in choice.tags:
            if "*" not in name:  # the others are looked at one by one
                query = query.where(DOCUMENT.c.body.like(f"%{escaped(_quoted(name))}:%", escape="!"))
    return query


def _conditions(choice: Choice) -> Iterator[ColumnElement[bool]]:
    if choice.text:
        part = func.lower(literal(_like(f"*{choice.text}*")))
        yield or_(
            func.lower(RESOURCE_VERSION.c.name).like(part, escape="!"),
            func.lower(RESOURCE.c.urn).like(part, escape="!"),
        )
    for column in (RESOURCE.c.type, RESOURCE.c.account, RESOURCE.c.region, RESOURCE.c.role):
        wanted = str(getattr(choice, column.name))
        if "*" in wanted:
            yield column.like(_like(wanted), escape="!")
        elif wanted:
            yield column == wanted
    if choice.public is not None:
        yield RESOURCE_VERSION.c.public.is_(choice.public)


def _place(provider: ColumnElement[str]) -> ColumnElement[int]:
    """Of several presences, listed content speaks before sighted."""
    return case((provider == PUSHED, 1), else_=0)


def _like(text: str) -> str:
    return escaped(text).replace("*", "%")


def _quoted(name: str) -> str:
    """How a document says a name."""
    return orjson.dumps(name).decode()


def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(".*".join(re.escape(part) for part in text.split("*")), re.DOTALL)


def _tagged(body: str, patterns: list[tuple[re.Pattern[str], re.Pattern[str] | None]]) -> bool:
    tags = documents.decode(body)["tags"]
    pairs = list(tags.items()) if isinstance(tags, dict) else []
    return all(
        any(name.fullmatch(key) and (value is None or value.fullmatch(str(held))) for key, held in pairs)
        for name, value in patterns
    )
