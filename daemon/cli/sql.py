"""`driftline sql`: what a statement does with which tables and columns, and how well statements are read."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from daemon.cli.groups import group
from daemon.cli.options import AsJson, Mistakes
from daemon.cli.tables import print_pairs, print_rows

if TYPE_CHECKING:
    from collections.abc import Sequence

    from collectors.traces.sql.figures import Scored
    from collectors.traces.sql.labelled import Column

app = group()


@app.command()
def explain(
    text: Annotated[
        str, typer.Argument(metavar="TEXT", help="The statement; - reads it from standard input.")
    ],
    system: Annotated[
        str,
        typer.Option(metavar="NAME", help="The database, as `db.system.name` has it: mysql, oracle.db, ..."),
    ] = "",
    as_json: AsJson = False,
) -> None:
    """Say which tables a statement reads and writes, and which of their columns only look up."""
    from collectors.traces.sql import parse

    statement = parse(sys.stdin.read() if text == "-" else text, system)
    rows = [
        {
            "table": f"{use.schema}.{use.table}" if use.schema else use.table,
            "verb": use.verb,
            "columns": ", ".join(use.columns),
            "lookups": ", ".join(use.lookups),
        }
        for use in statement.tables
    ]
    print_rows(rows, ("table", "verb", "columns", "lookups"), as_json=as_json)
    if statement.partial and not as_json:
        typer.echo(
            "partial: cut off, not understood in full, or with columns that could be of several tables"
        )


@app.command()
def evaluate(
    files: Annotated[
        list[Path],
        typer.Argument(metavar="FILE...", help="Labelled statements, .sql or .json; see docs/flows.md."),
    ],
    mistakes: Mistakes = 10,
    as_json: AsJson = False,
) -> None:
    """Print how well labelled statements are read, per database: exact tables, precision, recall, columns."""
    from collectors.traces.sql.figures import by_system, figures, score
    from collectors.traces.sql.labelled import MalformedLabels, labelled

    try:
        scored = [score(each) for file in files for each in labelled(file)]
    except (MalformedLabels, OSError) as error:
        raise typer.BadParameter(str(error)) from None
    groups: list[tuple[str, Sequence[Scored]]] = [*by_system(scored).items(), ("all", scored)]
    rows = []
    for name, chosen in groups:
        found = figures(chosen)
        shares = (found.exact, found.precision, found.recall, found.columns)
        names = ("exact_tables", "table_precision", "table_recall", "columns")
        figured = {
            key: None if each is None else round(each, 3) for key, each in zip(names, shares, strict=True)
        }
        rows.append({"system": name, "statements": found.statements, **figured})
    wrong = [_wrong(each) for each in scored if not each.right][: max(0, mistakes)]
    if as_json:
        print_pairs({"figures": rows, "mistakes": wrong}, as_json=True)
        return
    print_rows(rows, tuple(rows[0]), as_json=False)
    for each in wrong:
        typer.echo(f"\n{each['place']}")
        print_pairs({key: each[key] for key in each if key != "place" and each[key]}, as_json=False)


def _wrong(each: Scored) -> dict[str, Any]:
    return {
        "place": each.labelled.place,
        "tables_missed": ", ".join(each.tables_missed),
        "tables_made_up": ", ".join(each.tables_made_up),
        "columns_missed": _columns(each.columns_missed),
        "columns_made_up": _columns(each.columns_made_up),
    }


def _columns(columns: Sequence[Column]) -> str:
    return ", ".join(f"{each.table}.{each.name} {each.role}".strip(" .") for each in columns)
