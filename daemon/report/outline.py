"""Owns the order of a report, the same for text and HTML: a drift as sections of lines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from collectors.model import Extent
from daemon.report import wording
from daemon.report.lines import (
    Line,
    Note,
    Section,
    Tone,
    change_section,
    finding_line,
    gap_line,
    group_section,
    path_lines,
)
from daemon.report.standing import SHOWN, baseline_foot, more, standing_sections
from daemon.values.drift import Drift, GapAge, GapLine, SnapshotHead
from daemon.values.path import Sight


@dataclass(frozen=True, slots=True)
class Outline:
    """A report before it has a form.

    `left_out`: lines that `shorten` took away. `command`: prints all of them.
    """

    head: tuple[str, ...]
    sight: str
    sections: tuple[Section, ...]
    foot: str
    ignored: tuple[str, ...] = ()
    left_out: int = 0
    command: str = ""


def outline(drift: Drift) -> Outline:
    """Everything a report says, most urgent first. A section without lines is left out."""
    now = drift.after.time
    standing = drift.standing
    sections = (
        Section(
            "New paths to personal data",
            path_lines(drift.new_paths, "!", now),
            Tone.ALARM,
        ),
        Section(
            "Altered paths to personal data",
            path_lines(drift.altered_paths, "~", now),
        ),
        Section("Gone paths to personal data", path_lines(drift.gone_paths, "-", now)),
        Section(
            "Libraries with known vulnerabilities",
            tuple(finding_line(change) for change in drift.findings),
            Tone.ALARM,
        ),
        change_section("Personal data inside telemetry", drift.leaks, Tone.ALARM),
        *(standing_sections(standing, now) if standing else ()),
        *(group_section(group) for group in drift.groups),
        gap_section(drift.gaps),
        Section(
            "Large removal: verify",
            tuple(_removal_line(extent) for extent in drift.large_removals),
            Tone.WARNING,
        ),
        Section(
            "Newly visible paths to personal data (first looked at, or warming up: they may be old)",
            (
                *path_lines((replace(change, why="") for change in drift.visible_paths[:SHOWN]), "*", now),
                *more(len(drift.visible_paths), "driftline paths"),
            ),
            notes=tuple(
                Note(why, "why *") for why in dict.fromkeys(each.why for each in drift.visible_paths)
            ),
        ),
        change_section(
            "Restated (our rules or our knowledge changed, not the world)", drift.restated, Tone.QUIET
        ),
        change_section("Newly visible", drift.newly_visible, Tone.QUIET),
    )
    return Outline(
        head=head(drift.before, drift.after),
        sight=sight(drift.sight),
        sections=tuple(section for section in sections if section.lines),
        foot=baseline_foot(drift, standing) if standing else wording.totals(drift.totals),
        command=f"driftline diff {drift.before.number} {drift.after.number}"
        if drift.before
        else "driftline report",
        ignored=tuple(
            f"{wording.counted(count, 'change')} ignored: {reason}" for reason, count in drift.ignored
        ),
    )


def head(before: SnapshotHead | None, after: SnapshotHead) -> tuple[str, ...]:
    """`Snapshot 41 -> 42`, the times of both, and how much was listed of what was asked for."""
    if before is None:
        named, times = f"Snapshot {after.number} (baseline)", wording.moment(after.time)
    else:
        named = f"Snapshot {before.number} -> {after.number}"
        times = f"{wording.moment(before.time)} -> {wording.moment(after.time)}"
    late = ("late: caught up after its due time",) if after.late else ()
    return (named, times, f"coverage {after.listed:,}/{after.extents:,}", *late)


def sight(sight: Sight) -> str:
    """For how much of what runs paths can be seen, and how much of it only in part."""
    parts = (
        (sight.blind, _named("workload", "without spans", sight.blind)),
        (sight.no_statements, _named("service", "without SQL text", sight.no_statements)),
        (sight.unknown_tables, _named("table", "with unknown columns", sight.unknown_tables)),
        (sight.sampled, _named("service", "sampled", sight.sampled)),
        (sight.folded, f"names beyond the limits folded together: {wording.folded(sight.folded)}"),
    )
    return "; ".join((str(sight), *(words for urns, words in parts if urns)))


def _named(noun: str, lacking: str, urns: Sequence[str]) -> str:
    """`1 workload without spans (nightly)`: who it is, while they are few; `driftline doctor traces` names all."""
    who = f" ({', '.join(wording.name(urn).removeprefix('/') for urn in urns)})" if len(urns) <= _FEW else ""
    return f"{wording.counted(len(urns), noun)} {lacking}{who}"


_FEW = 2


def gap_section(gaps: tuple[GapLine, ...]) -> Section:
    """Gaps by cause, new and healed ones first."""
    order = {GapAge.NEW: 0, GapAge.HEALED: 1, GapAge.STANDING: 2}
    lines = tuple(gap_line(gap) for gap in sorted(gaps, key=lambda gap: order[gap.age]))
    return Section("Not observed (kept, not removed)", lines, Tone.WARNING)


def shorten(whole: Outline, lines: int) -> Outline:
    """The first `lines` lines; `left_out` says how many more there are. Totals stay."""
    room = lines
    kept: list[Section] = []
    left_out = whole.left_out
    for section in whole.sections:
        shown = section.lines[:room]
        room -= len(shown)
        left_out += len(section.lines) - len(shown)
        if shown:
            kept.append(replace(section, lines=shown))
    ignored = whole.ignored[: max(room, 1)] if lines else ()
    left_out += len(whole.ignored) - len(ignored)
    return replace(whole, sections=tuple(kept), ignored=ignored, left_out=left_out)


def left_out(report: Outline) -> str:
    """How many lines are missing, and how to see them."""
    return f"... and {wording.counted(report.left_out, 'more line')}, all shown by: {report.command}"


def _removal_line(extent: Extent) -> Line:
    return Line(
        "-",
        "listed a second time and still gone: see that this was meant",
        columns=(str(extent),),
    )
