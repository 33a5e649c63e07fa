"""Strikes every act at every call, in every way, and writes the page: `make kill-matrix`."""

from __future__ import annotations

import multiprocessing
import os
import sys
import time
from concurrent.futures import ProcessPoolExecutor

from tests.reliability.page import PAGE, render, this_run
from tests.reliability.striking import JOBS, struck


def main() -> int:
    """0 if nothing was lost."""
    began = time.monotonic()
    workers = 2 * (os.cpu_count() or 1)  # each waits for its victim and for the disk half of the time
    with ProcessPoolExecutor(workers, multiprocessing.get_context("spawn")) as pool:
        done = tuple(each for job in pool.map(struck, *zip(*JOBS, strict=True)) for each in job)
    lost = sum(each.lost for each in done)
    print(f"{sum(each.times for each in done)} times in {time.monotonic() - began:.0f} s, lost: {lost}")
    if lost:
        return 1
    PAGE.write_text(render(this_run(done)))
    print(f"written: {PAGE}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
