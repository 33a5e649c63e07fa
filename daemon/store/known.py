"""Finds the resource that a person means by its urn, its name, or a part of one of them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from sqlalchemy import ColumnElement, Connection, Select, func, literal, or_, select

from daemon.store.columns import EXTENT, RESOURCE, RESOURCE_VERSION, valid

SHOWN = 20
_LOOKED_AT = 20_000
"""How many names that share a beginning with a wrong one are compared with it, at most."""


@dataclass(frozen=True, slots=True, order=True)
class Known:
    """A resource, as much of it as tells it from others."""

    type: str
    name: str
    urn: str


@dataclass(frozen=True, slots=True)
class Found:
    """Who answers to a text: at most `SHOWN` of `total`, sorted."""

    matches: tuple[Known, ...]
    total: int


def find(connection: Connection, text: str, number: int | None) -> Found:
    """Resources of this urn; else of this name; else with this text in urn or name, whatever its case.

    `number`: of those that a snapshot shows; None: of all that ever were.
    """
    name = func.lower(RESOURCE_VERSION.c.name)
    lowered = func.lower(literal(text))
    like = func.lower(literal(f"%{escaped(text)}%"))
    for condition in (
        RESOURCE.c.urn == text,
        name == lowered,
        or_(name.like(like, escape="!"), func.lower(RESOURCE.c.urn).like(like, escape="!")),
    ):
        matching = _matching(condition, number)
        matches = _rows(connection, matching, SHOWN)
        if matches:
            total = connection.execute(select(func.count()).select_from(matching.subquery())).scalar_one()
            return Found(matches, total)
    return Found((), 0)


def nearest(connection: Connection, text: str, number: int | None) -> tuple[str, ...]:
    """At most five names or urns that a person who wrote `text` may have meant, the likeliest first."""
    found = re.findall(r"[^\W_]{3,}", text[:500])[:10]
    words = sorted({part for word in found for part in (word[:3], word[-3:])})
    if not words:
        return ()
    likes = [func.lower(literal(f"%{escaped(word)}%")) for word in words]
    name, urn = func.lower(RESOURCE_VERSION.c.name), func.lower(RESOURCE.c.urn)
    likely = _rows(
        connection,
        _matching(or_(*(urn.like(x, escape="!") | name.like(x, escape="!") for x in likes)), number),
        _LOOKED_AT,
    )
    by_lower: dict[str, str] = {}
    for known in likely:
        by_lower.setdefault(known.name.lower(), known.name)
        by_lower.setdefault(known.urn.lower(), known.urn)
    return tuple(by_lower[each] for each in get_close_matches(text[:500].lower(), by_lower, n=5, cutoff=0.5))


def like_one_of(text: str, words: Iterable[str]) -> str:
    """The word that someone who wrote `text` most likely meant; "" if none is near."""
    return next(iter(get_close_matches(text, sorted(words), n=1)), "")


def escaped(text: str) -> str:
    """`text` within a LIKE pattern that escapes with `!`."""
    return text.replace("!", "!!").replace("%", "!%").replace("_", "!_")


def _matching(condition: ColumnElement[bool], number: int | None) -> Select[tuple[int]]:
    """Ids of resources, once each."""
    query = select(RESOURCE.c.id).join(RESOURCE_VERSION, RESOURCE_VERSION.c.resource_id == RESOURCE.c.id)
    if number is not None:
        query = query.where(valid(RESOURCE_VERSION, number))
    return query.where(condition).distinct()


def _rows(connection: Connection, ids: Select[tuple[int]], most: int) -> tuple[Known, ...]:
    """With the name that each had last."""
    newest = (
        select(RESOURCE_VERSION.c.name)
        .where(RESOURCE_VERSION.c.resource_id == RESOURCE.c.id)
        .order_by(RESOURCE_VERSION.c.since.desc(), RESOURCE_VERSION.c.extent_id)
        .limit(1)
        .scalar_subquery()
    )
    query = (
        select(RESOURCE.c.type, newest.label("name"), RESOURCE.c.urn)
        .where(RESOURCE.c.id.in_(ids))
        .order_by(RESOURCE.c.type, RESOURCE.c.urn)
        .limit(most)
    )
    return tuple(sorted(Known(row.type, row.name, row.urn) for row in connection.execute(query)))


def types(connection: Connection) -> Sequence[str]:
    """Every resource type that was ever asked for or shown, sorted."""
    shown = select(RESOURCE.c.type).distinct().union(select(EXTENT.c.type))
    return sorted(row.type for row in connection.execute(shown))
