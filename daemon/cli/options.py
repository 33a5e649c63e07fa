"""The options and arguments that more than one command takes: each has one name, one form and one help."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from daemon.cli import moments

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]

Older = Annotated[
    str | None,
    typer.Argument(metavar="A", help=f"Older snapshot: {moments.HELP}. Default: the one before B."),
]
Newer = Annotated[str | None, typer.Argument(metavar="B", help="Newer snapshot. Default: the newest.")]
At = Annotated[
    str | None,
    typer.Option("--at", metavar="SNAPSHOT", help=f"As of a snapshot: {moments.HELP}. Default: the newest."),
]
New = Annotated[bool, typer.Option("--new", help="Only what became new from A to B.")]

Named = Annotated[str | None, typer.Argument(metavar="TEXT", help="Part of a name or urn.")]
Environment = Annotated[
    str | None, typer.Option("--environment", metavar="NAME", help="Only of this environment.")
]
DataClass = Annotated[
    str | None,
    typer.Option(
        "--class", metavar="CLASS", help="This kind of personal data or one below it, as user.contact."
    ),
]

LISTED = 200
"""How many entries of a list are printed as text, unless more are asked for: enough to read, and no flood."""

Limit = Annotated[
    int | None,
    typer.Option(
        "--limit",
        metavar="N",
        min=1,
        help="Print at most N, and how many more there are.",
    ),
]

Mistakes = Annotated[int, typer.Option("--mistakes", metavar="N", help="Print at most so many mistakes.")]
Output = Annotated[
    Path | None, typer.Option("--output", "-o", metavar="FILE", help="Write to this file. Default: print.")
]
