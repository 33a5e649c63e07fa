"""Decides what a drift says, in which groups and lines, and what it counts.

Every change stands in exactly one line; nothing is left out here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from collectors.model import Extent
from collectors.spec import Reported
from daemon.analysis import gaps as gap_lines
from daemon.analysis import leaks
from daemon.analysis.bundles import groups, lines, reported, restated_lines
from daemon.analysis.change_line import count, path_line
from daemon.analysis.leaks import LEAKS
from daemon.analysis.scaling import Sizes
from daemon.values.drift import (
    Action,
    Change,
    Drift,
    FindingChange,
    GapLine,
    PathChange,
    SnapshotHead,
    Standing,
    Totals,
)
from daemon.values.path import Sight

_DRIFT = frozenset({Action.ADDED, Action.ALTERED, Action.REMOVED, Action.REPOINTED})
_NEWLY_VISIBLE = frozenset({Action.NEWLY_VISIBLE, Action.RESOLVED})


def summarise(
    *,
    installation: str,
    before: SnapshotHead | None,
    after: SnapshotHead,
    changes: Iterable[Change],
    path_changes: Sequence[PathChange],
    gaps: Sequence[GapLine],
    sight: Sight,
    ignored: Sequence[tuple[str, int]] = (),
    large_removals: Sequence[Extent] = (),
    standing: Standing | None = None,
    findings: Sequence[FindingChange] = (),
    sizes: Sizes | None = None,
    reporting: Mapping[str, Reported] | None = None,
) -> Drift:
    """The drift between two snapshots; of a baseline (`before` is None) what stands instead of changes.

    `reporting`: how each type is reported; one that is not named is `always`.
    """
    how = reporting or {}
    everything = list(changes) if before is not None else []
    untold = [one for one in everything if reported(one, how) is Reported.NEVER]
    told = [one for one in everything if reported(one, how) is not Reported.NEVER and one.type != LEAKS]
    met = leaks.lines(one for one in everything if one.type == LEAKS)
    paths = list(path_changes) if before is not None else []
    drifted = [one for one in told if one.action in _DRIFT]
    visible = [one for one in told if one.action in _NEWLY_VISIBLE]
    restated = [one for one in told if one.action is Action.RESTATED]
    new = tuple(path for path in paths if path.action is Action.ADDED)
    gone = tuple(path for path in paths if path.action is Action.REMOVED)
    visible_paths = tuple(path for path in paths if path.action in _NEWLY_VISIBLE)
    restated_paths = [path for path in paths if path.action is Action.RESTATED]
    other = tuple(path for path in paths if path.action in {Action.ALTERED, Action.REPOINTED})
    return Drift(
        installation=installation,
        before=before,
        after=after,
        sight=sight,
        totals=Totals(
            new_paths=len(new),
            new_leaks=sum(one.symbol == "!" for one in met),
            new_findings=sum(one.action is Action.ADDED for one in findings),
            altered_paths=len(other),
            gone_paths=len(gone),
            added=count(drifted, Action.ADDED),
            altered=count(drifted, Action.ALTERED, Action.REPOINTED),
            removed=count(drifted, Action.REMOVED),
            restated=len(restated) + len(restated_paths),
            visible_paths=len(visible_paths),
            newly_visible=len(visible),
            not_observed=gap_lines.not_observed(gaps),
        ),
        new_paths=new,
        altered_paths=other,
        gone_paths=gone,
        findings=tuple(findings) if before is not None else (),
        leaks=met,
        groups=groups(drifted, sizes or {}, how),
        gaps=tuple(gaps),
        large_removals=tuple(sorted(large_removals)),
        restated=(*restated_lines(restated), *map(path_line, restated_paths)),
        newly_visible=lines(visible),
        visible_paths=visible_paths,
        ignored=tuple(ignored),
        standing=standing if before is None else None,
        untold=lines(untold),
    )
