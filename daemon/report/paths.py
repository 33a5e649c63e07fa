"""Renders standing data paths for `driftline paths`: the gravest, and what all of them are of."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from daemon.report import wording
from daemon.report.lines import Line, Section, Tone, path_line
from daemon.report.text import WIDTH, flow, painter, section_lines
from daemon.values.drift import PathChange
from daemon.values.path import Direction

_COUNTED = {"internet": "from the internet", "internal": "from inside"}
_EXPOSURES = {
    "internet": "Paths from the internet to personal data",
    "internal": "Paths from inside to personal data",
}


def render_paths(
    paths: Sequence[PathChange],
    *,
    now: datetime,
    width: int = WIDTH,
    colour: bool = False,
    new: bool = False,
    limit: int | None = None,
) -> str:
    """Paths by exposure, and how many there are. `now`: times of that day are said without the date.

    `new`: they are the paths of a comparison, and are marked as in its report. `limit`: the first so many are listed,
    and what they are all of is summed up.
    """
    paint = painter(colour)
    rows: list[str] = []
    shown = paths[:limit]
    for exposure in _exposures(shown):
        chosen = [path for path in shown if _exposure(path) == exposure]
        title = _EXPOSURES.get(exposure, f"Paths to personal data: {exposure}")
        lines = tuple(path_line(path, "!" if new else "*", now) for path in chosen)
        rows += section_lines(Section(title, lines, Tone.ALARM), width, paint)
    if len(shown) < len(paths):
        rows += section_lines(_overview(paths), width, paint)
        rows += flow("", (f"the gravest {len(shown):,} are listed: `--limit` lists more",), width, 2)
    counted = Counter(map(_exposure, paths))
    counts = [f"{counted[each]:,} {_COUNTED.get(each, each)}" for each in _exposures(paths)]
    kind = "new path" if new else "path"
    total = wording.counted(len(paths), kind) if paths else f"no {kind}s"
    foot = f"{total} to personal data" + (f": {', '.join(counts)}" if counts else "")
    rows += [paint("bold", row) for row in flow("", (foot,), width, 2)]
    if paths:
        rows += flow("", ("`driftline explain ID` says what supports one",), width, 2)
    return "\n".join(rows) + "\n"


def _overview(paths: Sequence[PathChange]) -> Section:
    """Which classes, borders, services and sinks most of the paths are of: what to choose by."""
    kinds = {
        "--class": Counter(key for path in paths for key in {one.identity.data_class for one in path.paths}),
        "--border": Counter(
            key
            for path in paths
            for key in {f"{each.origin}->{each.destination}" for one in path.paths for each in one.borders}
        ),
        "--service": Counter(wording.service(path.paths[0].identity.origin) for path in paths),
        "--store": Counter(wording.name(path.paths[0].identity.sink) for path in paths if not _foreign(path)),
        "--third-party": Counter(
            wording.name(path.paths[0].identity.sink) for path in paths if _foreign(path)
        ),
    }
    lines = tuple(Line("*", _most(counts), columns=(option,)) for option, counts in kinds.items() if counts)
    return Section("All paths, by what to choose them by", lines, Tone.QUIET)


def _most(counts: Counter[str]) -> str:
    ranked = sorted(counts.items(), key=lambda each: (-each[1], each[0]))
    more = len(ranked) - _NAMED
    named = ", ".join(f"{name} ({count:,})" for name, count in ranked[:_NAMED])
    return named + (f" and {more:,} more" if more > 0 else "")


_NAMED = 6


def _foreign(path: PathChange) -> bool:
    return path.paths[0].identity.direction is Direction.SENDS


def _exposures(paths: Sequence[PathChange]) -> list[str]:
    return sorted(set(map(_exposure, paths)), key=lambda word: (word != "internet", word))


def _exposure(change: PathChange) -> str:
    return change.paths[0].exposure
