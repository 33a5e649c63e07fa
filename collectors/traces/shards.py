"""Decides which tables of BigQuery are one: a table for each day is a family, under the name that a query of all has.

Source: https://cloud.google.com/bigquery/docs/querying-wildcard-tables, and on decorators and date-sharded tables
https://cloud.google.com/bigquery/docs/partitioned-tables
"""

from __future__ import annotations

import re

_DATE = r"(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])"
_SHARD = re.compile(rf"(?P<family>[^*$]{{0,200}}_)(?:{_DATE}|(?:19|20)?\d{{0,6}}\*)")
_PARTITION = re.compile(r"\$(?:\d{4,10}|__[A-Z_]{4,20}__)$")


def family(table: str) -> str:
    """`events_*` for `events_20261101`, `events_202611*` and `events_*`; any other table by its own name.

    Of one partition (`orders$20261101`) the table is meant.
    """
    bare = _PARTITION.sub("", table)
    found = _SHARD.fullmatch(bare)
    return f"{found['family']}*" if found and found["family"] != "_" else bare
