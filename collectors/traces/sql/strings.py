"""Reads strings that code puts together, as far as they are known: `'SELECT a FROM ' || name || ' WHERE b = 1'`."""

from __future__ import annotations

import re
from dataclasses import dataclass

from collectors.traces.sql.dialects import Dialect
from collectors.traces.sql.names import NOWHERE

_PARTS = 400
_PLAIN = re.compile(r"[nNeE]?'(?P<text>[^']*(?:''[^']*)*)(?:'|\Z)")
_ESCAPED = re.compile(r"[nNeErR]?'(?P<text>[^'\\]*(?:(?:''|\\.)[^'\\]*)*)(?:'|\Z)", re.DOTALL)
_TRIPLE = re.compile(r"[rR]?(?P<mark>\"\"\"|''')(?P<text>.*?)(?:(?P=mark)|\Z)", re.DOTALL)
_DOUBLE = re.compile(r"[rR]?\"(?P<text>[^\"\\]*(?:\\.[^\"\\]*)*)(?:\"|\Z)", re.DOTALL)
_QUOTED = re.compile(
    r"(?is)n?q'(?:\[(?P<a>.*?)\]'|\{(?P<b>.*?)\}'|\((?P<c>.*?)\)'|<(?P<d>.*?)>'|(?P<mark>[^\s\w])(?P<e>.*?)(?P=mark)')"
)
_DOLLARS = re.compile(r"(?P<quote>\$\w*\$)(?P<text>.*?)(?:(?P=quote)|\Z)", re.DOTALL)
_CALL = re.compile(r"(?i)(?P<name>format|concat)\s*\(\s*")
_OPEN = re.compile(r"\(\s*")
_INNER = r"(?:[^()']|'[^']{0,500}+'|\((?:[^()']|'[^']{0,500}+'|\([^()]{0,300}+\)){0,300}+\)){0,300}+"
_EXPRESSION = re.compile(
    rf"(?is)case\b.{{0,1000}}?\bend\b|[@:]{{0,2}}[\w$#.\"\[\]]{{1,200}}(?:\s?\({_INNER}\))?|\({_INNER}\)"
)
_JOIN = re.compile(r"\s*(?:\|\||\+)\s*")
_COMMA = re.compile(r"\s*,\s*")
_HOLE = re.compile(r"%(?:\d+\$)?(?P<kind>[IsLdt])")
_NAMES_TABLE = re.compile(
    r"(?i)(?:\b(?:from|join|into|update|table|truncate|exists|only|view|using|on)\s+|\.)[\"`\[]?$"
)


@dataclass(frozen=True, slots=True)
class Joined:
    """What is known of a string, and where in the text it ends."""

    text: str
    end: int


def joined(text: str, start: int, dialect: Dialect) -> Joined | None:
    """The string that begins at `start`, with its parts put together; None if no part of it is known."""
    opening = _OPEN.match(text, start)
    at = opening.end() if opening else start
    call = _CALL.match(text, at)
    between = _JOIN
    if call is not None:
        at = call.end()
        between = _COMMA if call["name"].lower() == "concat" else _JOIN
    known = ""
    some = hole = False
    for _ in range(_PARTS):
        part = _string(text, at, dialect)
        if part is not None:
            known = _after_hole(known, part.text) if hole else known + part.text
            at, some, hole = part.end, True, False
        else:
            expression = _EXPRESSION.match(text, at)
            if expression is None:
                break
            at, hole = expression.end(), True
        following = between.match(text, at)
        if following is None:
            break
        at = following.end()
    if not some:
        return None
    if hole:
        known = _after_hole(known, "")
    if call is not None:
        if call["name"].lower() == "format":
            known = _filled(known)
        closing = text.find(")", at)
        at = closing if 0 <= closing <= at + 2000 else at
    if opening is not None and text[at : at + 1] == ")" and call is not None:
        at += 1
    return Joined(known, at)


def _string(text: str, at: int, dialect: Dialect) -> Joined | None:
    """One string in quotes."""
    ways = [_ESCAPED if dialect.backslash or text[at : at + 2] in {"E'", "e'"} else _PLAIN]
    if dialect.grammar == "bigquery":
        ways = [_TRIPLE, _DOUBLE, *ways]
    elif dialect.quotes_are_strings:
        ways.append(_DOUBLE)
    elif dialect.grammar == "oracle":
        ways.insert(0, _QUOTED)
    elif dialect.grammar in {"postgres", "redshift", "snowflake"}:
        ways.append(_DOLLARS)
    for way in ways:
        found = way.match(text, at)
        if found is not None:
            if way is _QUOTED:
                return Joined(
                    next((found[each] for each in "abcde" if found[each] is not None), ""), found.end()
                )
            inner = found["text"]
            if way in (_PLAIN, _ESCAPED):
                inner = inner.replace("''", "'").replace("\\'", "'")
            return Joined(inner, found.end())
    return None


def _after_hole(known: str, following: str) -> str:
    """What is known, then an expression, then what follows it."""
    if following[:1].isalnum() or following[:1] == "_" or known.endswith("_"):
        known = re.sub(r"[\w$]{1,200}$", "", known)  # half a name
        following = re.sub(r"^[\w$]{1,200}", "", following)
    if _NAMES_TABLE.search(known) or (following[:1] == "." and not known.rstrip().endswith("=")):
        return f"{known}{NOWHERE}{following}"
    return (
        f"{known}?{following}"
        if known.endswith((" ", "(", ",", "=", "'", "%", "\n"))
        else f"{known} ? {following}"
    )


def _filled(template: str) -> str:
    """A template of `format` with something in place of what it is filled with."""
    kept, reached = "", 0
    for hole in _HOLE.finditer(template):
        kept = kept + template[reached : hole.start()]
        names = hole["kind"] in "Is" and (
            _NAMES_TABLE.search(kept[-80:]) or template[hole.end() : hole.end() + 1] == "."
        )
        kept += NOWHERE if names else "?"
        reached = hole.end()
    return kept + template[reached:]
