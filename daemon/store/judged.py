"""Writes what was judged of a snapshot: bindings of names, data paths, and sight."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import orjson
from sqlalchemy import bindparam, func, insert, select, update

from daemon.store import documents, elements
from daemon.store.bulk import insert_rows
from daemon.store.columns import ALIAS, PATH, PATH_VERSION, SIGHT
from daemon.store.graph import load_bindings
from daemon.store.writing import Writing
from daemon.values.drift import Origin
from daemon.values.graph import Binding
from daemon.values.path import DataPath, PathIdentity, Sight

_CHUNK = 500
_PATH = ("id", "origin", "sink", "direction", "data_class", "environment")
_PATH_VERSION = (
    "id", "data_path_id", "since", "until", "digest", "fingerprint", "origin", "ended", "exposure", "tier", "store",
    "columns", "borders", "answer", "document_id",
)  # fmt: skip


def write_bindings(
    writing: Writing, bindings: Mapping[str, Binding], told_before: Callable[[], Mapping[str, Binding]]
) -> None:
    """Versions what the raw targets turned out to be.

    `told_before`: what they would have been at the snapshot before with what is known today; asked for
    only if a name leads elsewhere.
    """
    table = ALIAS.c
    before = load_bindings(writing.connection, None)
    number = writing.connection.execute(select(func.max(table.id))).scalar() or 0
    fresh: list[dict[str, Any]] = []
    for alias in sorted(before.keys() | bindings.keys()):
        old, new = before.get(alias), bindings.get(alias)
        if old == new:
            continue
        if old:
            writing.connection.execute(
                update(ALIAS).where(table.alias == alias, table.until.is_(None)).values(until=writing.number)
            )
        if new:
            number += 1
            moved = new.urn != (old.urn if old else "")
            known = not moved or ((told := told_before().get(alias)) is not None and told.urn == new.urn)
            fresh.append(
                {
                    "id": number, "alias": alias, "since": writing.number, "until": None,
                    "state": new.state.value, "urn": new.urn, "reason": new.reason,
                    "candidates": _candidates(new),
                    "origin": (Origin.RESTATED if known else Origin.ALTERED).value,
                }
            )  # fmt: skip
            writing.ledger.opened(_element(new), fresh[-1]["origin"], "")
        if old:
            writing.ledger.closed(_element(old), "")
    if fresh:
        writing.connection.execute(insert(ALIAS), fresh)


def _element(binding: Binding) -> int:
    return elements.binding(
        binding.alias, binding.state.value, binding.urn, _candidates(binding), binding.reason
    )


def _candidates(binding: Binding) -> str:
    return orjson.dumps(binding.candidates).decode()


def write_paths(
    writing: Writing,
    settled: Iterable[tuple[DataPath, Origin]],
    ended: Iterable[tuple[DataPath, str]],
    rules: str,
) -> int:
    """Opens versions of new and altered paths, each with its origin, and ends those that are no more.

    `ended`: paths with `gone` or `restated`. Returns how many were opened or ended.
    """
    ids = _path_ids(writing)
    closing = [(path.identity, how) for path, how in ended]
    newest = max(ids.values(), default=0)
    number = writing.connection.execute(select(func.max(PATH_VERSION.c.id))).scalar() or 0
    written = [(path, origin, documents.encode(documents.of_path(path))) for path, origin in settled]
    bodies = writing.add_documents((documents.digest(body), body) for _, _, body in written)
    fresh, versions = [], []
    for path, origin, body in written:
        key = path.identity
        if key in ids:
            closing.append((key, ""))
        else:
            newest += 1
            ids[key] = newest
            environment = _environment(key.origin)
            fresh.append((newest, key.origin, key.sink, key.direction.value, key.data_class, environment))
        digest = documents.digest(body)
        number += 1
        shown = (
            path.exposure, path.tier.value, path.store, ",".join(path.columns),
            ",".join(f"{b.origin}->{b.destination}" for b in path.borders), path.answer.value,
        )  # fmt: skip
        writing.ledger.opened(_path_element(key, digest, shown), origin.value, rules)
        versions.append(
            (number, ids[key], writing.number, None, digest, rules, origin.value, "", *shown, bodies[digest])
        )
    _close_paths(writing, [(ids[key], key, how) for key, how in closing if key in ids])
    insert_rows(writing.connection, PATH, _PATH, fresh)
    insert_rows(writing.connection, PATH_VERSION, _PATH_VERSION, versions)
    return len(versions) + len(closing)


def _path_ids(writing: Writing) -> dict[PathIdentity, int]:
    return {
        documents.path_identity(row.origin, row.sink, row.direction, row.data_class): row.id
        for row in writing.connection.execute(select(PATH))
    }


def _close_paths(writing: Writing, closing: Sequence[tuple[int, PathIdentity, str]]) -> None:
    """Ends the open versions of these paths, given with their ids and how they ended."""
    of = {number: (key, how) for number, key, how in closing}
    numbers = list(of)
    still_open = PATH_VERSION.c.until.is_(None)
    for begin in range(0, len(numbers), _CHUNK):
        chosen = PATH_VERSION.c.data_path_id.in_(numbers[begin : begin + _CHUNK])
        for row in writing.connection.execute(select(PATH_VERSION).where(chosen, still_open)):
            key, how = of[row.data_path_id]
            shown = (row.exposure, row.tier, row.store, row.columns, row.borders, row.answer)
            writing.ledger.closed(_path_element(key, row.digest, shown), how)
    if closing:
        of_one = update(PATH_VERSION).where(PATH_VERSION.c.data_path_id == bindparam("path"), still_open)
        writing.connection.execute(
            of_one.values(until=writing.number, ended=bindparam("how")),
            [{"path": number, "how": how} for number, _, how in closing],
        )


def _path_element(key: PathIdentity, digest: bytes, shown: tuple[str, str, str, str, str, str]) -> int:
    return elements.path(
        key.origin, key.sink, key.direction.value, key.data_class, _environment(key.origin), digest, *shown
    )


def write_sight(writing: Writing, sight: Sight) -> None:
    """Stores for how much of what runs paths can be seen."""
    body = {
        "blind": list(sight.blind),
        "no_statements": list(sight.no_statements),
        "unknown_tables": list(sight.unknown_tables),
        **({"folded": list(sight.folded)} if sight.folded else {}),
        **({"sampled": list(sight.sampled)} if sight.sampled else {}),
    }
    text = orjson.dumps(body).decode()
    writing.connection.execute(
        insert(SIGHT).values(
            snapshot=writing.number, workloads=sight.workloads, visible=sight.visible, body=text
        )
    )
    writing.ledger.noted(elements.sight(sight.workloads, sight.visible, text))


def _environment(urn: str) -> str:
    return urn.split("://", 1)[-1].split("/", 1)[0]
