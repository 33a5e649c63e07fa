"""Strikes an act at every one of its calls in one way: a part of the matrix that a process of its own can do."""

from __future__ import annotations

import sys
import tempfile
from collections import Counter
from pathlib import Path

import structlog

from tests.reliability.matrix import BY_NAME, WRITES, Act, Matrix, everything
from tests.reliability.page import FULL, KILLED, REFUSED, Done

WAYS = {KILLED: ("signal=SIGKILL", ""), REFUSED: ("error=EIO", ""), FULL: ("error=ENOSPC", "+")}
REFUSABLE = ("commit", "publish", "prune")
JOBS = (
    *((act, KILLED) for act in BY_NAME),
    *((act, how) for act in REFUSABLE for how in (REFUSED, FULL)),
)


def struck(name: str, how: str) -> list[Done]:
    """An act struck in one way, in a process of its own: the lines of the page."""
    structlog.configure(logger_factory=structlog.ReturnLoggerFactory())
    act = BY_NAME[name]
    with tempfile.TemporaryDirectory(prefix="driftline-kill-") as folder, Matrix(Path(folder)) as matrix:
        calls = [
            (call, n) for call, n in everything(matrix.count(act)) if how != FULL or call in WRITES
        ]  # only what writes needs room
        if how != KILLED:
            return [strike(matrix, act, how, calls, "")]
        kinds = dict.fromkeys(call for call, _ in calls)
        return [strike(matrix, act, how, [each for each in calls if each[0] == kind], kind) for kind in kinds]


def strike(matrix: Matrix, act: Act, how: str, calls: list[tuple[str, int]], name: str) -> Done:
    """One line of the page; what is lost is told at once."""
    effect, lasting = WAYS[how]
    left: Counter[str] = Counter()
    for call, n in calls:
        try:
            found = matrix.strike(act, call, f"{n}{lasting}", effect)
            wanted = (-9,) if how == KILLED else (0, 3)
            assert found.status in wanted, f"ended with {found.status}: {found.said}"
            left[found.left] += 1
        except Exception as error:  # noqa: BLE001 - whatever it is, something is lost
            left["lost"] += 1
            print(f"LOST: {act.name}, {how} at {call} {n}: {type(error).__name__}: {error}", file=sys.stderr)
    done = Done(act.name, how, name, left.total(), left["absent"], left["whole"], left["lost"])
    print(f"{act.name} {how} {name}: {done.times} times, lost: {done.lost}", flush=True)
    return done
