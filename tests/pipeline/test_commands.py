"""The command line as a process of its own: what it says and how it ends, on good input and on bad."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from daemon.store.database import open_database
from daemon.store.lock import only_writer
from tests.support.mail_server import free_port
from tests.support.pipeline import Installation, Shop

ROOT = Path(__file__).parents[2]
DRIFTLINE = Path(sys.executable).parent / "driftline"
PATIENCE = 60.0


def driftline(*arguments: str, config: Path) -> subprocess.CompletedProcess[str]:
    """One command, without settings from the environment."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("DRIFTLINE_")}
    return subprocess.run(
        [str(DRIFTLINE), "--config", str(config), *arguments],
        env={**environment, "PYTHONPATH": str(ROOT), "NO_COLOR": "1"},
        capture_output=True, text=True, timeout=PATIENCE, check=False, cwd=config.parent,
    )  # fmt: skip


def settings(folder: Path, *more: str, endpoint: str = "", types: Sequence[str] = ("aws.sqs.queue",)) -> Path:
    """A settings file."""
    account = f'[[aws.accounts]]\nname = "shop"\nregions = ["eu-central-1"]\nendpoint_url = "{endpoint}"\n'
    file = folder / "driftline.toml"
    file.write_text(
        f'[driftline]\nstate_directory = "{folder / "state"}"\n'
        f'[traces]\ngrpc = ""\nhttp = "127.0.0.1:{free_port()}"\nwarm_up = "0s"\n'
        f"[aws]\ntypes = {json.dumps(list(types))}\n" + (account if endpoint else "") + "\n".join(more)
    )
    return file


@pytest.fixture
def filled(home: Installation, shop: Shop, tmp_path: Path) -> Path:
    """Settings of an installation with two snapshots, the second with a new path."""
    shop.plain_day()
    home.cycle()
    shop.rich_day()
    home.cycle()
    return settings(tmp_path)


def test_malformed_settings_are_named_with_file_and_line(tmp_path: Path) -> None:
    file = tmp_path / "driftline.toml"
    file.write_text('[driftline]\nname = "x"\n\n[mail]\nhosst = "mail.example"\nport = "many"\n')
    done = driftline("collect", config=file)
    assert done.returncode == 2
    assert f"{file}:5" in done.stderr
    assert "mail.hosst" in done.stderr
    assert "host" in done.stderr
    assert f"{file}:6" in done.stderr
    assert "Traceback" not in done.stderr
    file.write_text("[driftline\n")
    done = driftline("diff", config=file)
    assert (done.returncode, done.stdout) == (2, "")
    assert f"{file}:1" in done.stderr


def test_a_file_that_is_no_database_is_named_and_left_alone(tmp_path: Path) -> None:
    file = settings(tmp_path)
    database = tmp_path / "state" / "driftline.db"
    database.parent.mkdir()
    content = b"These are the minutes of the meeting, and no database at all.\n" * 100
    database.write_bytes(content)
    for command in ("collect", "run"):
        done = driftline(command, config=file)
        assert done.returncode == 1, command
        assert str(database) in done.stderr
        assert "not a database" in done.stderr
        assert "move it away or set database.url" in done.stderr
        assert "Traceback" not in done.stderr
        assert database.read_bytes() == content


def test_a_port_in_use_is_named(tmp_path: Path) -> None:
    file = settings(tmp_path)
    port = int(file.read_text().split("127.0.0.1:")[1].split('"')[0])
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", port))
        taken.listen()
        done = driftline("run", config=file)
    assert done.returncode == 1
    assert f"127.0.0.1:{port}" in done.stderr
    assert "traces.http" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("command", ["collect", "run"])
def test_a_second_writer_is_told_who_holds_the_lock_and_since_when(tmp_path: Path, command: str) -> None:
    file = settings(tmp_path)
    database = open_database(f"sqlite:///{tmp_path}/state/driftline.db")
    try:
        with only_writer(database, "run"):
            done = driftline(command, config=file)
    finally:
        database.close()
    assert done.returncode == 5
    assert f"driftline run (process {os.getpid()}, since 20" in done.stderr
    assert "Traceback" not in done.stderr


def test_without_a_snapshot_there_is_nothing_to_compare(tmp_path: Path) -> None:
    file = settings(tmp_path)
    for command in ("diff", "paths"):
        done = driftline(command, config=file)
        assert (done.returncode, done.stdout) == (3, ""), command
        assert "driftline collect" in done.stderr


