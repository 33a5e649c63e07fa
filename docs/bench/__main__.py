"""Runs the benchmarks, each in a process of its own, and writes the page of their newest results."""

from __future__ import annotations

import multiprocessing
import sys
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

from docs.bench.benchmarks import BENCHMARKS, Benchmark
from docs.bench.figures import Figure
from docs.bench.page import Result, machine, render, renewed, table

PAGE = Path(__file__).with_name("README.md")


def main(names: Sequence[str]) -> int:
    """Runs the benchmarks named, or all. All of them are written to the page, some only where `--write` is named."""
    write = "--write" in names
    names = [name for name in names if name != "--write"]
    unknown = sorted(set(names) - {each.name for each in BENCHMARKS})
    if unknown:
        known = ", ".join(each.name for each in BENCHMARKS)
        print(f"no benchmark {', '.join(unknown)}: there are {known}", file=sys.stderr)
        return 2
    results = []
    for benchmark in BENCHMARKS:
        if names and benchmark.name not in names:
            continue
        print(f"measuring {benchmark.name}", file=sys.stderr, flush=True)
        results.append(Result(benchmark.name, benchmark.about, _alone(benchmark)))
        print(table(results[-1]), flush=True)
    if write or not names:
        if names:
            text = renewed(PAGE.read_text(), results, [each.name for each in BENCHMARKS])
        else:
            text = render(results, machine(), datetime.now(UTC).date())
        PAGE.write_text(text)
        print(f"written: {PAGE.relative_to(Path.cwd()) if PAGE.is_relative_to(Path.cwd()) else PAGE}")
    return 0


def _alone(benchmark: Benchmark) -> list[Figure]:
    """Measured in a fresh process, so that no benchmark inherits another's memory."""
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(max_workers=1, mp_context=context) as executor:
        return executor.submit(benchmark.run, benchmark.size).result()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
