"""Memory that messages took is kept for the next ones, but not for ever."""

from __future__ import annotations

import ctypes
import threading
from pathlib import Path

import pytest

from collectors.traces.receiver.memory import GivingBack, give_back, keep

MIB = 2**20


def in_use() -> int:
    """Bytes of memory that this process has."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096


@pytest.mark.skipif(not hasattr(ctypes.CDLL(None), "malloc_trim"), reason="only the GNU C library can")
def test_what_is_freed_between_blocks_in_use_is_given_back() -> None:
    keep()
    blocks = [bytearray(b"x" * 65_536) for _ in range(1_600)]
    in_between = blocks[::100]
    held = in_use()
    del blocks
    give_back()
    assert in_use() < held - 60 * MIB
    assert in_between


def test_it_is_done_by_and_by_until_stopped() -> None:
    done = threading.Semaphore(0)

    def work() -> None:
        done.release()

    giving_back = GivingBack(work, every=0.01)
    giving_back.start()
    assert all(done.acquire(timeout=10) for _ in range(3))
    giving_back.stop()
    giving_back.stop()
    assert "giving-back" not in {thread.name for thread in threading.enumerate()}
