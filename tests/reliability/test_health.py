"""`driftline status` says whether snapshots come as they should."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from tests.support.command_line import CommandLine
from tests.support.prepared import Home


@pytest.mark.parametrize(
    ("every", "health"), [("1h", "degraded: the next snapshot is overdue"), ("36500d", "ok")]
)
def test_a_snapshot_that_is_overdue_is_degraded_health(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    every: str,
    health: str,
) -> None:
    for name in tuple(os.environ):
        if name.startswith("DRIFTLINE_"):
            monkeypatch.delenv(name)
    home = Home(tmp_path / "state")
    home.hear(0)
    home.cycle(0)
    file = tmp_path / "driftline.toml"
    file.write_text(
        f'[driftline]\nstate_directory = "{home.folder}"\n[schedule]\ncollect_every = "{every}"\n'
    )
    capsys.readouterr()
    done = CommandLine(monkeypatch, capsys)(file, "status", "--json")
    assert done.code == 0
    assert json.loads(done.output)["data"]["health"].startswith(health)
