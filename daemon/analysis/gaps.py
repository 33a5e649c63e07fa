"""Decides how what could not be listed is told: by cause, new and healed gaps first."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from collectors.model import Extent, Why
from daemon.values.drift import GapAge, GapLine

_GAPS = frozenset(str(why) for why in Why)
_ANSWERED = frozenset({"listed", "sighted"})
_ORDER = (GapAge.NEW, GapAge.HEALED, GapAge.STANDING)


@dataclass(frozen=True, slots=True)
class CoverageRow:
    """How an extent fared at a snapshot.

    `state`: `listed`, `sighted`, a `Why`, `not due` or `retired`. `kept`: resources carried on.
    """

    extent: Extent
    state: str
    detail: str = ""
    last_listed: datetime | None = None
    kept: int = 0


def group(before: Iterable[CoverageRow], after: Iterable[CoverageRow]) -> tuple[GapLine, ...]:
    """The gaps between two snapshots, one line for each cause.

    Another cause on the same extent is still the same gap. An extent that is not due, or was taken out of
    the settings, says nothing; a gap ends only when its extent is answered.
    """
    then = {row.extent: row for row in before}
    causes: dict[tuple[GapAge, str, str], list[CoverageRow]] = defaultdict(list)
    for row in after:
        old = then.get(row.extent)
        was_gap = old is not None and old.state in _GAPS
        if row.state in _GAPS:
            age = GapAge.STANDING if was_gap else GapAge.NEW
            causes[age, row.state, row.detail].append(row)
        elif old is not None and was_gap and row.state in _ANSWERED:
            healed = CoverageRow(row.extent, old.state, old.detail, row.last_listed)
            causes[GapAge.HEALED, old.state, old.detail].append(healed)
    ordered = sorted(causes, key=lambda cause: (_ORDER.index(cause[0]), *cause[1:]))
    return tuple(_line(*cause, causes[cause]) for cause in ordered)


def not_observed(gaps: Iterable[GapLine]) -> int:
    """How many extents could not be listed."""
    return sum(len(gap.extents) for gap in gaps if gap.age is not GapAge.HEALED)


def _line(age: GapAge, why: str, detail: str, rows: list[CoverageRow]) -> GapLine:
    extents = tuple(sorted(row.extent for row in rows))
    times = [row.last_listed for row in rows if row.last_listed is not None]
    content = "\n".join((why, detail, *map(str, extents)))
    return GapLine(
        id=hashlib.sha256(content.encode(errors="backslashreplace")).hexdigest()[:8],
        age=age,
        extents=extents,
        why=why,
        detail=detail,
        last_listed=min(times, default=None),
        kept=sum(row.kept for row in rows),
    )
