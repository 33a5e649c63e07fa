"""What is done to the store at every system call that changes the disk, and what must hold afterwards.

A row is an act. `count` says which calls it makes, `strike` does it once with one call struck, and `judge` looks at
what is left: "whole" or "absent", and an AssertionError for anything else.
"""

from __future__ import annotations

import json
import re
import shutil
import sqlite3
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from daemon.store.journal import Journal
from daemon.store.keeping.derived import Damage
from daemon.store.keeping.verify import verify
from daemon.store.publish import publish
from tests.reliability import victim
from tests.support.prepared import Home, damage, moment

ROOT = Path(__file__).parents[2]
RELEASED = ROOT / "tests" / "daemon" / "store" / "released" / "0001.sql"
CALLS = (
    "write", "writev", "pwrite64", "pwritev", "pwritev2", "fdatasync", "fsync", "sync_file_range", "msync",
    "ftruncate", "truncate", "rename", "renameat", "renameat2", "link", "linkat", "unlink", "unlinkat",
)  # fmt: skip
WRITES = frozenset({"write", "writev", "pwrite64", "pwritev", "pwritev2"})
Rows = dict[str, list[tuple[Any, ...]]]


@dataclass(frozen=True, slots=True)
class Act:
    """One row: `prepare` fills a folder, `judge` says what an interrupted act has left there, and that it heals."""

    name: str
    about: str
    prepare: Callable[[Path], None]
    judge: Callable[[Path, Path], str]


@dataclass(slots=True)
class Struck:
    """What became of one act. `status`: -9 if it was killed; 3 for an error of ours, with what it `said`."""

    status: int | None
    said: str
    left: str


@dataclass
class Matrix:
    """Prepared folders of all acts, and the process whose children do them."""

    folder: Path
    _ready: set[str] = field(default_factory=set)

    def __enter__(self) -> Self:
        self._server = subprocess.Popen(
            [sys.executable, "-m", "tests.reliability.victim", str(self.folder / "warm")],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT,
        )  # fmt: skip
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.communicate(timeout=60)

    def count(self, act: Act) -> dict[str, int]:
        """How often the act makes each call, in the thread that makes it most often; strace counts by thread."""
        place = self._copy(act)
        done = self._order(act, place, "-e", f"trace={','.join(f'?{call}' for call in CALLS)}")
        assert done == (0, ""), done
        seen = Counter(re.findall(r"^(\d+) +(\w+)\(", self._log.read_text(), re.MULTILINE))
        assert act.judge(place, self._prepared(act)) == "whole"
        return {
            call: max(n for (_, name), n in seen.items() if name == call)
            for call in CALLS
            if any(name == call for _, name in seen)
        }

    def strike(self, act: Act, call: str, when: str, effect: str) -> Struck:
        """Does the act with the call struck. `when`: "3" or "3+". `effect`: "signal=SIGKILL", ..."""
        place = self._copy(act)
        status, said = self._order(
            act, place, "-e", f"trace={call}", "-e", f"inject={call}:{effect}:when={when}"
        )
        return Struck(status, said, act.judge(place, self._prepared(act)))

    @property
    def _log(self) -> Path:
        return self.folder / "strace"

    def _order(self, act: Act, place: Path, *options: str) -> tuple[int | None, str]:
        assert self._server.stdin
        assert self._server.stdout
        order = {"act": act.name, "folder": str(place), "log": str(self._log), "options": options}
        self._server.stdin.write(json.dumps(order) + "\n")
        self._server.stdin.flush()
        answer = json.loads(self._server.stdout.readline())
        assert answer["status"] is not None, answer["said"]
        return answer["status"], answer["said"]

    def _copy(self, act: Act) -> Path:
        place = self.folder / "struck"
        shutil.rmtree(place, ignore_errors=True)
        shutil.copytree(self._prepared(act) / "before", place)
        return place

    def _prepared(self, act: Act) -> Path:
        """`before`: what the act finds; `after`: what it leaves if nothing happens."""
        place = self.folder / act.name
        if act.name not in self._ready:
            act.prepare(place / "before")
            shutil.copytree(place / "before", place / "after")
            victim.ACTS[act.name](place / "after")
            self._ready.add(act.name)
        return place


def rows(file: Path) -> Rows:
    """Every row of every table and view of a SQLite file, sorted."""
    with closing(sqlite3.connect(file)) as connection:
        names = [
            name
            for (name,) in connection.execute(
                "SELECT name FROM sqlite_master WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite%'"
            )
        ]
        return {
            name: sorted(connection.execute(f'SELECT * FROM "{name}"'), key=repr) for name in sorted(names)
        }


def different(one: Rows, other: Rows) -> list[str]:
    """Names of the tables whose rows differ."""
    return [name for name in sorted({*one, *other}) if one.get(name) != other.get(name)]


