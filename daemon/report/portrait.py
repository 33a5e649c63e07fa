"""Renders for `driftline resource show` everything kept of one resource."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from collectors.model import Json
from daemon.report import json, wording
from daemon.report.attributes import attribute_lines, one_line
from daemon.report.lines import Section, path_line
from daemon.report.safe_text import safe_text
from daemon.report.text import WIDTH, flow, painter, section_lines
from daemon.values.drift import PathChange
from daemon.values.finding import Finding
from daemon.values.lifetime import Point
from daemon.values.portrait import Portrait, Presence, Tie

SHOWN = 20
"""How many relations of one verb, paths and findings are printed; the others are counted."""

_ANSWERED = ("listed", "sighted", "not due")


def render_portrait(
    portrait: Portrait,
    paths: Sequence[PathChange],
    *,
    now: datetime,
    width: int = WIDTH,
    colour: bool = False,
) -> str:
    """Name and urn, what it is, who shows it, then attributes, relations, paths and findings where there are any.

    `paths`: the portrait's data paths as a report groups them.
    """
    paint = painter(colour)
    one = portrait.resource
    rows = [paint("bold", row) for row in flow("", (one.name or "(no name)", one.type), width, 2)]
    rows.append(safe_text(one.urn))
    as_of = f"as of snapshot {portrait.at.number} ({wording.moment(portrait.at.time)})"
    rows += flow("", (as_of,), width, 2)
    if portrait.gone:
        gone = f"gone: {point(portrait.gone)} and those after it do not show it; this is the last that did"
        rows += [paint("-", row) for row in flow("", (gone,), width, 2)]
    rows += attribute_lines(_summary(portrait), width)
    for title, below in _parts(portrait, paths, now, width, colour):
        if below:
            rows += ["", paint("bold", title), *below]
    return "\n".join(rows) + "\n"


def render_portrait_json(portrait: Portrait) -> str:
    """The same, whole, as a document."""
    one = portrait.resource
    return json.document(
        "resource",
        {
            "snapshot": portrait.at,
            "urn": one.urn,
            "type": one.type,
            "name": one.name,
            "role": one.role.value,
            "scope": one.scope,
            "public": one.public,
            "tags": one.tags,
            "aliases": [str(alias) for alias in one.aliases],
            "namespaces": one.namespaces,
            "attributes": one.attributes,
            "first": portrait.first,
            "versions": portrait.versions,
            "presences": portrait.presences,
            "relations_out": [_tie_values(tie) for tie in portrait.outgoing],
            "relations_in": [_tie_values(tie) for tie in portrait.incoming],
            "data_paths": portrait.paths,
            "findings": portrait.findings,
            "gone": portrait.gone,
        },
    )


def point(at: Point) -> str:
    """`snapshot 7 (2026-11-22 06:00Z)`."""
    return f"snapshot {at.snapshot} ({wording.moment(at.time)})"


def _summary(portrait: Portrait) -> dict[str, Json]:
    one, speaking = portrait.resource, portrait.presences[0]
    first = f"first in {point(portrait.first)}" if portrait.first != speaking.since else ""
    return {
        "role": one.role.value,
        "scope": str(one.scope),
        "public": "its type cannot say" if one.public is None else one.public,
        "since": wording.joined(", ", f"{point(speaking.since)}, {_origin(speaking)}", first),
        "versions": portrait.versions,
        "aliases": [str(alias) for alias in one.aliases],
        "namespaces": [*one.namespaces],
    }


def _parts(
    portrait: Portrait, paths: Sequence[PathChange], now: datetime, width: int, colour: bool
) -> Iterator[tuple[str, list[str]]]:
    one = portrait.resource
    paint = painter(colour)
    yield "shown by", [row for each in portrait.presences for row in _presence(each, width, colour)]
    yield "tags", attribute_lines({**one.tags}, width)
    yield "attributes", attribute_lines(one.attributes, width)
    yield _counted("relations out", portrait.outgoing), _ties(portrait.outgoing, width, outward=True)
    yield _counted("relations in", portrait.incoming), _ties(portrait.incoming, width, outward=False)
    lines = tuple(path_line(path, "*", now) for path in paths[:SHOWN])
    told = section_lines(Section("", lines), width, paint)[1:]
    yield _counted("data paths", paths), told + _more(len(paths))
    found = [row for each in portrait.findings[:SHOWN] for row in _finding(each, width)]
    yield _counted("findings", portrait.findings), found + _more(len(portrait.findings))


def _presence(one: Presence, width: int, colour: bool) -> list[str]:
    confirmed = f"last confirmed {wording.moment(one.confirmed)}" if one.confirmed else "never listed whole"
    if one.absent:
        times = wording.counted(one.absent, "listing")
        confirmed += f"; the last {times} lacked it, which is not yet enough to call it removed"
    if one.state in _ANSWERED:
        return flow("  ", (str(one.extent), one.state, confirmed), width, 4)
    detail = one.detail if one.detail.startswith(one.state) else wording.joined(": ", one.state, one.detail)
    rows = flow("  ", (str(one.extent), f"unobserved since {point(one.state_since)}", confirmed), width, 4)
    paint = painter(colour)
    return [paint("?", row) for row in (*rows, *flow("    ", (detail,), width, 4))]


def _ties(ties: Sequence[Tie], width: int, *, outward: bool) -> list[str]:
    rows: list[str] = []
    verbs = dict.fromkeys(tie.relation.verb for tie in ties)
    for verb in verbs:
        alike = [tie for tie in ties if tie.relation.verb == verb]
        rows += flow("  ", (verb.replace("_", " "),), width, 4)
        for tie in alike[:SHOWN]:
            rows.append("    " + safe_text(_target(tie) if outward else tie.relation.source))
            rows += [row for row in flow("      ", _known(tie, outward=outward), width, 6) if row]
        rows += _more(len(alike), "    ")
    return rows


def _target(tie: Tie) -> str:
    """The urn, or the name as people write it: without the namespace that it is looked up in. Never broken in two."""
    resolved = tie.binding is None or bool(tie.binding.urn)
    return tie.target if resolved else tie.target.split("|", 2)[-1]


def _known(tie: Tie, *, outward: bool) -> Iterator[str]:
    """What a line says beside the other end."""
    binding, relation = tie.binding, tie.relation
    if binding and (binding.urn or not outward):
        yield f"by the name {binding.alias.split('|', 2)[-1]}"
    elif binding:
        state = binding.state.value.replace("_", " ")
        told = f" between {', '.join(binding.candidates)}" if binding.candidates else ""
        yield wording.joined(": ", state + told, binding.reason)
    for name, value in relation.attributes.items():
        if value not in (None, [], {}, "", False):
            words = (
                wording.evidence(value) if name == "evidence" and isinstance(value, str) else one_line(value)
            )
            yield f"{name}: {words}"
    if relation.seen:
        first, last = (_time(each) for each in (relation.seen.first, relation.seen.last))
        yield f"seen {wording.counted(relation.seen.count, 'time')}, {first} to {last}"


def _time(seconds: float) -> str:
    return wording.moment(datetime.fromtimestamp(seconds, UTC))


def _finding(one: Finding, width: int) -> list[str]:
    mended = f"fixed in {', '.join(one.fixed)}" if one.fixed else "no fixed version known"
    what = f"{one.identity.advisory}, {one.severity}"
    rows = flow("  ", (f"{one.component} {one.version}", what, mended), width, 4)
    return rows + flow("    ", (f"image: {wording.image(one.image)}", one.summary), width, 4)


def _tie_values(tie: Tie) -> dict[str, object]:
    relation, binding = tie.relation, tie.binding
    return {
        "source": relation.source,
        "verb": relation.verb,
        "target": tie.target,
        "raw_target": str(relation.target),
        "binding": binding.state.value if binding else None,
        "candidates": binding.candidates if binding else (),
        "reason": binding.reason if binding else "",
        "attributes": relation.attributes,
        "first_seen": datetime.fromtimestamp(relation.seen.first, UTC) if relation.seen else None,
        "last_seen": datetime.fromtimestamp(relation.seen.last, UTC) if relation.seen else None,
        "times": relation.seen.count if relation.seen else None,
    }


def _origin(one: Presence) -> str:
    return one.origin.value.replace("_", " ")


def _counted(title: str, what: Sequence[object]) -> str:
    return f"{title} ({len(what):,})"


def _more(total: int, indent: str = "  ") -> list[str]:
    return [f"{indent}… and {total - SHOWN:,} more; --json has them all"] if total > SHOWN else []
