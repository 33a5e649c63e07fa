"""What is asked of the cookbook is checked, and answered alike on both engines."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from sqlalchemy import text

from collectors.model import Content, Listing, Relation
from daemon.store.public.cookbook import COOKBOOK, question
from daemon.store.public.question import Question
from tests.support.snapshots import QUEUES, Snapshots, listing, queue

PURL = {"purl": "pkg:maven/l/log4j-core@2.14.1", "name": "log4j-core", "version": "2.14.1"}
DIGEST = f"sha256:{'a' * 64}"


def ask(store: Snapshots, called: str, /, **values: str) -> list[dict[str, object]]:
    asked = question(called)
    assert asked is not None
    with store.database.reading() as connection:
        return asked.ask(connection, values)


def test_a_library_is_found_in_what_runs(store: Snapshots) -> None:
    image = f"image://registry.example/web@{DIGEST}"
    runs = Relation("service://prod//web", "runs_image", image)
    contents = (Content("components", DIGEST, [PURL]),)
    store.take(Listing(QUEUES, (queue("a"),), (runs,), "rules 1", contents=contents))
    assert ask(store, "libraries", name="log4j-core") == [
        {"name": "log4j-core", "version": "2.14.1", "subject": "service://prod//web", "image": image}
    ]
    assert ask(store, "libraries", name="flask") == []


@pytest.mark.parametrize("each", COOKBOOK, ids=lambda each: each.name)
def test_a_question_is_said_once_and_in_order(each: Question) -> None:
    assert each.title
    assert "ORDER BY" in each.sql
    assert not each.sql.rstrip().endswith(";")
    assert Counter(other.name for other in COOKBOOK)[each.name] == 1
    for parameter in each.parameters:
        assert f":{parameter.name}" in each.sql
        assert parameter.meaning
        assert parameter.example


def test_what_cannot_be_asked_is_said(tmp_path: Path) -> None:
    store = Snapshots.create(tmp_path)
    for name, values, said in (
        ("new-paths", {}, r"new-paths needs snapshot \(such as 41\); given: nothing"),
        ("new-paths", {"snapshot": "1", "more": "2"}, r"needs snapshot.*given: more, snapshot"),
        ("new-paths", {"snapshot": "newest"}, r'snapshot is a number such as 41, not "newest"'),
        ("new-paths", {"snapshot": "9" * 40}, r"snapshot is a number"),
        ("sight", {"snapshot": "1"}, r"sight needs nothing; given: snapshot"),
    ):
        with pytest.raises(ValueError, match=said):
            ask(store, name, **values)


def test_a_value_is_data_and_no_sql(store: Snapshots) -> None:
    store.take(listing(queue("a")))
    assert ask(store, "resource-versions", urn="' OR 1 = 1 --") == []
    assert len(ask(store, "resource-versions", urn=queue("a").urn)) == 1


@pytest.mark.parametrize("name", ["account-changes", "snapshot-changes", "drift-by-kind", "churn"])
def test_changes_are_found_by_their_snapshots(tmp_path: Path, name: str) -> None:
    asked = question(name)
    assert asked is not None
    values = {each.name: each.example for each in asked.parameters}
    with Snapshots.create(tmp_path).database.reading() as connection:
        rows = connection.execute(text(f"EXPLAIN QUERY PLAN {asked.sql}"), values)
        plan = [str(row[3]) for row in rows]
    assert not [step for step in plan if step.startswith("SCAN v")], "every version that ever was"
    for index in ("since", "until"):
        assert f"SEARCH v USING INDEX ix_resource_version_{index} ({index}=?)" in plan
