"""`driftline explain`: what supports a data path, hop by hop and class by class."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import TYPE_CHECKING, Annotated

import typer

from daemon.cli.crossings import crossings
from daemon.cli.moments import existing_snapshot
from daemon.cli.opening import reading, settings_of
from daemon.cli.options import AsJson, At
from daemon.cli.words import several, sound

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from config.settings import Settings
    from daemon.values.drift import PathChange
    from daemon.values.explanation import Explanation

_SHOWN = 20
_MOST_CLASSES = 10
"""Of a line with more classes, reports that told some of them are not looked for."""


def explain(
    context: typer.Context,
    which: Annotated[
        str,
        typer.Argument(
            metavar="PATH",
            help="The id that `driftline paths` or a report prints, or a part of it that only one path has.",
        ),
    ],
    at: At = None,
    as_json: AsJson = False,
) -> None:
    """Say what supports a data path: each hop's evidence and times, each class's rule, borders, how sure it is.

    JSON: id, ids, paths, since, hops (hop, first_seen, last_seen, times, borders), store_region, fetched (as hops).
    """
    from daemon import comparison
    from daemon.cli.terminal import print_found
    from daemon.report.explanation import render_explanation

    sound(which, "PATH")
    settings = settings_of(context)
    with reading(settings) as connection:
        number = existing_snapshot(connection, at)
        line = _line(comparison.standing_paths(connection, number), which)
        told = _explanation(connection, settings, line)
    print_found("explanation", told, render_explanation, as_json=as_json)


def _explanation(connection: Connection, settings: Settings, line: PathChange) -> Explanation:
    from daemon.analysis.fetching import fetched
    from daemon.store import flow_lookups
    from daemon.values.explanation import Explanation, HopSeen

    first = line.paths[0]
    edges = [hop.flow for hop in first.route]
    seen = flow_lookups.times(connection, edges)
    unknown = ("", "", 0)
    met = crossings(connection, settings, line.paths)
    return Explanation(
        line.id,
        tuple(path.identity.id for path in line.paths),
        line.paths,
        tuple(flow_lookups.path_since(connection, path) for path in line.paths),
        tuple(
            HopSeen(hop, *seen.get(edge, unknown), met.get((hop.source, hop.target), ()))
            for hop, edge in zip(first.route, edges, strict=True)
        ),
        flow_lookups.regions(connection, {first.store} - {""}).get(first.store, ""),
        fetched(line.paths, flow_lookups.flows(connection, ("reads",)))
        if first.identity.direction.gives
        else (),
    )


def _line(lines: Sequence[PathChange], which: str) -> PathChange:
    """The line that a person means. Raises NotFound, or ends the command with the candidates."""
    from daemon.analysis.choosing import has
    from daemon.report import wording
    from daemon.store.errors import NotFound

    for narrower in (_by_id, _by_report):
        found = list(narrower(lines, which.strip("[]").lower()))
        if found:
            break
    else:
        found = [
            line
            for line in lines
            if any(has(which, str(p.identity), wording.route(line.paths)) for p in line.paths)
        ]
    if len(found) == 1:
        return found[0]
    if not found:
        other = (
            "; a line of a report that is of no path is whole in `driftline diff --json`"
            if _is_id(which)
            else ""
        )
        raise NotFound(
            f'no data path with the id or part "{which}": `driftline paths` lists what there is{other}'
        )
    raise several(
        f'"{which}" is part of {len(found):,} paths:',
        [f"{line.id}  {wording.route(line.paths)}" for line in found[:_SHOWN]],
        len(found),
        "`driftline paths` lists them",
        "Write the id of one of them, or more of its text.",
    )


def _by_id(lines: Sequence[PathChange], id: str) -> Iterator[PathChange]:
    from dataclasses import replace

    for line in lines:
        if line.id == id:
            yield line
            return
    for line in lines:
        for path in line.paths:
            if path.identity.id == id:
                yield replace(line, id=id, paths=(path,))
                return


def _is_id(text: str) -> bool:
    return len(text) == 8 and set(text.lower()) <= set("0123456789abcdef")


def _by_report(lines: Sequence[PathChange], id: str) -> Iterator[PathChange]:
    """The line of which a report told some classes under this id, as an addition or an alteration."""
    from daemon.values.drift import Action

    if not _is_id(id):
        return
    for line in lines:
        names = sorted(str(path.identity) for path in line.paths)
        for size in range(1, len(names) + 1 if len(names) <= _MOST_CLASSES else 1):
            for some in combinations(names, size):
                for action in (Action.ADDED, Action.ALTERED):
                    text = "\n".join((action, *some))
                    if hashlib.sha256(text.encode(errors="backslashreplace")).hexdigest()[:8] == id:
                        yield line
                        return
