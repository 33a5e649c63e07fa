"""The demo's PostgreSQL: starts, serves several databases, and leaves nothing."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from demo import processes
from demo.postgres import ADDRESS, Database, PostgresError, Server, free_port


@pytest.fixture
def temporary(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The folder for temporary files: empty, and open to the server's user, as pytest's own are not."""
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        Path(folder).chmod(0o711)
        monkeypatch.setattr("tempfile.tempdir", folder)
        yield Path(folder)


def postmasters() -> set[psutil.Process]:
    """The servers that this process has started; other tests may keep one of their own."""
    return {process for process in psutil.Process().children() if process.name() == "postgres"}


def test_several_databases_are_served_and_nothing_is_left(temporary: Path) -> None:
    databases = [
        Database(name, f"CREATE TABLE t (n integer); INSERT INTO t VALUES ({n})")
        for n, name in enumerate(("a", "b"))
    ]
    others = postmasters()
    with Server(free_port(), databases) as server:
        for expected, name in enumerate(("a", "b")):
            with server.connect(name) as connection:
                assert connection.execute("SELECT n FROM t").fetchall() == [(expected,)]
        (ours,) = postmasters() - others
    assert not ours.is_running()
    assert list(temporary.iterdir()) == []


def test_a_script_that_fails_leaves_nothing(temporary: Path) -> None:
    others = postmasters()
    with pytest.raises(Exception, match="no_such_table"):
        Server(free_port(), [Database("a", "SELECT * FROM no_such_table")])
    assert postmasters() == others
    assert list(temporary.iterdir()) == []


def test_a_port_in_use_is_named(temporary: Path) -> None:
    with processes.listen(ADDRESS) as listener:
        port = listener.getsockname()[1]
        with pytest.raises(PostgresError, match=rf"could not start on {ADDRESS}:{port}"):
            Server(port, [])
    assert list(temporary.iterdir()) == []


def test_a_private_folder_for_temporary_files_is_no_hindrance(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tmp_path.chmod(0o700)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with Server(free_port(), []) as server, server.connect("postgres") as connection:
        assert connection.execute("SELECT 1").fetchall() == [(1,)]


def test_another_port_is_taken_when_the_usual_one_is_in_use() -> None:
    port = free_port()
    with processes.listen(ADDRESS, port):
        other = free_port()
        assert other != port


def test_the_server_of_another_demo_is_not_taken_for_ones_own(temporary: Path) -> None:
    port = free_port()
    with (
        Server(port, [Database("one", "")]) as first,
        pytest.raises(PostgresError, match=rf"could not start on {ADDRESS}:{port}"),
    ):
        Server(port, [Database("two", "")])
    with pytest.raises(Exception, match="refused"):
        first.connect("two")
