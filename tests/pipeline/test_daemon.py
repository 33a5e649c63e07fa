"""`driftline run` as a process: it starts, listens, collects at once, keeps its settings, and ends when told."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.pipeline.test_commands import DRIFTLINE, ROOT, driftline, settings
from tests.support.pipeline import Shop

PATIENCE = 30.0


@dataclass
class Running:
    """A daemon's process, its log, and what it told systemd."""

    process: subprocess.Popen[bytes]
    log: Path
    systemd: socket.socket
    config: Path

    def events(self) -> list[dict[str, object]]:
        """The log so far."""
        lines = self.log.read_text().splitlines(keepends=True)
        return [json.loads(line) for line in lines if line.startswith("{") and line.endswith("\n")]

    def names(self) -> list[object]:
        return [event["event"] for event in self.events()]

    def wait_for(self, condition: Callable[[], object], what: str) -> None:
        """Fails with the log if it does not happen."""
        deadline = time.monotonic() + PATIENCE
        while not condition():
            assert self.process.poll() is None, self.log.read_text()
            assert time.monotonic() < deadline, f"{what}:\n{self.log.read_text()}"
            time.sleep(0.05)

    def told_systemd(self) -> str:
        self.systemd.settimeout(PATIENCE)
        return self.systemd.recv(4096).decode()

    def stop(self, with_signal: signal.Signals = signal.SIGTERM) -> int:
        self.process.send_signal(with_signal)
        return self.process.wait(PATIENCE)


