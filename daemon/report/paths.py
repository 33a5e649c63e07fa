"""Renders standing data paths as a table for `driftline paths`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from daemon.report import wording
from daemon.report.lines import Section, Tone, path_line
from daemon.report.text import WIDTH, flow, painter, section_lines
from daemon.values.drift import PathChange

_COUNTED = {"internet": "from the internet", "internal": "from inside"}
_EXPOSURES = {
    "internet": "Paths from the internet to personal data",
    "internal": "Paths from inside to personal data",
}


def render_paths(
    paths: Sequence[PathChange], *, now: datetime, width: int = WIDTH, colour: bool = False, new: bool = False
) -> str:
    """Paths by exposure, and how many there are. `now`: times of that day are said without the date.

    `new`: they are the paths of a comparison, and are marked as in its report.
    """
    paint = painter(colour)
    rows: list[str] = []
    counts: list[str] = []
    for exposure in sorted({_exposure(path) for path in paths}, key=lambda word: (word != "internet", word)):
        chosen = [path for path in paths if _exposure(path) == exposure]
        title = _EXPOSURES.get(exposure, f"Paths to personal data: {exposure}")
        lines = tuple(path_line(path, "!" if new else "*", now) for path in chosen)
        rows += section_lines(Section(title, lines, Tone.ALARM), width, paint)
        counts.append(f"{len(chosen):,} {_COUNTED.get(exposure, exposure)}")
    kind = "new path" if new else "path"
    total = wording.counted(len(paths), kind) if paths else f"no {kind}s"
    foot = f"{total} to personal data" + (f": {', '.join(counts)}" if counts else "")
    rows += [paint("bold", row) for row in flow("", (foot,), width, 2)]
    if paths:
        rows += flow("", ("`driftline explain ID` says what supports one",), width, 2)
    return "\n".join(rows) + "\n"


def _exposure(change: PathChange) -> str:
    return change.paths[0].exposure