_KNOWN: dict[Path, Rows] = {}


def _rows_of(file: Path) -> Rows:
    """Of a prepared file, which does not change."""
    if file not in _KNOWN:
        _KNOWN[file] = rows(file)
    return _KNOWN[file]


def _which(file: Path, prepared: Path) -> str:
    """Whether a database is as before the act or as after it."""
    assert damage(file) == ""
    found = rows(file)
    from_before = different(found, _rows_of(prepared / "before" / file.name))
    from_after = different(found, _rows_of(prepared / "after" / file.name))
    assert not (from_before and from_after), f"neither absent ({from_before}) nor whole ({from_after})"
    return "absent" if from_before == [] else "whole"


# -- a commit ----------------------------------------------------------------------------------------


def _first_day(folder: Path) -> None:
    home = Home(folder)
    home.hear(0)
    home.cycle(0)
    home.hear(1)


def _judge_commit(folder: Path, prepared: Path) -> str:
    home = Home(folder)
    if _unheard(home):
        return "whole"
    left = _which(home.file, prepared)
    [(orphans,)] = home.rows(
        "SELECT count(*) FROM delivery WHERE snapshot_to NOT IN (SELECT number FROM snapshot)"
    )
    assert orphans == 0, "deliveries of a snapshot that is not there"
    with closing(Journal(folder / "facts.db")) as journal:
        position = journal.position()
    [(number, read)] = home.rows("SELECT number, position FROM snapshot ORDER BY number DESC LIMIT 1")
    assert number == (2 if left == "whole" else 1)
    assert read <= position, "the snapshot has read further than the journal goes"
    if left == "whole":
        assert read == position
    else:
        home.cycle(1, publish=False)  # the slot is repeated
        assert different(rows(home.file), _rows_of(prepared / "after" / home.file.name)) == []
    later = prepared / "later"
    if not later.exists():
        shutil.copytree(prepared / "after", later)
        Home(later).cycle(2, publish=False)
    home.cycle(2, publish=False)
    assert different(rows(home.file), _rows_of(later / home.file.name)) == []
    assert _verified(home) == (), "the chain does not hold"
    assert not (folder / "spool").exists(), "the spool of the killed cycle is still there"
    return left


_GAPS = "SELECT type, state FROM v1_coverage WHERE state NOT IN ('listed', 'sighted', 'retired') ORDER BY 1"
_REMOVED = "SELECT DISTINCT subject FROM v1_changes WHERE action = 'removed' AND kind = 'resource'"
_GONE = [("arn:aws:sqs:eu-central-1:111122223333:orders-2",)]


def _unheard(home: Home) -> bool:
    """Whether the snapshot is whole but for a gap: the journal could not be read, as the disk failed just then.

    Then nothing that was known from it is gone, and the next cycle hears what this one did not.
    """
    if home.rows("SELECT count(*) FROM snapshot WHERE number = 2 AND state = 'partial'") == [(0,)]:
        return False
    assert damage(home.file) == ""
    assert home.rows(_GAPS) == [("traces.flow", "failed"), ("traces.plan", "failed")]
    assert home.rows(_REMOVED) == _GONE
    home.cycle(2, publish=False)
    assert home.rows("SELECT state FROM snapshot WHERE number = 3") == [("complete",)]
    assert home.rows(_GAPS) == []
    assert home.rows(_REMOVED) == _GONE
    return True


# -- the published copy ------------------------------------------------------------------------------


def _second_day(folder: Path) -> None:
    _first_day(folder)
    Home(folder).cycle(1, publish=False)


def _judge_publish(folder: Path, prepared: Path) -> str:
    home = Home(folder)
    assert damage(home.file) == ""
    assert different(rows(home.file), _rows_of(prepared / "before" / home.file.name)) == []
    copy, told = _published(home)
    assert (copy, told) in {(1, 1), (2, 1), (2, 2)}
    with home.store() as database:
        publish(
            database, home.published, moment(1) + timedelta(minutes=10), timedelta(hours=1), if_changed=True
        )
    assert _published(home) == (2, 2)
    assert sorted(path.name for path in home.published.parent.iterdir()) == [
        "driftline.db", "driftline.db.json",
    ]  # fmt: skip
    return "whole" if copy == 2 else "absent"


def _published(home: Home) -> tuple[int, int]:
    """The newest snapshot in the copy, and in its manifest. The copy is whole."""
    with closing(sqlite3.connect(f"file:{home.published}?mode=ro", uri=True)) as reader:
        assert reader.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert reader.execute("SELECT count(*) FROM v1_resources").fetchone()[0]
        number, header = reader.execute(
            "SELECT number, header FROM v1_snapshots ORDER BY number DESC"
        ).fetchone()
    manifest = json.loads(home.published.with_name("driftline.db.json").read_text())
    if manifest["snapshot"] == number:
        assert manifest["header"] == header
    return number, manifest["snapshot"]


