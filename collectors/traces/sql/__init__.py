"""From SQL text to tables and columns: what is read, what is written, what only looks up."""

from __future__ import annotations

from collectors.traces.sql.reading import LONGEST, fingerprint, parse
from collectors.traces.sql.statement import Statement, TableUse

__all__ = ["LONGEST", "Statement", "TableUse", "fingerprint", "parse"]
