"""Finds in pieces of procedural code the names that are variables, and the queries that stand in conditions."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

__all__ = ["Piece", "queries_in", "variables"]


@dataclass(frozen=True, slots=True)
class Piece:
    """One statement, or what stands between statements. `kind`: its first word in small letters."""

    kind: str
    text: str


_DATA = frozenset({"select", "insert", "update", "delete", "merge", "with"})
_DECLARED = re.compile(
    r"(?i)^(?:declare |is |as |begin )?(?:(?:continue|exit) handler.*|"
    r"(?P<names>[^\W\d][\w$]*(?: ?, ?[^\W\d][\w$]*)*) (?!:?=)[^\W\d])"
)
_DECLARED_FIRST = re.compile(r"(?i)\b(?:is|as) (?P<names>[^\W\d][\w$]*) (?!:?=)[^\W\d]")
_HEADS = frozenset({"procedure", "function", "return", "as", "is"})
_LOOPED = re.compile(r"(?i)\bfor(?:all)? ([^\W\d][\w$]*) in\b")
_PARAMETERS = re.compile(r"(?i)\b(?:(?:procedure|function)\b[^();]{0,200}|cursor \w{1,99} ?)\(")
_PARAMETER = re.compile(r"(?i)^\s*(?:(?:in|out|inout|variadic|nocopy)\s+)*(?P<name>[^\W\d][\w$]*)")
_NO_VARIABLE_WORDS = """
cursor type subtype pragma procedure function begin end if return select insert update delete merge with
commit rollback raise exception set open close fetch loop when then else for while create alter declare is as
body package null exit call execute perform drop truncate using
"""
_NO_VARIABLE = frozenset(_NO_VARIABLE_WORDS.split())


def variables(pieces: Iterable[Piece]) -> Iterator[str]:
    """The names of parameters, variables and loop records."""
    for piece in pieces:
        for parameters in _PARAMETERS.finditer(piece.text):
            for part in _group(piece.text, parameters.end()).split(","):
                name = _PARAMETER.match(part)
                if name is not None:
                    yield name["name"].lower()
        for record in _LOOPED.finditer(piece.text):
            yield record[1].lower()
        if piece.kind in _DATA:
            continue
        firsts = _DECLARED_FIRST.finditer(piece.text) if piece.kind in _HEADS else ()
        for declared in (_DECLARED.match(piece.text), *firsts):
            if declared is not None and declared["names"]:
                names = [name.strip().lower() for name in declared["names"].split(",")]
                if names[0] not in _NO_VARIABLE:
                    yield from names


def _group(text: str, start: int) -> str:
    """What stands from `start` to the parenthesis that closes there."""
    depth = 1
    for at in range(start, len(text)):
        depth += {"(": 1, ")": -1}.get(text[at], 0)
        if depth == 0:
            return text[start:at]
    return text[start:]


_QUERY = re.compile(r"(?i)(?<!\w)(?P<before>\w*) ?\((?=[\s(]{0,80}(?:select|with)\b)")


def queries_in(piece: Piece) -> Iterator[tuple[str, bool]]:
    """The queries in parentheses of a piece that is none itself, and whether what they return is used as a value."""
    reached = 0
    asks = piece.kind in {"if", "while", "elsif", "elseif", "when", "until"}
    for match in _QUERY.finditer(piece.text):
        if match.start() < reached:
            continue
        inner = _group(piece.text, match.end())
        reached = match.end() + len(inner)
        asked = asks or (piece.kind != "for" and match["before"].lower() in {"exists", "in", "case"})
        yield inner, not asked
