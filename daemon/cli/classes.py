"""`driftline classes`: why a column is held to be personal data, or why not."""

from __future__ import annotations

from typing import Annotated

import typer

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    add_completion=False,
    help="What kinds of personal data columns hold.",
)


@app.callback()
def classes() -> None:
    """Keeps `explain` a command of its own, though it is the only one."""


@app.command()
def explain(
    column: Annotated[
        str, typer.Argument(metavar="[SCHEMA.]TABLE.COLUMN", help="The column, as SQL text names it.")
    ],
    siblings: Annotated[
        str,
        typer.Option(
            metavar="NAMES", help="Other columns of the same table, with commas: a,b,c. They give context."
        ),
    ] = "",
) -> None:
    """Say what kind of personal data a column's name tells, and which rule spoke."""
    from collectors.traces import classes as judge

    *schema, table, name = ["", *column.split(".")]
    if not table or not name:
        raise typer.BadParameter(f"{column!r} has no table; write TABLE.COLUMN, such as customers.email")
    others = [each.strip() for each in siblings.split(",") if each.strip()]
    verdict = judge.explain(table, name, schema=".".join(filter(None, schema)), siblings=others)
    if isinstance(verdict, str):
        typer.echo(f'no data class\n  because     column "{name}": {verdict}')
    else:
        typer.echo(verdict.data_class)
        typer.echo(f"  because     {verdict.reason}")
        typer.echo(f"  tier        {verdict.tier}\n  confidence  {verdict.confidence:.2f}")
        typer.echo(f"  rule        {verdict.rule}")
    typer.echo(f"  vocabulary  {judge.VERSION}")
