"""The benchmarks run: each at a tiny size, with figures that make sense, and a page that shows them."""

from __future__ import annotations

import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from docs.bench.__main__ import main
from docs.bench.bench_demo import watch
from docs.bench.benchmarks import BENCHMARKS, Benchmark
from docs.bench.figures import Figure
from docs.bench.page import Result, machine, render, renewed

FOLDER = Path(main.__code__.co_filename).parent


@pytest.mark.parametrize("benchmark", BENCHMARKS, ids=lambda each: each.name)
def test_each_runs_at_a_tiny_size(benchmark: Benchmark) -> None:
    if benchmark.name == "demo":
        pytest.skip("the demo has tests of its own; what watches it is tested below")
    figures = benchmark.run(benchmark.tiny)
    assert figures
    assert all(each.value > 0 for each in figures if each.unit != "MiB"), figures
    assert any(each.ratio is not None for each in figures), "no figure stands beside a floor"
    assert all(bool(each.floor) for each in figures if each.ratio is not None)


def test_every_benchmark_is_registered() -> None:
    files = {f"docs.bench.{path.stem}" for path in FOLDER.glob("bench_*.py")}
    assert {each.module for each in BENCHMARKS} == files


def test_a_process_is_watched_to_its_end() -> None:
    hungry = "import time; held = b'x' * (64 << 20); time.sleep(0.4)"
    took, peak = watch([sys.executable, "-c", hungry])
    assert took > 0.4
    assert 64 < peak < 128


def test_a_process_that_fails_gives_no_figure() -> None:
    with pytest.raises(subprocess.CalledProcessError):
        watch([sys.executable, "-c", "raise SystemExit(3)"])


def test_an_unknown_name_is_told_with_those_that_exist(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["stroe"]) == 2
    assert capsys.readouterr().err == (
        "no benchmark stroe: there are start, demo, traces, store, postgres, diff, paths, google, azure, images, "
        "advisories\n"
    )


def test_the_page_shows_figures_beside_their_floors() -> None:
    figures = [
        Figure("alone", 91_234.5, "rows/s", floor="the floor"),
        Figure("ours", 45_617.25, "rows/s", 0.5, "alone", "a note"),
    ]
    page = render([Result("store", "How fast.", figures)], "2 cores, 8 GiB memory", date(2026, 1, 2))
    assert "Newest results: 2 January 2026, 2 cores, 8 GiB memory." in page
    assert page.endswith(
        "## Store\n\nHow fast.\n\n"
        "| what | value | ratio | to | note |\n|---|--:|--:|---|---|\n"
        "| alone | 91,234 rows/s |  | the floor |  |\n"
        "| ours | 45,617 rows/s | 0.50 x | alone | a note |\n"
    )


def test_some_tables_are_renewed_and_the_others_stay() -> None:
    figure = Figure("ours", 1, "rows/s")
    order = ["start", "store", "diff"]
    page = render(
        [Result("start", "a", [figure]), Result("diff", "b", [figure])], "2 cores", date(2026, 1, 2)
    )
    newer = Result("diff", "c", [Figure("ours", 2, "rows/s")])
    both = renewed(page, [newer, Result("store", "d", [figure])], order)
    expected = [Result("start", "a", [figure]), Result("store", "d", [figure]), newer]
    assert both == render(expected, "2 cores", date(2026, 1, 2))


def test_the_machine_is_cores_and_memory_and_engines_only() -> None:
    parts = machine().split(", ")
    assert [part.split()[-1] if "core" in part or "GiB" in part else part.split()[0] for part in parts] == [
        "cores", "memory", "CPython", "SQLite",
    ]  # fmt: skip


def test_the_stored_page_has_every_benchmark() -> None:
    page = (FOLDER / "README.md").read_text()
    assert [line[3:].lower() for line in page.splitlines() if line.startswith("## ")] == [
        each.name for each in BENCHMARKS
    ]
