"""Another user reads the published copy while cycles run: always one whole snapshot, and never an error."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from daemon.store.publish import publish
from tests.support.snapshots import Snapshots, listing, queue

CYCLES = 12
PATIENCE = 120  # seconds, on a busy machine
NOBODY = 65534
READER = """
import json, os, sqlite3, sys, time

copy, private, last, user, patience = sys.argv[1], sys.argv[2], *map(int, sys.argv[3:])
if user:  # only now, since the interpreter itself may lie in a private folder
    os.setgroups([]); os.setgid(user); os.setuid(user)

def ask(connection, query):
    return connection.execute(query).fetchone()[0]

seen, reads, end = [], 0, time.monotonic() + patience
while not seen or seen[-1] < last:
    assert time.monotonic() < end, seen
    connection = sqlite3.connect(f"file:{copy}?mode=ro", uri=True)
    connection.execute("BEGIN")
    number = ask(connection, "SELECT max(number) FROM v1_snapshots")
    assert ask(connection, "SELECT count(*) FROM v1_resources") == number
    assert ask(connection, f"SELECT count(*) FROM v1_resources_as_of WHERE snapshot = {number}") == number
    assert ask(connection, "PRAGMA quick_check") == "ok"
    connection.close()
    with open(copy + ".json") as manifest:
        assert json.load(manifest)["snapshot"] <= last
    reads += 1
    if not seen or seen[-1] != number:
        seen.append(number)
        print(number, flush=True)

writable = True
try:
    sqlite3.connect(f"file:{copy}?mode=rw", uri=True).execute("CREATE TABLE mine (n)")
except sqlite3.OperationalError:
    writable = False
print(json.dumps({"seen": seen, "reads": reads, "writable": writable, "private": os.access(private, os.R_OK)}))
"""


@pytest.fixture
def folder() -> Iterator[Path]:
    """Reachable by other users, as pytest's own folders are not."""
    folder = Path(tempfile.mkdtemp(prefix="driftline-published-", dir="/tmp"))
    folder.chmod(0o711)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def private_files() -> Iterator[None]:
    """The mask under which the service runs."""
    before = os.umask(0o027)
    yield
    os.umask(before)


def test_another_user_reads_whole_snapshots_while_cycles_run(folder: Path, private_files: None) -> None:
    state, copy = folder / "state", folder / "published" / "driftline.db"
    store = Snapshots.create(state)
    state.chmod(0o711)

    def cycle(number: int) -> None:
        store.take(listing(*(queue(f"q{n}") for n in range(number))))
        assert publish(store.database, copy, store.now)

    cycle(1)
    assert copy.parent.stat().st_mode & 0o777 == 0o755
    user = NOBODY if os.geteuid() == 0 else 0
    command = [
        sys.executable,
        "-c",
        READER,
        str(copy),
        str(state / "driftline.db"),
        *map(str, (CYCLES, user, PATIENCE)),
    ]
    with (
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as reader,
        ThreadPoolExecutor(1) as daemon,
    ):
        assert reader.stdout is not None
        assert reader.stdout.readline() == "1\n"
        cycles = [daemon.submit(cycle, number) for number in range(2, CYCLES + 1)]
        for each in cycles:
            each.result()
        said, errors = reader.communicate(timeout=PATIENCE)
    assert errors == ""
    found = json.loads(said.splitlines()[-1])
    assert found["seen"] == sorted(set(found["seen"]))
    assert (found["seen"][0], found["seen"][-1]) == (1, CYCLES)
    assert found["reads"] > len(found["seen"])
    if user:
        assert not found["writable"]
        assert not found["private"], "the daemon's own database"


def test_a_folder_that_was_there_is_left_as_it_was(folder: Path) -> None:
    store = Snapshots.create(folder / "state")
    store.take(listing(queue("a")))
    copy = folder / "published" / "driftline.db"
    copy.parent.mkdir()
    copy.parent.chmod(0o750)
    assert publish(store.database, copy, store.now)
    assert copy.parent.stat().st_mode & 0o777 == 0o750
