"""Decides which boxes and arrows show some data paths."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from daemon.report import wording
from daemon.values.path import Border, DataPath, Direction, Tier
from daemon.values.picture import Arrow, Box, Kind, Picture

Crossings = Mapping[tuple[str, str], Sequence[Border]]
"""The borders between the ends of a hop."""

INTERNET = "internet"
_KINDS = {"topic": Kind.TOPIC, "table": Kind.TABLE, "host": Kind.THIRD_PARTY}


def picture(paths: Sequence[DataPath], crossings: Crossings) -> Picture:
    """All of these paths in one picture. A border that lies on no single hop is told on the last one.

    The title counts as lists do: paths that differ in nothing but the class are one.
    """
    chips: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    stores: dict[str, str] = {}
    hops: dict[tuple[str, str], list[tuple[str, str, bool]]] = defaultdict(list)
    borders: dict[tuple[str, str], set[str]] = defaultdict(set)
    for path in paths:
        key = path.identity
        chips[key.sink][key.data_class].update(_short(key.direction, path.columns))
        stores[key.sink] = wording.place(path)
        observed = path.tier is Tier.OBSERVED
        if path.exposure == INTERNET:
            hops[INTERNET, key.origin].append(("calls", "", observed))
        left = set(path.borders)
        for hop in path.route:
            ends = (hop.source, hop.target)
            hops[ends].append((hop.verb.replace("_", " "), wording.evidence(hop.evidence), observed))
            crossed = left.intersection(crossings.get(ends, ()))
            borders[ends].update(f"{each.origin} -> {each.destination}" for each in crossed)
            left -= crossed
        if path.route:
            last = path.route[-1]
            told = {f"{each.origin} -> {each.destination}" for each in left}
            borders[last.source, last.target].update(told)
    lines = {(key.origin, key.sink, key.direction) for key in (path.identity for path in paths)}
    keys = sorted({urn for ends in hops for urn in ends})
    return Picture(
        title=wording.counted(len(lines), "path") + " to personal data",
        boxes=tuple(_box(urn, chips.get(urn, {}), stores.get(urn, "")) for urn in keys),
        arrows=tuple(
            Arrow(
                *ends,
                verb=wording.listed(sorted({verb for verb, _, _ in seen})),
                evidence=wording.listed(sorted({evidence for _, evidence, _ in seen})),
                border=wording.listed(sorted(borders.get(ends, ()))),
                observed=any(observed for _, _, observed in seen),
            )
            for ends, seen in sorted(hops.items())
        ),
    )


def _short(direction: Direction, columns: Sequence[str]) -> set[str]:
    """To a third party or topic, columns go by table as well: their own name is enough here."""
    return {each.rpartition(".")[2] for each in columns} if direction.gives else set(columns)


def _box(urn: str, classes: Mapping[str, set[str]], store: str) -> Box:
    if urn == INTERNET:
        return Box(urn, Kind.INTERNET, "Internet")
    kind = _KINDS.get(urn.partition("://")[0], Kind.OPERATION)
    chips = tuple(
        f"{', '.join(sorted(columns)) or 'columns unknown'}: {name}"
        for name, columns in sorted(classes.items())
    )
    if kind is Kind.OPERATION:
        operation = "" if urn.startswith("service://") else wording.name(urn)
        return Box(urn, kind, wording.service(urn).removeprefix("/"), operation, chips)
    below = {Kind.TABLE: store, Kind.TOPIC: "topic", Kind.THIRD_PARTY: "third party"}[kind]
    return Box(urn, kind, wording.name(urn), below, chips)
