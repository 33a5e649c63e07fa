"""Two writers: the second is told who the first is and since when, exit code 5; a lock dies with its process."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from demo.postgres import Server
from tests.reliability.matrix import ROOT
from tests.support.command_line import CommandLine
from tests.support.engines import empty_database

RUNNING = 5
HOLDER = """
import sys
from daemon.store.database import open_database
from daemon.store.lock import only_writer
with only_writer(open_database(sys.argv[1]), "run"):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def driftline(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> CommandLine:
    for name in tuple(os.environ):
        if name.startswith("DRIFTLINE_"):
            monkeypatch.delenv(name)
    return CommandLine(monkeypatch, capsys)


@contextmanager
def holding(url: str) -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, url],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    ) as holder:
        try:
            assert holder.stdout
            assert holder.stdout.readline() == "held\n"
            yield holder
        finally:
            holder.kill()


def settings(folder: Path, name: str, url: str) -> Path:
    file = folder / f"{name}.toml"
    database = f'[database]\nurl = "{url}"\n' if url else ""
    file.write_text(
        f'[driftline]\nstate_directory = "{folder / name}"\n[traces]\nenabled = false\n{database}'
    )
    return file


def test_the_second_writer_is_refused_and_a_dead_one_is_no_writer(
    driftline: CommandLine, tmp_path: Path, engine_url: str
) -> None:
    mine = settings(tmp_path, "mine", engine_url)
    assert driftline(mine, "database", "migrate").code == 0
    # On a server the other has a state directory of its own; the file is in mine.
    url = engine_url or f"sqlite:///{tmp_path / 'mine' / 'driftline.db'}"
    with holding(url) as holder:
        done = driftline(mine, "collect")
        assert done.code == RUNNING
        assert f"driftline run (process {holder.pid}" in done.error
        assert ", since 20" in done.error
        assert "only one may write" in done.error
        assert driftline(mine, "snapshots").code == 0, "who only looks needs no lock"
        holder.kill()
        holder.wait()
    assert driftline(mine, "collect").code == 0


def test_databases_of_one_server_have_locks_of_their_own(
    driftline: CommandLine, tmp_path: Path, postgres: Server
) -> None:
    mine = settings(tmp_path, "mine", empty_database(postgres))
    other = empty_database(postgres)
    assert driftline(settings(tmp_path, "other", other), "database", "migrate").code == 0
    with holding(other):
        assert driftline(mine, "collect").code == 0
