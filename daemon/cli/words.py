"""Decides which words of the command line can be looked up at all, and what to say if nothing is known by them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from daemon.report.safe_text import safe_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlalchemy import Connection

_LONGEST = 4096
_NEAR = 3
_FEW = 20


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
    near = [word for word in words if text and text in word][:_NEAR] or get_close_matches(text, words, n=1)
    if near:
        advice = f"did you mean {' or '.join(near)}?"
    elif len(words) <= _FEW:
        advice = f"choose one of {', '.join(words)}"
    else:
        advice = f"there are {len(words):,}, such as {words[0]} and {words[-1]}"
    raise typer.BadParameter(
        f'"{safe_text(text)}" is none that is known: {safe_text(advice)}', param_hint=hint
    )


def data_class(text: str | None) -> str:
    """A data class to choose by, or one with classes below it; "" if none was given. Raises BadParameter."""
    from config.vocabulary import data_classes

    if text is None or "*" in text:
        return given(text, "--class")
    return one_of(text, "--class", data_classes())


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
        _columns([(each.type, each.name, each.urn) for each in found.matches]),
        found.total,
        "`driftline inventory TEXT` lists them",
        "Write the urn of one of them, or more of its name.",
    )


def say_nothing_found(connection: Connection, number: int, *, chosen: bool) -> None:
    """Why a list is empty, on standard error. `chosen`: not everything was asked for."""
    from daemon.store import flow_lookups

    said = (
        f"nothing in snapshot {number} fits" if chosen else "`driftline doctor traces` says what spans lack"
    )
    if not flow_lookups.hears(connection):
        said = (
            f"no service was heard of by snapshot {number}: `driftline doctor` says where spans are awaited, "
            "`driftline otel-config` how to send them, and `driftline traces import FILE` reads files"
        )
    typer.echo(f"driftline: {said}", err=True)


def _columns(rows: Sequence[tuple[str, ...]]) -> list[str]:
    """Cells below one another, the last one as long as it is."""
    widths = [max(map(len, cells)) for cells in zip(*rows, strict=True)][:-1]
    return ["  ".join((*map(str.ljust, row[:-1], widths), row[-1])) for row in rows]


def several(said: str, shown: Sequence[str], total: int, rest: str, advice: str) -> typer.Exit:
    """Says which candidates there are, and returns the command's end. `rest`: what lists those not shown."""
    from daemon.cli.exits import USAGE

    lines = [f"driftline: {said}", *(f"  {each}" for each in shown)]
    if total > len(shown):
        lines.append(f"  … and {total - len(shown):,} more: {rest}")
    typer.echo("\n".join(map(safe_text, [*lines, advice])), err=True)
    return typer.Exit(USAGE)
