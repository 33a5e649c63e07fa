"""Renders services for `driftline services`: one line each, and below it what it touches."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby

from daemon.report import wording
from daemon.report.lines import Line, Note, Section, Tone
from daemon.report.text import WIDTH, flow, painter, section_lines
from daemon.values.service import ServiceSheet, TableUse


def render_services(sheets: Sequence[ServiceSheet], *, width: int = WIDTH, colour: bool = False) -> str:
    """Services by environment, and how many there are."""
    paint = painter(colour)
    rows: list[str] = []
    for environment, chosen in groupby(sorted(sheets, key=_order), key=lambda sheet: sheet.environment):
        lines = tuple(_line(sheet) for sheet in chosen)
        rows += section_lines(Section(f"Services in {environment}", lines, Tone.QUIET), width, paint)
    total = wording.counted(len(sheets), "service") if sheets else "no services"
    rows += [paint("bold", row) for row in flow("", (total,), width, 2)]
    return "\n".join(rows) + "\n"


def _order(sheet: ServiceSheet) -> tuple[str, str]:
    return sheet.environment, sheet.urn


def _line(sheet: ServiceSheet) -> Line:
    said = (
        sheet.language or "language unknown",
        wording.listed(sheet.regions) or "region unknown",
        wording.counted(sheet.operations, "operation"),
    )
    personal = sorted({each for use in sheet.tables for each in use.classes})
    seen = (
        (Note(wording.seen(sheet.first_seen, sheet.last_seen)),)
        if sheet.first_seen and sheet.last_seen
        else ()
    )
    notes = (
        seen,
        _notes("runs on", map(wording.workload, sheet.runs_on)),
        _notes("calls", map(wording.service, sheet.calls)),
        _notes("reads", (_table(use) for use in sheet.tables if use.reads)),
        _notes("writes", (_table(use) for use in sheet.tables if use.writes)),
        _notes("sends to third parties", map(wording.name, sheet.third_parties)),
        _notes("personal data", personal),
    )
    return Line(
        symbol="!" if sheet.public else "*",
        text="   ".join(said),
        columns=(sheet.name.removeprefix("/"),),
        labels=("public",) if sheet.public else (),
        notes=tuple(note for note in notes if note),
    )


def _table(use: TableUse) -> str:
    return f"{wording.name(use.table)} ({', '.join(use.classes)})" if use.classes else wording.name(use.table)


def _notes(label: str, words: Iterable[str]) -> tuple[Note, ...]:
    said = wording.listed(words)
    return (Note(said, label),) if said else ()
