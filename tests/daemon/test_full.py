"""Facts beyond what one process tells apart: an `overflow` in the report, and a database that stops growing."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from collectors.traces import facts as facts_module
from collectors.traces.facts import Flows
from daemon.analysis import sight
from daemon.report import outline
from daemon.store.graph import load_graph
from daemon.store.journal import Journal, path_of
from tests.support.prepared import Home
from tests.support.traces import proto_span, read, resource_spans

FACTS = 200


def flood(home: Home, first: int, count: int = 300) -> int:
    """Operations that nobody has seen before, of one service; returns how many facts were beyond the cap."""
    spans = [
        proto_span(f"s{number}", "server", trace=f"s{number}", attributes=served(number))
        for number in range(first, first + count)
    ]
    with closing(Journal(path_of(home.settings), most=3 * FACTS)) as journal:
        flows = Flows(journal)
        flows.record(read(resource_spans("flooded", spans)), 10.0)
        return flows.counts.overflowed


def served(number: int) -> dict[str, str]:
    return {"http.request.method": "GET", "http.route": f"/r{number}x"}


def rows(home: Home) -> int:
    """Of the tables that hold what was seen."""
    tables = ("resource", "relation", "resource_version", "relation_version", "document")
    return sum(int(home.rows(f"SELECT count(*) FROM {table}")[0][0]) for table in tables)


def test_a_cap_that_is_full_shows_in_the_report_and_bounds_the_database(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(facts_module, "FACTS", FACTS)
    home = Home(tmp_path)
    home.hear(0)
    assert flood(home, 0) > 300
    home.cycle(0)
    with home.store() as database, database.reading() as connection:
        seen = sight.look(load_graph(connection, None))
    assert seen.folded == ("service://prod//overflow",)
    assert "names beyond the limits folded together: services of 1 environment" in outline.sight(seen)
    # Each start begins to count anew; what is on the disk does not.
    sizes = []
    for day in range(1, 6):
        flood(home, day * 1000)
        home.cycle(day)
        sizes.append(rows(home))
    assert sizes[-1] == sizes[-2] == sizes[-3], sizes
    [(detail,)] = home.rows(
        "SELECT c.detail FROM coverage c JOIN extent e ON e.id = c.extent_id"
        " WHERE e.type = 'traces.sender' AND c.until IS NULL"
    )
    assert "facts or more were refused since" in str(detail)
