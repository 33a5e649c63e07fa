"""Reads one statement by its grammar."""

from __future__ import annotations

import logging
from functools import cache
from typing import TypeVar

from sqlglot import Dialect as Grammar
from sqlglot import ErrorLevel, Parser, exp

from collectors.traces.sql.dialects import Dialect
from collectors.traces.sql.queries import Walk
from collectors.traces.sql.scope import Known, Ledger
from collectors.traces.sql.statement import Statement, tables_of
from collectors.traces.sql.writes import write

# The parser reports what it does not know by a warning that quotes the statement.
logging.getLogger("sqlglot").setLevel(logging.CRITICAL)


# Steps a token: real statements take fewer than three, and joins without ON double them at each join.
_STEPS = 30

_Node = TypeVar("_Node", bound=exp.Expr)


class NotUnderstood(Exception):
    """The grammar has no tree for this statement."""


class _Patience(Parser):
    """A parser that gives up on a text over which it would brood for ever."""

    steps_left: int = 0

    def validate_expression(self, expression: _Node, args: list[object] | None = None) -> _Node:
        self.steps_left -= 1
        if self.steps_left < 0:
            raise NotUnderstood
        return super().validate_expression(expression, args)


@cache
def _parser(grammar: str) -> type[_Patience]:
    """The parser of a dialect, with patience."""
    return type("PatientParser", (_Patience, Grammar.get_or_raise(grammar).parser_class), {})


def read_tree(shape: str, dialect: Dialect, known: Known) -> tuple[Statement, bool]:
    """What one statement does, and whether all of it was understood.

    Raises NotUnderstood, or whatever the grammar raises.

    `known`: what statements before said; temporary tables that this one creates are added.
    """
    grammar = Grammar.get_or_raise(dialect.grammar)
    tokens = grammar.tokenize(shape)
    parser = _parser(dialect.grammar)(error_level=ErrorLevel.IGNORE, dialect=grammar)
    parser.steps_left = _STEPS * (len(tokens) + _STEPS)
    ledger = Ledger(known)
    for tree in parser.parse(tokens, shape):
        if tree is None or isinstance(tree, exp.Command):
            raise NotUnderstood
        Walk(dialect, ledger, write).statement(tree)
    if parser.errors and not ledger.found:
        raise NotUnderstood
    understood = not parser.errors
    return Statement(tables_of(ledger.found), ledger.partial or not understood, "sqlglot"), understood