def test_one_cycle_by_hand_and_its_report(estate: str, tmp_path: Path) -> None:
    file = settings(tmp_path, endpoint=estate)
    assert driftline("config", "check", config=file).returncode == 0
    done = driftline("collect", "--json", config=file)
    assert done.returncode == 0
    told = json.loads(done.stdout)["data"]
    assert (told["number"], told["state"], told["listed"], told["extents"]) == (1, "complete", 1, 1)
    assert told["answers"] == {"listed": 1}
    assert driftline("collect", config=file).stdout.startswith("snapshot 2 (complete): 1 of 1 extents listed")
    assert driftline("diff", config=file).stdout.splitlines()[-1] == "no changes"
    queues = json.loads(driftline("inventory", "--json", "orders-1", config=file).stdout)["data"]
    assert [queue["name"] for queue in queues] == ["orders-1"]


def test_a_report_is_written_as_html_and_paths_as_json(filled: Path, tmp_path: Path) -> None:
    page = tmp_path / "report.html"
    done = driftline("report", "--format", "html", "-o", str(page), config=filled)
    assert (done.returncode, done.stdout) == (0, "")
    assert page.read_text().startswith("<!DOCTYPE html>")
    assert "GET /risk/{id}" in page.read_text()
    document = json.loads(driftline("paths", "--json", "--new", config=filled).stdout)
    assert document["format_version"] == "1.0"
    assert "GET /risk/{id}" in json.dumps(document["data"])
    assert driftline("diff", "--fail-on", "drift", config=filled).returncode == 10
    assert "GET /risk/{id} (internet)" in driftline("diff", "1", "2", config=filled).stdout


def test_a_resource_of_a_filled_installation_is_looked_at_from_all_sides(filled: Path) -> None:
    def asked(*arguments: str) -> Any:
        done = driftline(*arguments, "--json", config=filled)
        assert (done.returncode, done.stderr) == (0, ""), arguments
        return json.loads(done.stdout)["data"]

    sink = asked("paths", "--new")[0]["paths"][0]
    table = asked("resource", "show", sink["identity"]["sink"])
    assert sink["identity"] in [path["identity"] for path in table["data_paths"]]
    reading = [tie for tie in table["relations_in"] if tie["verb"] == "reads"]
    assert reading
    assert all(tie["times"] and tie["first_seen"] <= tie["last_seen"] for tie in reading)
    (stored,) = [tie for tie in table["relations_out"] if tie["verb"] == "stored_in"]
    assert (stored["binding"], stored["target"]) == ("resolved", sink["store"])
    assert stored["raw_target"] != stored["target"]

    database = asked("resource", "show", sink["store"])
    assert (database["role"], database["presences"][0]["state"]) == ("data_store", "listed")
    assert sink["identity"] in [path["identity"] for path in database["data_paths"]]
    assert table["urn"] in [tie["source"] for tie in database["relations_in"]]
    assert asked("resource", "show", sink["store"], "--at", "1")["snapshot"]["number"] == 1

    operation = sink["identity"]["origin"]
    assert [stage["event"] for stage in asked("resource", "history", operation)["stages"]] == ["added"]
    assert operation in [row["urn"] for row in asked("inventory", "--role", "operation")]
    assert operation not in [row["urn"] for row in asked("inventory", "--role", "operation", "--at", "1")]
    service = "service://" + "/".join(operation.removeprefix("operation://").split("/")[:3])
    assert sink["identity"] in [path["identity"] for path in asked("resource", "show", service)["data_paths"]]

    shown = driftline("resource", "show", sink["store"], config=filled).stdout
    assert f"    {table['urn']}\n      by the name " in shown
    assert "data paths (" in shown
    done = driftline("inventory", "--role", "data_store", "--limit", "1", config=filled)
    assert (done.returncode, done.stderr) == (0, "")


def test_missing_credentials_are_gaps_that_say_what_to_do(
    estate: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    file = settings(tmp_path, endpoint=estate)
    done = driftline("collect", "--fail-on", "gaps", config=file)
    assert done.returncode == 11
    assert "snapshot 1 (failed)" in done.stdout
    done = driftline("coverage", config=file)
    assert done.returncode == 0
    assert "no valid credentials were found" in done.stdout
    assert "role_arn" in done.stdout


def test_an_unreachable_mail_server_is_named_and_the_mail_is_kept(estate: str, tmp_path: Path) -> None:
    port = free_port()
    server = f'[mail]\nhost = "127.0.0.1"\nport = {port}\nsecurity = "none"\n'
    mail = server + 'sender = "d@shop.example"\nrecipients = ["ops@shop.example"]\n'
    file = settings(tmp_path, mail, endpoint=estate)
    assert driftline("collect", config=file).returncode == 0
    done = driftline("deliveries", "send", config=file)
    assert done.returncode == 1
    assert f"127.0.0.1:{port}" in done.stderr
    assert "refused" in done.stderr
    assert "Traceback" not in done.stderr
    (delivery,) = json.loads(driftline("deliveries", "list", "--json", config=file).stdout)["data"]
    assert (delivery["kind"], delivery["state"]) == ("baseline", "pending")
    assert "refused" in delivery["last_error"]
