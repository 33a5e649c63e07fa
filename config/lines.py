"""Finds the line on which each key of a TOML text stands, for error messages and `config show`.

The text must already have been accepted by tomllib; this only keeps count of what the parser forgets.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field

KeyPath = tuple[str | int, ...]
"""Where a value stands: `("aws", "accounts", 0, "regions")`."""

_BARE = re.compile(r"[A-Za-z0-9_-]+")
_SCALAR = re.compile(r"[^,\]}\s#]+(?:[ ][0-9:.+\-Z]+)?")  # a date and a time may be parted by one space
_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")


def find_lines(text: str) -> dict[KeyPath, int]:
    """The line (from 1) of each key, table and element of an array in a valid TOML text."""
    return _Walk(text).document()


@dataclass(slots=True)
class _Walk:
    text: str
    at: int = 0
    lines: dict[KeyPath, int] = field(default_factory=dict)
    counts: dict[KeyPath, int] = field(default_factory=dict)

    def document(self) -> dict[KeyPath, int]:
        table: KeyPath = ()
        while self._skip_blank():
            if self._peek("[["):
                table = self._array_header()
            elif self._peek("["):
                table = self._header()
            else:
                self._pair(table)
        return self.lines

    def _header(self) -> KeyPath:
        line = self._line()
        self.at += 1
        path = self._within(self._key())
        self.at += 1
        self.lines.setdefault(path, line)
        return path

    def _array_header(self) -> KeyPath:
        line = self._line()
        self.at += 2
        *parents, last = self._key()
        path = (*self._within(tuple(parents)), last)
        self.at += 2
        index = self.counts.get(path, 0)
        self.counts[path] = index + 1
        self.lines.setdefault(path, line)
        self.lines[*path, index] = line
        return (*path, index)

    def _within(self, keys: tuple[str, ...]) -> KeyPath:
        """A header's keys as a path: through the newest element of each array of tables on the way."""
        path: KeyPath = ()
        for key in keys:
            path = (*path, key)
            if path in self.counts:
                path = (*path, self.counts[path] - 1)
        return path

    def _pair(self, table: KeyPath) -> None:
        line = self._line()
        path = table
        for key in self._key():
            path = (*path, key)
            self.lines.setdefault(path, line)
        self.at += 1  # the equals sign
        self._skip_spaces()
        self._value(path)

    def _value(self, path: KeyPath) -> None:
        if self._peek("["):
            self.at += 1
            index = 0
            while self._skip_blank() and not self._peek("]"):
                self.lines[*path, index] = self._line()
                self._value((*path, index))
                index += 1
                self._skip_comma()
            self.at += 1
        elif self._peek("{"):
            self.at += 1
            while self._skip_blank() and not self._peek("}"):
                self._pair(path)
                self._skip_comma()
            self.at += 1
        elif self._peek('"') or self._peek("'"):
            self._string()
        else:
            found = _SCALAR.match(self.text, self.at)
            assert found, "tomllib accepted a value that is none"
            self.at = found.end()

    def _key(self) -> tuple[str, ...]:
        keys: list[str] = []
        while True:
            self._skip_spaces()
            if bare := _BARE.match(self.text, self.at):
                keys.append(bare[0])
                self.at = bare.end()
            else:
                keys.append(self._string())
            self._skip_spaces()
            if not self._peek("."):
                return tuple(keys)
            self.at += 1

    def _string(self) -> str:
        quote = self.text[self.at]
        start = self.at
        fence = quote * 3 if self._peek(quote * 3) else quote
        self.at += len(fence)
        while not self._peek(fence):
            self.at += 2 if quote == '"' and self._peek("\\") else 1
        self.at += len(fence)
        while len(fence) == 3 and self._peek(quote):
            self.at += 1  # a long string may end with one or two quotes of its own
        raw = self.text[start : self.at]
        return str(tomllib.loads(f"x = {raw}")["x"]) if len(fence) == 1 else raw

    def _skip_blank(self) -> bool:
        found = _BLANK.match(self.text, self.at)
        self.at = found.end() if found else self.at
        return self.at < len(self.text)

    def _skip_spaces(self) -> None:
        while self._peek(" ") or self._peek("\t"):
            self.at += 1

    def _skip_comma(self) -> None:
        self._skip_blank()
        if self._peek(","):
            self.at += 1

    def _peek(self, expected: str) -> bool:
        return self.text.startswith(expected, self.at)

    def _line(self) -> int:
        return self.text.count("\n", 0, self.at) + 1
