"""`driftline paths`: who can ask for which person's data, as a list or as a picture."""

from __future__ import annotations

import sys
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from daemon.cli import words
from daemon.cli.crossings import crossings
from daemon.cli.looking import between
from daemon.cli.moments import existing_snapshot
from daemon.cli.opening import reading, settings_of
from daemon.cli.options import LISTED, AsJson, DataClass, Environment, Limit, New, Newer, Older
from daemon.cli.words import given, one_of, say_nothing_found

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from config.settings import Settings
    from daemon.analysis.choosing import PathChoice
    from daemon.values.drift import PathChange
    from daemon.values.path import DataPath
    from daemon.values.picture import Picture

FORMATS = ("text", "json", "mermaid", "dot", "svg")
ANSWERS = ("reads", "may-return", "returns")
MOST_BOXES = 60
"""Of a picture that can still be read."""


def paths(
    context: typer.Context,
    new: New = False,
    a: Older = None,
    b: Newer = None,
    id: Annotated[
        str | None,
        typer.Option("--id", metavar="ID", help="One path, or one line of a report."),
    ] = None,
    data_class: DataClass = None,
    exposure: Annotated[
        str | None,
        typer.Option("--exposure", metavar="WORD", help="internet or internal."),
    ] = None,
    border: Annotated[
        str | None,
        typer.Option("--border", metavar="TEXT", help="Crosses a border, as EU/EEA->US; * for any."),
    ] = None,
    service: Annotated[
        str | None,
        typer.Option("--service", metavar="TEXT", help="A service on the way, by part of its name."),
    ] = None,
    store: Annotated[
        str | None,
        typer.Option(
            "--store",
            metavar="TEXT",
            help="Part of the urn of the table or its database.",
        ),
    ] = None,
    tier: Annotated[
        str | None,
        typer.Option("--tier", metavar="WORD", help="observed or possible."),
    ] = None,
    answer: Annotated[
        str | None,
        typer.Option(
            "--answer",
            metavar="WORD",
            help="What the origin does with what is read: reads (no more), may-return or returns.",
        ),
    ] = None,
    third_party: Annotated[
        str | None,
        typer.Option("--third-party", metavar="TEXT", help="Sends to a third party; * for any."),
    ] = None,
    environment: Environment = None,
    format: Annotated[
        str,
        typer.Option("--format", "-f", metavar="FORMAT", help="text, json, or a picture: mermaid, dot, svg."),
    ] = "text",
    limit: Limit = None,
    as_json: AsJson = False,
) -> None:
    """List the paths to personal data: all that stand at B or, with --new, what is new from A to B.

    As text, the gravest 200 unless --limit says otherwise. Without --new, A or B alone names the snapshot. In TEXT, *
    stands for any text. `driftline explain` says what supports a path. JSON: id, action, paths (identity, exposure,
    tier, route, columns, class_reason, store, ...).
    """
    from daemon import comparison
    from daemon.analysis.choosing import PathChoice
    from daemon.cli.reports import print_paths

    chosen_format = "json" if as_json else one_of(format, "--format", FORMATS)
    if not new and a is not None and b is not None:
        raise typer.BadParameter(
            "without --new, paths are those of one snapshot, and A and B name two: leave one out, or add --new"
        )
    choice = PathChoice(
        words.data_class(data_class),
        one_of(exposure, "--exposure", ("internet", "internal")) if exposure else "",
        given(border, "--border"),
        given(service, "--service"),
        given(store, "--store"),
        one_of(tier, "--tier", ("observed", "possible")) if tier else "",
        given(third_party, "--third-party"),
        given(environment, "--environment"),
        one_of(answer, "--answer", ANSWERS).replace("-", " ") if answer else "",
    )
    settings = settings_of(context)
    drawn = chosen_format not in ("text", "json")
    with reading(settings) as connection:
        if new:
            found = between(connection, settings, a, b).new_paths
        else:
            found = comparison.standing_paths(connection, existing_snapshot(connection, b or a))
        found = _chosen(found, choice, given(id, "--id"))
        if not found and not new:
            asked = bool(id) or choice != PathChoice()
            say_nothing_found(connection, existing_snapshot(connection, b or a), chosen=asked)
        if drawn:
            picture = _picture(
                connection, settings, tuple(path for line in found[:limit] for path in line.paths)
            )
    if not drawn:
        as_text = chosen_format == "text"
        most = limit or (LISTED if as_text else None)
        print_paths(found, now=datetime.now(UTC), new=new, json=not as_text, limit=most)
        return
    from daemon.report.picture import RENDERERS

    sys.stdout.write(RENDERERS[chosen_format](picture))


def _picture(connection: Connection, settings: Settings, paths: tuple[DataPath, ...]) -> Picture:
    """Raises BadParameter for more boxes than can be read."""
    from daemon.report.picture import picture

    drawn = picture(paths, crossings(connection, settings, paths))
    if len(drawn.boxes) > MOST_BOXES:
        raise typer.BadParameter(
            f"the picture would have {len(drawn.boxes):,} boxes, and at most {MOST_BOXES} can be read: "
            "choose fewer paths, as with --id, --class, --service, --third-party, or the gravest with --limit",
            param_hint="--format",
        )
    return drawn


def _chosen(found: tuple[PathChange, ...], choice: PathChoice, id: str) -> tuple[PathChange, ...]:
    """The lines of which some path is asked for, each with those paths."""
    if id:
        found = tuple(
            replace(line, paths=line.paths if line.id == id else chosen)
            for line in found
            if line.id == id or (chosen := tuple(path for path in line.paths if path.identity.id == id))
        )
    fitting = ((line, tuple(filter(choice.fits, line.paths))) for line in found)
    return tuple(replace(line, paths=paths) for line, paths in fitting if paths)
