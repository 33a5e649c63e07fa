"""Traces that are pulled, through whole cycles: in the same snapshot, a gap while they fail, then retired."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from config.settings import Settings, compose
from daemon import assembly, cycle
from daemon.store.journal import Journal
from tests.support.trace_formats import lines, otlp


def settings(folder: Path, *imports: dict[str, object]) -> Settings:
    return compose(
        {
            "driftline": {"name": "test", "state_directory": str(folder / "state")},
            "traces": {"grpc": "", "http": "", "warm_up": "0s", "imports": list(imports)},
        }
    )


class Installation:
    """Cycles of one installation, each begun anew."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.place: dict[str, object] = {"name": "archive", "path": str(folder / "spans")}

    def cycle(self, *, configured: bool = True) -> cycle.Outcome:
        chosen = settings(self.folder, *([self.place] if configured else []))
        database = assembly.open_store(chosen)
        try:
            with (
                closing(assembly.open_journal(chosen)) as journal,
                assembly.parts(chosen, database, journal) as parts,
            ):
                return cycle.run(parts)
        finally:
            database.close()

    def rows(self, query: str) -> list[tuple[object, ...]]:
        database = assembly.open_store(settings(self.folder))
        try:
            with database.reading() as connection:
                return [tuple(row) for row in connection.exec_driver_sql(query)]
        finally:
            database.close()

    def state(self) -> str:
        [row] = self.rows("select state from v1_coverage where type = 'traces.source'")
        return str(row[0])

    def flows(self) -> int:
        [row] = self.rows("select count(*) from v1_flows")
        assert isinstance(row[0], int)
        return row[0]


def test_the_life_of_a_source(tmp_path: Path) -> None:
    here = Installation(tmp_path)
    spans = tmp_path / "spans"
    spans.mkdir()
    (spans / "traces.json").write_bytes(lines(otlp()))
    first = here.cycle()
    assert (first.state, here.state()) == ("complete", "listed")
    known = here.flows()
    assert known > 5  # in the very snapshot of the cycle that pulled them

    assert not here.cycle().changed

    spans.rename(tmp_path / "gone")
    assert here.cycle().answers["failed"] == 1
    assert (here.state(), here.flows()) == ("failed", known)

    (tmp_path / "gone").rename(spans)
    here.cycle()
    assert (here.state(), here.flows()) == ("listed", known)

    here.cycle(configured=False)
    assert here.flows() == known
    assert here.rows("select * from v1_changes where action = 'removed'") == []


def test_bookmarks_outlive_a_restart_and_are_gone_with_the_facts(tmp_path: Path) -> None:
    path = tmp_path / "facts.db"
    with closing(Journal(path)) as journal:
        assert journal.bookmark("a") == ""
        journal.keep_bookmark("a", "17")
        journal.keep_bookmark("a", "18")
        assert (journal.bookmark("a"), journal.bookmark("b")) == ("18", "")
    with closing(Journal(path)) as journal:
        assert journal.bookmark("a") == "18"
    path.unlink()
    with closing(Journal(path)) as journal:
        assert journal.bookmark("a") == ""
