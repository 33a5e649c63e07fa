"""Decides which fields the stages of a MongoDB aggregation put out, look up by, and write elsewhere.

Source: https://www.mongodb.com/docs/manual/reference/operator/aggregation-pipeline/
"""

from __future__ import annotations

from collections.abc import Iterable

from collectors.traces.sql.statement import TableName, Verb

Found = dict[tuple[TableName, Verb], tuple[set[str], set[str]]]
EVERY = "*"
_DEEPEST = 8
_COMPUTES = frozenset({
    "$group", "$project", "$addFields", "$set", "$replaceRoot", "$replaceWith", "$bucket", "$bucketAuto",
    "$sortByCount", "$setWindowFields",
})  # fmt: skip
_ADDS = frozenset({"$addFields", "$set", "$setWindowFields"})
"""They leave all other fields as they are."""


def name_of(value: object) -> str:
    return value if isinstance(value, str) else ""


def use_of(found: Found, name: TableName, verb: Verb) -> tuple[set[str], set[str]]:
    return found.setdefault((name, verb), (set(), set()))


def pipeline(stages: object, name: TableName, found: Found, depth: int = 0) -> None:
    """Fields named `$field` are read where a stage puts them out; `$lookup` and others bring in collections."""
    columns, lookups = use_of(found, name, "reads")
    whole = True
    made: set[str] = set()
    for stage in stages if isinstance(stages, list) else [stages]:
        for kind, body in stage.items() if isinstance(stage, dict) and depth < _DEEPEST else ():
            if kind in {"$match", "$sort"}:
                lookups.update(conditions(body) - made)
            elif kind in {"$lookup", "$graphLookup", "$unionWith"}:
                lookups.update(_brought_in(body, found, depth) - made)
                made.update(filter(None, [name_of(body.get("as"))] if isinstance(body, dict) else []))
            elif kind in _COMPUTES:
                columns.update(set(references(body)) - made)
                if kind == "$project" and isinstance(body, dict):
                    columns.update(
                        each
                        for each in body
                        if not each.startswith("$") and each not in made and body[each] == ""
                    )
                whole = whole and kind in _ADDS
                made.update(body if isinstance(body, dict) else ())
            elif kind == "$facet" and isinstance(body, dict):
                for inner in body.values():
                    pipeline(inner, name, found, depth + 1)
                whole = False
            elif kind == "$unwind":
                lookups.update(set(references([body])) - made)
            elif kind in {"$out", "$merge"}:
                _written(body, found)
            elif kind == "$count":
                whole = False
    if whole:
        columns.add(EVERY)


def _brought_in(body: object, found: Found, depth: int) -> set[str]:
    """Reads the other collection of a stage; returns the fields of the first that it is joined by."""
    if isinstance(body, str):
        body = {"coll": body}
    if not isinstance(body, dict):
        return set()
    other = TableName("", name_of(body.get("from", body.get("coll"))))
    if other.table:
        joined, by = use_of(found, other, "reads")
        ends = (body.get("foreignField"), body.get("connectToField"), body.get("connectFromField"))
        by.update(filter(None, map(name_of, ends)))
        if body.get("pipeline"):
            pipeline(body["pipeline"], other, found, depth + 1)
        else:
            joined.add(EVERY)
    return {*filter(None, [name_of(body.get("localField"))]), *references([body.get("startWith")])}


def _written(body: object, found: Found) -> None:
    """The collection that the last stage fills: a name, or a database and a name."""
    into = body.get("into", body) if isinstance(body, dict) else body
    if isinstance(into, dict):
        into = into.get("coll")
    if name_of(into):
        use_of(found, TableName("", name_of(into)), "writes")[0].add(EVERY)


def conditions(document: object) -> set[str]:
    """The fields in a filter: operators ($and, $gt) are passed through."""
    found: set[str] = set()
    stack = [("", document)]
    while stack:
        path, one = stack.pop()
        if isinstance(one, list):
            stack += [(path, each) for each in one[:50]]
        elif isinstance(one, dict):
            if path and not any(key.startswith("$") for key in one):
                found.add(path)
            for key, value in one.items():
                if key.startswith("$"):
                    stack.append((path, value if isinstance(value, dict | list) else ""))
                elif not path:
                    stack.append((key, value))
        elif path:
            found.add(path)
    return found


def references(body: object) -> Iterable[str]:
    """`$a.b` in expressions."""
    stack = [body]
    while stack:
        one = stack.pop()
        if isinstance(one, str):
            if one.startswith("$") and not one.startswith("$$") and len(one) > 1:
                yield one[1:]
        elif isinstance(one, dict):
            stack += list(one.values())
        elif isinstance(one, list):
            stack += one[:50]
