"""Lays what was seen over what was seen before: sightings add and correct, and take nothing away.

Without this, facts that had to begin anew (a lost journal) would look like columns no longer read.
"""

from __future__ import annotations

from collections.abc import Mapping

from collectors.model import Json
from daemon.store.documents import Document


def resource(before: Mapping[str, Json], after: Mapping[str, Json]) -> Document:
    """A sighted resource's document: attributes not seen anew stay, and a region that is known."""
    told, known = after["attributes"], before["attributes"]
    assert isinstance(told, dict)
    assert isinstance(known, dict)
    place, was = after["scope"], before["scope"]
    assert isinstance(place, list)
    scope = place if place[-1] else was
    return {**after, "scope": scope, "attributes": _over(known, told)}


def relation(before: Mapping[str, Json], after: Mapping[str, Json]) -> Document:
    """A flow's document. A column that is read now is no mere lookup any more."""
    united = _over(before, after)
    columns, lookups = united.get("columns"), united.get("lookups")
    if isinstance(columns, list) and isinstance(lookups, list):
        united["lookups"] = [each for each in lookups if each not in columns]
    return united


def _over(before: Mapping[str, Json], after: Mapping[str, Json]) -> Document:
    return {
        name: _both(before[name], after[name])
        if name in before and name in after
        else (after if name in after else before)[name]
        for name in sorted(before.keys() | after.keys())
    }


def _both(before: Json, after: Json) -> Json:
    if isinstance(before, bool) and isinstance(after, bool):
        return before or after
    if isinstance(before, list) and isinstance(after, list):
        return _lists(before, after)
    return after


def _lists(before: list[Json], after: list[Json]) -> list[Json]:
    """Names united; of tables with columns, each table once."""
    names = {each for each in (*before, *after) if isinstance(each, str)}
    tables: dict[str, Document] = {}
    for each in (*before, *after):
        if isinstance(each, dict) and isinstance(table := each.get("table"), str):
            tables[table] = _over(tables[table], each) if table in tables else each
    return [*sorted(names), *(tables[table] for table in sorted(tables))]
