"""Prints reports to a stream: decides colour and width by what the stream is."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import TextIO

from daemon.report.coverage import render_coverage, render_coverage_json
from daemon.report.html import render_html
from daemon.report.json import render_json, render_paths_json
from daemon.report.paths import render_paths
from daemon.report.text import WIDTH, render_text
from daemon.values.drift import Drift, GapLine, PathChange, SnapshotHead
from daemon.values.path import Sight

NARROWEST, WIDEST = 60, 140


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
    stream: TextIO | None = None,
) -> None:
    """`driftline paths`: standing paths or, with `new`, those of a comparison."""
    out = stream or sys.stdout
    if json:
        out.write(render_paths_json(paths))
    else:
        out.write(render_paths(paths, now=now, width=width_of(out), colour=in_colour(out), new=new))


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


def in_colour(stream: TextIO, environment: Mapping[str, str] = os.environ) -> bool:
    """Colour only on a terminal that can show it, and never with `NO_COLOR` (https://no-color.org)."""
    return stream.isatty() and not environment.get("NO_COLOR") and environment.get("TERM") != "dumb"


def width_of(stream: TextIO) -> int:
    """The terminal's width within reason; the same for every file and pipe."""
    if not stream.isatty():
        return WIDTH
    return max(NARROWEST, min(shutil.get_terminal_size((WIDTH, 24)).columns, WIDEST))
