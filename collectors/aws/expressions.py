"""The two small languages of a row, executed: paths (JMESPath) and templates (text with paths in braces)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from itertools import product
from typing import Any
from urllib.parse import urlsplit

import jmespath

HOLE = re.compile(r"\{([^{}]+?)(?:\|(tail|host))?\}")
RESERVED = frozenset({"region", "account", "partition", "parent", "up", "tag"})
"""Fields the engine adds to an item; those of the cloud never take their place."""


@cache
def compiled(path: str) -> Any:  # jmespath's own value; callers see `find`
    """The parsed path. Raises jmespath.exceptions.ParseError."""
    return jmespath.compile(path)


def find(path: str, value: object) -> Any:  # an answer of the cloud is whatever its JSON says
    """What the path gives, or None."""
    return compiled(path).search(value)


@cache
def holes(template: str) -> tuple[tuple[str, str], ...]:
    """The (path, filter) pairs of a template, in order."""
    return tuple((match[1].strip(), match[2] or "") for match in HOLE.finditer(template))


@cache
def _literals(template: str) -> tuple[str, ...]:
    return tuple(HOLE.split(template)[::3])


def expand(template: str, item: Mapping[str, object]) -> tuple[str, ...]:
    """Every text the template makes of the item: none if a hole is empty, several if one gives a list."""
    values: list[list[str]] = []
    for path, filter in holes(template):
        found = find(path, item)
        texts = [
            filtered(str(each), filter)
            for each in (found if isinstance(found, list) else [found])
            if each is not None and each != "" and not isinstance(each, dict | list)
        ]
        if not texts:
            return ()
        values.append(texts)
    literals = _literals(template)
    return tuple(
        "".join(part for pair in zip(literals, (*chosen, ""), strict=True) for part in pair)
        for chosen in product(*values)
    )


def filtered(text: str, filter: str) -> str:
    """The part of the text that the filter asks for."""
    if filter == "tail":
        return re.split(r"[/:]", text)[-1]
    if filter == "host":
        return (urlsplit(text if "//" in text else f"//{text}").hostname or "").lower()
    return text


def roots(path: str) -> frozenset[str]:
    """The fields of the item itself that a path reads: `a` for `a.b[?c == 'd'].e`."""
    return frozenset(_roots(compiled(path).parsed))


_OUTER_ONLY = frozenset(
    {
        "subexpression",
        "index_expression",
        "projection",
        "filter_projection",
        "value_projection",
        "pipe",
        "flatten",
    }
)


def _roots(tree: dict[str, Any]) -> Iterator[str]:  # jmespath's syntax tree
    if tree["type"] == "field":
        yield tree["value"]
    inner = tree["children"]
    for child in inner[:1] if tree["type"] in _OUTER_ONLY else inner:
        if isinstance(child, dict):
            yield from _roots(child)


def template_roots(template: str) -> frozenset[str]:
    """The fields of the item itself that a template reads."""
    return frozenset(root for path, _ in holes(template) for root in roots(path)) - RESERVED
