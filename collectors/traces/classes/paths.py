"""Finds the name that tells something at the end of a document's path, and what the path says of its place."""

from __future__ import annotations

import re
from dataclasses import replace

from collectors.traces.classes.places import Place, kinds_of, words_of

_STEP = re.compile(r"[./\[\]*$'\"]+|->>?")
_VALUES = frozenset(
    (word,)
    for word in ("value", "text", "raw", "element", "array", "s", "n", "normalized", "original", "canonical")
)
"""Names that documents give to what holds the value of the name before: `emails[0].value`, DynamoDB's `email.S`."""


def parts_of(column: str) -> tuple[str, str]:
    """A path's parent and the name at its end: `contact` and `emails` of `contact.emails[0].value`."""
    parts = [part for part in _STEP.split(column) if part]
    while len(parts) > 1 and (parts[-1].isdigit() or words_of(parts[-1]) in _VALUES):
        parts.pop()
    return (".".join(parts[:-1]), parts[-1]) if parts else ("", column)


def within(place: Place, path: str) -> Place:
    """The place of what lies at a path in a document; the location of a person is where that person lives."""
    kinds = kinds_of("", path) or place.kinds - {"subject"}
    if "place" in kinds and "person" in place.kinds | place.beside:
        kinds = (kinds - {"place"}) | {"located"}
    return replace(place, kinds=kinds)
