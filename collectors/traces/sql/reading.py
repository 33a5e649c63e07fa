"""Decides which tables and columns a SQL text reads, writes and looks up, and remembers what it decided.

Neither the text nor any literal of it is kept: the caches hold digests, keyed anew in each process.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator
from dataclasses import replace
from hashlib import blake2b
from threading import Lock

from collectors.traces.sql import pieces
from collectors.traces.sql.cutoff import USUAL_LIMITS, ended, without_alias
from collectors.traces.sql.definitions import definition
from collectors.traces.sql.dialects import Dialect, dialect_of
from collectors.traces.sql.embedded import HANDED_BACK, HANDED_ON, opened
from collectors.traces.sql.fallback import read_pattern
from collectors.traces.sql.names import NOWHERE, unquote
from collectors.traces.sql.rewrites import rewritten
from collectors.traces.sql.routines import Piece, queries_in
from collectors.traces.sql.scope import Known
from collectors.traces.sql.shape import shape_of
from collectors.traces.sql.statement import (
    NOTHING,
    Statement,
    only_lookups,
    union,
)
from collectors.traces.sql.tree import read_tree

LONGEST = 16 * 1024
"""Characters of a text that are looked at; what comes after makes the statement partial."""

# Beyond these the grammar's time grows faster than the text.
_DEEPEST = 60
_MOST_BRACKETS = 150
_CACHED = 20_000


class _Recent:
    """A bounded memory in two generations: what is asked for again survives the next turn.

    Lookups take no lock: reading and setting one key of a dict is atomic.
    """

    def __init__(self, size: int) -> None:
        self._half = size // 2
        self._young: dict[bytes, Statement] = {}
        self._old: dict[bytes, Statement] = {}
        self._turn = Lock()

    def get(self, key: bytes) -> Statement | None:
        found = self._young.get(key)
        if found is None:
            found = self._old.get(key)
            if found is not None:
                self.put(key, found)
        return found

    def put(self, key: bytes, statement: Statement) -> None:
        if len(self._young) >= self._half:
            with self._turn:
                if len(self._young) >= self._half:
                    self._old, self._young = self._young, {}
        self._young[key] = statement

    def __len__(self) -> int:
        return len(self._young) + len(self._old)


_texts = _Recent(_CACHED)
_shapes = _Recent(_CACHED)
_key = secrets.token_bytes(16)


def parse(text: str, system: str = "") -> Statement:
    """What a text does with which tables and columns. Never raises; equal shapes give equal answers.

    `system`: `db.system.name` or the older `db.system`; unknown ones are read as MySQL.
    """
    cut = len(text) > LONGEST or len(text) in USUAL_LIMITS
    seen = _bare(text[:LONGEST])
    digest = _digest(seen, system)
    known = _texts.get(digest)
    if known is not None:
        return known
    dialect = dialect_of(system, seen)
    if dialect is None:
        return NOTHING
    shape = shape_of(opened(seen, dialect), dialect)
    shape_digest = _digest(shape, f"{system} {cut}")
    statement = _shapes.get(shape_digest)
    if statement is None:
        statement = _read(shape, dialect, cut=cut)
        _shapes.put(shape_digest, statement)
    _texts.put(digest, statement)
    return statement


def fingerprint(text: str, system: str = "") -> str:
    """The shape of a text, free of literals; "" for systems without SQL."""
    dialect = dialect_of(system, text[:LONGEST])
    return shape_of(text[:LONGEST], dialect) if dialect is not None else ""


def _bare(text: str) -> str:
    """The text without a comment at its end: there tracers put what is different each time."""
    if text.endswith("*/"):
        start = text.rfind("/*")
        return text[:start].rstrip() if start > 0 else text
    return text


def _digest(text: str, system: str) -> bytes:
    data = f"{system}\0{text}".encode("utf-8", "surrogatepass")
    return blake2b(data, digest_size=16, key=_key).digest()


_PARENTHESIS = re.compile(r"[()]")
# All others move no rows, or where they do (procedures) the text does not say which.
_MOVES_ROWS = re.compile(
    r"(?i)^[\s(]*(?:select|insert|update|delete|merge|with|values|table|from|copy|create|load)\b"
)


_MAKES_TEMPORARY = re.compile(
    r"(?i)create (?:or replace )?(?:(?:local|global) )?(?:temp|temporary|volatile) table (?:if not exists )?"
    r"(?P<name>\"[^\"]*\"|`[^`]*`|[\w$#]+)(?! ?\.)"
)
_DEFINES = frozenset({"create", "alter", "drop", "truncate", "rename"})


def _read(shape: str, dialect: Dialect, *, cut: bool) -> Statement:
    whole, cut = ended(shape, cut=cut)
    parts = pieces.cut(whole, dialect)
    if cut:
        parts = replace(parts, pieces=tuple(without_alias(parts.pieces, dialect)))
    # Transact-SQL's variables have a sign of their own, and went with it.
    known = Known(set(), frozenset() if dialect.grammar == "tsql" else parts.variables)
    statement = union(_read_pieces(parts, dialect, known))
    if known.temporary:  # it may have been dropped before it was made
        left = (use for use in statement.tables if use.schema or use.table.lower() not in known.temporary)
        statement = replace(statement, tables=tuple(left))
    return replace(statement, partial=statement.partial or cut or NOWHERE in shape)


def _read_pieces(parts: pieces.Pieces, dialect: Dialect, known: Known) -> Iterator[Statement]:
    here = known
    for piece in parts.pieces:
        if piece.kind in {HANDED_ON, HANDED_BACK}:
            here = known if piece.kind == HANDED_BACK else Known(known.temporary, frozenset())
        else:
            yield from _read_piece(piece, dialect, here, routine=parts.routine)


def _read_piece(piece: Piece, dialect: Dialect, known: Known, *, routine: bool) -> Iterator[Statement]:
    moved = False
    for text in rewritten(piece.text, dialect, routine=routine).split(";"):
        if _MOVES_ROWS.match(text) or piece.kind in _DEFINES:
            moved = True
            statement = definition(text, dialect, known.temporary)
            if statement is None:
                statement = _read_one(text.strip(), dialect, known)
            yield only_lookups(statement) if piece.kind == "explain" else statement
    if moved:
        return
    for query, used in queries_in(piece):
        statement = _read_one(query, dialect, known)
        yield statement if used else only_lookups(statement)


def _read_one(shape: str, dialect: Dialect, known: Known) -> Statement:
    if not _MOVES_ROWS.match(shape):
        return NOTHING
    if _depth(shape) > _DEEPEST or (not dialect.brackets and shape.count("[") > _MOST_BRACKETS):
        return read_pattern(shape, dialect)
    temporary = _MAKES_TEMPORARY.match(shape)
    if temporary is not None:
        known.temporary.add(unquote(temporary["name"])[0].lower())
    try:
        statement, understood = read_tree(shape, dialect, known)
    except Exception:  # noqa: BLE001 - the grammar raises whatever it stumbles over; the answer is then partial
        return read_pattern(shape, dialect)
    return statement if understood else _with_rest(statement, read_pattern(shape, dialect))


def _with_rest(statement: Statement, pattern: Statement) -> Statement:
    """The tables that stand where the grammar had stopped to understand."""
    found = {use.table for use in statement.tables}
    rest = tuple(use for use in pattern.tables if use.table not in found)
    return union((statement, Statement(rest, partial=True)))


def _depth(shape: str) -> int:
    """How deep the parentheses are nested."""
    depth = deepest = 0
    for sign in _PARENTHESIS.findall(shape):
        depth += 1 if sign == "(" else -1
        deepest = max(deepest, depth)
    return deepest
