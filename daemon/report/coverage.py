"""Renders for `driftline coverage` what was listed and what could not be, and why."""

from __future__ import annotations

from collections.abc import Sequence

from daemon.report import json, wording
from daemon.report.outline import gap_section, head, sight
from daemon.report.text import WIDTH, flow, painter, section_lines
from daemon.values.drift import GapLine, SnapshotHead
from daemon.values.path import Sight


def render_coverage(
    after: SnapshotHead, seen: Sight, gaps: Sequence[GapLine], *, width: int = WIDTH, colour: bool = False
) -> str:
    """The head of a report, the extents that were not observed, and their count."""
    paint = painter(colour)
    named, *others = head(None, after)
    rows = flow("", (named.removesuffix(" (baseline)"), *others), width, 2)
    rows = [paint("bold", row) for row in rows] + flow("", (sight(seen),), width, 2)
    section = gap_section(tuple(gaps))
    if section.lines:
        rows += section_lines(section, width, paint)
    missing = wording.counted(after.extents - after.listed, "extent")
    rows.append(paint("bold", f"{after.listed:,} of {after.extents:,} listed, {missing} not observed"))
    return "\n".join(rows) + "\n"


def render_coverage_json(after: SnapshotHead, seen: Sight, gaps: Sequence[GapLine]) -> str:
    """The same, whole, as a document."""
    return json.document("coverage", {"snapshot": after, "sight": seen, "gaps": tuple(gaps)})
