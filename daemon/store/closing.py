"""Ends versions at this snapshot, and notes on versions what does not end them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

from sqlalchemy import ColumnElement, select, update

from daemon.store.kinds import Kind, open_versions_of
from daemon.store.writing import Writing

_CHUNK = 500


def forget(writing: Writing, kind: Kind, extent_id: int, known: Any, ended: str) -> None:
    """Takes a version out of the root. `known`: as `open_versions_of` gives it."""
    width = len(kind.key)
    further = known[width + 4 :]
    parts = (*known[:width], known.digest, *further)
    writing.ledger.closed(kind.elements(writing.named(extent_id), [parts]), ended)


def close(writing: Writing, kind: Kind, versions: list[int], ended: str, shown: Any) -> None:
    """Ends versions. `shown`: when the last listing showed them."""
    table = kind.versions
    values = {"until": writing.number, "ended": ended, "last_shown_at": shown}
    for chunk in _chunks(versions):
        writing.connection.execute(update(table).where(table.c.id.in_(chunk)).values(values))
    writing.tally.closed += len(versions)


def mark(writing: Writing, kind: Kind, versions: list[int], **values: Any) -> None:
    """Notes something on versions that goes on being valid."""
    table = kind.versions
    for chunk in _chunks(versions):
        writing.connection.execute(update(table).where(table.c.id.in_(chunk)).values(values))


def end(
    writing: Writing,
    kind: Kind,
    extent_id: int,
    versions: Sequence[int],
    ended: str,
    shown: ColumnElement[Any],
) -> None:
    """Closes open versions of an extent. `shown`: the row's column that tells when it was shown last."""
    of = kind.versions.c
    for chunk in _chunks(versions):
        chosen = open_versions_of(kind).where(of.id.in_(chunk))
        for known in writing.connection.execute(chosen, {"extent": extent_id}).all():
            forget(writing, kind, extent_id, known, ended)
    last = select(shown).where(kind.rows.c.id == of[kind.reference]).scalar_subquery()
    close(writing, kind, list(versions), ended, last)


def _chunks(values: Sequence[Any]) -> Iterator[list[Any]]:
    iterator = iter(values)
    while chunk := list(islice(iterator, _CHUNK)):
        yield chunk
