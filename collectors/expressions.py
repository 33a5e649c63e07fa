"""The two small languages of a row, executed: paths (JMESPath) and templates (text with paths in braces)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from itertools import product
from typing import Any
from urllib.parse import urlsplit

import jmespath

HOLE = re.compile(r"\{([^{}]+?)((?:\|[a-z]+)*)\}")
PLAIN = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*", re.ASCII)
RESERVED = frozenset({"region", "account", "partition", "parent", "up", "tag"})
"""Fields the engine adds to an item; those of the cloud never take their place."""


@cache
def compiled(path: str) -> Any:  # jmespath's own value; callers see `find`
    """The parsed path. Raises jmespath.exceptions.ParseError."""
    return jmespath.compile(path)


def find(path: str, value: object) -> Any:  # an answer of the cloud is whatever its JSON says
    """What the path gives, or None."""
    names = _names(path)
    if not names:
        return compiled(path).search(value)
    for name in names:  # most paths are plain, and this is ten times as fast
        value = value.get(name) if isinstance(value, Mapping) else None
    return value


@cache
def _names(path: str) -> tuple[str, ...]:
    """The fields of a path that only goes inward: `a.b`; none of any other."""
    return tuple(path.split(".")) if PLAIN.fullmatch(path) else ()


@cache
def holes(template: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """The path and the filters of each hole of a template, in order."""
    return tuple((match[1], tuple(match[2].split("|")[1:])) for match in HOLE.finditer(template))


@cache
def literals(template: str) -> tuple[str, ...]:
    """The text around the holes: one part more than there are holes."""
    return tuple(HOLE.split(template)[::3])


def expand(template: str, item: Mapping[str, object]) -> tuple[str, ...]:
    """Every text the template makes of the item: none if a hole is empty, several if one gives a list."""
    values: list[list[str]] = []
    for path, filters in holes(template):
        found = find(path, item)
        texts = [
            filtered(str(each), filters)
            for each in (found if isinstance(found, list) else [found])
            if _is_text(each)
        ]
        if not any(texts):
            return ()
        values.append([text for text in texts if text])
    return tuple(
        "".join(part for pair in zip(literals(template), (*chosen, ""), strict=True) for part in pair)
        for chosen in product(*values)
    )


def _is_text(value: object) -> bool:
    return isinstance(value, str | int | float) and not isinstance(value, bool)


def filtered(text: str, filters: Sequence[str]) -> str:
    """The part of the text that the filters ask for, one after the other; "" if there is none."""
    for filter in filters:
        text = FILTERS[filter](text)
    return text


def _bare(arn: str) -> str:
    parts = arn.split(":")
    if len(parts) > 7 and parts[2] in {"lambda", "secretsmanager"}:
        return ":".join(parts[:7])
    return re.sub(r":[0-9]+$", "", arn)


def _host(url: str) -> str:
    return (urlsplit(url if "//" in url else f"//{url}").hostname or "").lower()


def _invoked(uri: str) -> str:
    if "/functions/" in uri:
        return _bare(uri.partition("/functions/")[2].partition("/invocations")[0])
    return _bare(uri) if ":lambda:" in uri and ":function:" in uri else ""


def _owner(id: str) -> str:
    parts = id.split("/")
    return "/".join(parts[:-2]) if len(parts) > 3 else ""


GOOGLE_LINK = re.compile(
    r"^https?://(?:www\.googleapis\.com/([a-z]+)|([a-z]+)\.googleapis\.com(?:/[a-z]+)?)/(?:v\d\w*|alpha|beta)/(projects/.+)$"
)


def _full(link: str) -> str:
    if link.startswith("projects/"):
        return f"//compute.googleapis.com/{link}"
    found = GOOGLE_LINK.match(link)
    return f"//{found[1] or found[2]}.googleapis.com/{found[3]}" if found else ""


FILTERS: Mapping[str, Callable[[str], str]] = {
    "bare": _bare,
    "full": _full,
    "function": _invoked,
    "host": _host,
    "owner": _owner,
    "lower": str.lower,
    "relative": lambda text: text.lstrip("/"),
    "tail": lambda text: re.split(r"[/:]", text)[-1],
    "undigested": lambda text: text.partition("@")[0],
    "unversioned": lambda text: text.partition("/cryptoKeyVersions/")[0],
}
"""What may follow a path in a template; `spec` tells their meaning."""


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
