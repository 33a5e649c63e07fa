"""How long the demo takes, and how much memory the process that tells the story needs."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from docs.bench.figures import Figure, peak_mib

LONGEST = 180.0  # seconds; a demo that takes longer is broken
_LOOK_EVERY = 0.1  # seconds


def run(size: int) -> list[Figure]:
    """`size`: demos, one after the other; the slowest counts."""
    program = str(Path(sys.executable).with_name("driftline"))
    watched = []
    for _ in range(size):
        with tempfile.TemporaryDirectory() as folder:
            watched.append(watch([program, "demo", "--output", folder]))
    return [
        Figure("driftline demo", max(took for took, _ in watched), "s", note="two snapshots of a real small estate"),
        Figure("driftline demo, peak memory", max(peak for _, peak in watched), "MiB",
               note="of the process itself: receiver, collectors and store, without the world it looks at"),
    ]  # fmt: skip


def watch(command: Sequence[str]) -> tuple[float, float]:
    """Wall time in seconds and peak memory in MiB of one process. Raises CalledProcessError, TimeoutExpired."""
    begun = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    peak = 0.0
    try:
        while process.poll() is None:
            try:
                peak = max(peak, peak_mib(process.pid))
            except (OSError, StopIteration):
                continue  # it ended between the two looks
            if time.perf_counter() - begun > LONGEST:
                raise subprocess.TimeoutExpired(command, LONGEST)
            try:
                process.wait(_LOOK_EVERY)
            except subprocess.TimeoutExpired:
                continue
    finally:
        if process.poll() is None:
            process.terminate()  # it ends its own world on the way out
            process.wait()
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command)
    return time.perf_counter() - begun, peak
