"""Matches components against a directory of advisories in the OSV format, and says what it cannot judge.

An ecosystem is read when the first of its packages is asked about. Withdrawn advisories are dropped. One CVE
is one match, however many records tell of it. Nothing is matched by CPE.
Source: OSV schema 1.6, "Evaluation" (https://ossf.github.io/osv-schema/#evaluation).
"""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict, defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path

import orjson

from collectors.errors import AdvisoriesUnreadable
from collectors.images.ecosystems import Filed, family, filed, normal, normal_ecosystem
from collectors.images.osv_files import Source, records, sources
from collectors.images.osv_matches import Match, merged
from collectors.images.osv_ranges import verdict
from collectors.images.osv_records import Affected, affected_of, reduced

_DECODED = 4096  # packages whose advisories are kept ready


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
        self._decoded: OrderedDict[tuple[str, str], tuple[Affected, ...]] = OrderedDict()

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
        told = [(each, *verdict(each, place)) for each in self._about(place)]
        return merged([(each, fixed, doubt) for each, holds, fixed, doubt in told if holds])

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
                body = orjson.dumps(reduced(record, each))
                about = self._packages[ecosystem, normal(ecosystem, name)]
                about.append(body)

    def _about(self, place: Filed) -> tuple[Affected, ...]:
        key = (place.ecosystem, place.name)
        with self._lock:
            if key in self._decoded:
                self._decoded.move_to_end(key)
                return self._decoded[key]
            bodies = dict.fromkeys(self._packages.get(key, ()))  # the same record may lie in two files
            decoded = tuple(affected_of(orjson.loads(body)) for body in bodies)
            self._decoded[key] = decoded
            if len(self._decoded) > _DECODED:
                self._decoded.popitem(last=False)
            return decoded
