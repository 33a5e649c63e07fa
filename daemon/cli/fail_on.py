"""What `--fail-on` asks for, and the exit code it makes."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, Annotated

import typer

from daemon.cli.exits import BOTH, DRIFT, GAPS

if TYPE_CHECKING:
    from daemon.values.drift import Drift

FailOn = Annotated[
    str,
    typer.Option(
        "--fail-on",
        metavar="WHAT",
        help="drift: exit with 10 if anything changed; gaps: with 11 if anything was not observed; "
        "drift,gaps: with 10, 11, or 12 for both.",
    ),
]


def wanted(text: str) -> frozenset[str]:
    """The words of the option. Raises BadParameter."""
    words = frozenset(word.strip() for word in text.split(",") if word.strip())
    if unknown := words - {"drift", "gaps"}:
        raise typer.BadParameter(
            f"{', '.join(sorted(unknown))}: write drift, gaps or drift,gaps", param_hint="--fail-on"
        )
    return words


def changed(drift: Drift) -> bool:
    """Whether the world changed; a new gap, or a change of our own rules, is no drift."""
    paths = drift.new_paths or drift.altered_paths or drift.gone_paths
    return bool(drift.groups or paths or drift.findings or drift.leaks)


def leave(words: Collection[str], *, drifted: bool, incomplete: bool) -> None:
    """Ends the program with the code that is due, if one is. Raises Exit."""
    drift, gaps = drifted and "drift" in words, incomplete and "gaps" in words
    if drift or gaps:
        raise typer.Exit(BOTH if drift and gaps else DRIFT if drift else GAPS)
