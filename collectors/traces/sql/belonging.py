"""Guesses to which of several tables an unqualified column belongs, where nothing in the statement says so.

A guess leaves the statement partial. Without one, each of the tables may have the column.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from collectors.traces.sql.habits import Habits, bare, singular
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
_STEM = 4
_CUT = 3


def likeliest(column: str, tables: Iterable[TableName], habits: Habits) -> TableName | None:
    """The one table that fits best, None if none or several do."""
    candidates = sorted(set(tables))
    low = column.lower()
    owner = habits.prefixed(low)
    shared = _shared([table.table.lower() for table in candidates])
    rules: tuple[Callable[[str, str], bool], ...] = (
        lambda _, table: shared + table == owner,
        lambda column, table: column in habits.columns.get(shared + table, ()),
        lambda column, table: column in habits.alone.get(shared + table, ()),
        lambda column, table: (
            habits.own_keys and (_own_key(column, table) or _own_key(column, bare(shared + table)))
        ),
        _named_after,
        _abbreviated,
        _cut_short,
        _ends_alike,
        _of_people,
        lambda column, table: _akin(column, habits.columns.get(shared + table, ())),
        _not_its_own_key,
    )
    for rule in rules:
        fitting = [table for table in candidates if rule(low, table.table.lower()[len(shared) :])]
        if rule is _named_after and len(fitting) > 1:  # `order_line_no` is of `order_lines`, not of `orders`
            longest = max(len(table.table) for table in fitting)
            fitting = [table for table in fitting if len(table.table) == longest]
        if len(fitting) == 1:
            return fitting[0]
    return None


def _shared(tables: list[str]) -> str:
    """What all names begin with, which tells none of them apart: `oc_`, `wp_`."""
    if len(tables) < 2:
        return ""
    first, last = min(tables), max(tables)
    same = next(
        (at for at, (one, other) in enumerate(zip(first, last, strict=False)) if one != other), len(first)
    )
    return first[:same] if 1 < same < len(first) else ""


def _own_key(column: str, table: str) -> bool:
    """`film_id` of `films`: it could not stand unqualified if another of the tables had it too."""
    return column.replace("_", "") == f"{singular(table)}id".replace("_", "")


def _named_after(column: str, table: str) -> bool:
    """`customer_name` of `customers`, but no `customer_id`: that is what other tables know a customer by."""
    stem = singular(table)
    if column.replace("_", "") in {stem.replace("_", ""), table.replace("_", "")}:
        return len(stem) >= _STEM
    if column.endswith("id") or not column.startswith(stem):
        return False
    return (len(stem) > 2 and column[len(stem) :].startswith("_")) or (
        len(stem) >= _STEM and "_" not in column and len(column) - len(stem) >= _SHORT
    )


def _abbreviated(column: str, table: str) -> bool:
    """`o_orderdate` of `orders`, `ss_item` of `store_sales`."""
    prefix, separator, _ = column.partition("_")
    words = _WORD.findall(table)
    if not separator or not words or len(prefix) >= _SHORT:
        return False
    return prefix == "".join(word[0] for word in words)


def _cut_short(column: str, table: str) -> bool:
    """`prod_category` of `products`."""
    prefix, separator, rest = column.partition("_")
    return bool(separator) and len(prefix) >= _CUT and rest != "id" and table.startswith(prefix)


def _ends_alike(column: str, table: str) -> bool:
    """`given_name` of `person_name`."""
    last = column.rpartition("_")[2]
    return len(last) >= _STEM and singular(table).endswith(f"_{last}")


def _akin(column: str, others: Iterable[str]) -> bool:
    """`order_subtype` beside `p.order_type`."""
    prefix, separator, _ = column.partition("_")
    return (
        bool(separator) and len(prefix) >= _STEM and any(other.startswith(f"{prefix}_") for other in others)
    )


def _of_people(column: str, table: str) -> bool:
    return _PERSONAL.match(column) is not None and _PEOPLE.search(table) is not None


def _not_its_own_key(column: str, table: str) -> bool:
    stem, separator, _ = column.rpartition("_id")
    return bool(separator) and column.endswith("_id") and singular(table) != stem
