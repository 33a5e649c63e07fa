"""The fact journal: durable when it says so, idempotent, private, and clear about a file it cannot use."""

from __future__ import annotations

import sqlite3
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from collectors.contract import Fact, SinkBusy
from daemon.store.errors import DatabaseUnusable, SchemaTooNew
from daemon.store.journal import Journal

FACT = Fact("prod", "service://prod//shop", "has", "operation://prod//shop/GET /", "", 10.0, 20.0, 2)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "facts.db"


@pytest.fixture
def journal(path: Path) -> Iterator[Journal]:
    journal = Journal(path, flush_every=60)
    yield journal
    journal.close()


def test_a_recorded_fact_is_on_disk_when_record_returns(journal: Journal, path: Path) -> None:
    journal.record([FACT], 3)
    with closing(sqlite3.connect(path)) as other:
        assert other.execute("select source, first, last, count from fact").fetchall() == [
            (FACT.source, 10.0, 20.0, 2)
        ]


def test_a_repeated_fact_widens_times_and_adds_counts(journal: Journal) -> None:
    journal.record([FACT], 3)
    position = journal.position()
    journal.record([replace(FACT, first=5.0, last=15.0, count=1), replace(FACT, first=30.0, last=30.0)], 3)
    journal.flush()
    assert list(journal.facts("prod")) == [replace(FACT, first=5.0, last=30.0, count=5)]
    assert journal.position() == position


def test_a_known_fact_costs_no_write_at_once(journal: Journal, path: Path) -> None:
    journal.record([FACT], 3)
    with closing(sqlite3.connect(path)) as lock:
        lock.execute("begin immediate")
        journal.record([FACT], 0.1)  # would wait for the lock, and be busy, if it wrote
        lock.execute("rollback")


def test_facts_come_back_by_environment_in_order_of_identity(journal: Journal) -> None:
    facts = [replace(FACT, environment=env, verb=verb) for env in ("b", "a") for verb in ("reads", "has")]
    journal.record(facts, 3)
    assert list(journal.environments()) == ["a", "b"]
    assert [fact.verb for fact in journal.facts("a")] == ["has", "reads"]


def test_facts_and_position_survive_a_restart(path: Path) -> None:
    first = Journal(path)
    first.record([FACT], 3)
    first.record([FACT], 3)
    first.close()
    second = Journal(path)
    try:
        assert list(second.facts("prod")) == [replace(FACT, count=4)]
        before = second.position()
        second.record([replace(FACT, target="operation://prod//shop/POST /")], 3)
        assert second.position() > before
    finally:
        second.close()


def test_the_sender_is_told_to_come_again_while_another_program_writes(journal: Journal, path: Path) -> None:
    with closing(sqlite3.connect(path)) as lock:
        lock.execute("begin immediate")
        with pytest.raises(SinkBusy, match="not on disk"):
            journal.record([FACT], 0.2)
        lock.execute("rollback")
    journal.record([replace(FACT, verb="calls")], 10)
    assert {fact.verb for fact in journal.facts("prod")} == {"has", "calls"}  # nothing was lost by waiting


def test_many_threads_are_committed_together(journal: Journal) -> None:
    def write(number: int) -> None:
        journal.record(
            [replace(FACT, target=f"operation://prod//shop/{number}/{step}") for step in range(20)], 10
        )

    threads = [threading.Thread(target=write, args=(number,)) for number in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(list(journal.facts("prod"))) == 320


def test_what_record_returned_from_survives_a_kill(path: Path) -> None:
    program = (
        "import os, sys\nfrom pathlib import Path\nfrom collectors.contract import Fact\n"
        "from daemon.store.journal import Journal\n"
        "journal = Journal(Path(sys.argv[1]))\n"
        "journal.record([Fact('prod', 's', 'has', 't', '', 1.0, 1.0)], 10)\nos.kill(os.getpid(), 9)\n"
    )
    root = Path(__file__).parents[3]
    done = subprocess.run([sys.executable, "-c", program, str(path)], cwd=root, check=False)
    assert done.returncode == -9
    journal = Journal(path)
    try:
        assert [fact.source for fact in journal.facts("prod")] == ["s"]
    finally:
        journal.close()


def test_only_the_owner_may_read_it(journal: Journal, path: Path) -> None:
    journal.record([FACT], 3)
    for file in path.parent.iterdir():
        assert stat.S_IMODE(file.stat().st_mode) == 0o600, file


@pytest.mark.parametrize(
    "content", [b"no database at all, just some text" * 100, b"SQLite format 3\x00" + b"\xff" * 4096]
)
def test_a_broken_file_is_named_and_left_alone(path: Path, content: bytes) -> None:
    path.parent.mkdir()
    path.write_bytes(content)
    with pytest.raises(DatabaseUnusable, match=r"facts\.db.*move it away"):
        Journal(path)
    assert path.read_bytes() == content


def test_another_programs_database_is_refused(path: Path) -> None:
    path.parent.mkdir()
    with closing(sqlite3.connect(path)) as other:
        other.execute("create table mine (a)")
    with pytest.raises(DatabaseUnusable, match="not a fact journal"):
        Journal(path)


def test_a_newer_journal_is_refused(path: Path) -> None:
    Journal(path).close()
    with closing(sqlite3.connect(path)) as other:
        other.execute("pragma user_version = 99")
    with pytest.raises(SchemaTooNew, match="version 99"):
        Journal(path)


def test_a_closed_journal_takes_nothing(path: Path) -> None:
    journal = Journal(path)
    journal.close()
    journal.close()
    with pytest.raises(SinkBusy):
        journal.record([FACT], 1)


def test_a_journal_that_is_full_takes_nothing_new_and_says_so_whenever_it_was_opened(path: Path) -> None:
    def named(number: int) -> Fact:
        return replace(FACT, target=f"operation://prod//shop/{number}")

    for begin in (0, 30, 60):
        with closing(Journal(path, flush_every=0.05, most=20)) as journal:
            for number in range(begin, begin + 30):
                journal.record([named(number)], 5)
            journal.record([named(0), named(19)], 5)  # what is known is counted as before
    with closing(Journal(path, most=20)) as journal:
        kept = list(journal.facts("prod"))
        assert {fact.target for fact in kept} == {named(number).target for number in range(20)}
        assert {fact.count for fact in kept if fact.target.endswith(("/0", "/19"))} == {8}
        (left_out,) = journal.facts("")
        assert (left_out.verb, left_out.count) == ("refused", 70)
        assert journal.environments() == ["prod"]
        journal.record([replace(left_out, source="sender://shop", count=1)], 5)
        assert len(list(journal.facts(""))) == 2
    assert path.stat().st_size < 100_000
