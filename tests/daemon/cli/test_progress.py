"""Progress is for who looks at a terminal, and for nobody else."""

from __future__ import annotations

import os
import pty
import subprocess
import sys

import pytest

WORK = """
import sys
from daemon.cli.progress import progress
with progress(3, "checking [red]\\x1b[2J snapshots") as advance:
    for _ in range(3):
        advance()
print("done", "rich" in sys.modules)
"""


def _on_a_terminal(term: str) -> tuple[str, str]:
    """What the work prints, and what it writes to the terminal that is its standard error."""
    leader, follower = pty.openpty()
    done = subprocess.run(
        [sys.executable, "-c", WORK],
        stdout=subprocess.PIPE, stderr=follower, text=True, timeout=60, check=True,
        env={**os.environ, "TERM": term},
    )  # fmt: skip
    os.close(follower)
    told = b""
    try:
        while more := os.read(leader, 65536):
            told += more
    except OSError:
        pass  # how Linux says that nobody writes to the terminal any more
    os.close(leader)
    return done.stdout, told.decode()


def test_a_terminal_shows_what_goes_on() -> None:
    printed, told = _on_a_terminal("xterm")
    assert printed == "done True\n"
    assert "3/3" in told
    assert r"checking [red]\x1b[2J snapshots" in told
    assert "\x1b[2J" not in told


def test_a_terminal_that_cannot_draw_shows_nothing() -> None:
    assert _on_a_terminal("dumb") == ("done False\n", "")


def test_a_pipe_gets_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    done = subprocess.run(
        [sys.executable, "-c", WORK], capture_output=True, text=True, timeout=60, check=True
    )
    assert (done.stdout, done.stderr) == ("done False\n", "")
