"""The list of benchmarks, and the size each is measured at."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module

from docs.bench.figures import Figure


@dataclass(frozen=True, slots=True)
class Benchmark:
    """A row. `module`: has `run(size)`, and says in its docstring what is measured. `tiny`: a size for a test."""

    name: str
    module: str
    size: int
    tiny: int

    def run(self, size: int) -> list[Figure]:
        """Measures in this process."""
        measure: Callable[[int], list[Figure]] = import_module(self.module).run
        return measure(size)

    @property
    def about(self) -> str:
        """What is measured: the module's own words."""
        return str(import_module(self.module).__doc__).strip()


BENCHMARKS = (
    Benchmark("start", "docs.bench.bench_start", 7, 1),  # processes
    Benchmark("demo", "docs.bench.bench_demo", 1, 1),  # demos
    Benchmark("traces", "docs.bench.bench_traces", 8192, 64),  # spans in a message
    Benchmark("store", "docs.bench.bench_store", 50_000, 200),  # resources
    Benchmark("postgres", "docs.bench.bench_postgres", 50_000, 200),  # resources
    Benchmark("diff", "docs.bench.bench_diff", 1_000_000, 1_000),  # resources
    Benchmark("paths", "docs.bench.bench_paths", 100_000, 2_000),  # flows
    Benchmark("google", "docs.bench.bench_google", 50_000, 200),  # assets
    Benchmark("azure", "docs.bench.bench_azure", 50_000, 200),  # resources
    Benchmark("images", "docs.bench.bench_images", 500, 6),  # images
    Benchmark("advisories", "docs.bench.bench_advisories", 20_000, 100),  # components
)
