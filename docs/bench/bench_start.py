"""How long an operator waits for `driftline --help`; the floor is a Python that does nothing."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from docs.bench.figures import Figure, median


def run(size: int) -> list[Figure]:
    """`size`: processes of each kind."""
    program = str(Path(sys.executable).with_name("driftline"))
    floor = median(lambda: _end([sys.executable, "-c", "pass"]), size)
    took = median(lambda: _end([program, "--help"]), size)
    return [
        Figure("python -c pass", floor * 1e3, "ms", floor="the floor"),
        Figure(
            "driftline --help", took * 1e3, "ms", took / floor, "python -c pass",
            f"median of {size} processes",
        ),
    ]  # fmt: skip


def _end(command: Sequence[str]) -> None:
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
