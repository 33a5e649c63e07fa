"""`driftline classes`: what personal data columns hold, why, and how well that is judged."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from daemon.cli.groups import group
from daemon.cli.labels import everything, labels
from daemon.cli.options import AsJson, Mistakes
from daemon.cli.tables import print_pairs, print_rows

if TYPE_CHECKING:
    from collectors.traces.classes.figures import Figures, Scored

app = group()


@app.command()
def explain(
    context: typer.Context,
    column: Annotated[
        str,
        typer.Argument(
            metavar="[SCHEMA.]TABLE.COLUMN",
            help="The column, as SQL text names it; of documents, the path: shop.customers.address.city; of objects: "
            "BUCKET/KEY#FIELD, as `driftline classes labels` names it.",
        ),
    ],
    siblings: Annotated[
        str,
        typer.Option(
            metavar="NAMES", help="Other columns of the same table, with commas: a,b,c. They give context."
        ),
    ] = "",
    as_json: AsJson = False,
) -> None:
    """Say what a column is held to contain and why: your verdict, a label and who says it, or the rule of its name.

    Labels are those of files, and the comments and tags of Glue and BigQuery as of the newest snapshot.
    """
    from collectors.traces import classes as judge
    from daemon.analysis.classes import held
    from daemon.cli.opening import settings_of
    from daemon.values.told import Column

    schema, table, name = _parted(column)
    others = [each.strip() for each in siblings.split(",") if each.strip()]
    told = everything(settings_of(context))
    outer, _, inner = table.rpartition(".")
    if outer and told.columns(f"{schema}.{outer}", inner):  # PROJECT.DATASET.TABLE, and no document
        schema, table = f"{schema}.{outer}", inner
    others += [each for each in told.columns(schema, table) if each.lower() != name.lower()]
    said = told.ruling(Column("", schema, table, name)) or told.of_object(table, name)
    verdict = judge.explain(table, name, schema=schema, siblings=others)
    guess = None if isinstance(verdict, str) else verdict
    known = held(name, said, guess)
    if known is None:
        because = said.reason if said is not None else f'column "{name}": {verdict}'
        found: dict[str, object] = {"class": "", "because": because}
        if said is not None:
            found["tier"] = said.tier
    else:
        found = {
            "class": known.data_class,
            "because": known.reason if said is None else known.reason.removeprefix(f'column "{name}": '),
            "tier": known.tier,
            "confidence": known.confidence if as_json else f"{known.confidence:.2f}",
        }
        if said is None and guess is not None:
            found["rule"] = guess.rule
    found["vocabulary"] = judge.VERSION
    if as_json:
        print_pairs({"schema": schema, "table": table, "column": name, **found}, as_json=True)
        return
    typer.echo(found.pop("class") or "no data class")
    for key, value in found.items():
        typer.echo(f"  {key:<10}  {value}")


@app.command("list")
def list_classes(
    as_json: AsJson = False,
) -> None:
    """List the classes of personal data: what harm their loss does, and how many rules and phrases tell them.

    Sensitivity: restricted (special categories, government ids, accounts, credentials), personal, indirect (tells
    who a person is only together with other data).
    """
    from collectors.traces.classes import counted
    from config.vocabulary import data_class, data_classes

    rules = counted()
    rows = [
        {
            "class": key,
            "label": data_class(key).label,
            "sensitivity": data_class(key).sensitivity,
            "rules": rules[key][0] if key in rules else 0,
            "phrases": rules[key][1] if key in rules else 0,
        }
        for key in sorted({*data_classes(), *rules})
    ]
    print_rows(rows, ("class", "sensitivity", "rules", "phrases", "label"), as_json=as_json)


@app.command()
def evaluate(
    files: Annotated[
        list[Path],
        typer.Argument(
            metavar="FILE...",
            help="Columns with labels: CSV with table, column, class; JSON {table: {column: class}}; JSON lines.",
        ),
    ],
    labels: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Your own words for classes, TOML: class = [word, ...]."),
    ] = None,
    mistakes: Mistakes = 20,
    as_json: AsJson = False,
) -> None:
    """Print how well column names are judged against labels: precision, recall and F1, in all and per class.

    An empty label says that a column holds nothing personal. Columns without a label are not judged, and all columns
    of a table are each other's neighbours. Strict: only the very class is right. Lenient: one above or below it in
    the taxonomy is right as well. Personal: any class is right where there is one. Macro: the mean of the classes
    that are labelled, strict.
    """
    from collectors.traces.classes import figures
    from collectors.traces.classes.labelled import MalformedLabels, labelled, labels_file

    try:
        own = labels_file(labels) if labels else {}
        scored = figures.score([row for file in files for row in labelled(file, own)])
    except MalformedLabels as error:
        raise typer.BadParameter(str(error)) from None
    classes = figures.by_class(scored)
    precision, recall, f1 = figures.macro(classes.values())
    whole = [
        _row("strict", figures.strict(scored)),
        _row("lenient", figures.lenient(scored)),
        _row("personal", figures.personal(scored)),
        {"figure": "macro", "precision": round(precision, 3), "recall": round(recall, 3), "f1": round(f1, 3)}
        | {"right": None, "found": None, "labelled": None},
    ]
    each = [{"class": row.pop("figure"), **row} for row in (_row(key, one) for key, one in classes.items())]
    wrong = [_wrong(one) for one in figures.mistakes(scored)]
    if as_json:
        print_pairs(
            {
                "columns": len(scored),
                "figures": whole,
                "classes": each,
                "mistakes": wrong[: max(0, mistakes)],
            },
            as_json=True,
        )
        return
    measures = ("precision", "recall", "f1", "right", "found", "labelled")
    print_rows(each, ("class", *measures), as_json=False)
    typer.echo(f"\n{len(scored):,} columns")
    print_rows(whole, ("figure", *measures), as_json=False)
    if wrong and mistakes > 0:
        typer.echo("\nMistakes, the worst first")
        print_rows(wrong[:mistakes], ("column", "labelled", "found", "rule", "because"), as_json=False)


@app.command("set")
def set_verdict(
    context: typer.Context,
    column: Annotated[
        str,
        typer.Argument(
            metavar="[SCHEMA.]TABLE.COLUMN", help="The column; * stands for any text: *.audit_log.actor*"
        ),
    ],
    data_class: Annotated[
        str,
        typer.Argument(metavar="CLASS", help="A class of `driftline classes list`; none: nothing personal."),
    ],
    reason: Annotated[
        str, typer.Option(metavar="TEXT", help="Why; whoever asks for the class will read it.")
    ],
    store: Annotated[
        str, typer.Option(metavar="PATTERN", help="Only where the table's urn is like this: *orders-db*")
    ] = "*",
    by: Annotated[str, typer.Option(metavar="NAME", help="Who says so. Default: $USER.")] = "",
) -> None:
    """Say what a column holds: your verdict wins over labels and over what names tell.

    It is added to the file of `classes.verdicts_file`, and holds from the next snapshot. What it changes in paths is
    reported as restated, not as drift.
    """
    import os
    from datetime import UTC, datetime

    from daemon import verdicts
    from daemon.cli.opening import settings_of

    parts: list[str] = [*(_of_object(column) or column.split("."))]
    *schema, table, name = ["", *parts]
    if not table or not name:
        raise typer.BadParameter(f"{column!r} has no table; write TABLE.COLUMN, such as customers.email")
    if not verdicts.is_class(data_class):
        raise typer.BadParameter(verdicts.no_class(data_class))
    if not reason.strip():
        raise typer.BadParameter("say why: --reason TEXT")
    path = verdicts.file_of(settings_of(context))
    entry = verdicts.Entry(
        store=store or "*",
        schema=".".join(filter(None, schema)) or "*",
        table=table,
        column=name,
        data_class=data_class,
        reason=reason.strip(),
        by=by or os.environ.get("USER", ""),
        date=datetime.now(UTC).date(),
    )
    replaced = verdicts.put(path, entry)
    typer.echo(f"{'replaced' if replaced else 'added'} in {path}; it holds from the next snapshot")


app.command()(labels)


def _parted(column: str) -> tuple[str, str, str]:
    """Schema, table (of documents: table and path) and column. Raises BadParameter."""
    path = [*(_of_object(column) or column.split("."))]
    if len(path) < 2 or not all(path):
        raise typer.BadParameter(f"{column!r} has no table; write TABLE.COLUMN, such as customers.email")
    schema = path.pop(0) if len(path) > 2 else ""
    return schema, ".".join(path[:-1]), path[-1]


def _of_object(column: str) -> tuple[str, str] | None:
    """Bucket and `KEY#FIELD` of `BUCKET/KEY#FIELD`, as `classes labels` names what a scanner found in an object."""
    bucket, slash, rest = column.partition("/")
    return (bucket, rest) if slash and "#" in rest else None


def _row(figure: str, found: Figures) -> dict[str, Any]:
    return {
        "figure": figure,
        "precision": round(found.precision, 3),
        "recall": round(found.recall, 3),
        "f1": round(found.f1, 3),
        "right": found.right,
        "found": found.found,
        "labelled": found.wanted,
    }


def _wrong(each: Scored) -> dict[str, Any]:
    place = (each.labelled.schema, each.labelled.table, each.labelled.column)
    return {
        "column": ".".join(filter(None, place)),
        "labelled": " or ".join(each.labelled.classes) or None,
        "found": each.found or None,
        "rule": each.verdict.rule if each.verdict else None,
        "because": each.verdict.reason if each.verdict else each.reason,
    }
