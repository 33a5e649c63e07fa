"""Which names of operations are one: what frameworks write `{id}`, `:id`, `<int:id>` or `*` is the same."""

from __future__ import annotations

import re

PARAMETER, REST = "{}", "{+}"
RPC = "RPC"
_PARAMETER = re.compile(r"\{[^{}]*\}|<[^<>]*>|:[A-Za-z_]\w*\??|\*")
_REST = re.compile(r"\{[^{}]*\+\}|\*\*|\{\*[^{}]*\}|<path:[^<>]*>|\*\w+")
_ANY = frozenset({"ANY", "*", "X-AMAZON-APIGATEWAY-ANY-METHOD"})

Shape = tuple[str, tuple[str, ...]]
"""A method, "" for any, and the segments of a path; for a remote procedure one segment."""


def shape(name: str) -> Shape:
    """The shape of `GET /orders/{id}`, `shop.Orders/Get` or `$default`."""
    method, space, path = name.partition(" ")
    if name == "$default":
        return "", (REST,)
    if not space or not path.startswith("/"):
        return RPC, (name.removeprefix("/"),)
    stated = path.partition("?")[0].strip("/").split("/")
    segments = [_PARAMETER.sub(PARAMETER, each) for each in stated]
    if _REST.fullmatch(stated[-1]):
        segments[-1] = REST
    return "" if method.upper() in _ANY else method.upper(), tuple(segments)


def is_open(known: Shape) -> bool:
    """Whether it stands for all below a path."""
    return known[1][-1:] == (REST,)


def covers(known: Shape, seen: Shape) -> bool:
    """Whether a seen operation is one of what a declared one stands for. A parameter covers a word in its place.

    All below a path covers remote procedures too: they are sent to `/SERVICE/METHOD`.
    """
    if seen[0] == RPC:
        if not is_open(known):
            return known == seen
        seen = "POST", tuple(seen[1][0].split("/"))
    if known[0] not in ("", seen[0]):
        return False
    if is_open(known):
        own = known[1][:-1]
        return len(seen[1]) >= len(own) and all(map(_fits, own, seen[1]))
    return len(known[1]) == len(seen[1]) and all(map(_fits, known[1], seen[1]))


def _fits(known: str, seen: str) -> bool:
    if known == seen:
        return True
    return re.fullmatch("[^/]+".join(map(re.escape, known.split(PARAMETER))), seen) is not None
