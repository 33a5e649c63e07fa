"""Reads two snapshots from the store and has the analysis say what is different: a `Drift`, ready to render."""

from __future__ import annotations

import gc
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection

from collectors import registry
from config import vocabulary
from config.settings import Settings
from daemon.analysis import changes, declared, exposure, finding_drift, gaps, ignore, path_drift, summary
from daemon.analysis.scaling import Sizes
from daemon.analysis.standing import standing
from daemon.store import covered, findings, flow_lookups, graph, history, members, path_history
from daemon.values.drift import Action, Change, Drift, FindingChange, GapLine, PathChange
from daemon.values.graph import Graph
from daemon.values.path import DataPath


def compare(
    connection: Connection,
    settings: Settings,
    before: int | None,
    after: int,
    now: datetime,
    *,
    told: Collection[str] = (),
) -> Drift:
    """The drift from one snapshot to another; with `before` None, or if nothing was asked for then, what stands.

    `now` decides which ignore rules have expired. `told`: ids of new and altered paths that were told before and
    are left out (`lines`). Raises NotFound.
    """
    if before is None or not history.head(connection, before).extents:
        return _baseline(connection, settings, after)
    kept, ignored = ignore.apply(changes_between(connection, before, after), settings.ignore, now.date())
    kept = _with_shadows(connection, settings, kept, after)
    paths, ignored_paths = ignore.apply_to_paths(
        _path_changes(connection, before, after, told), settings.ignore, now.date()
    )
    return summary.summarise(
        installation=settings.driftline.name,
        before=history.head(connection, before),
        after=history.head(connection, after),
        changes=kept,
        path_changes=paths,
        gaps=_gaps(connection, before, after),
        sight=history.sight(connection, after),
        large_removals=history.large_removals(connection, before, after),
        findings=_findings(connection, before, after),
        ignored=(*ignored, *ignored_paths),
        sizes=_sizes(connection, kept, before, after),
        reporting=registry.reporting() if kept else {},
    )


def _with_shadows(connection: Connection, settings: Settings, told: list[Change], after: int) -> list[Change]:
    """Says of new operations, and of new services by theirs, that the internet can call what was never declared."""
    fresh = [each for each in told if each.action is Action.ADDED and each.type in ("operation", "service")]
    if not fresh or not flow_lookups.declares(connection):
        return told
    whole = graph.load_graph(connection, after)
    public = exposure.entries(whole, settings.traces.public_operations)
    shadows: dict[str, list[str]] = defaultdict(list)
    for each in declared.operations(whole, public):
        if each.undeclared and each.public:
            shadows[each.seen].append(each.name)
            shadows[each.service].append(each.name)
    return [
        replace(each, why=f"{_SHADOW}: {', '.join(shadows[each.key])}")
        if each in fresh and each.key in shadows
        else each
        for each in told
    ]


_SHADOW = "the internet can call what is seen, not declared (shadow API)"


def changes_between(connection: Connection, before: int, after: int) -> list[Change]:
    """Everything that differs between two snapshots, field by field and judged, before any rule leaves some out."""
    with _without_collecting():
        return changes.judge(history.differences(connection, before, after))


