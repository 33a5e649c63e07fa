"""What a benchmark answers: figures, each beside the floor that was measured in the same run."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Figure:
    """One row of the results. `ratio`: `value` divided by the floor's; `floor`: what the floor is.

    A figure with a floor and no ratio is the floor itself.
    """

    name: str
    value: float
    unit: str
    ratio: float | None = None
    floor: str = ""
    note: str = ""


def seconds(work: Callable[[], object]) -> float:
    """How long it takes, once."""
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def median(work: Callable[[], object], rounds: int) -> float:
    """How long it takes, in seconds: the median of some rounds."""
    return statistics.median(seconds(work) for _ in range(rounds))


def best(*works: Callable[[], float], rounds: int) -> tuple[float, ...]:
    """The least seconds that each work says it took, all in turn in each round.

    Other programs only ever make a round slower, and a slow minute of the machine meets all works alike.
    """
    taken = [[work() for work in works] for _ in range(rounds)]
    return tuple(min(column) for column in zip(*taken, strict=True))


def peak_starts_now() -> None:
    """From here on `peak_mib` of this process tells only what is yet to come. Linux only."""
    Path("/proc/self/clear_refs").write_text("5")


def peak_mib(process: int | str = "self") -> float:
    """The most memory a running process has had in use so far, without its children. Linux only."""
    return _status(process, "VmHWM")


def now_mib() -> float:
    """The memory this process has in use now. Linux only."""
    return _status("self", "VmRSS")


def _status(process: int | str, name: str) -> float:
    lines = Path(f"/proc/{process}/status").read_text().splitlines()
    found = next(line for line in lines if line.startswith(f"{name}:"))
    return int(found.split()[1]) / 1024
