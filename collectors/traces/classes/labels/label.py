"""One column and what a source says of it. Of a source's file nothing else is kept: no sample, no quoted value."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from collectors.redaction import scrub

_INDEX = re.compile(r"\[[^\]]*\]")
_NAME = re.compile(r"[^\W\d][\w $-]{0,127}")


@dataclass(frozen=True, slots=True)
class Label:
    """A column as a source names it, and what it says of it: what it found there, tags, or a comment.

    `table`: in a bucket, the key of an object. `schema`: as far as it is said, the outermost part first:
    `project.dataset`. `host`: the server the database is on, `bucket`: the bucket the table is an object of.
    `found`: what a scanner found, what it found most often first; `classes`: data classes, where the source names
    them itself, "" for nothing personal.
    """

    table: str
    column: str
    by: str
    schema: str = ""
    host: str = ""
    bucket: str = ""
    found: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()
    tags: tuple[tuple[str, str], ...] = ()
    comment: str = ""


@dataclass(slots=True)
class Tally:
    """Counts what a scanner found in which column: it reports each thing it found by itself."""

    by: str
    _found: dict[tuple[str, str, str, str], Counter[str]] = field(default_factory=dict)

    def add(
        self, table: str, column: str, found: str, *, schema: str = "", bucket: str = "", times: int = 1
    ) -> None:
        """Counts a thing found; nothing where the column or the thing has no name."""
        if table and column and found:
            self._found.setdefault((bucket, schema, table, column), Counter())[found] += times

    def labels(self) -> Iterable[Label]:
        """One label a column, sorted by place."""
        for (bucket, schema, table, column), counts in sorted(self._found.items()):
            found = tuple(sorted(counts, key=lambda each: (-counts[each], each)))
            yield Label(table, column, self.by, schema, bucket=bucket, found=found)


def named(text: object) -> str:
    """A column's name; "" for what is none: a file without a header has values in their place."""
    return text if isinstance(text, str) and _NAME.fullmatch(text) and scrub(text) == text else ""


def of_path(path: object) -> str:
    """The fields of a JSON path, without places in lists: `$.people[0].email` is `people.email`."""
    parts = _INDEX.sub("", str(path or "")).lstrip("$").split(".")
    kept = [named(part) for part in parts if part]
    return ".".join(kept) if kept and all(kept) else ""


def text(value: object) -> str:
    """The text, "" for anything else."""
    return value if isinstance(value, str) else ""


def mapping(value: object) -> Mapping[str, object]:
    """The mapping, an empty one for anything else."""
    return value if isinstance(value, dict) else {}


def several(value: object) -> list[Mapping[str, object]]:
    """The mappings of a list, none for anything else."""
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def texts(value: object) -> list[str]:
    """The texts of a list, or the one text."""
    if isinstance(value, str):
        return [value]
    return [each for each in value if isinstance(each, str)] if isinstance(value, list) else []


def flat(value: Mapping[str, object], path: str = "") -> Iterable[tuple[str, str]]:
    """The leaves of nested metadata as pairs of path and text: `{"a": {"b": true}}` is `a.b`, `true`."""
    for key, each in value.items():
        name = f"{path}.{key}" if path else str(key)
        if isinstance(each, dict):
            yield from flat(each, name)
        elif isinstance(each, list):
            yield from ((name, str(one)) for one in each if not isinstance(one, dict | list))
        elif each is not None:
            yield name, str(each).lower() if isinstance(each, bool) else str(each)
