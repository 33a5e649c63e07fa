"""Renders what services lack: what of it concerns which service, and once for each language what adds it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from daemon.report import wording
from daemon.report.lines import Line, Note, Section, Tone
from daemon.report.remedies import remedy
from daemon.report.text import WIDTH, flow, painter, section_lines
from daemon.values.lacking import Lack, ServiceLacks

_MEANING = {
    Lack.STATEMENTS: "database calls without their text: no tables and columns, so no data classes",
    Lack.CLIENT_SPANS: "operations without any call of their own: paths end there",
    Lack.PEER_ADDRESS: "database calls without an address: they cannot be joined to a database of the inventory",
    Lack.SAMPLED: "only some traces are sent: rare flows are seen late",
    Lack.RESOURCE: "nothing says what it runs on: no region, no workload, no exposure by a load balancer",
    Lack.ENVIRONMENT: "no environment: all of them are counted as one",
    Lack.NAME: "no name: all of them are counted as one service",
}


def render_lacking(found: Sequence[ServiceLacks], *, width: int = WIDTH, colour: bool = False) -> str:
    """What is lacking, the services that lack it, and the setting that adds it."""
    paint = painter(colour)
    rows: list[str] = []
    for lack in Lack:
        lines = _lines(lack, [each for each in found if lack in each.lacks])
        if lines:
            title = f"Without {lack}" if lack is not Lack.SAMPLED else "Sampled"
            rows += section_lines(Section(f"{title}: {_MEANING[lack]}", lines, Tone.WARNING), width, paint)
    complete = [each for each in found if not each.lacks]
    if complete:
        names = wording.listed(f"{each.name.removeprefix('/')} ({each.environment})" for each in complete)
        rows += section_lines(Section("Nothing is lacking", (Line("*", names),), Tone.QUIET), width, paint)
    total = wording.counted(len(found), "service") + f" heard, {len(complete)} of them without a lack"
    rows += [
        paint("bold", row) for row in flow("", (total if found else "no service was heard yet",), width, 2)
    ]
    return "\n".join(rows) + "\n"


def _lines(lack: Lack, lacking: Sequence[ServiceLacks]) -> tuple[Line, ...]:
    by_language: dict[str, list[ServiceLacks]] = defaultdict(list)
    for each in lacking:
        by_language[each.language].append(each)
    return tuple(
        Line(
            "?",
            wording.listed(_named(lack, each) for each in of),
            columns=(language or "any language",),
            notes=((Note(remedy(lack, language), "add"),),),
        )
        for language, of in sorted(by_language.items())
    )


def _named(lack: Lack, each: ServiceLacks) -> str:
    rate = f", 1 in {each.sampled}" if lack is Lack.SAMPLED else ""
    return f"{each.name.removeprefix('/')} ({each.environment}{rate})"
