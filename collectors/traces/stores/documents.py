"""Reads the documents in database spans: JSON, or as Python prints it, cut off anywhere. No value is looked at."""

from __future__ import annotations

import re
from collections.abc import Iterator

_DEEPEST = 40
_TOKEN = re.compile(
    r"\"(?:[^\"\\]|\\.)*\"?|'(?:[^'\\]|\\.)*'?|[{}\[\]:,]|[\w$.+-]+(?:\((?:[^()'\"]|'[^']*'|\"[^\"]*\")*\))?"
)

_NAME = re.compile(r"[^\W\d][\w$.^-]{0,63}|\$\$?\w{1,30}[\w.]{0,60}|_id")
_MANY_DIGITS = re.compile(r"\d{4}")


def parsed(text: str) -> object:
    """A document as dicts and lists whose leaves are names or "". What is cut off is as if it had been closed.

    A leaf survives only if it looks like a name; it is the caller's to use such leaves where names belong.
    """
    tokens = iter(_TOKEN.findall(text))
    return _value(next(tokens, ""), tokens, 0)


def _value(sign: str, tokens: Iterator[str], depth: int) -> object:
    if depth > _DEEPEST:
        return ""
    if sign == "{":
        found: dict[str, object] = {}
        for key in tokens:
            if key == "}":
                break
            if key == ",":
                continue
            if next(tokens, "") != ":":
                break
            value = next(tokens, "")
            name = _word(key)
            inner = _value(value, tokens, depth + 1)
            if name:
                found[name] = inner
        return found
    if sign == "[":
        many: list[object] = []
        for each in tokens:
            if each == "]":
                break
            if each != ",":
                many.append(_value(each, tokens, depth + 1))
        return many
    return _word(sign)


def _word(sign: str) -> str:
    """What stands in quotes or alone if it looks like a name: an identifier in its place does not."""
    if sign[:1] in "\"'":
        sign = sign[1:-1] if len(sign) > 1 and sign[-1] == sign[0] else ""
    return sign if _NAME.fullmatch(sign) and not _MANY_DIGITS.search(sign) else ""


def fields(document: object, prefix: str = "", depth: int = 0) -> Iterator[str]:
    """The paths of a document's fields, `address.city` for inner ones, without positions in lists."""
    if depth > 8:
        return
    if isinstance(document, list):
        for each in document[:50]:
            yield from fields(each, prefix, depth + 1)
    elif isinstance(document, dict):
        for key, value in document.items():
            path = f"{prefix}.{key}" if prefix else key
            inner = list(fields(value, path, depth + 1)) if isinstance(value, dict | list) else []
            yield from inner or [path]
