"""Decides how what a command found is printed: colour and width by what standard output is, or JSON."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Mapping
from typing import Protocol, TextIO, TypeVar

from daemon.report.json import document
from daemon.report.text import WIDTH

NARROWEST, WIDEST = 60, 140

Found = TypeVar("Found")
_Shown_contra = TypeVar("_Shown_contra", contravariant=True)


class Rendering(Protocol[_Shown_contra]):
    """Writes what was found as text, ending in a newline."""

    def __call__(self, found: _Shown_contra, /, *, width: int, colour: bool) -> str: ...


def print_found(
    kind: str, found: Found, render: Rendering[Found], *, as_json: bool, data: object = None, more: int = 0
) -> None:
    """Text for people or a JSON document for programs. `data`: what the document holds, if not `found` itself.

    `more`: how many the document leaves out.
    """
    out = sys.stdout
    if as_json:
        out.write(document(kind, found if data is None else data, more))
    else:
        out.write(render(found, width=width_of(out), colour=in_colour(out)))


def in_colour(stream: TextIO, environment: Mapping[str, str] = os.environ) -> bool:
    """Colour only on a terminal that can show it, and never with `NO_COLOR` (https://no-color.org)."""
    return stream.isatty() and not environment.get("NO_COLOR") and environment.get("TERM") != "dumb"


def width_of(stream: TextIO) -> int:
    """The terminal's width within reason; the same for every file and pipe."""
    if not stream.isatty():
        return WIDTH
    return max(NARROWEST, min(shutil.get_terminal_size((WIDTH, 24)).columns, WIDEST))
