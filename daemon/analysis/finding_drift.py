"""Which vulnerable components a service started or stopped to run between two snapshots."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence

from collectors.model import Relation
from daemon.analysis.components import RUNS_IMAGE
from daemon.analysis.telling import service_urn
from daemon.values.drift import Action, FindingChange
from daemon.values.finding import Finding, FindingIdentity
from daemon.values.path import DataPath

_SEVERITIES = ("critical", "high", "medium", "low", "unknown")
_WHY = {
    Action.ADDED: "the image it runs now contains it, the one it ran before did not",
    Action.REMOVED: "no image it runs contains it any more",
    Action.ALTERED: "another version of it runs, which is vulnerable too",
    Action.RESTATED: "what runs is the same: the advisory or the list of components became known",
}


def compare(
    before: Sequence[Finding],
    after: Sequence[Finding],
    known: Collection[FindingIdentity],
    *,
    ran: Iterable[Relation] = (),
    paths: Iterable[DataPath] = (),
) -> tuple[FindingChange, ...]:
    """What became of the findings, the most severe first.

    `known`: identities that only knowledge or rules brought or took. `ran`: which service ran which image at
    the earlier snapshot. `paths`: the later one's data paths, of which each change names those its service
    is on.
    """
    old, new = {each.identity: each for each in before}, {each.identity: each for each in after}
    images = _images(ran)
    on = _paths_by_service(paths)
    changes = []
    for identity in sorted(old.keys() | new.keys()):
        was, now = old.get(identity), new.get(identity)
        action = _action(was, now, known=identity in known)
        if action is None:
            continue
        finding = now or was
        assert finding is not None
        changes.append(
            FindingChange(
                id=hashlib.sha256(f"finding {action} {identity}".encode()).hexdigest()[:8],
                action=action,
                finding=finding,
                version_before=was.version if was else "",
                images_before=images.get(identity.subject, ()),
                paths=on.get(identity.subject, ()),
                why=_WHY[action],
            )
        )
    return tuple(sorted(changes, key=_order))


def _action(was: Finding | None, now: Finding | None, *, known: bool) -> Action | None:
    if was == now:
        return None
    if was and now and was.version == now.version:
        return None  # the same component in another image, or another wording of the advisory
    if known:
        return Action.RESTATED
    if was is None:
        return Action.ADDED
    return Action.REMOVED if now is None else Action.ALTERED


def _order(change: FindingChange) -> tuple[int, int, FindingIdentity]:
    actions = (Action.ADDED, Action.ALTERED, Action.RESTATED, Action.REMOVED)
    severity = change.finding.severity
    rank = _SEVERITIES.index(severity) if severity in _SEVERITIES else len(_SEVERITIES)
    return actions.index(change.action), rank, change.finding.identity


def _images(ran: Iterable[Relation]) -> Mapping[str, tuple[str, ...]]:
    found: dict[str, list[str]] = defaultdict(list)
    for relation in ran:
        if relation.verb == RUNS_IMAGE:
            found[relation.source].append(str(relation.target))
    return {subject: tuple(sorted(images)) for subject, images in found.items()}


def _paths_by_service(paths: Iterable[DataPath]) -> Mapping[str, tuple[DataPath, ...]]:
    found: dict[str, list[DataPath]] = defaultdict(list)
    for path in paths:
        urns = {
            path.identity.origin,
            *(hop.source for hop in path.route),
            *(hop.target for hop in path.route),
        }
        for service in sorted({service_urn(urn) for urn in urns}):
            found[service].append(path)
    return {service: tuple(on) for service, on in found.items()}
