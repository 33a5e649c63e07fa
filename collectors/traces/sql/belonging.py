"""Guesses to which of several tables an unqualified column belongs, where nothing in the statement says so.

A guess leaves the statement partial. Without one, each of the tables may have the column.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from collectors.traces.sql.statement import TableName

_PEOPLE = re.compile(
    r"(?:^|_)(?:users?|customers?|clients?|persons?|people|patients?|members?|employees?|staff|contacts?|students?"
    r"|teachers?|owners?|guests?|drivers?|riders?|subscribers?|profiles?|accounts?|authors?|citizens?|candidates?"
    r"|applicants?|buyers?|sellers?|passengers?|visitors?|donors?|leads?|tenants?|doctors?|nurses?|authors?)$"
)
_PERSONAL = re.compile(
    r"^(?:e_?mail(?:_?address)?|(?:first|last|middle|full|given|family|user|sur|maiden|nick)_?name|phone(?:_?number)?|mobile"
    r"|ssn|dob|birth_?(?:date|day)|date_of_birth|gender|sex|password(?:_?hash)?|nationality|passport\w*|salutation)$"
)
_WORD = re.compile(r"[a-z0-9]+")
_SHORT = 4


def likeliest(column: str, tables: Iterable[TableName]) -> TableName | None:
    """The one table that fits best, None if none or several do."""
    candidates = sorted(set(tables))
    low = column.lower()
    for rule in (_named_after, _abbreviated, _of_people, _not_its_own_key):
        fitting = [table for table in candidates if rule(low, table.table.lower())]
        if len(fitting) == 1:
            return fitting[0]
    return None


def _named_after(column: str, table: str) -> bool:
    """`customer_name` of `customers`, but no `customer_id`: that is what other tables know a customer by."""
    stem = _singular(table)
    return len(stem) > 2 and column.startswith(f"{stem}_") and not column.endswith("_id")


def _abbreviated(column: str, table: str) -> bool:
    """`o_orderdate` of `orders`, `ss_item` of `store_sales`."""
    prefix, separator, _ = column.partition("_")
    words = _WORD.findall(table)
    if not separator or not words or len(prefix) >= _SHORT:
        return False
    return prefix == "".join(word[0] for word in words)


def _of_people(column: str, table: str) -> bool:
    return _PERSONAL.match(column) is not None and _PEOPLE.search(table) is not None


def _not_its_own_key(column: str, table: str) -> bool:
    stem, separator, _ = column.rpartition("_id")
    return bool(separator) and column.endswith("_id") and _singular(table) != stem


def _singular(table: str) -> str:
    if table.endswith("ies"):
        return table[:-3] + "y"
    return table[:-1] if table.endswith("s") and not table.endswith("ss") else table
