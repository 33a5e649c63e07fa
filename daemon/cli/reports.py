"""Prints reports to a stream, as text, HTML or JSON."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import TextIO

from daemon.cli.terminal import in_colour, width_of
from daemon.report.coverage import render_coverage, render_coverage_json
from daemon.report.html import render_html
from daemon.report.json import render_json, render_paths_json
from daemon.report.paths import render_paths
from daemon.report.text import render_text
from daemon.values.drift import Drift, GapLine, PathChange, SnapshotHead
from daemon.values.path import Sight


class Format(StrEnum):
    """How a report is printed."""

    TEXT = "text"
    HTML = "html"
    JSON = "json"


def print_drift(drift: Drift, format: Format = Format.TEXT, stream: TextIO | None = None) -> None:
    """`driftline diff` and `driftline report`."""
    out = stream or sys.stdout
    match format:
        case Format.TEXT:
            out.write(render_text(drift, width=width_of(out), colour=in_colour(out)))
        case Format.HTML:
            out.write(render_html(drift))
        case Format.JSON:
            out.write(render_json(drift))


def print_paths(
    paths: Sequence[PathChange],
    *,
    now: datetime,
    new: bool = False,
    json: bool = False,
    limit: int | None = None,
    stream: TextIO | None = None,
) -> None:
    """`driftline paths`: standing paths or, with `new`, those of a comparison; `limit`: at most so many."""
    out = stream or sys.stdout
    if json:
        out.write(render_paths_json(paths[:limit], max(len(paths) - (limit or len(paths)), 0)))
        return
    width, colour = width_of(out), in_colour(out)
    out.write(render_paths(paths, now=now, width=width, colour=colour, new=new, limit=limit))


def print_coverage(
    after: SnapshotHead,
    sight: Sight,
    gaps: Sequence[GapLine],
    *,
    json: bool = False,
    stream: TextIO | None = None,
) -> None:
    """`driftline coverage`."""
    out = stream or sys.stdout
    if json:
        out.write(render_coverage_json(after, sight, gaps))
    else:
        out.write(render_coverage(after, sight, gaps, width=width_of(out), colour=in_colour(out)))
