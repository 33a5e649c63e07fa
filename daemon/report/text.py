"""Renders reports for terminals and the text part of mails."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterable, Sequence

from daemon.report.lines import Line, Section
from daemon.report.outline import Outline, left_out, outline, shorten
from daemon.report.safe_text import safe_text
from daemon.values.drift import Drift

WIDTH = 100
GAP = "   "

_CODES = {
    "!": "1;31",
    "+": "32",
    "~": "33",
    "-": "31",
    "?": "35",
    "=": "34",
    "*": "36",
    "dim": "2",
    "border": "33",
    "bold": "1",
}
_INDENT, _NOTE_INDENT, _HANG = 4, 6, 8


def render_text(drift: Drift, *, width: int = WIDTH, colour: bool = False, limit: int | None = None) -> str:
    """The whole report, ending in a newline. `limit`: lines at most; what is left out is counted."""
    whole = outline(drift)
    return text_of(whole if limit is None else shorten(whole, limit), width=width, colour=colour)


def text_of(report: Outline, *, width: int = WIDTH, colour: bool = False) -> str:
    """An outline as text."""
    paint = painter(colour)
    lines = [paint("bold", line) for line in flow("", report.head, width, 2)]
    lines += flow("", (report.sight,), width, 2)
    for section in report.sections:
        lines += section_lines(section, width, paint)
    if report.left_out:
        lines += flow("", (left_out(report),), width, 2)
    for ignored in report.ignored:
        lines += flow("", (ignored,), width, 2)
    lines += [paint("bold", line) for line in flow("", (report.foot,), width, 2)]
    return "\n".join(lines) + "\n"


def section_lines(section: Section, width: int, paint: Callable[[str, str], str]) -> list[str]:
    """The heading, its lines in columns, and what holds for all of them."""
    lines = [paint("bold", line) for line in flow("", (section.title,), width, 2)]
    widths = _column_widths(section.lines, width)
    for line in section.lines:
        lines += _line(line, widths, width, paint)
    for note in section.notes:
        lines += [paint("dim", row) for row in flow(" " * _INDENT, (str(note),), width, _HANG)]
    return lines


def flow(lead: str, parts: Iterable[str], width: int, hang: int, *, begun: bool = False) -> list[str]:
    """Parts in lines of `width`, three spaces apart, broken between parts first, then between words.

    `lead` begins the first line and `hang` indents the others; `begun` if `lead` is itself a part.
    Parts are made safe here; nothing is cut.
    """
    lines: list[str] = []
    current = lead
    for part in parts:
        safe = safe_text(part)
        start = current + GAP if begun else current
        if len(start) + len(safe) <= width:
            current = start + safe
        elif begun and hang + len(safe) <= width:
            lines.append(current.rstrip())
            current = " " * hang + safe
        else:
            if begun and len(start) > width // 2:
                lines.append(current.rstrip())
                start = " " * hang
            *full, current = textwrap.wrap(
                safe,
                width,
                initial_indent=start,
                subsequent_indent=" " * hang,
                break_on_hyphens=False,
            ) or [start.rstrip()]
            lines += full
        begun = True
    return [*lines, current.rstrip()]


def _line(line: Line, widths: Sequence[int], width: int, paint: Callable[[str, str], str]) -> list[str]:
    id = f"[{safe_text(line.id)}]" if line.id else ""
    id_fits = len(id) <= width // 3
    room = width - len(id) - 2 if id and id_fits else width
    lead = f"  {safe_text(line.symbol)} "
    parts = tuple(part for part in (line.text, ", ".join(line.labels)) if part)
    rows = flow(lead, parts, room, _HANG) if not line.columns else _columned(lead, line, parts, widths, room)
    if id and id_fits:
        rows[0] = rows[0].ljust(width - len(id)) + paint("dim", id)
    elif id:
        rows += flow(" " * _NOTE_INDENT, (id,), width, _HANG)
    rows[0] = "  " + paint(line.symbol, rows[0][2:3]) + rows[0][3:]
    for note in line.notes:
        loudness = "border" if any(said.label == "border" for said in note) else "dim"
        rows += [paint(loudness, row) for row in flow(" " * _NOTE_INDENT, map(str, note), width, _HANG)]
    return rows


def _columned(lead: str, line: Line, parts: Sequence[str], widths: Sequence[int], width: int) -> list[str]:
    """Cells under those of other lines, the last one over all columns that remain, then the other parts."""
    *first, last = (safe_text(cell) for cell in line.columns)
    start = lead + "".join(cell.ljust(size) + "  " for cell, size in zip(first, widths, strict=False))
    rest = widths[len(first) :]
    row = start + last.ljust(sum(rest) + 2 * (len(rest) - 1))
    if len(row) <= width:
        return flow(row, parts, width, _HANG, begun=True)
    if len(start) <= width // 2:
        return flow(start, (last, *parts), width, _HANG)
    return flow(lead, ("  ".join(line.columns), *parts), width, _HANG)


def _column_widths(lines: Iterable[Line], width: int) -> tuple[int, ...]:
    """How wide each column is: its longest cell, but never over three tenths of the line."""
    widths: list[int] = []
    for line in lines:
        for at, cell in enumerate(line.columns if line.count == 1 else ()):
            widths += [0] * (at + 1 - len(widths))
            size = len(safe_text(cell))
            widths[at] = max(widths[at], size if size <= width * 3 // 10 else 0)
    return tuple(widths) or (0,)


def painter(colour: bool) -> Callable[[str, str], str]:
    """What colours a string by what it is: a symbol, `dim` or `bold`. Without colour, it changes nothing."""
    if not colour:
        return lambda _, text: text
    return lambda what, text: f"\x1b[{_CODES[what]}m{text}\x1b[0m" if what in _CODES else text
