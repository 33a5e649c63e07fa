"""Databases that are damaged, foreign, half-written, newer, or may not be written: named, and left as they are."""

from __future__ import annotations

import ctypes
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from demo.postgres import Server
from tests.reliability.matrix import ROOT
from tests.support.command_line import CommandLine, contents
from tests.support.engines import empty_database
from tests.support.prepared import Home

RUN_TIME, USAGE = 1, 2


@pytest.fixture
def driftline(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> CommandLine:
    for name in tuple(os.environ):
        if name.startswith("DRIFTLINE_"):
            monkeypatch.delenv(name)
    return CommandLine(monkeypatch, capsys)


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A state directory after two days."""
    home = Home(tmp_path_factory.mktemp("filled"))
    for day in (0, 1):
        home.hear(day)
        home.cycle(day)
    return home.folder


@pytest.fixture
def state(filled: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(filled, tmp_path / "state"))


def settings(folder: Path, state: Path, url: str = "") -> Path:
    file = folder / "driftline.toml"
    database = f'[database]\nurl = "{url}"\n' if url else ""
    traces = '[traces]\ngrpc = ""\nhttp = "127.0.0.1:0"\n'
    file.write_text(f'[driftline]\nstate_directory = "{state}"\n{traces}{database}')
    return file


def page_size(file: Path) -> int:
    """As the header of the file says."""
    return int.from_bytes(file.read_bytes()[16:18], "big")


def flip(file: Path) -> None:
    """Another kind of page than there is, on each page but the first."""
    page = page_size(file)
    with file.open("r+b") as opened:
        for place in range(page, file.stat().st_size, page):
            opened.seek(place)
            opened.write(b"\xff")


def truncate(file: Path) -> None:
    with file.open("r+b") as opened:
        opened.truncate(file.stat().st_size // 2 // page_size(file) * page_size(file))


def overwrite(file: Path) -> None:
    file.write_bytes(b"minutes of the meeting\n" * 1000)


def put_a_backup_beside_a_newer_log(file: Path) -> None:
    """The file as it was, the log of what has grown since."""
    backup, newer = file.with_name("backup"), file.with_name("newer")
    shutil.copy(file, backup)
    rows = [(f"sha256:{number}", "pkg:pypi/a@1", "a" * 100, "1") for number in range(10_000)]
    with closing(sqlite3.connect(file, isolation_level=None)) as writer:
        for begin in (0, 5_000):  # the second half refers to pages that only the newer file has
            writer.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
            writer.execute("BEGIN")
            writer.executemany("INSERT INTO component VALUES (?, ?, ?, ?)", rows[begin : begin + 5_000])
            writer.execute("COMMIT")
        shutil.copy(file.with_name(f"{file.name}-wal"), newer)
    backup.replace(file)
    newer.replace(file.with_name(f"{file.name}-wal"))


@pytest.mark.parametrize(
    ("harm", "said"),
    [
        (flip, "malformed. The file is damaged: restore the published copy or a backup."),
        (truncate, "malformed. The file is damaged: restore the published copy or a backup."),
        (
            overwrite,
            "not a database. The file is something else, or damaged: move it away or set database.url.",
        ),
        (put_a_backup_beside_a_newer_log, "If the log came from elsewhere, move it away"),
    ],
)
@pytest.mark.parametrize("command", ["status", "collect"])
def test_a_damaged_file_is_named_and_left_as_it_is(
    driftline: CommandLine, tmp_path: Path, state: Path, harm: Callable[[Path], None], said: str, command: str
) -> None:
    harm(state / "driftline.db")
    before = contents(state)
    done = driftline(settings(tmp_path, state), command)
    assert done.code == RUN_TIME
    assert str(state / "driftline.db") in done.error
    assert said in done.error
    assert contents(state) == before


def test_an_empty_log_is_nothing(driftline: CommandLine, tmp_path: Path, state: Path) -> None:
    (state / "driftline.db-wal").touch()
    assert driftline(settings(tmp_path, state), "status").code == 0


def test_a_log_that_a_killed_writer_left_is_taken_up(
    driftline: CommandLine, tmp_path: Path, state: Path
) -> None:
    file, copied = state / "driftline.db", tmp_path / "copied"
    with closing(sqlite3.connect(file, isolation_level=None)) as writer:
        writer.execute("UPDATE snapshot SET late = 1 WHERE number = 2")
        shutil.copytree(state, copied)  # as a kill leaves it
    assert (copied / "driftline.db-wal").stat().st_size
    assert driftline(settings(tmp_path, copied), "status").code == 0
    with closing(sqlite3.connect(copied / "driftline.db")) as reader:
        assert reader.execute("SELECT late FROM snapshot WHERE number = 2").fetchone() == (1,)


FOREIGN = {
    "another program": "CREATE TABLE bookmarks (url)",
    "one that uses Alembic too": (
        "CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL);"
        "INSERT INTO alembic_version VALUES ('0001'); CREATE TABLE orders (id INTEGER)"
    ),
    "one with a table named like ours": "CREATE TABLE snapshot (number INTEGER, comment TEXT)",
}


@pytest.mark.parametrize("script", FOREIGN.values(), ids=FOREIGN)
@pytest.mark.parametrize("command", [("status",), ("collect",), ("database", "migrate")], ids=" ".join)
def test_a_file_of_another_program_is_refused_and_left_as_it_is(
    driftline: CommandLine, tmp_path: Path, script: str, command: tuple[str, ...]
) -> None:
    state = tmp_path / "state"
    state.mkdir()
    with closing(sqlite3.connect(state / "driftline.db")) as connection:
        connection.executescript(script)
    before = contents(state)
    done = driftline(settings(tmp_path, state), *command)
    assert done.code == RUN_TIME
    assert "belongs to another program" in done.error
    assert contents(state) == before


@pytest.mark.parametrize("script", list(FOREIGN.values())[1:], ids=list(FOREIGN)[1:])
def test_a_server_s_database_of_another_program_is_refused_and_left_as_it_is(
    driftline: CommandLine, tmp_path: Path, postgres: Server, script: str
) -> None:
    url = empty_database(postgres)
    name = url.rpartition("/")[2]
    tables = "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public' ORDER BY 1"
    with postgres.connect(name) as connection:
        connection.execute(script.encode())
        before = connection.execute(tables).fetchall()
        done = driftline(settings(tmp_path, tmp_path / "state", url), "database", "migrate")
        assert done.code == RUN_TIME
        assert "belongs to another program" in done.error
        assert connection.execute(tables).fetchall() == before


def test_beside_others_on_a_server_there_is_room(
    driftline: CommandLine, tmp_path: Path, postgres: Server
) -> None:
    url = empty_database(postgres)
    with postgres.connect(url.rpartition("/")[2]) as connection:
        connection.execute(b"CREATE TABLE orders (id integer)")
    assert driftline(settings(tmp_path, tmp_path / "state", url), "database", "migrate").code == 0


def test_a_newer_schema_is_refused_with_what_to_do(
    driftline: CommandLine, tmp_path: Path, state: Path
) -> None:
    with closing(sqlite3.connect(state / "driftline.db")) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    before = contents(state)
    for command in ("status", "collect"):
        done = driftline(settings(tmp_path, state), command)
        assert done.code == RUN_TIME
        assert "schema 9999" in done.error
        assert "Install the release that wrote it, or a newer one." in done.error
    assert contents(state) == before


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("mysql://root@db/drift", "sqlite"),
        ("postgresql://db/drift", "postgresql+psycopg://"),
        ("postgres+psycopg://db/drift", "postgresql+psycopg://"),
        ("sqlite://", "must name a file"),
        ("sqlite:///:memory:", "must name a file"),
        ("driftline.db", "sqlite"),
    ],
)
def test_an_engine_that_is_not_supported_is_answered_with_those_that_are(
    driftline: CommandLine, tmp_path: Path, url: str, said: str
) -> None:
    done = driftline(settings(tmp_path, tmp_path / "state", url), "collect")
    assert (done.code, "database.url" in done.error, said in done.error) == (USAGE, True, True), done.error
    assert not (tmp_path / "state").exists()


# -- what may not be written -------------------------------------------------------------------------

_DROP_BOUNDING, _OVERRIDE, _READ_SEARCH = 24, 1, 2


def as_plain_user() -> None:
    """In the child, before it begins: root without the right to pass over the modes of files."""
    if os.geteuid() == 0:
        for right in (_OVERRIDE, _READ_SEARCH):
            ctypes.CDLL(None).prctl(_DROP_BOUNDING, right, 0, 0, 0)


@pytest.fixture
def unlocked(state: Path) -> Iterator[Path]:
    yield state
    for path in (state, *state.rglob("*")):
        path.chmod(0o755)


@pytest.mark.parametrize("what", ["file", "folder"])
def test_what_may_not_be_written_is_named_and_left_as_it_is(
    unlocked: Path, tmp_path: Path, what: str
) -> None:
    before = contents(unlocked)
    (unlocked / "driftline.db").chmod(0o444)
    if what == "folder":
        unlocked.chmod(0o555)
    done = subprocess.run(
        [sys.executable, "-c", "from daemon.cli import main; main()", "--config",
         str(settings(tmp_path, unlocked)), "collect"],
        capture_output=True, text=True, check=False, cwd=ROOT, preexec_fn=as_plain_user,
    )  # fmt: skip
    assert done.returncode == RUN_TIME, done.stderr
    assert str(unlocked / "driftline") in done.stderr
    assert "write access" in done.stderr
    assert contents(unlocked) == before
