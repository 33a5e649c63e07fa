"""How long an operator waits for `driftline --help`, and what the SDK of each cloud costs a daemon.

The floor is a Python that does nothing. A daemon is measured when its collectors are made and nothing has been
asked yet; it loads the SDK of a cloud if an account of that cloud is in its settings.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from docs.bench.figures import Figure, median

_ROOT = Path(__file__).parents[2]
_CLOUDS = {"aws": "AWS", "gcp": "Google Cloud", "azure": "Azure"}
_ACCOUNTS: Mapping[str, Mapping[str, object]] = {
    "aws": {"name": "shop", "regions": ["eu-central-1"]},
    "gcp": {"name": "shop", "scope": "projects/shop"},
    "azure": {"name": "shop", "tenant": "11111111-2222-4333-8444-555555555555"},
}
_DAEMON = """
import time
from collectors.registry import collectors
from config.settings import compose
from daemon import schedule
from docs.bench.figures import now_mib

made = collectors(compose({sections}), None)
assert {wanted} == [each.name for each in made if each.name != "images"], made
print(now_mib(), time.process_time())
"""


def run(size: int) -> list[Figure]:
    """`size`: processes of each kind."""
    program = str(Path(sys.executable).with_name("driftline"))
    floor = median(lambda: _end([sys.executable, "-c", "pass"]), size)
    took = median(lambda: _end([program, "--help"]), size)
    kinds = {"without an account": (), **{f"with one of {word}": (each,) for each, word in _CLOUDS.items()}}
    kinds["with one of each"] = tuple(_CLOUDS)
    started: dict[str, list[tuple[float, float]]] = {kind: [] for kind in kinds}
    for _ in range(size):
        for kind, clouds in kinds.items():
            started[kind].append(_daemon(clouds))
    times = {kind: statistics.median(took for took, _ in each) for kind, each in started.items()}
    memory = {kind: statistics.median(mib for _, mib in each) for kind, each in started.items()}
    return [
        Figure("python -c pass", floor * 1e3, "ms", floor="the floor"),
        Figure(
            "driftline --help", took * 1e3, "ms", took / floor, "python -c pass",
            f"median of {size} processes",
        ),
        *_beside("daemon, CPU time", {kind: each * 1e3 for kind, each in times.items()}, "ms"),
        *_beside("daemon, memory", memory, "MiB"),
    ]  # fmt: skip


def _beside(name: str, values: Mapping[str, float], unit: str) -> list[Figure]:
    """The values, each but the first beside the first."""
    (least, floor), *others = values.items()
    return [
        Figure(f"{name}, {least}", floor, unit, floor="the floor"),
        *(
            Figure(f"{name}, {kind}", value, unit, value / floor, least, f"{value - floor:,.0f} {unit} more")
            for kind, value in others
        ),
    ]


def _daemon(clouds: Sequence[str]) -> tuple[float, float]:
    """CPU seconds and memory (MiB) of a daemon that is ready to collect."""
    sections = {each: {"accounts": [_ACCOUNTS[each]]} for each in clouds}
    code = _DAEMON.format(sections=sections, wanted=[*clouds])
    ended = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True, cwd=_ROOT
    )
    memory, took = ended.stdout.split()
    return float(took), float(memory)


def _end(command: Sequence[str]) -> None:
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
