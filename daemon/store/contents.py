"""Stores what is inside digests, once: a digest never changes."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection

from daemon.store import documents, elements
from daemon.store.bulk import insert_rows, rows_by_key
from daemon.store.columns import COMPONENT, CONTENT
from daemon.store.spooled import SpooledContent
from daemon.store.writing import Writing


def add_contents(writing: Writing, contents: Sequence[SpooledContent]) -> None:
    """Stores what is inside digests, once; of components also a row each."""
    contents = _unknown(writing.connection, contents)
    if not contents:
        return
    numbers = writing.add_documents((content.digest, content.body) for content in contents)
    insert_rows(
        writing.connection,
        CONTENT,
        ("kind", "subject", "digest", "document_id", "since"),
        [(c.kind, c.subject, c.digest, numbers[c.digest], writing.number) for c in contents],
    )
    for c in contents:
        writing.ledger.noted(elements.content(c.kind, c.subject, c.digest))
    insert_rows(
        writing.connection,
        COMPONENT,
        ("subject", "purl", "name", "version"),
        [
            (c.subject, each["purl"], each["name"], each["version"])
            for c in contents
            if c.kind == "components"
            for each in documents.components(c.body)
        ],
        new_only=True,
    )


def _unknown(connection: Connection, contents: Sequence[SpooledContent]) -> list[SpooledContent]:
    """Those that are not stored yet, once each: what is inside a digest never changes."""
    by_key = {(content.kind, content.subject): content for content in reversed(contents)}
    for kind, subject in rows_by_key(
        connection, CONTENT, ("kind", "subject"), ("kind", "subject"), list(by_key)
    ):
        del by_key[kind, subject]
    return [by_key[key] for key in sorted(by_key)]
