"""The unit and its companions: accepted by systemd's own tools, and as closed as we promise."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
UNIT = ROOT / "systemd" / "driftline.service"
PROGRAM = "/opt/driftline/.venv/bin/driftline"
MOST_EXPOSED = 15  # tenths: systemd-analyze's own scale ends at 10.0

pytestmark = pytest.mark.skipif(
    shutil.which("systemd-analyze") is None, reason="systemd-analyze is missing: apt-get install -y systemd"
)


def _run(*command: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(part) for part in command],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=60,
        check=False,
    )


def test_the_unit_is_accepted_without_a_word(tmp_path: Path) -> None:
    text = UNIT.read_text()
    assert f"ExecStart={PROGRAM} run" in text
    unit = tmp_path / UNIT.name
    unit.write_text(text.replace(PROGRAM, sys.executable))  # a program that exists here
    verdict = _run("systemd-analyze", "verify", "--man=no", unit)
    assert (verdict.returncode, verdict.stdout) == (0, "")


def test_a_misspelt_directive_would_be_noticed(tmp_path: Path) -> None:
    unit = tmp_path / UNIT.name
    unit.write_text(
        UNIT.read_text().replace(PROGRAM, sys.executable).replace("ProtectHome=yes", "ProtectHomes=yes")
    )
    assert "ProtectHomes" in _run("systemd-analyze", "verify", "--man=no", unit).stdout


def test_exposure_is_at_most_one_and_a_half() -> None:
    verdict = _run("systemd-analyze", "security", "--offline=true", f"--threshold={MOST_EXPOSED}", UNIT)
    assert verdict.returncode == 0, verdict.stdout
    overall = re.search(r"Overall exposure level for driftline\.service: ([0-9.]+)", verdict.stdout)
    assert overall is not None
    assert float(overall[1]) <= MOST_EXPOSED / 10


def test_user_and_readers_group_are_created(tmp_path: Path) -> None:
    (tmp_path / "etc").mkdir()
    file = ROOT / "systemd" / "sysusers.d" / "driftline.conf"
    made = _run("systemd-sysusers", f"--root={tmp_path}", "--dry-run", file)
    assert made.returncode == 0, made.stdout
    assert re.findall(r"Creating (user|group) '([^']*)'", made.stdout) == [
        ("group", "driftline-readers"),
        ("group", "driftline"),
        ("user", "driftline"),
    ]


def test_the_published_copy_lies_where_readers_can_pass_and_nothing_else_is_open() -> None:
    lines = (ROOT / "systemd" / "tmpfiles.d" / "driftline.conf").read_text().splitlines()
    modes = {line.split()[1]: tuple(line.split()[2:5]) for line in lines if not line.startswith("#")}
    assert modes == {
        "/var/lib/driftline": ("0711", "driftline", "driftline"),
        "/var/lib/driftline/published": ("2750", "driftline", "driftline-readers"),
        "/etc/driftline": ("0750", "root", "driftline"),
    }
    with (ROOT / "config" / "defaults.toml").open("rb") as file:
        assert tomllib.load(file)["driftline"]["state_directory"] == "/var/lib/driftline"
    assert "StateDirectoryMode=0711" in UNIT.read_text()
