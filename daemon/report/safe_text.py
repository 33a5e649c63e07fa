"""Decides what of a string from outside may reach a terminal, a mail or a page: printable characters only."""

from __future__ import annotations

from unicodedata import category


def safe_text(text: str) -> str:
    """`text` on one line, with everything that could steer its reader's screen made visible.

    Escapes, control characters, line breaks, bidirectional overrides, invisible and unassigned characters
    become backslash escapes such as `\\x1b`; unusual spaces become plain ones. Nothing is dropped.
    """
    if text.isprintable():
        return text
    return "".join(character if character.isprintable() else _visible(character) for character in text)


def _visible(character: str) -> str:
    if category(character) == "Zs":
        return " "
    return character.encode("unicode_escape").decode("ascii")
