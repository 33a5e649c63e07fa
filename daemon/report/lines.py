"""What reports are made of: sections of lines, and how a change, a path or a gap becomes a line."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from collectors.model import Scope
from daemon.report import wording
from daemon.values.drift import Action, ChangeLine, FindingChange, GapAge, GapLine, Group, PathChange
from daemon.values.path import Answer, Tier


class Tone(StrEnum):
    """How loud a section is."""

    ALARM = "alarm"
    CHANGE = "change"
    WARNING = "warning"
    QUIET = "quiet"


@dataclass(frozen=True, slots=True)
class Note:
    """Something said below a line. `label` may be empty."""

    text: str
    label: str = ""

    def __str__(self) -> str:
        return f"{self.label}: {self.text}" if self.label else self.text


@dataclass(frozen=True, slots=True)
class Line:
    """One thing said. `columns` stand under those of the section's other lines, `text` and `labels` follow.

    `symbol`: ! + ~ - ? = or *. `notes`: rows below the line. `count`: over 1 for the same on many.
    """

    symbol: str
    text: str
    id: str = ""
    columns: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    notes: tuple[tuple[Note, ...], ...] = ()
    count: int = 1


@dataclass(frozen=True, slots=True)
class Section:
    """Lines under one heading. `notes` hold for all of them."""

    title: str
    lines: tuple[Line, ...]
    tone: Tone = Tone.CHANGE
    notes: tuple[Note, ...] = ()


def path_line(change: PathChange, symbol: str, now: datetime) -> Line:
    """`! GET /orders/{id} (internet) -> checkout -> orders-db public.customers(email)`, classes as labels."""
    paths = change.paths
    first = paths[0]
    seen: list[Note] = []
    if change.new_hop is not None:
        hop, sink = change.new_hop, first.identity.sink
        carried = wording.columns(paths) if hop.target == sink or first.route[-1:] == (hop,) else ()
        seen.append(Note(wording.hop(hop, carried), "new hop"))
    if change.first_seen is not None:
        near = wording.moment_near(change.first_seen, now.date())
        seen.append(Note(f"first seen {near}"))
    evidence = wording.listed(
        wording.evidence(word)
        for word in (
            *(hop.evidence for path in paths for hop in path.route),
            *(path.class_tier for path in paths),
        )
    )
    if evidence:
        seen.append(Note(evidence, "evidence"))
    if first.answer is Answer.MAY_RETURN:
        seen.append(Note("may return it", "answer"))
    borders = dict.fromkeys(border for path in paths for border in path.borders)
    notes = [
        tuple(seen),
        *((Note(wording.border(border), "border"),) for border in borders),
        *(
            (Note(wording.altered(field.path, field.before, field.after), field.path),)
            for field in change.fields
        ),
        _note("; ".join(dict.fromkeys(path.answer_evidence for path in paths)), "returned")
        if first.answer is Answer.RETURNS
        else (),
        _note(first.exposure_evidence, "exposed" if first.exposure == "internet" else "begins"),
        _note("each hop was seen, but not all in one trace", "possible")
        if first.tier is Tier.POSSIBLE
        else (),
        _note("credentials read by the service that owns identity", "expected") if first.expected else (),
        _note("; ".join(dict.fromkeys(path.class_reason for path in paths if path.class_reason)), "class"),
        _note(change.why, "why"),
    ]
    return Line(
        symbol=symbol,
        text=wording.route(paths),
        id=change.id,
        labels=tuple(dict.fromkeys(path.identity.data_class for path in paths)),
        notes=tuple(row for row in notes if row),
    )


def path_lines(changes: Iterable[PathChange], symbol: str, now: datetime) -> tuple[Line, ...]:
    """A line for each; of many that one hop makes alike, the first with the names of where the others begin."""
    alike: dict[object, list[PathChange]] = {}
    for change in changes:
        alike.setdefault(_cause(change), []).append(change)
    lines = []
    for same in alike.values():
        if len(same) < _MANY:
            lines += [path_line(change, symbol, now) for change in same]
            continue
        line = path_line(same[0], symbol, now)
        origins = list(dict.fromkeys(wording.end(each.paths[0].identity.origin) for each in same[1:]))
        more = f" and {len(origins) - _NAMED:,} more" if len(origins) > _NAMED else ""
        also = f"{len(same) - 1:,} more paths go over this hop, from {', '.join(origins[:_NAMED])}{more}"
        lines.append(replace(line, notes=(*line.notes, (Note(also, "also"),))))
    return tuple(lines)


_MANY, _NAMED = 3, 5


def _cause(change: PathChange) -> object:
    """Equal for paths of which one hop tells all: where they end, what they carry, and how grave that is."""
    first = change.paths[0]
    hops = (change.new_hop,) if change.new_hop else first.route[-1:]
    return (
        tuple(hop.flow for hop in hops),
        first.identity.sink,
        first.identity.direction,
        first.exposure,
        first.tier,
        first.answer,
        first.expected,
        tuple(sorted(path.identity.data_class for path in change.paths)),
        tuple(sorted({(each.origin, each.destination, each.severity) for each in first.borders})),
        tuple((each.path, str(each.before), str(each.after)) for each in change.fields),
    )


def finding_line(change: FindingChange) -> Line:
    """`! notifications runs log4j-core 2.14.1`, the advisory as label."""
    finding, symbol = change.finding, _FINDING_SYMBOLS[change.action]
    version = finding.version
    if change.version_before and change.version_before != version:
        version = f"{change.version_before} -> {version}"
    verb = "no longer runs" if change.action is Action.REMOVED else "runs"
    mended = f"fixed in {wording.listed(finding.fixed)}" if finding.fixed else "no fixed version known"
    images = [wording.image(each) for each in change.images_before if each != finding.image]
    ran = f"{wording.listed(images)} -> " if images else ""
    return Line(
        symbol=symbol,
        text=f"{wording.name(finding.identity.subject)} {verb} {wording.library(finding)} {version}",
        id=change.id,
        labels=(finding.identity.advisory, finding.severity),
        notes=(
            (Note(mended), *((Note(finding.summary),) if finding.summary else ())),
            _note(f"{ran}{wording.image(finding.image)}", "image"),
            _note(wording.on_paths(change.paths), "data"),
            _note(change.why, "why"),
        ),
    )


_FINDING_SYMBOLS = {Action.ADDED: "!", Action.ALTERED: "~", Action.REMOVED: "-", Action.RESTATED: "="}


def change_section(title: str, lines: Iterable[ChangeLine], tone: Tone = Tone.CHANGE) -> Section:
    """Lines of one scope. The reason of most lines of a symbol is said once, below all; others say their own."""
    lines = tuple(lines)
    reasons: dict[str, Counter[str]] = {}
    for line in lines:
        reasons.setdefault(line.symbol, Counter())[line.why] += 1
    shared = {
        symbol: why
        for symbol, whys in reasons.items()
        for why, number in whys.most_common(1)
        if number * 2 > whys.total()
    }
    return Section(
        title=title,
        lines=tuple(_change_line(line, say_why=line.why != shared.get(line.symbol)) for line in lines),
        tone=tone,
        notes=tuple(Note(why, f"why {symbol}") for symbol, why in shared.items() if why),
    )


def group_section(group: Group) -> Section:
    """The lines of one scope or environment under its name."""
    return change_section(group.title, group.lines)


def gap_line(gap: GapLine) -> Line:
    """`? aws 111122223333 eu-west-3 aws.rds.instance   denied: rds:DescribeDBInstances`."""
    asked = tuple(dict.fromkeys(str(extent) for extent in gap.extents))
    many = len(asked) > 1
    standing = {GapAge.NEW: "new", GapAge.HEALED: "listed again", GapAge.STANDING: "standing"}[gap.age]
    last = f"last listed {wording.moment(gap.last_listed)}" if gap.last_listed else "never listed"
    status = [Note(standing), Note(last)]
    if gap.kept:
        status.append(Note(f"{wording.counted(gap.kept, 'resource')} kept"))
    notes: list[tuple[Note, ...]] = [tuple(status)]
    if many:
        notes.append((Note(_extents_by_scope(gap)),))
    return Line(
        symbol="?",
        text=gap.detail
        if gap.detail.startswith(f"{gap.why}:")
        else wording.joined(": ", gap.why, gap.detail),
        id=gap.id,
        columns=(wording.counted(len(asked), "extent") if many else "".join(asked),),
        notes=tuple(notes),
        count=len(asked),
    )


def _change_line(line: ChangeLine, *, say_why: bool) -> Line:
    many = line.count > 1
    more = line.count - len(line.names)
    names = ", ".join(line.names) + (f" and {more:,} more" if more else "") if line.names else ""
    return Line(
        symbol=line.symbol,
        text=line.detail,
        id=line.id,
        columns=(f"{line.count:,} x {line.type}",) if many else (line.type, line.name),
        notes=tuple(note for note in (_note(names, ""), _note(line.why if say_why else "", "why")) if note),
        count=line.count,
    )


def _extents_by_scope(gap: GapLine) -> str:
    types: dict[Scope, list[str]] = {}
    for extent in gap.extents:
        types.setdefault(extent.scope, []).append(extent.type)
    return "; ".join(f"{scope}: {wording.listed(names)}" for scope, names in types.items())


def _note(text: str, label: str) -> tuple[Note, ...]:
    return (Note(text, label),) if text else ()
