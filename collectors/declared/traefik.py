"""Reads the rules of Traefik's routers: which hosts and operations ``Host(`a`) && PathPrefix(`/b`)`` lets in.

Source: https://doc.traefik.io/traefik/routing/routers/#rule, of version 2 and 3
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from collectors.declared import matching

LONGEST = 16 * 1024
MOST = 256
"""Ways in which a rule can be met that are told apart."""
_DEEPEST = 32

_WORD = re.compile(r"""&&|\|\||[!(),]|`[^`]*`|"(?:[^"\\]|\\.)*"|[A-Za-z]+""")
_HOSTS = frozenset({"host", "hostheader", "hostsni"})
_PATHS = {"path": matching.exact, "pathprefix": matching.prefix, "pathregexp": matching.pattern}

_Way = tuple[tuple[str, tuple[str, ...]], ...]
"""Matchers that all hold, each with what it is asked for."""


@dataclass(frozen=True, slots=True)
class Rule:
    """What a rule lets in. `hosts`: none where every host is."""

    hosts: tuple[str, ...]
    operations: tuple[str, ...]


def rule(text: str) -> Rule:
    """The hosts and operations of a rule; one that is not understood lets in everything."""
    words = [each[0] for each in _WORD.finditer(text[:LONGEST])]
    try:
        reader = _Reader(words)
        ways = reader.any_of(0)
    except _NotUnderstood:
        ways = ((),)
    else:
        ways = ways if reader.ended and len(text) <= LONGEST else ((),)
    hosts = [_asked(way, _HOSTS) for way in ways]
    return Rule(
        tuple(sorted({each for some in hosts for each in some if each != "*"})) if all(hosts) else (),
        tuple(sorted({each for way in ways for each in _operations(way)})) or ("ANY /**",),
    )


def _operations(way: _Way) -> list[str]:
    methods = [each.upper() for each in _asked(way, {"method"})] or [matching.ANY]
    of = [(name, path) for name, paths in way if name in _PATHS for path in paths]
    return [
        (matching.pattern if "{" in path else _PATHS[name])(path, method)
        for name, path in of or [("pathprefix", "")]
        for method in methods
    ]


def _asked(way: _Way, names: frozenset[str] | set[str]) -> list[str]:
    return [each for name, asked in way if name in names for each in asked]


class _NotUnderstood(Exception):
    """The rule is none that this knows."""


class _Reader:
    """Reads a rule from the front. What is negated counts for nothing: it shuts out, and lets nothing in."""

    def __init__(self, words: Sequence[str]) -> None:
        self._words = words
        self._at = 0

    @property
    def ended(self) -> bool:
        return self._at == len(self._words)

    def any_of(self, depth: int) -> tuple[_Way, ...]:
        """The ways in which what stands here is met."""
        ways = self._all_of(depth)
        while self._took("||"):
            ways += self._all_of(depth)
        return ways

    def _all_of(self, depth: int) -> tuple[_Way, ...]:
        ways = self._one(depth)
        while self._took("&&"):
            further = self._one(depth)
            if len(ways) * len(further) > MOST:
                raise _NotUnderstood
            ways = tuple(one + other for one in ways for other in further)
        return ways

    def _one(self, depth: int) -> tuple[_Way, ...]:
        if depth > _DEEPEST:
            raise _NotUnderstood
        if self._took("!"):
            self._one(depth + 1)
            return ((),)
        if self._took("("):
            ways = self.any_of(depth + 1)
            self._expect(")")
            return ways
        name = self._next()
        if not name.isalpha():
            raise _NotUnderstood
        self._expect("(")
        asked = [self._text()]
        while self._took(","):
            asked.append(self._text())
        self._expect(")")
        return (((name.lower(), tuple(asked)),),)

    def _text(self) -> str:
        word = self._next()
        if word[:1] not in {"`", '"'}:
            raise _NotUnderstood
        return word[1:-1]

    def _next(self) -> str:
        if self.ended:
            raise _NotUnderstood
        self._at += 1
        return self._words[self._at - 1]

    def _took(self, word: str) -> bool:
        took = not self.ended and self._words[self._at] == word
        self._at += took
        return took

    def _expect(self, word: str) -> None:
        if not self._took(word):
            raise _NotUnderstood
