"""A progress bar on a terminal, on standard error; nothing anywhere else."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

from daemon.report.safe_text import safe_text

if TYPE_CHECKING:
    from daemon.collection import Progress


class Advance(Protocol):
    """Told that `by` more steps are done."""

    def __call__(self, by: int = 1, /) -> None: ...


@contextmanager
def progress(total: int | None, label: str) -> Iterator[Advance]:
    """A bar of `total` steps, gone when all is done; None: how many there are is not known, and none are told.

    Where nobody would see it, `advance` does nothing and nothing is loaded.
    """
    if not _seen():
        yield lambda _by=1, /: None
        return
    from rich.console import Console
    from rich.markup import escape
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), *((MofNCompleteColumn(),) if total else ()))
    with Progress(*columns, TimeElapsedColumn(), console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(escape(safe_text(label)), total=total)
        yield lambda by=1, /: bar.advance(task, by)


@contextmanager
def shown(title: str) -> Iterator[Progress | None]:
    """A function that is told of a collection's progress; None where nobody would see it."""
    if not _seen():
        yield None
        return
    from rich.console import Console
    from rich.markup import escape
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    columns = (TextColumn(title), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[extent]}"))
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(title, total=None, extent="")
        yield lambda answered, planned, name: bar.update(
            task, completed=answered, total=planned, extent=escape(safe_text(name[:60]))
        )


def _seen() -> bool:
    return sys.stderr.isatty() and os.environ.get("TERM") != "dumb"
