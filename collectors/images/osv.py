"""Matches components against a directory of advisories in the OSV format, and says what it cannot judge.

An ecosystem is read when the first of its packages is asked about. Withdrawn advisories are dropped. One CVE
is one match, however many records tell of it. Nothing is matched by CPE.
Source: OSV schema 1.6, "Evaluation" (https://ossf.github.io/osv-schema/#evaluation).
"""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cmp_to_key
from pathlib import Path
from typing import cast

import orjson

from collectors.errors import AdvisoriesUnreadable
from collectors.images.ecosystems import Filed, family, filed, normal, normal_ecosystem
from collectors.images.osv_files import Source, records, sources
from collectors.images.severity import base_score, word_of
from collectors.images.versions import Incomparable, compare, less

_SUMMARY = 200
_DECODED = 4096  # packages whose advisories are kept ready
_RANKS = {"fixed": 0, "last_affected": 1, "introduced": 2, "limit": 3}

Event = tuple[str, str]
"""`introduced`, `fixed`, `last_affected` or `limit`, and its version."""


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


@dataclass(frozen=True, slots=True)
class _Affected:
    """What one record says about one package."""

    id: str
    aliases: tuple[str, ...]
    upstream: tuple[str, ...]
    summary: str
    severity: str
    score: float | None
    versions: frozenset[str]
    ranges: tuple[tuple[Event, ...], ...]


class Advisories:
    """The advisories of a directory. Safe to ask from many threads."""

    def __init__(self, found: Sequence[Source], fingerprint: str) -> None:
        """Use `load`."""
        self.fingerprint = fingerprint
        self._sources = found
        self._lock = threading.Lock()
        self._read: set[Path] = set()
        self._packages: dict[tuple[str, str], list[bytes]] = defaultdict(list)
        self._ecosystems: set[str] = set()
        self._faults: dict[str, str] = {}
        self._decoded: OrderedDict[tuple[str, str], tuple[_Affected, ...]] = OrderedDict()

    @classmethod
    def load(cls, path: Path) -> Advisories:
        """Looks over the directory; reads no more than a sample. Raises AdvisoriesUnreadable with one sentence.

        Taken are zips (`PyPI/all.zip`, `PyPI.zip`) and unpacked records (`PyPI/GHSA-....json`), below folders
        named by ecosystem or not. `fingerprint` changes with every file that is added, removed or rewritten.
        """
        found = sources(path)
        stamp = hashlib.sha256()
        for each in found:
            stamp.update(f"{each.relative}\0{each.size}\0{each.changed}\n".encode())
        return cls(found, stamp.hexdigest())

    @property
    def faults(self) -> tuple[str, ...]:
        """What could not be read so far, one sentence each; its ecosystem counts as not covered."""
        with self._lock:
            return tuple(self._faults[name] for name in sorted(self._faults))

    def covers(self, purl: str) -> bool:
        """Whether there are advisories that would name this package if it were affected."""
        return not self.why_not(purl)

    def why_not(self, purl: str) -> str:
        """In one clause why a package is not covered; empty if it is."""
        place = filed(purl)
        return place if isinstance(place, str) else self._uncovered(place)

    def match(self, purl: str) -> tuple[Match, ...]:
        """What is known against a package, sorted; empty means nothing only if it is covered."""
        place = filed(purl)
        if isinstance(place, str) or self._uncovered(place):
            return ()
        told = [(each, *_verdict(each, place)) for each in self._about(place)]
        return _merged([(each, fixed, doubt) for each, holds, fixed, doubt in told if holds])

    def _uncovered(self, place: Filed) -> str:
        group = family(place.ecosystem)
        with self._lock:
            self._need(group)
            if fault := self._faults.get("") or self._faults.get(group):
                return fault
            if place.ecosystem in self._ecosystems:
                return ""
        return f"there are no advisories for {place.ecosystem}"

    def _need(self, group: str) -> None:
        """Reads the files that may hold an ecosystem's advisories; those of unknown content with the first."""
        for source in self._sources:
            if source.path in self._read or source.family not in {"", group}:
                continue
            self._read.add(source.path)
            try:
                for record in records(source):
                    self._keep(record)
            except AdvisoriesUnreadable as error:
                self._faults.setdefault(source.family, str(error))

    def _keep(self, record: Mapping[str, object]) -> None:
        if record.get("withdrawn"):
            return
        affected = record.get("affected")
        for each in affected if isinstance(affected, list) else ():
            package = each.get("package") if isinstance(each, dict) else None
            if not isinstance(package, dict):
                continue
            ecosystem, name = package.get("ecosystem"), package.get("name")
            if isinstance(ecosystem, str) and isinstance(name, str):
                ecosystem = normal_ecosystem(ecosystem)
                self._ecosystems.add(ecosystem)
                body = orjson.dumps(_reduced(record, each))
                about = self._packages[ecosystem, normal(ecosystem, name)]
                about.append(body)

    def _about(self, place: Filed) -> tuple[_Affected, ...]:
        key = (place.ecosystem, place.name)
        with self._lock:
            if key in self._decoded:
                self._decoded.move_to_end(key)
                return self._decoded[key]
            bodies = dict.fromkeys(self._packages.get(key, ()))  # the same record may lie in two files
            decoded = tuple(_affected(orjson.loads(body)) for body in bodies)
            self._decoded[key] = decoded
            if len(self._decoded) > _DECODED:
                self._decoded.popitem(last=False)
            return decoded


