"""Reports on streams: colour and width only for terminals, the same bytes for files and pipes."""

from __future__ import annotations

import io
import json

import pytest

from daemon.cli.reports import Format, print_coverage, print_drift, print_paths
from daemon.cli.terminal import in_colour, width_of
from daemon.report.html import render_html
from daemon.report.text import render_text
from tests.support import drifts


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_pipe_gets_a_hundred_columns_without_colour() -> None:
    pipe = io.StringIO()
    print_drift(drifts.full(), stream=pipe)
    assert pipe.getvalue() == render_text(drifts.full(), width=100)


def test_a_terminal_gets_colour_and_its_own_width(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.delenv("NO_COLOR", raising=False)
    terminal = Terminal()
    print_drift(drifts.full(), stream=terminal)
    assert terminal.getvalue() == render_text(drifts.full(), width=80, colour=True)
    for columns, width in (("20", 60), ("500", 140)):
        monkeypatch.setenv("COLUMNS", columns)
        assert width_of(terminal) == width


@pytest.mark.parametrize(
    ("environment", "colour"),
    [({"TERM": "xterm"}, True), ({"TERM": "xterm", "NO_COLOR": "1"}, False), ({"TERM": "dumb"}, False)],
)
def test_colour_can_be_declined(environment: dict[str, str], *, colour: bool) -> None:
    assert in_colour(Terminal(), environment) is colour


def test_each_format_is_what_it_says() -> None:
    out = io.StringIO()
    print_drift(drifts.full(), Format.HTML, out)
    assert out.getvalue() == render_html(drifts.full())
    for kind in ("drift", "paths", "coverage"):
        out = io.StringIO()
        if kind == "drift":
            print_drift(drifts.full(), Format.JSON, out)
        elif kind == "paths":
            print_paths((drifts.new_path(),), now=drifts.AFTER.time, json=True, stream=out)
        else:
            print_coverage(drifts.AFTER, drifts.full().sight, drifts.full().gaps, json=True, stream=out)
        assert json.loads(out.getvalue())["kind"] == kind


def test_paths_and_coverage_are_tables_by_default() -> None:
    out = io.StringIO()
    print_paths((drifts.new_path(),), now=drifts.AFTER.time, new=True, stream=out)
    print_coverage(drifts.AFTER, drifts.full().sight, drifts.full().gaps, stream=out)
    counted = (
        "1 new path to personal data: 1 from the internet\n`driftline explain ID` says what supports one\n"
    )
    assert f"{counted}Snapshot 42   " in out.getvalue()
