"""What matching needs of an OSV record: about one package, names, severity, versions and ranges."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import cast

from collectors.images.severity import base_score, word_of

_SUMMARY = 200

RANKS = {"fixed": 0, "last_affected": 1, "introduced": 2, "limit": 3}
"""Kinds of events, in the order in which they hold at one version."""

Event = tuple[str, str]
"""`introduced`, `fixed`, `last_affected` or `limit`, and its version."""


@dataclass(frozen=True, slots=True)
class Affected:
    """What one record says about one package."""

    id: str
    aliases: tuple[str, ...]
    upstream: tuple[str, ...]
    summary: str
    severity: str
    score: float | None
    versions: frozenset[str]
    ranges: tuple[tuple[Event, ...], ...]


def reduced(record: Mapping[str, object], affected: Mapping[str, object]) -> list[object]:
    """What matching needs, in the order of `Affected`'s fields."""
    words = [_word(affected), _word(record)]
    vectors = [*_vectors(affected), *_vectors(record)]
    scores = [score for score in map(base_score, vectors) if score is not None]
    score = max(scores) if scores else None
    ranges = affected.get("ranges")
    summary = record.get("summary") or record.get("details") or ""
    return [
        record["id"],
        _strings(record.get("aliases")),
        _strings(record.get("upstream")),
        " ".join(str(summary)[: 2 * _SUMMARY].split())[:_SUMMARY],
        word_of(next(filter(None, words), ""), score),
        score,
        _strings(affected.get("versions")),
        [events for each in (ranges if isinstance(ranges, list) else []) if (events := _events(each))],
    ]


def affected_of(fields: list[object]) -> Affected:
    """The record that `reduced` took apart."""
    id, aliases, upstream, summary, severity, score, versions, ranges = fields
    return Affected(
        id=cast("str", id),
        aliases=tuple(cast("list[str]", aliases)),
        upstream=tuple(cast("list[str]", upstream)),
        summary=cast("str", summary),
        severity=cast("str", severity),
        score=cast("float | None", score),
        versions=frozenset(cast("list[str]", versions)),
        ranges=tuple(
            tuple((kind, version) for kind, version in events)
            for events in cast("list[list[list[str]]]", ranges)
        ),
    )


def _events(ranged: object) -> list[Event]:
    """The events of a range over versions; ranges over commits say nothing about a version."""
    if not isinstance(ranged, dict) or ranged.get("type") not in {"ECOSYSTEM", "SEMVER"}:
        return []
    listed = ranged.get("events")
    return [
        (kind, version)
        for each in (listed if isinstance(listed, list) else [])
        if isinstance(each, dict)
        for kind, version in each.items()
        if kind in RANKS and isinstance(version, str)
    ]


def _word(table: Mapping[str, object]) -> str:
    for name in ("database_specific", "ecosystem_specific"):
        specific = table.get(name)
        if isinstance(specific, dict) and isinstance(specific.get("severity"), str):
            return cast("str", specific["severity"])
    return ""


def _vectors(table: Mapping[str, object]) -> Iterator[str]:
    listed = table.get("severity")
    for each in listed if isinstance(listed, list) else ():
        if isinstance(each, dict) and isinstance(each.get("score"), str):
            yield each["score"]


def _strings(value: object) -> list[str]:
    return [each for each in value if isinstance(each, str)] if isinstance(value, list) else []