# -- pruning -----------------------------------------------------------------------------------------


def _four_days(folder: Path) -> None:
    _second_day(folder)
    home = Home(folder)
    for day in (2, 3):
        home.cycle(day, publish=False)


def _judge_prune(folder: Path, prepared: Path) -> str:
    home = Home(folder)
    left = _which(home.file, prepared)
    assert _verified(home) == (), "the chain does not hold"
    victim.ACTS["prune"](folder)
    assert different(rows(home.file), _rows_of(prepared / "after" / home.file.name)) == []
    home.cycle(4, publish=False)
    assert _verified(home) == ()
    return left


def _verified(home: Home) -> tuple[Damage, ...]:
    with home.store() as database, database.reading() as connection:
        return verify(connection).damages


# -- a migration -------------------------------------------------------------------------------------


def _released(folder: Path) -> None:
    folder.mkdir(parents=True)
    with closing(sqlite3.connect(folder / "driftline.db")) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.executescript(RELEASED.read_text())
        connection.commit()


def _judge_migration(folder: Path, prepared: Path) -> str:
    home = Home(folder)
    left = _which(home.file, prepared)
    [copied] = [path.name for path in (prepared / "after").glob("*.before-*")]
    if left == "whole":
        assert damage(folder / copied) == ""
        assert different(rows(folder / copied), _rows_of(prepared / "before" / home.file.name)) == []
    with home.store():
        pass  # a start after the kill
    assert different(rows(home.file), _rows_of(prepared / "after" / home.file.name)) == []
    assert different(rows(folder / copied), _rows_of(prepared / "before" / home.file.name)) == []
    assert sorted(path.name for path in folder.iterdir()) == ["driftline.db", copied]
    return left


def _judge_begin(folder: Path, prepared: Path) -> str:
    home = Home(folder)
    left = "absent"
    if home.file.exists():
        assert damage(home.file) == ""
        if found := rows(home.file):
            assert different(found, _rows_of(prepared / "after" / home.file.name)) == []
            left = "whole"
    with home.store():
        pass  # a start after the kill
    assert different(rows(home.file), _rows_of(prepared / "after" / home.file.name)) == []
    assert [path.name for path in folder.iterdir()] == ["driftline.db"]
    return left


# -- the receiver's journal --------------------------------------------------------------------------


def _nothing(folder: Path) -> None:
    folder.mkdir(parents=True)


def _judge_journal(folder: Path, prepared: Path) -> str:
    file, acknowledged = folder / "facts.db", folder / "acknowledged"
    batches = acknowledged.stat().st_size if acknowledged.exists() else 0
    if file.exists():
        assert damage(file) == ""
    with closing(Journal(file)) as journal:
        found = Counter(fact.target.rpartition("/")[2].split("-")[0] for fact in journal.facts("prod"))
        assert all(found[f"{batch}"] == victim.BATCH for batch in range(batches)), found
        assert set(found.values()) <= {victim.BATCH}, "half a batch"
    victim.ACTS["journal"](folder)  # the sender comes again with what was not acknowledged
    with (
        closing(sqlite3.connect(file)) as one,
        closing(sqlite3.connect(prepared / "after" / "facts.db")) as other,
    ):
        query = "SELECT source, verb, target, detail, first, last FROM fact ORDER BY 1, 2, 3, 4"
        assert one.execute(query).fetchall() == other.execute(query).fetchall()
    return "whole" if batches == victim.BATCHES else "absent"


ACTS = (
    Act(
        "commit",
        "a cycle's transaction: merge, bindings, data paths, outbox, seal",
        _first_day,
        _judge_commit,
    ),
    Act("publish", "the copy for readers and its manifest", _second_day, _judge_publish),
    Act("prune", "two snapshots of four leave, their documents with them", _four_days, _judge_prune),
    Act("begin", "the first start, in an empty folder", _nothing, _judge_begin),
    Act("migrate", "a filled database of schema 0001, with the copy before", _released, _judge_migration),
    Act("journal", "facts of spans, committed in rounds while they come in", _nothing, _judge_journal),
)


BY_NAME = {act.name: act for act in ACTS}


def spread(counts: dict[str, int], at_most: int) -> Iterator[tuple[str, int]]:
    """Calls to strike: of each kind the first, the last, and some evenly between."""
    for call, count in counts.items():
        step = max(1, -(-(count - 1) // (at_most - 1)))
        yield from ((call, n) for n in sorted({*range(1, count + 1, step), count}))


def everything(counts: dict[str, int]) -> Iterator[tuple[str, int]]:
    """Every single call."""
    for call, count in counts.items():
        yield from ((call, n) for n in range(1, count + 1))
