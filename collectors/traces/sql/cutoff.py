"""Decides whether a text has been cut off, and takes off what may be half a name."""

from __future__ import annotations

import re
from collections.abc import Sequence

from collectors.traces.sql.dialects import Dialect
from collectors.traces.sql.routines import Piece

USUAL_LIMITS = frozenset(
    {255, 256, 500, 512, 1000, 1023, 1024, 2000, 2047, 2048, 4000, 4095, 4096, 5000, 8000, 8191, 8192, 10_000}
)
"""Lengths at which tracers cut texts off without saying so."""

# The last name, as far as it goes: it may be half a name, or the schema of one.
_PART = r"(?:\"[^\"]*\"|`[^`]*`|\[[^\]]*\]|[^\W\d][\w$#@]*)"
_LAST_NAME = re.compile(rf"(?<![\w$#@.])(?:{_PART} ?\. ?)*(?:[\"`\[][^\"`\]\[,()=]*|[\w$#@]*)$")
_UNCLOSED = re.compile(r"(?:^|[^\]\w])\[[^\]\[,()=]*$|^[^\"]*(?:\"[^\"]*\"[^\"]*)*\"[^\"]*$")
_LONGEST_NAME = 300
# `UPDATE c SET ... FROM customers c` without its FROM: whose alias that is has been cut off.
_BY_ALIAS = re.compile(
    r"(?i)\b(?:update|delete)(?: top ?\( ?\? ?\))? (?:\w{1,3}|\[\w{1,3}\])(?= set\b| ?$| from\b)"
    r"(?!.*\bfrom [\w\[#@?])"
)


def ended(shape: str, *, cut: bool) -> tuple[str, bool]:
    """The shape without what may be half a name, and whether it is only a part. `cut`: it is known to be one."""
    whole = shape.rstrip(" .…")
    marked = ".." in shape[len(whole) :] or "…" in shape[len(whole) :]
    whole = whole if marked else shape
    if not marked and not cut and not _ends_early(shape):
        return shape, False
    tail = whole[-_LONGEST_NAME:]
    return whole[: len(whole) - len(tail)] + _LAST_NAME.sub("", tail), True


def _ends_early(shape: str) -> bool:
    """Whether something has been opened that is not closed."""
    return shape.count("(") > shape.count(")") or _UNCLOSED.search(shape[-_LONGEST_NAME:]) is not None


def without_alias(pieces: Sequence[Piece], dialect: Dialect) -> Sequence[Piece]:
    """The statements without the end of a last one in which only an alias of its table is left, in Transact-SQL."""
    if not pieces or dialect.grammar != "tsql":
        return pieces
    *before, last = pieces
    left = _BY_ALIAS.split(last.text, maxsplit=1)[0].strip()
    return (*before, Piece(last.kind, left)) if left else before
