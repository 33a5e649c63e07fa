"""`driftline classes labels`: what scanners, catalogues and comments say of columns, and where it holds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from daemon.cli.options import AsJson
from daemon.cli.tables import print_rows

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from config.settings import Settings
    from daemon.values.told import Told


def labels(
    context: typer.Context,
    unmatched: Annotated[
        bool, typer.Option("--unmatched", help="Only those that meet no known column.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """List the labels of columns and where each holds: for how many tables in use, for what nobody reads, or nowhere.

    They are those of `classes.labels_files` and `classes.columns_files`, and the comments and tags of Glue and
    BigQuery as of the newest snapshot. Unread: a list of columns has it, or the inventory its bucket, and no trace
    shows it. Nowhere: the table has another name, or no list of its columns is known. Words that nobody has mapped to
    a class are named at the end: map them in a file of `classes.words_files`. JSON: column, class, holds, because,
    tables; or word, holds.
    """
    from daemon.analysis.labels_met import met
    from daemon.cli.opening import reading, settings_of
    from daemon.store import flow_lookups
    from daemon.told import told

    settings = settings_of(context)
    said = told(settings)
    with reading(settings) as connection:
        graph = flow_lookups.speaking(connection, reached=True)
        said = _with_catalogue(connection, said)
    rows = [
        {
            "column": f"{each.place}{'#' if '/' in each.place else '.'}{each.label.column}",
            "class": each.label.data_class or None,
            "holds": len(each.tables) or ("unread" if each.known else "nowhere"),
            "because": each.label.reason,
            "tables": [*each.tables],
        }
        for each in met(graph, said)
        if not unmatched or not (each.tables or each.known)
    ]
    if not as_json:
        print_rows(rows, ("column", "class", "holds", "because"), as_json=False)
        for word in said.unknown:
            typer.echo(f"nobody has mapped {word}")
        return
    unknown = [{"word": word, "holds": "not mapped"} for word in said.unknown]
    print_rows([*rows, *unknown], (), as_json=True)


def everything(settings: Settings) -> Told:
    """What is told in files and, where there is a database, in the catalogues of its newest snapshot."""
    from daemon.cli.opening import reading
    from daemon.store.errors import NotFound
    from daemon.told import told

    said = told(settings)
    try:
        with reading(settings) as connection:
            return _with_catalogue(connection, said)
    except NotFound:
        return said


def _with_catalogue(connection: Connection, said: Told) -> Told:
    from daemon.analysis import catalogue
    from daemon.assembly import meaning
    from daemon.store import flow_lookups
    from daemon.values.graph import Graph

    graph = Graph(flow_lookups.of_types(connection, catalogue.TYPES), ())
    return catalogue.with_catalogue(graph, said, meaning(said))
