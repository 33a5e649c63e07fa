"""The page that a run of the whole matrix writes: what was done to the store how often, and what was lost."""

from __future__ import annotations

import platform
import re
import sqlite3
import subprocess
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from tests.reliability.matrix import BY_NAME, ROOT

PAGE = ROOT / "docs" / "reliability.md"


@dataclass(frozen=True, slots=True)
class Done:
    """One act, struck in one way at each of its calls. `lost`: neither whole nor absent afterwards, or not healed."""

    act: str
    how: str
    call: str
    times: int
    absent: int
    whole: int
    lost: int = 0


@dataclass(frozen=True, slots=True)
class Run:
    """A whole run."""

    day: str
    versions: str
    done: tuple[Done, ...]


KILLED, REFUSED, FULL = "killed", "EIO", "ENOSPC, lasting"
_KILL_HEAD = "| act | system call | killed at | absent | whole | lost |"
_ERROR_HEAD = "| act | error | at | absent | whole | lost |"

_RESTART = "test_a_server_that_restarts_in_mid_commit_gets_the_whole_commit_again"
_LOST = "test_a_lost_connection_gives_one_snapshot_and_no_delivery_twice"
_REPLICA = "test_a_server_that_takes_no_writes_is_named_and_not_asked_again"
TESTS = (
    (
        "kill -9 at any write of a commit, a publish, a prune or a migration",
        ("test_matrix.py", "all acts of the first table"),
    ),
    ("kill -9 of a receiver that commits facts", ("test_matrix.py", "the act journal")),
    (
        "a disk that fails at any write of a commit, a publish or a prune",
        ("test_matrix.py", "the second table"),
    ),
    ("disk full while committing, publishing, mailing; room again", ("test_disk_full.py", "")),
    ("a reader that holds the database for long", ("test_long_readers.py", "")),
    ("PostgreSQL restarts in mid-commit", ("test_postgres.py", _RESTART)),
    ("the answer to COMMIT is lost", ("test_postgres.py", _LOST)),
    ("PostgreSQL fails over to a server that takes no writes", ("test_postgres.py", _REPLICA)),
    ("two writers, in one state directory and on one PostgreSQL", ("test_writers.py", "")),
    ("a damaged, truncated, half-written or foreign database", ("test_bad_databases.py", "")),
    ("a read-only file, folder or file system", ("test_bad_databases.py", "")),
    ("an older and a newer schema", ("test_bad_databases.py", "")),
)


def render(run: Run) -> str:
    """The page."""
    killed = [each for each in run.done if each.how == KILLED]
    refused = [each for each in run.done if each.how != KILLED]
    acts = "\n".join(f"- **{act.name}**: {act.about}" for act in BY_NAME.values())
    return f"""# What the store survives

Written by `make kill-matrix`; a test holds that it is what that writes. Last run: {run.day}, {run.versions}.

Each act is done again and again, and each time one of its system calls that change the disk is struck: the first,
the second, and so on to the last. Afterwards the database passes SQLite's own checks, and what was being done is
there whole or not at all, row by row. Deliveries are there if and only if their snapshot is. What a snapshot says to
have read of the spans is in the journal. The next start does what was not done, with the same result as without it.
A kill ends the process, not the machine: what was handed to the system is still written. That the disk has it when a
commit returns is SQLite's `synchronous=FULL`.

{acts}

## Killed before a system call

{_KILL_HEAD}
|---|---|---:|---:|---:|---:|
{chr(10).join(f"| {d.act} | {d.call} | {d.times} | {d.absent} | {d.whole} | {d.lost} |" for d in killed)}
| **all** | | **{sum(d.times for d in killed)}** | **{sum(d.absent for d in killed)}** | **{
        sum(d.whole for d in killed)
    }** | **{sum(d.lost for d in killed)}** |

## Refused by the disk

`EIO`: this one call fails. `ENOSPC, lasting`: from this call on, nothing more can be written. Each ends with an error
that says what, where and what to do, or is of no consequence.

{_ERROR_HEAD}
|---|---|---:|---:|---:|---:|
{chr(10).join(f"| {d.act} | {d.how} | {d.times} | {d.absent} | {d.whole} | {d.lost} |" for d in refused)}

## Where each fault is tested

| fault | test in `tests/reliability/` |
|---|---|
{
        chr(10).join(
            f"| {fault} | `{file}`{': ' + _named(name) if name else ''} |" for fault, (file, name) in TESTS
        )
    }
"""


def _named(name: str) -> str:
    return f"`{name}`" if name.startswith("test_") else name


def read(page: str) -> Run:
    """The run that a page tells of."""
    said = re.search(r"Last run: ([-\d]+), (.+)\.\n", page)
    assert said, "the page does not say when it was written"
    killed, refused = (
        re.findall(
            r"^\| (\w+) \| ([\w, ]+) \| (\d+) \| (\d+) \| (\d+) \| (\d+) \|$",
            page[page.index(head) :].split("\n\n", maxsplit=1)[0],
            re.MULTILINE,
        )
        for head in (_KILL_HEAD, _ERROR_HEAD)
    )
    return Run(
        said[1],
        said[2],
        (
            *(Done(act, KILLED, call, *map(int, figures)) for act, call, *figures in killed),
            *(Done(act, how, "", *map(int, figures)) for act, how, *figures in refused),
        ),
    )


def this_run(done: tuple[Done, ...]) -> Run:
    """With today's date and what it ran on."""
    asked = subprocess.run(["strace", "-V"], capture_output=True, text=True, check=True)
    strace = asked.stdout.splitlines()[0].rpartition(" ")[2]
    versions = (
        f"CPython {platform.python_version()}, SQLite {sqlite3.sqlite_version}, "
        f"Linux {platform.release().partition('-')[0]}, strace {strace}"
    )
    return Run(datetime.now(UTC).date().isoformat(), versions, done)


def files() -> list[Path]:
    """The files that the page names."""
    return [ROOT / "tests" / "reliability" / file for _, (file, _) in TESTS]
