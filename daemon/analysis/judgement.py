"""What the estate means: names bound, entries found, data paths drawn, and which of it is news of the world."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from daemon.analysis import borders, classes, exposure, hosts, links, paths, sight
from daemon.values.drift import Origin
from daemon.values.graph import Binding, Graph
from daemon.values.path import DataPath, PathIdentity, Sight

Key = str | tuple[str, ...]
"""A urn, or source, verb and target."""

GONE, RESTATED = "gone", "restated"


@dataclass(frozen=True, slots=True)
class Rules:
    """Everything of ours that a judgement depends on. `fingerprint` names it."""

    classifier: classes.Classifier
    vendor: hosts.VendorOf
    jurisdiction: borders.JurisdictionOf
    own_domains: Sequence[str]
    public_operations: Sequence[str]
    fingerprint: str


@dataclass(frozen=True, slots=True)
class Judgement:
    """A graph with its names bound, and the data paths in it."""

    graph: Graph
    paths: tuple[DataPath, ...]

    @property
    def sight(self) -> Sight:
        """For how much of what runs paths can be seen."""
        return sight.look(self.graph)


@dataclass(frozen=True, slots=True)
class Settled:
    """Data paths to be versioned: what opened or differs, with its origin, and what ended, `gone` or `restated`."""

    opened: tuple[tuple[DataPath, Origin], ...]
    ended: tuple[tuple[DataPath, str], ...]


def judge(graph: Graph, previous: Mapping[str, Binding], rules: Rules) -> Judgement:
    """Binds names, finds entries and draws paths. `previous`: bindings of the snapshot before."""
    bindings = links.bind(graph, previous=previous, own_domains=rules.own_domains, vendor=rules.vendor)
    bound = replace(graph, bindings=bindings)
    entries = exposure.entries(bound, rules.public_operations)
    return Judgement(bound, paths.find(bound, entries, rules.classifier, rules.jurisdiction))


def settle(
    stored: Sequence[DataPath],
    now: Sequence[DataPath],
    again: Callable[[], Sequence[DataPath]],
    warming: Collection[str],
) -> Settled:
    """Decides how each path that differs from what is stored came to be.

    `again`: draws the paths of the previous snapshot with today's knowledge and rules; what it already
    contains is no news, and what it no longer contains did not end in the world. It is called only if
    something differs. `warming`: environments in which new paths are listed and not alarmed, unless they
    join the internet to personal data or cross a border.
    """
    old, new = _by_identity(stored), _by_identity(now)
    if old == new:
        return Settled((), ())
    retold = _by_identity(again())
    opened = []
    for identity in sorted(new):
        path = new[identity]
        if old.get(identity) != path:
            opened.append((path, _origin(path, old.get(identity), retold.get(identity), warming)))
    ended = [
        (old[identity], GONE if identity in retold else RESTATED)
        for identity in sorted(old.keys() - new.keys())
    ]
    return Settled(tuple(opened), tuple(ended))


def retold(before: Graph, now: Graph, known: Collection[Key]) -> Graph:
    """The previous graph as it looks with what is only now known of it.

    `known`: keys of resources and relations whose new content is a first listing or follows other rules, or
    which are no longer asked for.
    """
    resources = {urn: resource for urn, resource in before.resources.items() if urn not in known}
    resources |= {urn: resource for urn, resource in now.resources.items() if urn in known}
    relations = {
        key: r for r in before.relations if (key := (r.source, r.verb, str(r.target))) not in known
    }
    for relation in now.relations:
        key = (relation.source, relation.verb, str(relation.target))
        if key in known:
            relations[key] = relation
    ordered = tuple(relations[key] for key in sorted(relations))
    return Graph(resources, ordered, before.bindings, now.unlisted)


def _origin(
    path: DataPath, stored: DataPath | None, told: DataPath | None, warming: Collection[str]
) -> Origin:
    if stored is not None:
        return Origin.RESTATED if path == told else Origin.ALTERED
    if told is not None:
        return Origin.BASELINE
    environment = path.identity.origin.split("://", 1)[-1].split("/", 1)[0]
    alarming = path.exposure == exposure.INTERNET or path.borders
    return Origin.NEWLY_VISIBLE if environment in warming and not alarming else Origin.ADDED


def _by_identity(found: Sequence[DataPath]) -> dict[PathIdentity, DataPath]:
    return {path.identity: path for path in found}
