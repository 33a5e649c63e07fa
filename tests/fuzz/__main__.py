"""Feeds readers with hostile input for a while: `python -m tests.fuzz [SECONDS] [SEED]`.

A failure prints what to run to see it again, and the input.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from random import Random
from typing import Any

from tests.fuzz import sql, stores, traces

# Name -> (inputs without end, the check that each must pass).
READERS: dict[str, tuple[Callable[[Random], Iterator[tuple[Any, ...]]], Callable[..., None]]] = {
    "sql": (sql.mutations, sql.check),
    "stores": (stores.texts, stores.check),
    "otlp": (traces.bodies, traces.check_body),
    "zipkin": (traces.listed, traces.check_listed),
}

SLOWEST = 10.0
"""Seconds of processor time for one input, on a slow core with others at work."""


def main() -> int:
    """Gives each reader its share of the time; returns the exit code."""
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 60.0
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else time.time_ns() % 10**9
    for name, (inputs, check) in READERS.items():
        until = time.monotonic() + seconds / len(READERS)
        slowest, number = 0.0, 0
        for number, given in enumerate(inputs(Random(f"{name}{seed}")), 1):
            began = time.thread_time()
            try:
                check(*given)
            except Exception as error:  # noqa: BLE001 - whatever a reader raises is what is looked for
                print(f"{name}: input {number} of seed {seed}: {type(error).__name__}: {error}\n{given!r}")
                return 1
            slowest = max(slowest, time.thread_time() - began)
            if slowest > SLOWEST:
                print(f"{name}: input {number} of seed {seed}: took {slowest:.1f} s\n{given!r}")
                return 1
            if time.monotonic() > until:
                break
        print(f"{name}: {number:,} inputs, none wrong; the slowest took {slowest:.2f} s (seed {seed})")
    return 0


if __name__ == "__main__":
    sys.exit(main())