@contextmanager
def running(config: Path) -> Iterator[Running]:
    log = config.parent / "log"
    address = str(config.parent / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd, log.open("wb") as output:
        systemd.bind(address)
        process = subprocess.Popen(
            [str(DRIFTLINE), "--config", str(config), "run"],
            env={**os.environ, "PYTHONPATH": str(ROOT), "NOTIFY_SOCKET": address},
            stderr=output, stdout=subprocess.DEVNULL, cwd=config.parent,
        )  # fmt: skip
        try:
            yield Running(process, log, systemd, config)
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()


@pytest.fixture
def daemon(estate: str, tmp_path: Path) -> Iterator[Running]:
    with running(settings(tmp_path, endpoint=estate)) as daemon:
        yield daemon


def snapshots(daemon: Running) -> list[dict[str, object]]:
    done = driftline("snapshots", "--json", config=daemon.config)
    assert done.returncode == 0, done.stderr
    rows: list[dict[str, object]] = json.loads(done.stdout)["data"]
    return rows


def test_the_daemon_collects_at_once_takes_spans_and_ends_when_told(daemon: Running) -> None:
    assert daemon.told_systemd() == "READY=1"
    daemon.wait_for(lambda: "snapshot_committed" in daemon.names(), "no first cycle")
    receiving = next(event for event in daemon.events() if event["event"] == "receiving")
    ports = receiving["ports"]
    assert isinstance(ports, dict)
    shop = Shop(f"http://127.0.0.1:{ports['http']}/v1/traces")
    try:
        shop.plain_day()
    finally:
        shop.close()
    second = driftline("collect", config=daemon.config)
    assert second.returncode == 5
    assert f"driftline run (process {daemon.process.pid}, since " in second.stderr
    began = time.monotonic()
    assert daemon.stop() == 0, daemon.log.read_text()
    assert time.monotonic() - began < 10
    assert daemon.names()[-1] == "stopped"
    assert daemon.told_systemd() == "STOPPING=1"
    assert [(row["number"], row["state"]) for row in snapshots(daemon)] == [(1, "complete")]
    # What the receiver took is in the next snapshot, whoever takes it.
    assert driftline("collect", config=daemon.config).returncode == 0
    services = json.loads(driftline("inventory", "--json", "--type", "service", config=daemon.config).stdout)
    assert {row["name"] for row in services["data"]} == {"accounts", "checkout", "mailer"}


def test_bad_settings_at_a_hang_up_are_named_and_the_old_ones_kept(daemon: Running) -> None:
    daemon.wait_for(lambda: "snapshot_committed" in daemon.names(), "no first cycle")
    good = daemon.config.read_text()
    daemon.config.write_text(good + '\n[schedule]\ncollect_evry = "2h"\n')
    daemon.process.send_signal(signal.SIGHUP)
    daemon.wait_for(lambda: "settings_kept" in daemon.names(), "no word on the bad settings")
    (kept,) = [event for event in daemon.events() if event["event"] == "settings_kept"]
    assert "collect_evry" in str(kept["reason"])
    assert str(daemon.config) in str(kept["reason"])
    assert daemon.names().count("running") == 1, "nothing of it ends for settings that are not taken"
    daemon.config.write_text(good + '\n[schedule]\ncollect_every = "2h"\n')
    daemon.process.send_signal(signal.SIGHUP)
    daemon.wait_for(lambda: "settings_reloaded" in daemon.names(), "good settings are not taken")
    daemon.wait_for(lambda: daemon.names().count("running") == 2, "it does not go on")
    assert daemon.stop(signal.SIGINT) == 0
    assert daemon.names().count("snapshot_committed") == 1  # the next is due in two hours


def test_a_second_daemon_is_refused(daemon: Running) -> None:
    daemon.wait_for(lambda: "running" in daemon.names(), "it does not start")
    second = driftline("run", config=daemon.config)
    assert second.returncode == 5
    assert f"driftline run (process {daemon.process.pid}, since " in second.stderr
    assert daemon.process.poll() is None


def test_a_daemon_that_cannot_be_stopped_gently_leaves_a_whole_database(daemon: Running) -> None:
    daemon.wait_for(lambda: "snapshot_committed" in daemon.names(), "no first cycle")
    assert daemon.stop(signal.SIGKILL) == -signal.SIGKILL
    assert [row["number"] for row in snapshots(daemon)] == [1]
    assert driftline("collect", config=daemon.config).returncode == 0  # the lock died with its holder


def test_settings_that_cannot_be_used_are_given_back_at_a_hang_up(daemon: Running) -> None:
    daemon.wait_for(lambda: "snapshot_committed" in daemon.names(), "no first cycle")
    good = daemon.config.read_text()
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        daemon.config.write_text(good.replace('grpc = ""', f'grpc = "{address}"'))
        daemon.process.send_signal(signal.SIGHUP)
        daemon.wait_for(lambda: daemon.names().count("running") == 2, "it does not go on")
    kept = [str(event["reason"]) for event in daemon.events() if event["event"] == "settings_kept"]
    assert address in kept[0]
    assert daemon.stop() == 0


def test_a_secret_that_is_lost_while_it_runs_is_named_at_a_hang_up_and_ends_nothing(daemon: Running) -> None:
    daemon.wait_for(lambda: "snapshot_committed" in daemon.names(), "no first cycle")
    token = daemon.config.with_name("token")
    token.write_text("a token of spans\n")
    daemon.config.write_text(
        daemon.config.read_text().replace('grpc = ""', f'grpc = ""\ntoken_file = "{token}"')
    )
    daemon.process.send_signal(signal.SIGHUP)
    daemon.wait_for(lambda: daemon.names().count("running") == 2, "the token is not taken")
    token.unlink()
    daemon.process.send_signal(signal.SIGHUP)
    daemon.wait_for(lambda: "settings_kept" in daemon.names(), "no word on the lost token")
    (kept,) = [str(event["reason"]) for event in daemon.events() if event["event"] == "settings_kept"]
    assert str(token) in kept
    assert daemon.names().count("running") == 2
    token.write_text("another token\n")
    daemon.process.send_signal(signal.SIGHUP)
    daemon.wait_for(lambda: daemon.names().count("running") == 3, "the new token is not taken")
    assert daemon.stop() == 0


def test_a_folder_without_room_fails_a_cycle_in_one_sentence_and_the_daemon_goes_on(
    estate: str, tmp_path: Path
) -> None:
    config = settings(tmp_path, endpoint=estate)
    spool = tmp_path / "state" / "spool"
    (spool / "in the way").mkdir(parents=True)
    with running(config) as daemon:
        daemon.wait_for(lambda: "cycle_failed" in daemon.names(), "no word on it")
        (spool / "in the way").rmdir()
        spool.rmdir()
        daemon.process.send_signal(signal.SIGHUP)  # nothing is stored yet, so a cycle is due at once
        daemon.wait_for(lambda: "snapshot_committed" in daemon.names(), "it does not go on")
        failed = next(event for event in daemon.events() if event["event"] == "cycle_failed")
        assert str(spool) in str(failed["reason"])
        assert "Traceback" not in daemon.log.read_text()
        assert daemon.stop() == 0
