"""Results as the page that readers see: one table a benchmark."""

from __future__ import annotations

import os
import platform
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from docs.bench.figures import Figure

_HEAD = """\
# Benchmarks

Written by `make bench`, which runs them all; `python -m docs.bench store diff` runs some and writes nothing, and with
`--write` their tables here. A goal stands in the note of the figure that it is set for.
None is a timed test: machines are noisy, so read the ratios. Each is to a floor measured in the same run: the
least that anyone could do for the same answer.
"""


@dataclass(frozen=True, slots=True)
class Result:
    """What one benchmark answered. `about`: what it measures, a sentence."""

    name: str
    about: str
    figures: Sequence[Figure]


def render(results: Sequence[Result], machine: str, day: date) -> str:
    """The whole page, as Markdown."""
    taken = f"Newest results: {day.day} {day:%B %Y}, {machine}.\n"
    return "\n".join([_HEAD, taken, *(table(result) for result in results)])


def renewed(page: str, results: Sequence[Result], order: Sequence[str]) -> str:
    """The page with these tables in place of older ones; `order`: of all names."""
    head, *sections = page.split("\n## ")
    by_name = {section.partition("\n")[0].lower(): f"## {section.rstrip()}\n" for section in sections}
    by_name |= {result.name: table(result) for result in results}
    return "\n".join([head.rstrip() + "\n", *(by_name[name] for name in order if name in by_name)])


def table(result: Result) -> str:
    """One benchmark as a section with a table."""
    lines = [f"## {result.name.capitalize()}", "", result.about, ""]
    lines += ["| what | value | ratio | to | note |", "|---|--:|--:|---|---|"]
    for each in result.figures:
        ratio = "" if each.ratio is None else f"{each.ratio:.2f} x"
        lines.append(
            f"| {each.name} | {_number(each.value)} {each.unit} | {ratio} | {each.floor} | {each.note} |"
        )
    return "\n".join([*lines, ""])


def machine() -> str:
    """Cores and memory of this machine, and the engines; no name of anything."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    engines = f"CPython {platform.python_version()}, SQLite {sqlite3.sqlite_version}"
    return f"{os.cpu_count()} cores, {memory:.0f} GiB memory, {engines}"


def _number(value: float) -> str:
    """Three digits that matter, and whole numbers from a hundred."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"
