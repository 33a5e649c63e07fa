"""Decides what a baseline says: the paths, borders, third parties and blind areas that simply are."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import replace

from collectors.model import Resource, Role
from daemon.analysis import ingresses, leaks, path_drift, telling
from daemon.analysis.exposure import INTERNET
from daemon.values.drift import PathChange, Standing
from daemon.values.graph import Bound, Graph
from daemon.values.path import DataPath, Sight

_NAMED = 5


def standing(
    paths: Iterable[DataPath],
    graph: Graph,
    sight: Sight,
    category: Callable[[str], str] = lambda _host: "",
) -> Standing:
    """Standing facts of one snapshot.

    `category`: what a vendor's host is for ("mail"), "" if unknown. Expected credentials are no news.
    """
    lines = _lines(path for path in paths if not path.expected)
    return Standing(
        paths=tuple(line for line in lines if line.paths[0].exposure == INTERNET),
        borders=tuple(line for line in lines if line.paths[0].borders),
        third_parties=_third_parties(graph, category),
        leaks=leaks.standing(graph),
        inside=sum(not _told(line) for line in lines),
        blind=_blind(graph, sight),
        resources=dict(sorted(Counter(resource.type for resource in graph.resources.values()).items())),
    )


def _told(line: PathChange) -> bool:
    return line.paths[0].exposure == INTERNET or bool(line.paths[0].borders)


def _lines(paths: Iterable[DataPath]) -> list[PathChange]:
    """Paths that share all but the class as one line, without saying that anything is new."""
    found = path_drift.compare((), list(paths), frozenset())
    plain = [replace(line, new_hop=None, first_seen=None, why="") for line in found]
    return sorted(plain, key=path_drift.gravity)


def _third_parties(graph: Graph, category: Callable[[str], str]) -> tuple[str, ...]:
    """`api.mailer.example (mail): accounts`, for each host that is known not to be ours."""
    senders: dict[str, set[str]] = defaultdict(set)
    for relation in graph.relations:
        target = str(relation.target)
        if relation.verb == "sends_to" and _is_third_party(graph, target):
            senders[telling.short_name(target)].add(telling.short_name(telling.service_urn(relation.source)))
    result = []
    for host in sorted(senders):
        purpose = category(host)
        result.append(f"{host}{f' ({purpose})' if purpose else ''}: {', '.join(sorted(senders[host]))}")
    return tuple(result)


def _is_third_party(graph: Graph, target: str) -> bool:
    names = [target]
    if target in graph.resources:
        names += [str(alias) for alias in graph.resources[target].aliases]
    if target.startswith("host://public/"):
        names.append(f"public|host|{telling.short_name(target)}")
    found = (graph.bindings.get(name) for name in names)
    return any(binding is not None and binding.state is Bound.THIRD_PARTY for binding in found)


def _blind(graph: Graph, sight: Sight) -> tuple[str, ...]:
    sentences = []
    if sight.blind:
        sentences.append(
            f"{telling.counted(len(sight.blind), 'running workloads')} without spans: {_few(graph, sight.blind)}"
        )
    if backends := ingresses.unheard(graph):
        led = telling.counted(len(backends), "backends")
        sentences.append(f"{led} of ingresses without spans: {_first(backends)}")
    if sight.no_statements:
        calls = telling.counted(len(sight.no_statements), "services")
        sentences.append(f"{calls} with database calls but no statement: {_few(graph, sight.no_statements)}")
    if sight.unknown_tables:
        tables = telling.counted(len(sight.unknown_tables), "tables")
        sentences.append(f"{tables} read whole, columns unknown: {_few(graph, sight.unknown_tables)}")
    if sight.sampled:
        part = telling.counted(len(sight.sampled), "services")
        sentences.append(
            f"{part} of whose traces a part is sent, rare flows seen late: {_few(graph, sight.sampled)}"
        )
    stores = _dark_stores(graph)
    if stores:
        known = telling.counted(len(stores), "data stores")
        sentences.append(f"{known} of which no table was seen, data unknown: {_few(graph, stores)}")
    return tuple(sentences)


def _dark_stores(graph: Graph) -> tuple[str, ...]:
    """Data stores that no observed table or host was found to be kept in."""
    lit = {
        graph.target(relation)
        for relation in graph.relations
        if relation.verb in {"stored_in", "reads", "writes"}
    }
    return tuple(
        sorted(urn for urn, resource in graph.resources.items() if _is_store(resource) and urn not in lit)
    )


def _is_store(resource: Resource) -> bool:
    return resource.role is Role.DATA_STORE and resource.scope.provider != "traces"


def _few(graph: Graph, urns: Iterable[str]) -> str:
    return _first(
        sorted(
            graph.resources[urn].name if urn in graph.resources else telling.full_name(urn) for urn in urns
        )
    )


def _first(names: Iterable[str]) -> str:
    words = list(names)
    more = len(words) - _NAMED
    return ", ".join(words[:_NAMED]) + (f" and {more} more" if more > 0 else "")
