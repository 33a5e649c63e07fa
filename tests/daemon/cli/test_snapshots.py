"""`driftline snapshots` lists, shows, verifies and prunes, and answers clearly for what is pruned."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from daemon.cli import main
from tests.support.snapshots import Snapshots, denied, listing, queue

Run = Callable[..., tuple[object, str, str]]


@pytest.fixture
def store(tmp_path: Path) -> Snapshots:
    """Ten snapshots, a day apart, up to today."""
    (tmp_path / "state").mkdir()
    store = Snapshots.create(tmp_path, f"sqlite:///{tmp_path}/state/driftline.db")
    for age in reversed(range(10)):
        store.now = datetime.now(UTC).replace(microsecond=0) - timedelta(days=age, minutes=1)
        store.take(denied() if age == 3 else listing(queue("a", depth=age), queue("b")))
    store.database.close()
    return store


@pytest.fixture
def run(
    store: Snapshots, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Run:
    """Runs the command line within this process; its code, and what it wrote."""
    settings = tmp_path / "driftline.toml"
    retention = 'keep_all = "4d"\ndaily = "4d"\nweekly = "4d"\nmonthly = "4d"\n'
    settings.write_text(
        f'[driftline]\nstate_directory = "{tmp_path}/state"\n[traces]\nenabled = false\n[retention]\n{retention}'
    )

    def run(*arguments: str) -> tuple[object, str, str]:
        monkeypatch.setattr(sys, "argv", ["driftline", *arguments, "--config", str(settings)])
        code: object = 0
        try:
            main()
        except SystemExit as left:
            code = left.code or 0
        return code, *capsys.readouterr()

    return run


def test_without_a_command_it_lists(run: Run) -> None:
    assert run("snapshots") == run("snapshots", "list")
    code, shown, _ = run("snapshots", "list", "--json")
    assert code == 0
    assert [row["number"] for row in json.loads(shown)["data"]] == list(range(10, 0, -1))


def test_what_is_pruned_is_listed_only_if_asked_for(run: Run) -> None:
    assert run("snapshots", "prune", "--dry-run")[1] == "would prune 6 snapshots (1-6), 4 are kept\n"
    code, shown, _ = run("snapshots", "prune")
    assert code == 0
    assert shown.splitlines()[0] == "pruned 6 snapshots (1-6), 4 are kept"
    assert "the file keeps its size" in shown
    assert [row["number"] for row in json.loads(run("snapshots", "--json")[1])["data"]] == [10, 9, 8, 7]
    assert len(json.loads(run("snapshots", "--all", "--json")[1])["data"]) == 10
    assert run("snapshots", "prune")[1].startswith("nothing to prune: all 4 snapshots")


def test_what_shall_stay_stays_and_says_why(run: Run) -> None:
    shown = run("snapshots", "prune", "--keep", "2", "--dry-run")[1]
    assert (
        shown
        == "would prune 5 snapshots (1, 3-6), 5 are kept\nsnapshot 2 is old and stays: you asked for it\n"
    )
    assert run("snapshots", "prune", "--keep", "77")[0] == 3


@pytest.mark.parametrize(
    "command", ["snapshots show 3", "diff 3 10", "report 3", "paths 3", "inventory --at 3"]
)
def test_a_pruned_snapshot_is_named_with_its_neighbours(run: Run, command: str) -> None:
    run("snapshots", "prune", "--keep", "2")
    code, shown, said = run(*command.split())
    assert (code, shown) == (3, "")
    assert f"snapshot 3 was pruned on {datetime.now(UTC):%Y-%m-%d}; the nearest kept are 2 and 7" in said


def test_a_snapshot_is_shown_with_what_it_changed(run: Run) -> None:
    code, shown, _ = run("snapshots", "show", "9", "--json")
    told = json.loads(shown)["data"]
    assert code == 0
    assert (told["snapshot"], told["compared_with"], told["changes_resource_altered"]) == (9, 8, 1)
    assert (told["coverage_listed"], told["resource_versions"]) == (1, 2)
    assert told["document_bytes"] > 50
    assert len(told["header"]) == len(told["parent"]) == 64


def test_a_whole_database_is_intact_before_and_after_a_pruning(run: Run) -> None:
    header = json.loads(run("snapshots", "show", "5", "--json")[1])["data"]["header"]
    for _ in range(2):
        code, shown, _ = run("snapshots", "verify", "--against", f"5:{header}")
        assert (code, shown.split(":")[0]) == (0, "intact")
        run("snapshots", "prune")
    assert "6 pruned" in shown or "6 pruned" in run("snapshots", "verify")[1]


def test_a_damaged_database_ends_with_a_code_of_its_own(run: Run, store: Snapshots) -> None:
    with store.database.writing() as connection:
        connection.execute(text("UPDATE resource_version SET name = 'x' WHERE since = 4"))
    code, shown, _ = run("snapshots", "verify")
    assert code == 6
    assert shown.startswith("first damaged: snapshot 4: ")
    code, shown, _ = run("snapshots", "verify", "--json")
    told = json.loads(shown)["data"]
    assert (code, told["intact"], told["first_damaged"]) == (6, False, 4)


def test_a_manifest_is_an_anchor(run: Run, tmp_path: Path) -> None:
    assert run("database", "publish")[0] == 0
    manifest = tmp_path / "state" / "published" / "driftline.db.json"
    assert run("snapshots", "verify", "--against", str(manifest))[0] == 0
    manifest.write_text(json.dumps({"snapshot": 10, "header": "0" * 64}))
    code, shown, _ = run("snapshots", "verify", "--against", str(manifest))
    assert code == 6
    assert "history was rewritten" in shown


@pytest.mark.parametrize("anchor", ["", "12", "x:y", "/nowhere/manifest.json", "0" * 63])
def test_what_is_no_header_is_refused(run: Run, anchor: str) -> None:
    code, _, said = run("snapshots", "verify", "--against", anchor)
    assert code == 2
    assert "is no header" in said
