"""Reads proto files: the methods of their services, and the fields of the messages these answer with.

Source: https://protobuf.dev/reference/protobuf/proto3-spec/
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from collectors.declared.declaration import DeclarationError, Declared, sorted_once

_TOKEN = re.compile(
    r"""(?P<space>\s+|//[^\n]*|/\*.*?\*/)|(?P<text>"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*')"""
    r"""|(?P<word>\.?[A-Za-z_][\w.]*|[+-]?[\d.][\w.+-]*)|(?P<sign>[{}()\[\]<>;=,:/-])""",
    re.DOTALL,
)
_DEEPEST = 12
_MOST_FIELDS = 2_000
_LABELS = frozenset({"optional", "repeated", "required"})


@dataclass(slots=True)
class _File:
    """What was read so far. `messages`: by full name, fields as (type, name)."""

    package: str = ""
    messages: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    methods: list[tuple[str, str, str, int]] = field(default_factory=list)


def operations(file: str, text: str) -> tuple[Declared, ...]:
    """The methods of a file, sorted, as `package.Service/Method`. Raises DeclarationError."""
    read = _Reader(file, text).read()
    return sorted_once(
        [
            Declared(name, "", tuple(sorted(set(_fields(read.messages, scope, answer)))), f"line {line}")
            for name, scope, answer, line in read.methods
        ]
    )


class _Reader:
    """Walks over the tokens of one file."""

    def __init__(self, file: str, text: str) -> None:
        self._name = file
        self._tokens = list(self._split(text))
        self._at = 0
        self._file = _File()

    def read(self) -> _File:
        while self._at < len(self._tokens):
            word = self._next()
            if word == "package":
                self._file.package = self._next()
                self._statement()
            elif word == "message":
                self._message(self._file.package, 0)
            elif word == "service":
                self._service()
            elif word != ";":
                self._statement()
        return self._file

    def _split(self, text: str) -> Iterator[tuple[str, int]]:
        at, line = 0, 1
        while at < len(text):
            found = _TOKEN.match(text, at)
            if not found:
                raise DeclarationError(self._name, f"is not a proto file: unexpected {text[at]!r}", line)
            if found.lastgroup != "space":
                yield found[0], line
            line += found[0].count("\n")
            at = found.end()

    def _next(self) -> str:
        if self._at >= len(self._tokens):
            raise DeclarationError(
                self._name, "is not a whole proto file: it ends within a block", self._line()
            )
        self._at += 1
        return self._tokens[self._at - 1][0]

    def _line(self) -> int:
        return self._tokens[min(self._at, len(self._tokens)) - 1][1] if self._tokens else 1

    def _expect(self, sign: str) -> None:
        line = self._line()
        if (found := self._next()) != sign:
            raise DeclarationError(
                self._name, f"is not a proto file: {sign} expected before {found[:40]!r}", line
            )

    def _statement(self) -> None:
        """Passes over the rest of a statement, with the block that may end it."""
        depth = 0
        while True:
            word = self._next()
            if word in ("{", "[", "("):
                depth += 1
            elif word in ("}", "]", ")"):
                depth -= 1
                if depth <= 0 and word == "}":
                    return
            elif word == ";" and depth <= 0:
                return

    def _message(self, scope: str, depth: int) -> None:
        name = _within(scope, self._next())
        self._expect("{")
        fields = self._file.messages.setdefault(name, [])
        self._body(name, fields, depth)

    def _body(self, name: str, fields: list[tuple[str, str]], depth: int) -> None:
        if depth > _DEEPEST:
            raise DeclarationError(self._name, "is nested too deeply", self._line(), name)
        while (word := self._next()) != "}":
            if word == "message":
                self._message(name, depth + 1)
            elif word == "oneof":
                self._next()
                self._expect("{")
                self._body(name, fields, depth + 1)
            elif word in ("enum", "extend", "option", "reserved", "extensions", "group"):
                self._statement()
            elif word == "map":
                while (kind := self._next()) != ",":
                    pass
                kind = self._next()
                self._expect(">")
                fields.append((kind, self._next()))
                self._statement()
            elif word != ";":
                kind = self._next() if word in _LABELS else word
                fields.append((kind, self._next()))
                self._statement()

    def _service(self) -> None:
        service = _within(self._file.package, self._next())
        self._expect("{")
        while (word := self._next()) != "}":
            if word != "rpc":
                if word != ";":
                    self._statement()
                continue
            line = self._line()
            method = self._next()
            self._type()
            if (found := self._next()) != "returns":
                raise DeclarationError(
                    self._name, f"returns expected before {found[:40]!r}", self._line(), f"{service}/{method}"
                )
            answer = self._type()
            self._file.methods.append((f"{service}/{method}", self._file.package, answer, line))
            self._statement()

    def _type(self) -> str:
        self._expect("(")
        name = self._next()
        name = self._next() if name == "stream" else name
        self._expect(")")
        return name


def _within(scope: str, name: str) -> str:
    return f"{scope}.{name}" if scope else name


def _fields(
    messages: Mapping[str, list[tuple[str, str]]],
    scope: str,
    type: str,
    prefix: str = "",
    above: frozenset[str] = frozenset(),
) -> Iterator[str]:
    """The dotted names of a message's fields; of a message that another file holds, none."""
    name = _find(messages, scope, type)
    if not name or name in above or len(above) > _DEEPEST:
        return
    for number, (kind, known) in enumerate(messages[name]):
        if number >= _MOST_FIELDS:
            return
        below = tuple(_fields(messages, name, kind, f"{prefix}{known}.", above | {name}))
        yield from below or (f"{prefix}{known}",)


def _find(messages: Mapping[str, object], scope: str, type: str) -> str:
    """A message's full name, looked for from the innermost scope outward."""
    if type.startswith("."):
        return type[1:] if type[1:] in messages else ""
    while True:
        name = _within(scope, type)
        if name in messages:
            return name
        if not scope:
            return ""
        scope = scope.rpartition(".")[0]
