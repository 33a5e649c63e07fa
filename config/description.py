"""What each section and key means, taken from the comments of defaults.toml, and the example made of them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from config.defaults import defaults

_HEADER = re.compile(r"(\[\[?)([a-z_.]+)\]\]?")
_KEY = re.compile(r"(#?)([a-z_]+) = (.+)")


@dataclass(frozen=True, slots=True)
class Key:
    """A key of a section. `example` is TOML: the default, or, for a required key, what could stand there."""

    name: str
    words: str
    example: str
    required: bool


@dataclass(frozen=True, slots=True)
class Section:
    """A table of the settings; `repeated` if it is an array of tables."""

    name: str
    repeated: bool
    words: str
    keys: tuple[Key, ...]


def sections() -> tuple[Section, ...]:
    """Every section in the order of defaults.toml."""
    found: list[Section] = []
    words: list[str] = []
    for line in defaults().text.splitlines():
        if header := _HEADER.fullmatch(line):
            found.append(Section(header[2], header[1] == "[[", " ".join(words), ()))
        elif key := _KEY.fullmatch(line):
            last = found[-1]
            added = Key(key[2], " ".join(words), key[3], required=bool(key[1]))
            found[-1] = Section(last.name, last.repeated, last.words, (*last.keys, added))
        elif line.startswith("# "):
            words.append(line.removeprefix("# "))
            continue
        words = []
    return tuple(found)


def example() -> str:
    """A settings file with every key as a comment: nothing in it changes anything until it is uncommented.

    Words begin with `# `; what can be uncommented begins with `#` alone.
    """
    lines = []
    for line in defaults().text.splitlines():
        live = _KEY.fullmatch(line) or line.startswith("[[")
        lines.append(f"#{line}" if live and not line.startswith("#") else line)
    return "\n".join(lines) + "\n"
