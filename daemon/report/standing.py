"""What a baseline says: standing facts instead of changes."""

from __future__ import annotations

from datetime import datetime

from daemon.report import wording
from daemon.report.lines import Line, Section, Tone, path_line
from daemon.values.drift import Drift, PathChange, Standing


def standing_sections(standing: Standing, now: datetime) -> tuple[Section, ...]:
    """Paths first, then borders, third parties, blind areas and what there is."""
    return (
        Section("Paths from the internet to personal data", _paths(standing.paths, now), Tone.ALARM),
        Section("Personal data across borders", _paths(standing.borders, now), Tone.ALARM),
        Section("Third parties", tuple(Line("*", party) for party in standing.third_parties)),
        Section(
            "Personal data inside telemetry", tuple(Line("!", met) for met in standing.leaks), Tone.ALARM
        ),
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


def _paths(changes: tuple[PathChange, ...], now: datetime) -> tuple[Line, ...]:
    return tuple(path_line(change, "*", now) for change in changes)
