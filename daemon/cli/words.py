"""Decides which words of the command line can be looked up at all, and what to say if nothing is known by them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from daemon.report.safe_text import safe_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlalchemy import Connection

_LONGEST = 4096


def sound(text: str, hint: str) -> str:
    """`text`, if a database can be asked for it. Raises BadParameter: `hint` names the option or argument."""
    if not text.strip():
        raise typer.BadParameter("it is empty: write what to look for", param_hint=hint)
    if len(text) > _LONGEST:
        raise typer.BadParameter(
            f"it has {len(text):,} characters, and none of this length is kept", param_hint=hint
        )
    try:
        text.encode()
    except UnicodeEncodeError:
        raise typer.BadParameter(f'"{safe_text(text)}" is not UTF-8', param_hint=hint) from None
    return text


def given(text: str | None, hint: str) -> str:
    """`text`, if a database can be asked for it; "" if it was not given. Raises BadParameter."""
    return "" if text is None else sound(text, hint)


def one_of(text: str, hint: str, words: Iterable[str]) -> str:
    """`text`, if it is one of the words. Raises BadParameter naming the nearest."""
    from difflib import get_close_matches

    words = sorted(words)
    if text in words:
        return text
    near = get_close_matches(text, words, n=1)
    advice = f"did you mean {near[0]}?" if near else f"choose one of {', '.join(words)}"
    raise typer.BadParameter(
        f'"{safe_text(text)}" is none that is known: {safe_text(advice)}', param_hint=hint
    )


def urn_of(connection: Connection, text: str, number: int | None) -> str:
    """The urn that a person means by a urn, a name or a part, among what a snapshot shows, else what ever was.

    Raises NotFound naming the nearest; ends the command with the candidates and exit code 2 if there are several.
    """
    from daemon.store.errors import NotFound
    from daemon.store.known import find, nearest

    sound(text, "URN")
    found = find(connection, text, number)
    if not found.total and number is not None:
        found = find(connection, text, None)
    if found.total == 1:
        return found.matches[0].urn
    if not found.total:
        near = nearest(connection, text, None)
        advice = f"did you mean {', '.join(near)}?" if near else "`driftline inventory` lists what there is"
        raise NotFound(f'no resource with the urn or name "{text}": {advice}')
    raise several(
        f'"{text}" is the name, or part of it, of {found.total:,} resources:',
        [f"{each.type}  {each.name}  {each.urn}" for each in found.matches],
        found.total,
        "`driftline inventory TEXT` lists them",
        "Write the urn of one of them, or more of its name.",
    )


def several(said: str, shown: Sequence[str], total: int, rest: str, advice: str) -> typer.Exit:
    """Says which candidates there are, and returns the command's end. `rest`: what lists those not shown."""
    from daemon.cli.exits import USAGE

    lines = [f"driftline: {said}", *(f"  {each}" for each in shown)]
    if total > len(shown):
        lines.append(f"  … and {total - len(shown):,} more: {rest}")
    typer.echo("\n".join(map(safe_text, [*lines, advice])), err=True)
    return typer.Exit(USAGE)