@contextmanager
def _without_collecting() -> Iterator[None]:
    """Many values are made and no cycles: to look for cycles among them costs a fifth of the time."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def _sizes(connection: Connection, told: Iterable[Change], before: int, after: int) -> Sizes:
    groups = {change.member_of for change in told if change.member_of}
    return members.sizes(connection, changes.MEMBER_OF, groups, before, after)


def only_alarms(drift: Drift) -> Drift:
    """What an alarm tells: paths that are new, or graver than before, and nothing that can wait for the digest."""
    graver = tuple(change for change in drift.altered_paths if path_drift.are_graver(change.fields))
    totals = replace(
        drift.totals,
        altered_paths=len(graver),
        gone_paths=0,
        new_findings=0,
        new_leaks=0,
        added=0,
        altered=0,
        removed=0,
        restated=0,
        visible_paths=0,
        newly_visible=0,
    )
    return replace(
        drift, totals=totals, altered_paths=graver, gone_paths=(), findings=(), leaks=(), groups=(), gaps=(),
        large_removals=(), restated=(), newly_visible=(), ignored=(), standing=None, untold=(), visible_paths=(),
    )  # fmt: skip


def lines(drift: Drift) -> tuple[str, ...]:
    """One id for each path that it tells to be new or altered."""
    told = (*drift.new_paths, *drift.altered_paths)
    return tuple(path_drift.telling_id(change, path) for change in told for path in change.paths)


def standing_paths(connection: Connection, number: int) -> tuple[PathChange, ...]:
    """Every data path at a snapshot, grouped as in reports, without saying that anything is new."""
    return grouped(graph.load_paths(connection, number))


def grouped(paths: Sequence[DataPath]) -> tuple[PathChange, ...]:
    """Data paths grouped as in reports, without saying that anything is new."""
    found = path_drift.compare((), tuple(paths), frozenset())
    return tuple(replace(each, new_hop=None, first_seen=None, why="") for each in found)


def _baseline(connection: Connection, settings: Settings, after: int) -> Drift:
    seen = history.sight(connection, after)
    found = _gaps(connection, None, after)
    whole: Graph = graph.load_graph(connection, after)
    return summary.summarise(
        installation=settings.driftline.name,
        before=None,
        after=history.head(connection, after),
        changes=(),
        path_changes=(),
        gaps=found,
        sight=seen,
        standing=standing(graph.load_paths(connection, after), whole, seen, _category),
    )


def _path_changes(
    connection: Connection, before: int, after: int, told: Collection[str]
) -> Sequence[PathChange]:
    found = path_history.paths(connection, before, after)
    old = {path.identity for path in found.before}
    if told:
        left = tuple(path for path in found.after if path.identity in old or path.identity.id not in told)
        found = replace(found, after=left)
    fresh = {hop for path in found.after if path.identity not in old for hop in path.route}
    hops = {hop.flow for hop in fresh}
    known, seen = path_history.edges(connection, before, hops)
    compared = path_drift.compare(found.before, found.after, known, seen=seen)
    if repeated := {
        path.identity
        for change in compared
        for path in change.paths
        if change.action is Action.ALTERED and path_drift.telling_id(change, path) in told
    }:
        then, now = (
            tuple(path for path in side if path.identity not in repeated)
            for side in (found.before, found.after)
        )
        compared = path_drift.compare(then, now, known, seen=seen)
    return [_known(change, known) if _only(change, found) else change for change in compared]


def _findings(connection: Connection, before: int, after: int) -> tuple[FindingChange, ...]:
    found = findings.history(connection, before, after)
    if found.before == found.after:
        return ()
    subjects = {each.identity.subject for each in (*found.before, *found.after)}
    return finding_drift.compare(
        found.before,
        found.after,
        found.known,
        ran=graph.relations_from(connection, before, subjects),
        paths=graph.load_paths(connection, after),
    )


def _only(change: PathChange, found: path_history.PathHistory) -> bool:
    return all(path.identity in found.restated for path in change.paths)


def _known(change: PathChange, edges: Collection[path_drift.Edge]) -> PathChange:
    """A path that is no news of the world: some hop was not looked at before, or we judge otherwise."""
    if change.action is Action.ADDED and any(hop.flow not in edges for hop in change.paths[0].route):
        return replace(
            change,
            action=Action.NEWLY_VISIBLE,
            why="it came to light, and may be old: what shows it was first looked at, or is in its warm-up",
            new_hop=None,
            first_seen=None,
        )
    return replace(
        change,
        action=Action.RESTATED,
        why="our knowledge or our rules changed: the data did not start or stop to flow",
        new_hop=None,
    )


def _gaps(connection: Connection, before: int | None, after: int) -> tuple[GapLine, ...]:
    then, now = covered.gaps(connection, before, after)
    return gaps.group(_rows(then), _rows(now))


def _rows(states: Iterable[covered.CoverageState]) -> list[gaps.CoverageRow]:
    return [gaps.CoverageRow(row.extent, row.state, row.detail, row.last_listed, row.kept) for row in states]


def _category(host: str) -> str:
    found = vocabulary.vendor(host)
    return found.category.replace("_", " ") if found else ""
