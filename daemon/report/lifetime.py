"""Renders for `driftline resource history` what happened to one resource."""

from __future__ import annotations

from collections.abc import Sequence

from collectors.model import Json
from daemon.report import json, wording
from daemon.report.attributes import attribute_lines, one_line
from daemon.report.portrait import point
from daemon.report.safe_text import safe_text
from daemon.report.text import WIDTH, flow, painter
from daemon.values.drift import FieldChange
from daemon.values.lifetime import Event, Stage

_TOLD: dict[Event, tuple[str, str]] = {
    Event.BASELINE: ("*", "baseline: in the first listing of {extent}, which does not say that it was new"),
    Event.ADDED: ("+", "added: listed by {extent}, absent from the listing before"),
    Event.ALTERED: ("~", "altered"),
    Event.RESTATED: ("=", "restated: our rules changed, the resource did not"),
    Event.NEWLY_VISIBLE: ("*", "newly visible: seen while its environment warms up"),
    Event.ALSO_SHOWN: ("*", "shown by {extent} too, beside another extent"),
    Event.NO_LONGER_SHOWN: ("*", "no longer shown by {extent}, still by another extent"),
    Event.REMOVED: ("-", "removed: absent from a complete listing of {extent}"),
    Event.RETIRED: ("*", "retired: the settings no longer ask for {extent}"),
    Event.UNOBSERVED: ("?", "unobserved, kept as it was: {extent}"),
}


def render_lifetime(
    urn: str, type: str, stages: Sequence[Stage], *, width: int = WIDTH, colour: bool = False
) -> str:
    """The urn, then every stage as given, each with the fields that differ."""
    paint = painter(colour)
    rows = [paint("bold", safe_text(urn))]  # never broken in two: it is copied into the next command
    rows += flow("", (type, wording.counted(len(stages), "entry", "entries") + ", newest first"), width, 2)
    several = len({stage.extent for stage in stages}) > 1
    for stage in stages:
        symbol, words = _TOLD[stage.event]
        told = words.format(extent=stage.extent)
        if several and "{extent}" not in words:
            told += f", as {stage.extent} shows it"
        line = flow(f"{symbol} ", (point(stage.at), told), width, 4)
        rows += ["", paint(symbol, line[0]), *(paint(symbol, row) for row in line[1:])]
        if stage.event is Event.UNOBSERVED:
            until = f"until {point(stage.until)}" if stage.until else "to this day"
            rows += flow("    ", (until, stage.detail), width, 6)
        for field in stage.fields:
            rows += _field(field, width)
        if stage.event in (Event.ALTERED, Event.RESTATED) and not stage.fields:
            rows += flow("    ", ("nothing that differs in meaning",), width, 6)
    return "\n".join(rows) + "\n"


def render_lifetime_json(urn: str, type: str, stages: Sequence[Stage]) -> str:
    """The same as a document."""
    return json.document("resource_history", {"urn": urn, "type": type, "stages": stages})


def _field(field: FieldChange, width: int) -> list[str]:
    """`Runtime  python3.11 -> python3.13` if it fits, else before and after below the name."""
    path = f"tag {field.path.removeprefix('tags.')}" if field.path.startswith("tags.") else field.path
    before, after = one_line(field.before), one_line(field.after)
    if isinstance(field.before, dict | list) or isinstance(field.after, dict | list):
        return (
            flow("    ", (path,), width, 6) + _side("-", field.before, width) + _side("+", field.after, width)
        )
    told = f"{before} -> {after}"
    if field.before is None or field.after is None:
        told = f"+ {after}" if field.before is None else f"- {before}"
    line = f"    {safe_text(path)}  {safe_text(told)}"
    if len(line) <= width:
        return [line]
    return flow("    ", (path,), width, 6) + _side("-", field.before, width) + _side("+", field.after, width)


def _side(mark: str, value: Json, width: int) -> list[str]:
    if value is None:
        return []
    if isinstance(value, dict):
        told = attribute_lines(value, width, 8)
        return [f"      {mark} {row.lstrip()}" if at == 0 else row for at, row in enumerate(told)]
    return flow(f"      {mark} ", (one_line(value),), width, 8)
