"""Renders operations for `driftline operations`: what is seen, what is declared, and what is only one of both."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from itertools import groupby

from daemon.report import wording
from daemon.report.lines import Line, Note, Section, Tone
from daemon.report.text import WIDTH, flow, painter, section_lines
from daemon.values.operation import OperationSheet

_INGRESS = "ingress://"
_NONE = "none is declared; [[declared]] in the settings names the documents that declare them"


def render_operations(
    sheets: Sequence[OperationSheet], *, width: int = WIDTH, colour: bool = False, declares: bool = True
) -> str:
    """Operations by service, and how many there are of each kind. `declares`: some service declares any."""
    paint = painter(colour)
    rows: list[str] = []
    for (environment, service), chosen in groupby(sheets, key=lambda each: (each.environment, each.service)):
        where = f" in {environment}" if environment else ""
        lines = tuple(map(_line, chosen))
        title = f"{wording.name(service).removeprefix('/') or 'unknown service'}{where}"
        if service.startswith(_INGRESS):
            title = f"Ingress {title} leads to backends that nothing heard is known to be"
        rows += section_lines(Section(title, lines, Tone.QUIET), width, paint)
    total = wording.counted(len(sheets), "operation") if sheets else "no operations"
    undeclared, unseen = sum(each.undeclared for each in sheets), sum(each.unseen for each in sheets)
    kinds = f"{undeclared:,} seen and not declared, {unseen:,} declared and not seen" if declares else _NONE
    rows += [paint("bold", row) for row in flow("", (f"{total}: {kinds}",), width, 2)]
    return "\n".join(rows) + "\n"


def _line(sheet: OperationSheet) -> Line:
    shadow = sheet.undeclared and sheet.public
    if sheet.undeclared:
        said = "seen, not declared (shadow API)" if shadow else "seen, not declared"
    elif sheet.unseen:
        said = "declared, not seen"
    else:
        said = _declared(sheet)
    notes = []
    if sheet.first_seen:
        notes.append(Note(wording.seen(*map(datetime.fromisoformat, (sheet.first_seen, sheet.last_seen)))))
    if sheet.returns:
        notes.append(Note(wording.clipped(wording.listed(sheet.returns), 300), "declared answer"))
    return Line(
        symbol="!" if shadow else "+" if sheet.undeclared else "?" if sheet.unseen else "*",
        text=said,
        columns=(sheet.name,),
        labels=("public",) if sheet.public else (),
        notes=(tuple(notes),) if notes else (),
    )


def _declared(sheet: OperationSheet) -> str:
    """`declared`; of what only lies below a path that an ingress lets in: `let in by shop/front`."""
    fronts = [each.partition(" ")[0] for each in sheet.declared if each.startswith(_INGRESS)]
    if len(fronts) < len(sheet.declared):
        return "declared"
    return f"let in by {wording.listed(sorted({*map(wording.name, fronts)}))}" if fronts else ""
