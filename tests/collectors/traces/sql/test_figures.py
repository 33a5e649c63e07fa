"""Labelled statements of many databases are read right, and the figures say how many."""

from __future__ import annotations

import itertools
import json
from pathlib import Path
from random import Random

import pytest

from collectors.traces.sql.figures import by_system, figures, score
from collectors.traces.sql.labelled import Column, Labelled, MalformedLabels, labelled
from tests.fuzz.sql import LABELLED, check, corpus, mutations

FILES = sorted(LABELLED.glob("*.sql"))


@pytest.mark.parametrize("file", FILES, ids=[file.stem for file in FILES])
def test_labelled_statements_are_read_right(file: Path) -> None:
    found = figures([score(each) for each in labelled(file)])
    assert found.exact >= 0.98
    assert found.recall >= 0.98
    assert found.columns is not None
    assert found.columns >= 0.95


def test_every_system_is_read_right() -> None:
    scored = [score(each) for file in FILES for each in labelled(file)]
    assert len(scored) > 350
    wrong = {name for name, group in by_system(scored).items() if figures(group).exact < 0.95}
    assert not wrong


def test_every_prefix_is_answered() -> None:
    for system, text in corpus()[::12]:
        for end in range(0, len(text), max(1, len(text) // 12)):
            check(system, text[:end])


def test_changed_statements_are_answered() -> None:
    for system, text in itertools.islice(mutations(Random(7)), 250):
        check(system, text)


def test_figures_count_what_is_missed_and_what_is_made_up() -> None:
    columns = frozenset({Column("a", "x", "read"), Column("a", "y", "read")})
    right = Labelled("postgresql", "SELECT x, y FROM a", frozenset({"a"}), columns)
    wrong = Labelled("postgresql", "SELECT x FROM b WHERE y = 1", frozenset({"a", "c"}), columns)
    scored = [score(right), score(wrong)]
    assert (scored[1].tables_missed, scored[1].tables_made_up) == (("a", "c"), ("b",))
    found = figures(scored)
    assert (found.exact, found.precision, found.recall) == (0.5, 0.5, 1 / 3)
    assert found.columns == pytest.approx(2 / 6)
    assert [each.right for each in scored] == [True, False]


JSON = [
    {"sql": "SELECT x FROM s.a WHERE y = 1", "dialect": "postgres", "tables": ["a"], "columns": ["x", "y"]},
    {"query": "SELECT x FROM s.a WHERE y = 1", "system": "mysql",
     "tables": {"s.a": {"read": ["x"], "lookup": ["y"]}}},
    {"text": "SELECT x FROM s.a WHERE y = 1", "system": "mysql", "tables": ["s.a"],
     "columns": [{"table": "s.a", "column": "x", "role": "read"}, {"table": "s.a", "column": "y", "role": "lookup"}]},
    {"sql": "SELECT x FROM s.a WHERE y = 1", "system": "mysql", "tables": ["s.a"],
     "columns": {"s.a": {"x": "read", "y": "lookup"}}},
    {"sql": "SELECT x FROM s.a WHERE y = 1", "system": "mysql",
     "tables": [{"schema": "s", "name": "a", "columns": {"read": ["x"], "lookup": ["y"]}}]},
    {"sql": "SELECT x FROM s.a WHERE y = 1", "system": "mysql", "tables": ["s.a"], "reads": {"s.a": ["x"]},
     "lookups": {"s.a": ["y"]}},
]  # fmt: skip


@pytest.mark.parametrize("each", JSON, ids=range(len(JSON)))
def test_json_labels_have_several_shapes(tmp_path: Path, each: dict[str, object]) -> None:
    file = tmp_path / "labels.json"
    file.write_text(json.dumps([each]))
    (scored,) = [score(one) for one in labelled(file)]
    assert scored.right
    assert scored.columns_right == 2


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("a.sql", "SELECT 1", "no line `--> SYSTEM`"),
        ("a.sql", "--> mysql\n--> users\nSELECT 1", "'users' is not `NAME reads|writes"),
        ("a.json", "{", "no UTF-8 text of SQL or JSON"),
        ("a.json", "[{}]", "statement 1 has no text"),
        ("a.json", '[{"sql": "SELECT 1"}]', "statement 1 has no `tables`"),
        ("a.json", "3", "no list of statements"),
    ],
)
def test_labels_that_cannot_be_read_are_named(tmp_path: Path, name: str, text: str, said: str) -> None:
    file = tmp_path / name
    file.write_text(text)
    with pytest.raises(MalformedLabels, match=said.replace("|", r"\|")):
        labelled(file)
