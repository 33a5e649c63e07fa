"""One match for each CVE, however many records tell of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from collectors.images.osv_records import Affected


@dataclass(frozen=True, slots=True)
class Match:
    """An advisory that holds for a component.

    `advisory`: the CVE if there is one, else the record's own id. `aliases`: its other names. `fixed`: the
    version that ends it, nearest above; empty if there is none. `score`: CVSS 3 base score.
    `uncertain`: why it could not be decided, in one clause; empty if the component is affected.
    """

    advisory: str
    aliases: tuple[str, ...]
    severity: str
    score: float | None
    fixed: str
    summary: str
    uncertain: str = ""


def merged(told: Iterable[tuple[Affected, str, str]]) -> tuple[Match, ...]:
    """One match for each CVE, over all records that name it; for records without one, over their aliases."""
    groups = _grouped(told)
    found: dict[str, Match] = {}
    for names, members in groups:
        cves = sorted({name for name in names if name.startswith("CVE-")})
        for key in cves or [_first(names)]:
            others = {name for name in names if name not in cves}
            match = _one(key, others, members)
            found[key] = _joined(found[key], match) if key in found else match
    return tuple(found[key] for key in sorted(found))


def _grouped(
    told: Iterable[tuple[Affected, str, str]],
) -> list[tuple[set[str], list[tuple[Affected, str, str]]]]:
    """Records that share a name, with all their names. `upstream` adds names, but joins no groups:
    one notice of a distribution may be about many CVEs."""
    groups: list[tuple[set[str], list[tuple[Affected, str, str]]]] = []
    for each in told:
        names = {each[0].id, *each[0].aliases}
        members = [each]
        rest = []
        for group in groups:
            if group[0] & names:
                names |= group[0]
                members = [*group[1], *members]
            else:
                rest.append(group)
        groups = [*rest, (names, members)]
    return [
        (names | {name for member in members for name in member[0].upstream}, members)
        for names, members in groups
    ]


def _one(key: str, others: set[str], members: Sequence[tuple[Affected, str, str]]) -> Match:
    certain = [member for member in members if not member[2]] or members
    best = max(
        certain, key=lambda member: (member[0].score or 0.0, member[0].id.startswith("GHSA-"), member[0].id)
    )
    named = next((m[0] for m in certain if m[0].severity != "unknown"), best[0])
    return Match(
        advisory=key,
        aliases=tuple(sorted(others - {key})),
        severity=best[0].severity if best[0].severity != "unknown" else named.severity,
        score=best[0].score,
        fixed=next((fixed for _, fixed, _ in certain if fixed), ""),
        summary=best[0].summary or next((m[0].summary for m in certain if m[0].summary), ""),
        uncertain="" if any(not m[2] for m in members) else members[0][2],
    )


def _joined(left: Match, right: Match) -> Match:
    certain, other = (left, right) if not left.uncertain or right.uncertain else (right, left)
    return replace(
        certain,
        aliases=tuple(sorted({*left.aliases, *right.aliases})),
        fixed=certain.fixed or other.fixed,
        severity=certain.severity if certain.severity != "unknown" else other.severity,
        score=certain.score if certain.score is not None else other.score,
        summary=certain.summary or other.summary,
    )


def _first(names: set[str]) -> str:
    return min(names, key=lambda name: (not name.startswith("GHSA-"), name))
