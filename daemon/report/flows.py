"""Renders flows for `driftline flows`: who does what to whom, with which columns and classes, and since when."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from itertools import groupby

from daemon.report import wording
from daemon.report.lines import Line, Note, Section, Tone
from daemon.report.text import WIDTH, flow, painter, section_lines
from daemon.values.flow import Flow


def render_flows(
    flows: Sequence[Flow],
    *,
    width: int = WIDTH,
    colour: bool = False,
    new: bool = False,
    total: int | None = None,
) -> str:
    """Flows by environment, and how many there are. `new`: they are those of a comparison.

    `total`: how many there are, if these are not all of them.
    """
    every = len(flows) if total is None else total
    paint = painter(colour)
    rows: list[str] = []
    kind = "new flow" if new else "flow"
    for environment, chosen in groupby(sorted(flows, key=_order), key=lambda each: each.environment):
        title = f"{'New flows' if new else 'Flows'} in {environment or 'no environment'}"
        lines = tuple(_line(each, "+" if new else "*") for each in chosen)
        rows += section_lines(Section(title, lines, Tone.QUIET), width, paint)
    if every > len(flows):
        said = f"the first {len(flows):,} are listed: `--limit` lists more, `--source`, `--target` or `--class` fewer"
        rows += flow("", (said,), width, 2)
    counted = wording.counted(every, kind) if flows else f"no {kind}s"
    rows += [paint("bold", row) for row in flow("", (counted,), width, 2)]
    return "\n".join(rows) + "\n"


def _order(each: Flow) -> tuple[str, str, str, str]:
    return each.environment, each.source, each.verb, each.target


def _line(each: Flow, symbol: str) -> Line:
    carried = f"({', '.join(each.columns)})" if each.columns else ""
    seen = [Note(wording.evidence(each.evidence), "evidence")] if each.evidence else []
    if each.first_seen and each.last_seen:
        when = wording.seen(*map(datetime.fromisoformat, (each.first_seen, each.last_seen)))
        seen.append(Note(f"{when}, {wording.counted(each.times, 'time')} at least"))
    notes = [tuple(seen)] if seen else []
    if each.binding:
        peers = f": {', '.join(wording.name(peer) for peer in each.peers)}" if each.peers else ""
        notes.append((Note(f"{each.binding_reason}{peers}", each.binding.replace("_", " ")),))
    return Line(
        symbol=symbol,
        text=f"{wording.end(each.source)} {each.verb.replace('_', ' ')} {wording.end(each.target)}{carried}",
        labels=each.classes,
        notes=tuple(notes),
    )
