"""What a baseline says: standing facts instead of changes."""

from __future__ import annotations

from datetime import datetime

from daemon.report import wording
from daemon.report.lines import Line, Note, Section, Tone, change_section, path_line
from daemon.values.drift import Drift, PathChange, Standing

SHOWN = 50
"""How many paths a section lists: the gravest come first, and more are no report but a search."""


def standing_sections(standing: Standing, now: datetime) -> tuple[Section, ...]:
    """Paths first, the gravest of many, then borders, third parties, blind areas and what there is."""
    shown = standing.paths[:SHOWN]
    above = {each.id for each in shown}
    return (
        Section(
            "Paths from the internet to personal data",
            (
                *(path_line(each, "*", now) for each in shown),
                *more(len(standing.paths), "driftline paths --exposure internet"),
            ),
            Tone.ALARM,
        ),
        Section(
            "Personal data across borders",
            (
                *(
                    _only_borders(each) if each.id in above else path_line(each, "*", now)
                    for each in standing.borders[:SHOWN]
                ),
                *more(len(standing.borders), "driftline paths --border '*'"),
            ),
            Tone.ALARM,
        ),
        Section("Paths from inside to personal data", _inside(standing.inside)),
        Section("Third parties", tuple(Line("*", party) for party in standing.third_parties)),
        change_section("Personal data inside telemetry", standing.leaks, Tone.ALARM),
        Section("Blind areas", tuple(Line("?", area) for area in standing.blind), Tone.WARNING),
        Section(
            "Resources",
            tuple(
                Line("*", f"{number:,}", columns=(type,))
                for type, number in sorted(standing.resources.items())
            ),
            Tone.QUIET,
        ),
    )


def baseline_foot(drift: Drift, standing: Standing) -> str:
    """`Baseline: 214 resources of 31 types, 3 paths from the internet to personal data; ...`."""
    missing = drift.totals.not_observed
    resources = wording.counted(sum(standing.resources.values()), "resource")
    facts = (
        f"{resources} of {wording.counted(len(standing.resources), 'type')}",
        f"{wording.counted(len(standing.paths), 'path')} from the internet to personal data",
        f"{len(standing.borders):,} across borders",
        wording.counted(len(standing.third_parties), "third party", "third parties"),
    )
    tail = f"; {wording.counted(missing, 'extent')} not observed" if missing else ""
    return f"Baseline: {', '.join(facts)}{tail}. Later reports say what differs from this."


def _only_borders(change: PathChange) -> Line:
    """Of a path that is told above, which borders it crosses."""
    borders = dict.fromkeys(border for path in change.paths for border in path.borders)
    return Line(
        "*",
        wording.route(change.paths),
        change.id,
        notes=tuple((Note(wording.border(border), "border"),) for border in borders),
    )


def more(there: int, command: str) -> tuple[Line, ...]:
    """What stands for the paths beyond those that a section lists."""
    return (Line("*", f"and {there - SHOWN:,} more: `{command}` lists them"),) if there > SHOWN else ()


def _inside(number: int) -> tuple[Line, ...]:
    if not number:
        return ()
    named = "is 1" if number == 1 else f"are {number:,}"
    return (
        Line("*", f"there {named} that cross no border: `driftline paths --exposure internal` lists them"),
    )
