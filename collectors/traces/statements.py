"""Remembers what each statement was read as, so that each text is read once and none is kept.

A text is known by its hash alone, which is keyed anew in each process. Numbers that stand alone are no part of it
where no quote could make them part of a name: a tracer that leaves literals in gives a new text with each call.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from collectors.traces.sql.statement import Statement

Parse = Callable[[str, str], Statement]
"""What a text does, given the system of the database."""

_REMEMBERED = 50_000
# What may not stand before a number is looked for behind its first digit: digits are found fast.
_NUMBER = re.compile(r"[0-9](?<![\w$@#:.?-].)[0-9]*(?![\w.])")
_QUOTES = ("'", '"', "`", "[", "$$", "/*", "--", "#")


class Statements:
    """Reads statements with a parser, or from memory. Equal statements are one value."""

    def __init__(self, parse: Parse) -> None:
        self._parse = parse
        self._known: dict[tuple[int, int, str], Statement] = {}
        self._one: dict[Statement, Statement] = {}

    def of(self, text: str, system: str) -> Statement:
        """What the text does."""
        key = (hash(text), len(text), system)
        statement = self._known.get(key)
        if statement is not None:
            return statement
        folded = text if any(map(text.__contains__, _QUOTES)) else _NUMBER.sub("0", text)
        if folded != text:
            key = (hash(folded), len(folded), system)
            statement = self._known.get(key)
        if statement is None:
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
                self._one.clear()
            found = self._parse(text, system)
            statement = self._known[key] = self._one.setdefault(found, found)
        return statement
