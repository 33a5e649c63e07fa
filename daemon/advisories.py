"""What is known against components: the operator's directory of advisories, looked over anew in each cycle.

What the directory does not cover is told apart from what is not affected; an unusable one covers nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import structlog

from collectors.errors import AdvisoriesUnreadable

if TYPE_CHECKING:
    from collectors.images.osv import Advisories
    from collectors.images.osv_matches import Match as Told

log = structlog.get_logger()

_SEVERITIES = frozenset({"critical", "high", "medium", "low"})


@dataclass(frozen=True, slots=True)
class Known:
    """An advisory that holds for a component, or of which that could not be decided."""

    advisory: str
    severity: str
    fixed: tuple[str, ...]
    summary: str


class Knowledge:
    """The advisories of a directory; with the empty path, none, which is meant so.

    `fingerprint`: another one whenever other matches are possible. `fault`: why the directory cannot be used,
    in one sentence; empty if it can.
    """

    def __init__(self, directory: str) -> None:
        self._directory = directory
        self._advisories: Advisories | None = None
        self._matches: dict[str, tuple[Known, ...] | None] = {}
        self._logged: frozenset[str] = frozenset()
        self.fault = ""

    @property
    def fingerprint(self) -> str:
        if self._advisories is not None:
            return self._advisories.fingerprint
        return "unusable" if self.fault else ""

    def refresh(self) -> None:
        """Looks for changes in the directory. What lies in it is read when the first component asks for it."""
        if not self._directory:
            return
        from collectors.images.osv import Advisories  # noqa: PLC0415 - loads how versions are compared

        try:
            found = Advisories.load(Path(self._directory))
        except AdvisoriesUnreadable as error:
            self._advisories, self._matches, self.fault = None, {}, str(error)
            self._log(frozenset({self.fault}))
            return
        self.fault = ""
        if self._advisories is None or found.fingerprint != self._advisories.fingerprint:
            self._advisories, self._matches = found, {}

    def match(self, purl: str) -> Sequence[Known] | None:
        """What holds for a package URL with version; None if nothing that is known would name the package."""
        if not self._directory:
            return ()
        if purl not in self._matches:
            self._matches[purl] = self._matched(purl)
        return self._matches[purl]

    def why_not(self, purl: str) -> str:
        """In one clause why a package is not covered; empty if it is."""
        if not self._directory:
            return "images.osv_directory is not set"
        return self._advisories.why_not(purl) if self._advisories is not None else self.fault

    def _matched(self, purl: str) -> tuple[Known, ...] | None:
        advisories = self._advisories
        if advisories is None:
            return None
        if advisories.why_not(purl):
            self._log(frozenset(advisories.faults))
            return None
        return tuple(_known(each) for each in advisories.match(purl))

    def _log(self, faults: frozenset[str]) -> None:
        """Says each fault once, until the directory is in order again."""
        for fault in sorted(faults - self._logged):
            log.warning(
                "advisories_unusable", reason=fault, components="not covered; findings stay as they were"
            )
        self._logged = faults


def _known(told: Told) -> Known:
    if told.uncertain:
        return Known(told.advisory, "unknown", (), f"whether it holds could not be decided: {told.uncertain}")
    severity = told.severity if told.severity in _SEVERITIES else "unknown"
    return Known(told.advisory, severity, (told.fixed,) if told.fixed else (), told.summary)
