"""Renders JSON content as indented names and values that a person can read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from collectors.model import Json
from daemon.report.safe_text import safe_text
from daemon.report.text import flow

_WIDEST_NAME = 28
_EMPTY: tuple[Json, ...] = (None, [], {})


def attribute_lines(content: Mapping[str, Json], width: int, indent: int = 2) -> list[str]:
    """One line for each value, below its name; what is empty is left out, since it says nothing."""
    return list(_mapping(content, width, " " * indent, " " * indent))


def one_line(value: Json) -> str:
    """A value within a line: words as they are, lists with commas, mappings as `name value`."""
    match value:
        case None:
            return "none"
        case bool():
            return "yes" if value else "no"
        case str():
            return value or '""'
        case list():
            return ", ".join(map(one_line, value)) or "none"
        case dict():
            told = (f"{name} {one_line(each)}" for name, each in value.items() if each not in _EMPTY)
            return "{" + ", ".join(told) + "}"
    return str(value)


def _mapping(content: Mapping[str, Json], width: int, first: str, indent: str) -> Iterator[str]:
    """`first` begins the first line in the place of `indent`: the mark of a list's member."""
    told = [(safe_text(name), value) for name, value in content.items() if value not in _EMPTY]
    wide = [len(name) for name, value in told if _short(value) and len(name) <= _WIDEST_NAME]
    column = max(wide, default=0) + 2
    lead = first
    for name, value in told:
        if _short(value):
            start = lead + name.ljust(column - 2) + "  "
            hang = len(start) if len(start) <= width // 2 else len(indent) + 4
            yield from flow(start, (one_line(value),), width, hang)
        else:
            yield lead + name
            yield from _nested(value, width, indent + "  ")
        lead = indent


def _nested(value: Json, width: int, indent: str) -> Iterator[str]:
    if isinstance(value, dict):
        yield from _mapping(value, width, indent, indent)
        return
    for member in value if isinstance(value, list) else ():
        if isinstance(member, dict) and any(each not in _EMPTY for each in member.values()):
            yield from _mapping(member, width, indent + "- ", indent + "  ")
        elif isinstance(member, list):
            yield indent + "-"
            yield from _nested(member, width, indent + "  ")
        else:
            yield from flow(indent + "- ", (one_line(member),), width, len(indent) + 4)


def _short(value: Json) -> bool:
    """True for what stands beside its name: no mapping, and no list of anything but words and numbers."""
    if isinstance(value, list):
        return not any(isinstance(member, dict | list) for member in value)
    return not isinstance(value, dict)
