"""Decides what happened to one resource, snapshot by snapshot, from its versions and the coverage of its extents."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from collectors.model import Json
from daemon.analysis.fields import compare
from daemon.values.drift import FieldChange, Origin
from daemon.values.lifetime import Answered, Event, Lifetime, Stage, Version

_ANSWERED = frozenset({"listed", "sighted", "not due"})
_RETIRED = "retired"
_WORDS = ("name", "type", "role", "public", "scope", "aliases", "namespaces", "unobserved")
_IN_ORDER = tuple(Event)


def stages(life: Lifetime) -> tuple[Stage, ...]:
    """Everything that happened, the newest first."""
    found = [*_opened(life), *_closed(life), *_unobserved(life)]
    return tuple(
        sorted(found, key=lambda one: (one.at.snapshot, _IN_ORDER.index(one.event), one.extent), reverse=True)
    )


def _opened(life: Lifetime) -> Iterator[Stage]:
    for version in life.versions:
        before = next((each for each in life.versions if _follows(each, version)), None)
        event = Event(version.origin.value)
        if version.origin in (Origin.ADDED, Origin.NEWLY_VISIBLE) and _shown_before(life, version):
            event = Event.ALSO_SHOWN
        fields = _fields(before.document, version.document) if before else ()
        yield Stage(version.since, event, version.extent, fields=fields)


def _closed(life: Lifetime) -> Iterator[Stage]:
    retired = {(each.extent, each.since) for each in life.coverage if each.state == _RETIRED}
    for version in life.versions:
        if version.until is None or any(_follows(version, each) for each in life.versions):
            continue
        event = Event.REMOVED
        if (version.extent, version.until) in retired:
            event = Event.RETIRED
        elif _shown_after(life, version):
            event = Event.NO_LONGER_SHOWN
        yield Stage(version.until, event, version.extent)


def _unobserved(life: Lifetime) -> Iterator[Stage]:
    """Gaps while the extent showed the resource; gaps that follow one another are one stage."""
    last: Stage | None = None
    for gap in life.coverage:
        if gap.state in _ANSWERED or gap.state == _RETIRED or not _shown_during(life, gap):
            continue
        stage = Stage(gap.since, Event.UNOBSERVED, gap.extent, gap.until, detail=_why(gap))
        if last and last.extent == stage.extent and last.until == stage.at:
            detail = (
                last.detail if last.detail.endswith(stage.detail) else f"{last.detail}; then {stage.detail}"
            )
            last = replace(last, until=stage.until, detail=detail)
            continue
        if last:
            yield last
        last = stage
    if last:
        yield last


def _why(gap: Answered) -> str:
    if not gap.detail or gap.detail.startswith(f"{gap.state}:"):
        return gap.detail or gap.state
    return f"{gap.state}: {gap.detail}"


def _follows(one: Version, other: Version) -> bool:
    """True if `other` is the next version of the same presence."""
    return one.extent == other.extent and one.until == other.since


def _shown_before(life: Lifetime, version: Version) -> bool:
    return any(
        each.since < version.since and (each.until is None or each.until >= version.since)
        for each in life.versions
        if each is not version
    )


def _shown_after(life: Lifetime, version: Version) -> bool:
    until = version.until
    assert until is not None
    return any(
        each.since <= until and (each.until is None or each.until > until)
        for each in life.versions
        if each is not version
    )


def _shown_during(life: Lifetime, gap: Answered) -> bool:
    return any(
        each.extent == gap.extent
        and (gap.until is None or each.since < gap.until)
        and (each.until is None or each.until > gap.since)
        for each in life.versions
    )


def _fields(before: Mapping[str, Json], after: Mapping[str, Json]) -> tuple[FieldChange, ...]:
    """What differs, under the names of reports: attributes by themselves, tags as `tags.NAME`."""
    told = compare({word: before.get(word) for word in _WORDS}, {word: after.get(word) for word in _WORDS})
    tags = compare(_part(before, "tags"), _part(after, "tags"))
    attributes = compare(_part(before, "attributes"), _part(after, "attributes"))
    return (*told, *attributes, *(replace(tag, path=f"tags.{tag.path}") for tag in tags))


def _part(document: Mapping[str, Json], name: str) -> Mapping[str, Json]:
    value = document.get(name)
    return value if isinstance(value, dict) else {}
