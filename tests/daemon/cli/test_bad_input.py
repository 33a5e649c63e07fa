"""Every way to say something wrong on the command line: one clear sentence, its exit code, and no traceback."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from daemon.cli import main
from daemon.store.database import open_database
from daemon.store.schema import migrate
from tests.support.snapshots import Snapshots, listing, queue

DRIFTLINE = Path(sys.executable).with_name("driftline")
TOMORROW = (datetime.now(UTC) + timedelta(days=2)).date().isoformat()
THERE = "the first is 1 (2026-11-22T06:00:00Z), the newest 2 (2026-11-22T07:00:00Z)"

WRONG: tuple[tuple[list[str], int, str], ...] = (
    (["diff", "99"], 3, "no snapshot 99: there are snapshots 1 to 2"),
    (["diff", "0"], 3, "no snapshot 0: there are snapshots 1 to 2"),
    (["diff", "9" * 5000], 3, f"no snapshot has a number of 5,000 digits: {THERE}"),
    (["diff", "1.5"], 2, '"1.5" is no snapshot and no time: write a number, a date (its end, UTC)'),
    (["diff", "2026-13-01"], 2, '"2026-13-01" is no snapshot and no time (month must be in 1..12): write'),
    (["diff", "2026-02-30"], 2, "(day is out of range for month)"),
    (["diff", "last tuesday"], 2, '"last tuesday" is no snapshot and no time'),
    (["diff", ""], 2, '"" is no snapshot and no time'),
    (["diff", "x\x1b[2J"], 2, r'"x\x1b[2J" is no snapshot'),
    (["diff", TOMORROW], 3, f"{TOMORROW} is in the future: {THERE}"),
    (["diff", "2020-01-01"], 3, f"no snapshot at or before 2020-01-01 that could list anything: {THERE}"),
    (["diff", "0300-01-01"], 3, "no snapshot at or before 0300-01-01"),
    (["diff", "0001-01-01T00:00:00+14:00"], 2, "is no snapshot and no time"),
    (["diff", "9999w"], 3, "no snapshot at or before 9999w"),
    (["report", "--format", "pdf"], 2, '"pdf": choose text, html or json'),
    (["report", "--baseline", "1", "2"], 2, "--baseline tells of one snapshot, and A and B name two"),
    (["paths", "1", "2"], 2, "without --new, paths are those of one snapshot, and A and B name two"),
    (["paths", "2026-13-01"], 2, "month must be in 1..12"),
    (["inventory", "--at", "7"], 3, "no snapshot 7"),
    (["inventory", "--limit", "0"], 2, "greater than or equal to 1"),
    (["inventory", "--limit", "many"], 2, "Invalid value for '--limit'"),
    (["inventory", "--role", "servise"], 2, "did you mean service?"),
    (["inventory", "--type", "aws.sqs.queu"], 2, "did you mean aws.sqs.queue?"),
    (["inventory", "--type", "aws.rds.instanc"], 2, "did you mean aws.rds.instance?"),
    (["inventory", "--tag", "=x"], 2, "it is empty"),
    (["inventory", " "], 2, "it is empty"),
    (["inventory", "x" * 5000], 2, "it has 5,000 characters"),
    (["inventory", "\udcff"], 2, r'"\udcff" is not UTF-8'),
    (["inventory", "--account", "\udcff"], 2, "is not UTF-8"),
    (["resource", "show", "\udcff"], 2, "is not UTF-8"),
    (["resource", "show", ""], 2, "it is empty"),
    (["resource", "show", "arn:\x1b[2J\x9b"], 3, r'no resource with the urn or name "arn:\x1b[2J\x9b"'),
    (["resource", "show", "mail", "--at", "soon"], 2, '"soon" is no snapshot'),
    (["resource", "history", "nothing"], 3, 'no resource with the urn or name "nothing"'),
    (["resource", "show"], 2, "Missing argument 'URN'"),
    (["resource", "hide"], 2, "No such command 'hide'"),
    (["--set", "mail.port", "status"], 2, '"mail.port" is not KEY=VALUE'),
    (["--config", "/nowhere/driftline.toml", "status"], 2, "/nowhere/driftline.toml"),
    (["frobnicate"], 2, "No such command 'frobnicate'"),
)


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Settings of a database with two snapshots."""
    folder = tmp_path_factory.mktemp("bad_input")
    snapshots = Snapshots.create(folder)
    snapshots.take(listing(queue("mail")))
    snapshots.take(listing(queue("mail"), queue("post")))
    snapshots.database.close()
    file = folder / "driftline.toml"
    file.write_text(f'[driftline]\nstate_directory = "{folder}"\n[traces]\nenabled = false\n')
    return file


def run(
    arguments: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> tuple[object, str, str]:
    monkeypatch.setattr(sys, "argv", ["driftline", *arguments])
    with pytest.raises(SystemExit) as left:
        main()
    return left.value.code, *capsys.readouterr()


@pytest.mark.parametrize(("arguments", "code", "words"), WRONG, ids=range(len(WRONG)))
def test_what_is_wrong_is_said(
    settings: Path,
    arguments: list[str],
    code: int,
    words: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    given = arguments if "--config" in arguments else ["--config", str(settings), *arguments]
    left, shown, said = run(given, monkeypatch, capsys)
    assert words in " ".join(said.split())
    assert (left, shown) == (code, "")
    assert all(character.isprintable() for line in said.splitlines() for character in line)


@pytest.mark.parametrize(
    "command",
    [["diff"], ["inventory"], ["resource", "show", "mail"], ["resource", "history", "mail"]],
    ids="-".join,
)
def test_a_database_without_a_snapshot_says_how_to_get_one(
    tmp_path: Path, command: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    database = open_database(f"sqlite:///{tmp_path}/driftline.db")
    migrate(database)
    database.close()
    file = tmp_path / "driftline.toml"
    file.write_text(f'[driftline]\nstate_directory = "{tmp_path}"\n[traces]\nenabled = false\n')
    left, shown, said = run(["--config", str(file), *command], monkeypatch, capsys)
    assert (left, shown) == (3, "")
    assert said == (
        "driftline: there is no snapshot yet: run `driftline collect`, or let `driftline run` take the first\n"
    )


@pytest.mark.parametrize(
    "words", ["1 newest", "1", "2026-11-22T06:30 2026-11-22T07:30", "2026-11-22T06:30Z newest"]
)
def test_snapshots_are_named_by_number_time_and_word(
    settings: Path, words: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    left, shown, said = run(["--config", str(settings), "diff", *words.split()], monkeypatch, capsys)
    assert (left, said) == (0, "")
    assert "post" in shown


def test_one_snapshot_at_both_ends_is_said(
    settings: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    left, shown, said = run(["--config", str(settings), "diff", "2", "2"], monkeypatch, capsys)
    assert left == 0
    assert "no changes" in shown
    assert said == "driftline: both ends are snapshot 2: name another with A or B\n"


@pytest.mark.parametrize("more", [[], ["--json"]], ids=["text", "json"])
def test_a_reader_that_has_gone_is_no_error(settings: Path, more: list[str]) -> None:
    with subprocess.Popen(
        [DRIFTLINE, "--config", settings, "inventory", *more], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as running:
        assert running.stdout
        assert running.stderr
        running.stdout.close()
        assert running.stderr.read() == b""
    assert running.returncode in (0, 1)
