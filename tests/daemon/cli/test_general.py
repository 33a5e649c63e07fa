"""What every command does alike: where it takes settings from, and how it refuses."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from daemon.cli import main

Refused = Callable[..., tuple[object, str, str]]
DRIFTLINE = Path(sys.executable).with_name("driftline")


@pytest.fixture
def settings(tmp_path: Path) -> Path:
    file = tmp_path / "driftline.toml"
    file.write_text(f'[driftline]\nstate_directory = "{tmp_path / "state"}"\n[traces]\nenabled = false\n')
    return file


def driftline(*arguments: object) -> tuple[int, str, str]:
    run = subprocess.run(
        [DRIFTLINE, *map(str, arguments)], capture_output=True, text=True, timeout=60, check=False
    )
    return run.returncode, run.stdout, run.stderr


@pytest.fixture
def refused(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Refused:
    """Runs the command line within this process: enough for what ends before anything is set up."""

    def run(*arguments: object) -> tuple[object, str, str]:
        monkeypatch.setattr(sys, "argv", ["driftline", *map(str, arguments)])
        with pytest.raises(SystemExit) as left:
            main()
        return left.value.code, *capsys.readouterr()

    return run


def test_settings_are_taken_before_and_after_the_name_of_a_command(settings: Path) -> None:
    assert driftline("collect", "--config", settings)[0] == 0
    before, after = driftline("-c", settings, "snapshots"), driftline("snapshots", "-c", settings)
    assert before == after
    assert before[1].endswith("1 in all\n")


def test_overrides_add_up_wherever_they_stand(settings: Path) -> None:
    one, other = ("--set", "driftline.name=one"), ("--set", "schedule.threads=3")
    code, shown, said = driftline(*one, "config", "show", "-c", settings, *other)
    assert (code, said) == (0, "")
    assert len([line for line in shown.splitlines() if line.endswith("# command line")]) == 2


@pytest.mark.parametrize(
    "command",
    [
        ["status"], ["coverage"], ["snapshots"], ["diff"], ["paths"], ["inventory"], ["report"],
        ["deliveries", "list"], ["deliveries", "preview", "1"], ["deliveries", "resend", "1"],
        ["database", "publish"], ["database", "dictionary"],
    ],
)  # fmt: skip
def test_a_command_that_looks_makes_no_database(
    settings: Path, tmp_path: Path, refused: Refused, command: list[str]
) -> None:
    code, shown, said = refused(*command, "--config", settings)
    assert (code, shown) == (3, "")
    assert f"there is no database at {tmp_path / 'state' / 'driftline.db'}" in said
    assert "--config" in said
    assert not (tmp_path / "state").exists()


def test_a_cycle_that_looked_at_nothing_says_so(settings: Path) -> None:
    code, shown, said = driftline("collect", "--config", settings)
    assert code == 0
    assert shown.startswith("snapshot 1 (complete): 0 of 0 extents listed")
    assert "nothing was looked at" in said


def test_words_after_fail_on_are_checked_before_anything_is_printed(settings: Path, refused: Refused) -> None:
    for command in ("collect", "diff"):
        code, shown, said = refused(command, "--fail-on", "drfit", "--config", settings)
        assert (code, shown) == (2, "")
        assert "drfit: write drift, gaps or drift,gaps" in said


def test_a_report_that_cannot_be_written_is_one_sentence(settings: Path, tmp_path: Path) -> None:
    driftline("collect", "--config", settings)
    target = tmp_path / "missing" / "report.txt"
    code, shown, said = driftline("report", "--config", settings, "--output", target)
    assert (code, shown) == (1, "")
    assert (
        said == f"driftline: {target} cannot be written: No such file or directory; choose another --output\n"
    )


def test_a_mail_server_that_cannot_be_reached_is_one_sentence(settings: Path, refused: Refused) -> None:
    settings.write_text(
        settings.read_text() + '[mail]\nhost = "127.0.0.1"\nport = 1\nsecurity = "none"\n'
        'sender = "d@example.com"\nrecipients = ["o@example.com"]\n'
    )
    code, shown, said = refused("deliveries", "test", "--config", settings)
    assert (code, shown) == (1, "")
    assert said.startswith("driftline: mail server 127.0.0.1:1: unreachable")
    assert said.count("\n") == 1


def test_the_unit_and_the_makefile_start_the_daemon_with_words_it_knows(refused: Refused) -> None:
    root = Path(__file__).parents[3]
    for file in ("systemd/driftline.service", "Makefile"):
        assert "driftline run --config" in (root / file).read_text()
    code, shown, _ = refused("run", "--help")
    assert code == 0
    assert "--config FILE" in shown


def test_a_cycle_that_could_list_nothing_is_a_failure_that_says_where_to_look(
    settings: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("AWS_PROFILE", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name, raising=False)
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, str(tmp_path / "none"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    settings.write_text(settings.read_text() + '[[aws.accounts]]\nname = "a"\nregions = ["eu-central-1"]\n')
    code, shown, _ = driftline("collect", "--config", settings)
    assert code == 4
    assert shown.startswith("snapshot 1 (failed): none of ")
    assert "`driftline coverage` says why" in shown
    code, shown, said = driftline("diff", "--config", settings)
    assert (code, shown) == (3, "")
    assert "no snapshot could list anything yet: `driftline coverage` says why" in said
    assert driftline("coverage", "--config", settings)[0] == 0
    assert driftline("collect", "--config", settings, "--fail-on", "drift")[0] == 4
    assert driftline("collect", "--config", settings, "--fail-on", "gaps")[0] == 11


def test_a_number_beyond_all_numbers_is_no_snapshot_and_no_delivery(settings: Path) -> None:
    assert driftline("collect", "--config", settings)[0] == 0
    huge = "9" * 24
    code, shown, said = driftline("diff", huge, "--config", settings)
    assert (code, shown) == (3, "")
    assert said.startswith(f"driftline: no snapshot {huge}")
    for word in ("preview", "resend"):
        code, shown, said = driftline("deliveries", word, huge, "--config", settings)
        assert (code, shown) == (2, "")
        assert "Traceback" not in said
