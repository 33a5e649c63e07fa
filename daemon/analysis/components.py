"""Which service runs which image, and which known vulnerabilities that brings."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Protocol

from collectors.model import Relation, Role
from daemon.analysis.workloads import workloads
from daemon.values.finding import Finding, FindingIdentity
from daemon.values.graph import Graph

RUNS_IMAGE = "runs_image"
_LEADS = frozenset({"runs", "uses_image", "contains"})
_DEEPEST = 6  # service, task definition, index, manifest: more is a loop


class Match(Protocol):
    """What an advisory says of one component."""

    @property
    def advisory(self) -> str: ...
    @property
    def severity(self) -> str: ...
    @property
    def fixed(self) -> tuple[str, ...]: ...
    @property
    def summary(self) -> str: ...


MatchOf = Callable[[str], Sequence[Match] | None]
"""The advisories that hold for a package URL with version; None if no advisory would name it if one held."""

Components = Mapping[str, Sequence[tuple[str, str, str]]]
"""By image digest: package URL, name and version."""


def images(graph: Graph) -> tuple[Relation, ...]:
    """Service (or workload that no service is known to run on) `runs_image` image, sorted."""
    pairs = {(subject, image) for subject, image in _uses(graph) if image}
    return tuple(Relation(subject, RUNS_IMAGE, image) for subject, image in sorted(pairs))


def in_the_dark(graph: Graph) -> frozenset[str]:
    """Services (or workloads) of which some image could not be resolved: what they run is not wholly known."""
    return frozenset(subject for subject, image in _uses(graph) if not image)


def findings(
    runs: Iterable[Relation],
    components: Components,
    match: MatchOf,
    before: Iterable[Finding] = (),
    dark: Collection[str] = (),
) -> tuple[Finding, ...]:
    """Every vulnerability that a service's images bring, sorted by identity; the first image in order speaks.

    `before`: what was found last. It stands where nothing proves otherwise: for components that still run and
    that no advisory covers now, and for services that run an image whose contents are not known. `dark`:
    services of which some image is not known at all.
    """
    runs, before = list(runs), list(before)
    standing: dict[tuple[str, str, str], list[Finding]] = defaultdict(list)
    for finding in before:
        standing[finding.identity.subject, finding.identity.package, finding.version].append(finding)
    found: dict[FindingIdentity, Finding] = {}
    for relation in runs:
        image = str(relation.target)
        for purl, name, version in components.get(digest_of(image), ()):
            advisories = match(purl)
            if advisories is None:
                for finding in standing.get((relation.source, unversioned(purl), version), ()):
                    found.setdefault(finding.identity, replace(finding, image=image))
                continue
            for advisory in advisories:
                identity = FindingIdentity(relation.source, unversioned(purl), advisory.advisory)
                finding = Finding(
                    identity, name, version, image, advisory.severity, tuple(advisory.fixed), advisory.summary
                )
                found.setdefault(identity, finding)
    closed = {str(each.source) for each in runs if digest_of(str(each.target)) not in components}
    for finding in before:
        if finding.identity.subject in closed or finding.identity.subject in dark:
            found.setdefault(finding.identity, finding)
    return tuple(found[identity] for identity in sorted(found))


def digest_of(image: str) -> str:
    """`sha256:...` of an image's urn; "" if it has none."""
    _, at, digest = image.rpartition("@")
    return digest if at else ""


def unversioned(purl: str) -> str:
    """A package URL without version, qualifiers and subpath."""
    bare = purl.partition("#")[0].partition("?")[0]
    head, at, version = bare.rpartition("@")
    return head if at and "/" not in version else bare


def _uses(graph: Graph) -> Iterator[tuple[str, str]]:
    """Service (or workload) and image; "" for an image that could not be resolved."""
    onward: dict[str, list[str]] = defaultdict(list)
    unresolved: set[str] = set()
    for relation in graph.relations:
        if relation.verb not in _LEADS:
            continue
        if target := graph.target(relation):
            onward[relation.source].append(target)
        elif relation.verb == "uses_image":
            unresolved.add(relation.source)
    run_by: dict[str, set[str]] = defaultdict(set)
    for service, places in workloads(graph).items():
        for place in places:
            run_by[place].add(service)
    for urn, resource in graph.resources.items():
        if resource.role is Role.WORKLOAD:
            reached = _reached(urn, onward)
            for subject in run_by.get(urn, {urn}):
                for each in reached:
                    if each in graph.resources and graph.resources[each].role is Role.IMAGE:
                        yield subject, each
                    if each in unresolved:
                        yield subject, ""


def _reached(urn: str, onward: Mapping[str, Sequence[str]]) -> set[str]:
    """All that a workload leads to, itself too."""
    seen, edge = {urn}, [urn]
    for _ in range(_DEEPEST):
        edge = sorted({target for each in edge for target in onward.get(each, ())} - seen)
        seen.update(edge)
    return seen
