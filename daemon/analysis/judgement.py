"""What the estate means: names bound, entries found, data paths drawn, and which of it is news of the world."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from collectors.model import Relation
from daemon.analysis import borders, catalogue, classes, components, exposure, hosts, links, paths, sight
from daemon.analysis.telling import service_urn
from daemon.values.drift import Origin
from daemon.values.graph import Binding, Graph
from daemon.values.path import DataPath, Sight
from daemon.values.told import NOTHING, Told

Key = str | tuple[str, ...]
"""A urn, or source, verb and target."""


@dataclass(frozen=True, slots=True)
class Rules:
    """Everything of ours that a judgement depends on. `fingerprint` names it."""

    classifier: classes.Classifier
    vendor: hosts.VendorOf
    jurisdiction: borders.JurisdictionOf
    own_domains: Sequence[str]
    public_operations: Sequence[str]
    match: components.MatchOf
    fingerprint: str
    told: Told = NOTHING
    transfer: borders.TransferOf = borders.BY_LAW
    meaning: catalogue.MeaningOf | None = None


@dataclass(frozen=True, slots=True)
class Judgement:
    """A graph with its names bound, and the data paths in it."""

    graph: Graph
    paths: tuple[DataPath, ...]
    runs: tuple[Relation, ...]
    """Which service runs which image."""
    dark: frozenset[str]
    """Services of which some image is not known."""
    listed: frozenset[str] = frozenset()
    """Tables of which a list of columns is known."""

    @property
    def sight(self) -> Sight:
        """For how much of what runs paths can be seen."""
        return sight.look(self.graph, self.listed)


def judge(graph: Graph, previous: Mapping[str, Binding], rules: Rules) -> Judgement:
    """Binds names, finds entries and draws paths. `previous`: bindings of the snapshot before."""
    bindings = links.bind(graph, previous=previous, own_domains=rules.own_domains, vendor=rules.vendor)
    bound = replace(graph, bindings=bindings)
    entries = exposure.entries(bound, rules.public_operations)
    told = catalogue.with_catalogue(bound, rules.told, rules.meaning, classes.names_in_use(bound))
    found = paths.find(bound, entries, rules.classifier, rules.jurisdiction, told, rules.transfer)
    listed = classes.complete(bound, told)
    return Judgement(bound, found, components.images(bound), components.in_the_dark(bound), listed)


def retold(before: Graph, now: Graph, known: Collection[Key]) -> Graph:
    """The previous graph as it looks with what is only now known of it.

    `known`: keys of resources and relations whose new content is a first listing or follows other rules, or
    which are no longer asked for.
    """
    resources = {urn: resource for urn, resource in before.resources.items() if urn not in known}
    resources |= {urn: resource for urn, resource in now.resources.items() if urn in known}
    relations = {key: r for r in before.relations if (key := (r.source, r.verb, str(r.target))) not in known}
    for relation in now.relations:
        key = (relation.source, relation.verb, str(relation.target))
        if key in known:
            relations[key] = relation
    ordered = tuple(relations[key] for key in sorted(relations))
    return Graph(resources, ordered, before.bindings, now.unlisted)


def origin_of_new(path: DataPath, warming: Collection[str]) -> Origin:
    """How a path that is news came to be.

    `warming`: environments, and urns of services, of which new paths are listed and not alarmed, unless they join
    the internet to personal data or cross a border.
    """
    environment = path.identity.origin.split("://", 1)[-1].split("/", 1)[0]
    on = {service_urn(end) for hop in path.route for end in (hop.source, hop.target)}
    alarming = path.exposure == exposure.INTERNET or path.borders
    warm = environment in warming or not on.isdisjoint(warming)
    return Origin.NEWLY_VISIBLE if warm and not alarming else Origin.ADDED
