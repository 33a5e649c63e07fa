"""`driftline demo` interrupted leaves nothing running. What it tells, tests/docs/test_demo.py says."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil
import pytest

DRIFTLINE = Path(sys.executable).with_name("driftline")


@pytest.fixture
def temporary(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Open to the user that PostgreSQL runs as, which pytest's own folders are not."""
    with TemporaryDirectory(dir="/tmp") as folder:
        Path(folder).chmod(0o711)
        monkeypatch.setenv("TMPDIR", folder)
        yield Path(folder)


@pytest.fixture
def interruptible() -> Iterator[None]:
    """Where the tests run in the background of a shell, Ctrl-C would be ignored by all that they start."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("interruptible")
@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGKILL])
def test_interrupted_it_leaves_nothing_running(temporary: Path, tmp_path: Path, sign: signal.Signals) -> None:
    with subprocess.Popen(
        [DRIFTLINE, "demo", "--output", tmp_path],
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
    ) as demo:
        assert demo.stderr is not None
        for line in demo.stderr:
            if "services start" in line:
                break
        family = psutil.Process(demo.pid).children(recursive=True)
        if sign is signal.SIGINT:
            os.killpg(demo.pid, sign)  # as a terminal does for Ctrl-C
        else:
            demo.send_signal(sign)
        demo.wait(60)
        _, alive = psutil.wait_procs(family, timeout=30)
        assert alive == []
    assert len(family) >= 2  # the world and its database at least
    assert demo.returncode == (130 if sign is signal.SIGINT else -9)
    assert list(temporary.iterdir()) == []
