"""A signal may come while the daemon begins to wait for one, or ends waiting, and is neither lost nor the end."""

from __future__ import annotations

import subprocess
import sys

# In a process of its own: a main thread that waits for its own lock can only be killed.
WAITING = """
import signal
from config.settings import compose
from daemon.schedule import Daemon

settings = compose({})
daemon = Daemon(settings, lambda: settings)
signal.signal(signal.SIGALRM, daemon._hang_up)
signal.setitimer(signal.ITIMER_REAL, 0.0001, 0.0001)
for _ in range(10_000):
    assert daemon._called(None)
signal.setitimer(signal.ITIMER_REAL, 0)
daemon._called(0.01)
assert not daemon._called(0.01)
daemon._stop(signal.SIGTERM, None)
daemon._stop(signal.SIGTERM, None)
assert daemon._called(None)
assert not daemon._called(0.01)
print("awake")
"""


def test_signals_at_any_moment_wake_the_daemon_and_never_lock_it() -> None:
    done = subprocess.run(
        [sys.executable, "-c", WAITING], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.stdout == "awake\n", done.stderr[-500:]