def _reduced(record: Mapping[str, object], affected: Mapping[str, object]) -> list[object]:
    """What matching needs, in the order of `_Affected`'s fields."""
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


def _affected(fields: list[object]) -> _Affected:
    id, aliases, upstream, summary, severity, score, versions, ranges = fields
    return _Affected(
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
        if kind in _RANKS and isinstance(version, str)
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


def _verdict(affected: _Affected, place: Filed) -> tuple[bool, str, str]:
    """Whether it holds (or may), the version that fixes it, and why it could not be decided."""
    listed = place.version in affected.versions
    doubt = ""
    for events in affected.ranges:
        try:
            inside, fixed = _inside(events, place.kind, place.version)
        except Incomparable as error:
            doubt = str(error)
            continue
        if inside:
            return True, fixed, ""
    if listed:
        return True, "", ""
    return bool(doubt), "", doubt


def _inside(events: Sequence[Event], kind: str, version: str) -> tuple[bool, str]:
    """Whether a version lies in a range, and the version that ends the part it lies in. Raises Incomparable."""
    limits = [at for what, at in events if what == "limit" and at != "*"]
    if limits and not any(less(kind, version, at) for at in limits):
        return False, ""
    inside = False
    for what, at in _in_order(events, kind):
        if what == "limit":
            continue
        side = 1 if at == "0" and what == "introduced" else compare(kind, version, at)
        if side < 0:  # beyond the version: what comes first here ends the part it lies in
            if inside and what == "fixed":
                return True, at
            continue
        if what == "introduced":
            inside = True
        elif what == "fixed" or side > 0:
            inside = False
    return inside, ""


def _in_order(events: Sequence[Event], kind: str) -> Sequence[Event]:
    if len(events) == 1 or (len(events) == 2 and events[0] == ("introduced", "0")):
        return events

    def order(left: Event, right: Event) -> int:
        first, second = (_start(left), _start(right))
        side = first - second if 0 in {first, second} else compare(kind, left[1], right[1])
        return side or _RANKS[left[0]] - _RANKS[right[0]]

    return sorted(events, key=cmp_to_key(order))


def _start(event: Event) -> int:
    return 0 if event == ("introduced", "0") else 1


def _merged(told: Iterable[tuple[_Affected, str, str]]) -> tuple[Match, ...]:
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
    told: Iterable[tuple[_Affected, str, str]],
) -> list[tuple[set[str], list[tuple[_Affected, str, str]]]]:
    """Records that share a name, with all their names. `upstream` adds names, but joins no groups:
    one notice of a distribution may be about many CVEs."""
    groups: list[tuple[set[str], list[tuple[_Affected, str, str]]]] = []
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


def _one(key: str, others: set[str], members: Sequence[tuple[_Affected, str, str]]) -> Match:
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
