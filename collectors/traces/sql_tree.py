"""Reads one statement by its grammar."""

from __future__ import annotations

import logging

from sqlglot import Dialect as Grammar
from sqlglot import ErrorLevel, exp

from collectors.traces.sql_dialects import Dialect
from collectors.traces.sql_queries import Walk
from collectors.traces.sql_scope import Ledger
from collectors.traces.sql_statement import Statement, tables_of
from collectors.traces.sql_writes import write

# The parser reports what it does not know by a warning that quotes the statement.
logging.getLogger("sqlglot").setLevel(logging.CRITICAL)


class NotUnderstood(Exception):
    """The grammar has no tree for this statement."""


def read_tree(shape: str, dialect: Dialect, temporary: set[str]) -> tuple[Statement, bool]:
    """What one statement does, and whether all of it was understood.

    Raises NotUnderstood, or whatever the grammar raises.

    `temporary`: the temporary tables known so far; those the statement creates are added.
    """
    grammar = Grammar.get_or_raise(dialect.grammar)
    parser = grammar.parser(error_level=ErrorLevel.IGNORE)
    ledger = Ledger(temporary=temporary)
    for tree in parser.parse(grammar.tokenize(shape), shape):
        if tree is None or isinstance(tree, exp.Command):
            raise NotUnderstood
        Walk(dialect, ledger, write).statement(tree)
    if parser.errors and not ledger.found:
        raise NotUnderstood
    understood = not parser.errors
    return Statement(tables_of(ledger.found), ledger.partial or not understood, "sqlglot"), understood
