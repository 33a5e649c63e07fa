"""Decides which fields of documents a query of Azure Cosmos DB reads and looks up.

Source: https://learn.microsoft.com/azure/cosmos-db/nosql/query/; FROM names a container by any word, so the span's
own name of the container counts.
"""

from __future__ import annotations

from dataclasses import replace

from collectors.traces import sql
from collectors.traces.sql.statement import Statement, union


def read(text: str) -> Statement:
    """What a query does with the container that the span names."""
    found = sql.parse(text, "cosmosdb")
    unnamed = (replace(use, schema="", table="") for use in found.tables)
    return union(replace(found, tables=(use,)) for use in unnamed) if found.tables else found
