"""Renders why a data path is told: each hop with its evidence and times, and the rule behind each data class."""

from __future__ import annotations

from datetime import datetime

from daemon.report import wording
from daemon.report.lines import Line, Note, Section, Tone
from daemon.report.safe_text import safe_text
from daemon.report.text import WIDTH, flow, painter, section_lines
from daemon.values.explanation import Explanation, HopSeen
from daemon.values.path import Answer, DataPath, Direction, Hop, Tier

_TIERS = {
    Tier.OBSERVED: "observed: seen from its origin to its sink within one trace",
    Tier.POSSIBLE: "possible: each hop was seen, but not all of them in one trace",
}
_MEANING = {
    "": "the call's span names its target",
    "paired": "caller and callee each sent a span of the same call",
    "ancestor": "the nearest span above it that is of another service",
    "linked": "a span links to the other",
    "learned": "other calls, or the inventory, tell who answers at that address",
    "topic": "a message was sent there, or taken from there",
    "unattributed": "by which operation is not known",
}
_CLASS_TIERS = {
    "verdict": "a verdict of your own",
    "label": "a label given by people or by a scanner",
    "value": "a value met in passing",
    "strong": "a name that says it plainly",
    "weak": "a name that hints at it",
}


def render_explanation(told: Explanation, *, width: int = WIDTH, colour: bool = False) -> str:
    """The whole explanation, ending in a newline."""
    paint = painter(colour)
    first = told.paths[0]
    rows = [paint("bold", row) for row in flow("", (f"{told.id}   {wording.route(told.paths)}",), width, 2)]
    for section in (
        Section("Why it begins there", (_exposure(first),), Tone.ALARM),
        Section(
            "Hops",
            tuple(_hop(number, seen, told.paths) for number, seen in enumerate(told.hops, 1)),
            Tone.QUIET,
        ),
        Section("Who reads what is handed on", tuple(_fetched(seen) for seen in told.fetched), Tone.QUIET),
        Section(
            "Data",
            tuple(_data(*each) for each in zip(told.ids, told.paths, told.since, strict=True)),
            Tone.ALARM,
            _correction(first),
        ),
        Section("Borders", _borders(first), Tone.WARNING),
        Section("How sure", _sure(told), Tone.QUIET),
        Section("Where it ends", (_sink(told),), Tone.QUIET),
    ):
        if section.lines:
            rows += section_lines(section, width, paint)
    # Never broken in two: they are copied into the next command.
    rows += [paint("dim", f"      {safe_text(urn)}") for urn in (first.identity.sink, first.store) if urn]
    return "\n".join(rows) + "\n"


def _exposure(path: DataPath) -> Line:
    return Line(
        "!" if path.exposure == "internet" else "*",
        f"{wording.end(path.identity.origin)} ({path.exposure})",
        notes=(_notes(Note(path.exposure_evidence or "no evidence is kept")),),
    )


def _hop(number: int, seen: HopSeen, paths: tuple[DataPath, ...]) -> Line:
    hop = seen.hop
    last = hop.target == paths[0].identity.sink
    carried = wording.columns(paths) if last else ()
    return Line("*", _said(hop, carried), columns=(str(number),), notes=_notes_of(seen))


def _fetched(seen: HopSeen) -> Line:
    return Line("*", _said(seen.hop, ()), notes=_notes_of(seen))


def _said(hop: Hop, carried: tuple[str, ...]) -> str:
    """Both ends in full: which operation of a service calls is what one looks for."""
    columns = f"({', '.join(carried)})" if carried else ""
    return f"{wording.end(hop.source)} {hop.verb.replace('_', ' ')} {wording.end(hop.target)}{columns}"


def _notes_of(seen: HopSeen) -> tuple[tuple[Note, ...], ...]:
    word = seen.hop.evidence
    said = wording.joined(": ", wording.evidence(word) or "its own spans", _MEANING.get(word, ""))
    notes = [_notes(Note(said, "evidence"))]
    if seen.first_seen:
        notes.append(
            _notes(
                Note(_moment(seen.first_seen), "first seen"),
                Note(_moment(seen.last_seen), "last seen"),
                Note(f"{wording.counted(seen.times, 'time')} at least"),
            )
        )
    notes += [_notes(Note(f"{each.origin} -> {each.destination}", "border")) for each in seen.borders]
    return tuple(notes)


def _data(id: str, path: DataPath, since: str) -> Line:
    tier = _CLASS_TIERS.get(path.class_tier, path.class_tier)
    notes = [
        _notes(Note(path.class_reason or "no reason is kept", "rule")),
        _notes(Note(f"{path.class_tier}, {tier}" if tier != path.class_tier else tier, "known by")),
    ]
    if since:
        notes.append(_notes(Note(_moment(since), "shown since")))
    return Line(
        "!",
        ", ".join(path.columns) or "columns unknown",
        id=id,
        columns=(path.identity.data_class,),
        notes=tuple(notes),
    )


def _sink(told: Explanation) -> Line:
    path = told.paths[0]
    where = wording.name(path.store) if path.store else wording.place(path)
    notes = []
    if told.store_region:
        notes.append(_notes(Note(told.store_region, "region")))
    elif not path.store and not path.identity.direction.gives:
        notes.append(_notes(Note("no database of the inventory answers to its address", "store")))
    doing = {
        Direction.READS: "reads from",
        Direction.WRITES: "writes to",
        Direction.SENDS: "sends to third party",
        Direction.PUBLISHES: "publishes to topic",
    }[path.identity.direction]
    sink = wording.name(path.identity.sink)
    said = f"{doing} {where} {sink}" if where and where != sink else f"{doing} {sink}"
    return Line("*", said, notes=tuple(notes))


def _correction(path: DataPath) -> tuple[Note, ...]:
    """What to type if a class is not true; nothing where no column is known."""
    if not path.columns or "*" in path.columns:
        return ()
    column = path.columns[0]
    if not path.identity.direction.gives:
        column = f"{wording.name(path.identity.sink)}.{column}"
    return _notes(Note(f"driftline classes set {column} none --reason TEXT", "if a class is wrong"))


def _borders(path: DataPath) -> tuple[Line, ...]:
    crossed = [Line("!", wording.border(border)) for border in path.borders]
    if path.unplaced:
        ends = wording.listed(wording.end(each) for each in path.unplaced)
        crossed.append(Line("?", f"not judged: nobody knows where these are: {ends}"))
    return tuple(crossed)


def _sure(told: Explanation) -> tuple[Line, ...]:
    path = told.paths[0]
    lines = [Line("*", _TIERS[path.tier])]
    if said := wording.answer(path):
        evidence = "; ".join(dict.fromkeys(each.answer_evidence for each in told.paths))
        lines.append(
            Line("!" if path.answer is Answer.RETURNS else "*", said, notes=(_notes(Note(evidence)),))
        )
    if path.expected:
        lines.append(Line("*", "expected: credentials read by the service that owns identity"))
    return tuple(lines)


def _notes(*notes: Note) -> tuple[Note, ...]:
    return notes


def _moment(text: str) -> str:
    return wording.moment(datetime.fromisoformat(text))
