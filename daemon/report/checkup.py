"""Renders what a look at the installation found."""

from __future__ import annotations

from collections.abc import Sequence

from daemon.report import wording
from daemon.report.lines import Line, Section, Tone
from daemon.report.text import WIDTH, flow, painter, section_lines
from daemon.values.checkup import Check, State

_SYMBOLS = {State.OK: "*", State.ADVICE: "?", State.PROBLEM: "!"}


def render_checkup(found: Sequence[Check], *, width: int = WIDTH, colour: bool = False) -> str:
    """One line for each thing looked at, and how many are wrong."""
    paint = painter(colour)
    lines = tuple(Line(_SYMBOLS[each.state], each.said, columns=(each.state, each.name)) for each in found)
    rows = section_lines(Section("Checkup", lines, Tone.QUIET), width, paint)
    wrong = sum(each.state is State.PROBLEM for each in found)
    total = f"{wording.counted(len(found), 'check')}, {wording.counted(wrong, 'problem')}"
    rows += [paint("bold", row) for row in flow("", (total,), width, 2)]
    return "\n".join(rows) + "\n"
