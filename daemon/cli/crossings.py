"""Finds on which hop of a path each of its borders lies."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from config.settings import Settings
    from daemon.values.path import Border, DataPath


def crossings(
    connection: Connection, settings: Settings, paths: Iterable[DataPath]
) -> dict[tuple[str, str], tuple[Border, ...]]:
    """The borders on hops, by source and target: those that a path over this hop is told to cross."""
    from config import vocabulary
    from daemon.analysis.borders import Places, transfers
    from daemon.store import flow_lookups
    from daemon.values.path import Direction

    crossing = [path for path in paths if path.borders]
    if not crossing:
        return {}
    transfer = transfers(vocabulary.border, settings.borders, vocabulary.country_of)
    places = Places(flow_lookups.speaking(connection), vocabulary.jurisdiction, transfer)
    found: dict[tuple[str, str], dict[Border, None]] = defaultdict(dict)
    for path in crossing:
        back = path.identity.direction is Direction.READS
        for hop in path.route:
            met = places.between(hop.source, hop.target, back=back)
            found[hop.source, hop.target].update(dict.fromkeys(each for each in met if each in path.borders))
    return {ends: tuple(met) for ends, met in sorted(found.items()) if met}
