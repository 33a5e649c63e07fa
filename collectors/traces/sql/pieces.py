"""Cuts a text into its statements: at semicolons, and where procedural code or Transact-SQL begin one without.

It works on shapes. What stands between the statements (conditions, loops, declarations) comes out as pieces too,
because queries may stand in them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from collectors.traces.sql.dialects import Dialect
from collectors.traces.sql.routines import Piece, variables

__all__ = ["Pieces", "cut"]


@dataclass(frozen=True, slots=True)
class Pieces:
    """A text in pieces. `routine`: it holds procedural code. `variables`: names declared in it, lower-cased."""

    pieces: tuple[Piece, ...]
    routine: bool = False
    variables: frozenset[str] = frozenset()


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_TOKEN = re.compile(r"\"[^\"]*\"|`[^`]*`|\[[^\]\[]*\]|[#@]*[^\W\d][\w$#]*|\d+|\?|[^\s\w]")
_PROCEDURAL = re.compile(
    r"(?i)(?:^|[;\s])(?:begin|declare|loop)\b"
    r"|^\W*(?:if|while|for|do)\b"
    r"|\b(?:procedure|proc|function|trigger|package)\b"
)
_ROUTINE = frozenset({"procedure", "proc", "function", "trigger", "package", "body"})
# Words after which nothing begins: the expression or clause goes on.
_GOES_ON = _words(
    "select from join where and or not on by having set into in exists like between case when as union all except "
    "intersect minus distinct values using table view index top with grant revoke to add column key references "
    "is of after before instead asc first next only outer inner left right full cross apply default"
)
_DATA = frozenset({"select", "insert", "update", "delete", "merge", "with"})
_BLOCK = frozenset(
    {"begin", "loop", "then", "else", "elsif", "elseif", "end", "exception", "do", "go", "try", "catch"}
)
_OTHER = _words(
    "set if while exec execute call print return open fetch close deallocate raise raiserror throw commit rollback "
    "save truncate drop create alter use declare perform exit leave iterate signal forall waitfor for replace "
    "batch repeat until cursor copy load"
)
_SETS = frozenset({"union", "all", "except", "intersect", "minus", "distinct"})
_EVENTS = frozenset({"after", "before", "instead", "of", "or", ",", "on", "for", "key", "do"})


def cut(shape: str, dialect: Dialect) -> Pieces:
    """The pieces of a shape, in order."""
    routine = _PROCEDURAL.search(shape) is not None
    if not routine and dialect.grammar != "tsql":
        return Pieces(tuple(_piece(text) for text in shape.split(";") if text.strip(" ();")))
    tokens = [(match.group(), match.start()) for match in _TOKEN.finditer(shape)]
    cutter = _Cutter(shape, [text.lower() for text, _ in tokens], [start for _, start in tokens])
    pieces = tuple(cutter.pieces())
    return Pieces(pieces, routine, frozenset(variables(pieces)) if routine else frozenset())


def _piece(text: str) -> Piece:
    text = text.strip()
    first = _TOKEN.search(text.lstrip(" ("))
    return Piece(first.group().lower() if first is not None else "", text)


@dataclass(slots=True)
class _Cutter:
    """Goes over the words of a text once. `kind`: the word the statement in hand began with."""

    shape: str
    words: list[str]
    starts: list[int]
    kind: str = ""
    began: int = 0
    depth: int = 0
    cases: int = 0
    fed: bool = False  # an INSERT has its rows, a WITH its statement
    set_seen: bool = False
    header: bool = False  # between CREATE PROCEDURE and its body
    seen: list[Piece] = field(default_factory=list)

    def pieces(self) -> Iterator[Piece]:
        for at, word in enumerate(self.words):
            if word == "(":
                self.depth += 1
            elif word == ")":
                self.depth = max(0, self.depth - 1)
            elif word == ";":
                yield from self._close(at)
                self.kind, self.depth, self.cases, self.began = "", 0, 0, self.starts[at] + 1
            elif self.depth == 0 and self._begins(at, word):
                yield from self._close(at)
                self._open(at, word)
            elif not self.kind and word not in {",", "?"}:
                self._open(at, word)
            else:
                self._note(at, word)
        yield from self._close(len(self.words))

    def _open(self, at: int, word: str) -> None:
        self.kind, self.began = word, self.starts[at]
        self.cases, self.fed, self.set_seen, self.header = 0, False, False, False

    def _close(self, at: int) -> Iterator[Piece]:
        end = self.starts[at] if at < len(self.starts) else len(self.shape)
        text = self.shape[self.began : end].strip(" ;")
        if self.kind and text:
            yield Piece(self.kind, text)

    def _note(self, at: int, word: str) -> None:
        """What a word inside a statement says about how it goes on."""
        if self.depth:
            return
        if word == "case" and self._before(at) != "end":
            self.cases += 1
        elif word == "end" and self.cases:
            self.cases -= 1
        elif word in {"values", "exec", "execute", "default"} and self.kind in {"insert", "replace"}:
            self.fed = True
        elif word in _ROUTINE and self.kind in {"create", "alter"}:
            self.header = True
        elif word == "set":
            self.set_seen = True

    def _before(self, at: int) -> str:
        return self.words[at - 1] if at else ""

    def _after(self, at: int, steps: int = 1) -> str:
        return self.words[at + steps] if at + steps < len(self.words) else ""

    def _begins(self, at: int, word: str) -> bool:
        """Whether a word begins the next piece."""
        before, after = self._before(at), self._after(at)
        if before == "." or after == ".":
            return False
        if word in {"as", "is"}:
            return self.header
        if word in _BLOCK:
            return self._block(at, word, before, after)
        if word in _DATA:
            return self._data(at, word, before, after)
        if word not in _OTHER or not self.kind:
            return False
        if before in _GOES_ON and not (
            (before in {"is", "as"} and self.kind in {"is", "as"}) or self._switched(before)
        ):
            return False
        if not (before.isidentifier() or before[:1] in '?)"`[;:#@>' or before.isdigit()):
            return False
        return self._other(at, word, before, after)

    def _block(self, at: int, word: str, before: str, after: str) -> bool:
        if word == "end":
            return not self.cases
        if word in {"then", "else"}:
            return not self.cases and self.kind not in {"merge", "insert"}
        if word == "do":
            return self.kind in {"while", "for"}
        if word in {"try", "catch", "exception"}:
            return before in {"begin", "end", ";"}
        if before in {",", "select", "where", "and", "or", "=", "by"}:
            return False
        return word != "go" or at + 1 == len(self.words) or after in _DATA | _OTHER

    def _switched(self, before: str) -> bool:
        """Whether an option has just been set, as by `SET NOCOUNT ON`."""
        return before == "on" and self.kind == "set"

    def _data(self, at: int, word: str, before: str, after: str) -> bool:
        kind = self.kind
        if word == "with" and not (
            after == "recursive"
            or (
                after not in {"execute", "exec"}
                and after.strip('"`[]').isidentifier()
                and self._after(at, 2) in {"as", "("}
            )
        ):
            return False
        if not kind:
            return False  # opens by itself
        if kind == "with" and not self.fed:
            self.kind = word if word != "with" else kind
            self.fed = word == "select"
            return False
        if kind == "merge":
            return False
        if word in {"select", "with"}:
            if kind in {"insert", "replace"} and not self.fed:
                self.fed = word == "select"
                return False
            if kind in {"create", "alter", "export"} and not self.header:
                return False
            if before in _SETS or (before == "as" and kind not in {"as", "prepare"}):
                return False
            return not (kind in {"explain", "describe"} or (kind == "copy" and before != ";"))
        if kind in {"grant", "revoke", "explain", "comment"} or (kind == "alter" and not self.header):
            return False
        if word == "update" and (after == "(" or before == "no"):
            return False
        if word == "merge" and (before in _GOES_ON or after == "join"):
            return False
        if self._switched(before) or (before == "for" and kind == "open") or before == kind == "do":
            return True
        return before not in _EVENTS

    def _other(self, at: int, word: str, before: str, after: str) -> bool:
        kind = self.kind
        if word == "set":
            waits = (
                kind == "update"
                or (kind == "insert" and not self.fed)
                or (kind == "alter" and not self.header)
            )
            return not (waits and not self.set_seen) and before != "update"
        if kind in {"create", "drop", "alter", "truncate", "grant", "use"} and not self.header:
            return word in {
                "exec",
                "insert",
                "print",
                "declare",
                "return",
                "commit",
                "create",
                "set",
                "fetch",
            }
        if word in {"exec", "execute"} and kind == "insert":
            return True
        if word == "fetch":
            return after not in {"next", "first"} or self._after(at, 2) == "from"
        if word == "for":
            return self._after(at, 2) == "in" or kind in {"begin", "loop", "then"}
        if word == "replace":
            return after == "into"
        if word == "use":
            return kind != "select"
        if word == "if":
            return after != "(" or kind != "select"
        return True
