"""Strikes every act at every call, in every way, and writes the page: `make kill-matrix`."""

from __future__ import annotations

import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import structlog

from tests.reliability.matrix import BY_NAME, WRITES, Act, Matrix, everything
from tests.reliability.page import FULL, KILLED, PAGE, REFUSED, Done, render, this_run

WAYS = {KILLED: ("signal=SIGKILL", ""), REFUSED: ("error=EIO", ""), FULL: ("error=ENOSPC", "+")}
REFUSABLE = ("commit", "publish")


def main() -> int:
    """0 if nothing was lost."""
    structlog.configure(logger_factory=structlog.ReturnLoggerFactory())
    began, done = time.monotonic(), []
    with tempfile.TemporaryDirectory(prefix="driftline-kill-") as folder, Matrix(Path(folder)) as matrix:
        for act in BY_NAME.values():
            counts = matrix.count(act)
            for call in counts:
                numbers = range(1, counts[call] + 1)
                done.append(strike(matrix, act, KILLED, ((call, n) for n in numbers), call))
        for name in REFUSABLE:
            counts = matrix.count(BY_NAME[name])
            for how in (REFUSED, FULL):
                calls = ((call, n) for call, n in everything(counts) if how == REFUSED or call in WRITES)
                done.append(strike(matrix, BY_NAME[name], how, calls))
    lost = sum(each.lost for each in done)
    print(f"{sum(each.times for each in done)} times in {time.monotonic() - began:.0f} s, lost: {lost}")
    if lost:
        return 1
    PAGE.write_text(render(this_run(tuple(done))))
    print(f"written: {PAGE}")
    return 0


def strike(matrix: Matrix, act: Act, how: str, calls: Iterable[tuple[str, int]], name: str = "") -> Done:
    """One line of the page; what is lost is told at once."""
    effect, lasting = WAYS[how]
    left: Counter[str] = Counter()
    for call, n in calls:
        try:
            struck = matrix.strike(act, call, f"{n}{lasting}", effect)
            wanted = (-9,) if how == KILLED else (0, 3)
            assert struck.status in wanted, f"ended with {struck.status}: {struck.said}"
            left[struck.left] += 1
        except Exception as error:  # noqa: BLE001 - whatever it is, something is lost
            left["lost"] += 1
            print(f"LOST: {act.name}, {how} at {call} {n}: {type(error).__name__}: {error}", file=sys.stderr)
    done = Done(act.name, how, name, left.total(), left["absent"], left["whole"], left["lost"])
    print(f"{act.name} {how} {name}: {done.times} times, lost: {done.lost}", flush=True)
    return done


if __name__ == "__main__":
    sys.exit(main())
