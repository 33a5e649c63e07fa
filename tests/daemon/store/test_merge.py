"""What a commit reads and writes: nothing of an answer that says what the one before it said."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event

from collectors.model import Listing, Relation
from daemon.store.packing import BLOCK
from tests.support.snapshots import ELSEWHERE, Snapshots, denied, listing, queue

MANY = 2 * BLOCK + 1


@contextmanager
def statements(store: Snapshots) -> Iterator[list[str]]:
    """What is sent to the database by a writer meanwhile."""
    sent: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        sent.append(statement)

    event.listen(store.database.writer, "before_cursor_execute", note)
    yield sent
    event.remove(store.database.writer, "before_cursor_execute", note)


def of_answers(sent: list[str]) -> list[str]:
    """Those that read or write versions or documents; how many are pending is asked once for all extents."""
    touching = re.compile(
        r"(FROM|JOIN|INTO|UPDATE|COPY) (resource|relation|resource_version|relation_version|document)\b"
    )
    return [each for each in sent if touching.search(each) and "absent > 0" not in each]


def many(**attributes: Any) -> Listing:
    return listing(*(queue(f"q{number:05}", **attributes) for number in range(MANY)))


def test_the_same_answer_again_is_not_compared_row_by_row(store: Snapshots) -> None:
    store.take(many(size=1), listing(queue("far"), extent=ELSEWHERE))
    with statements(store) as sent:
        draft = store.take(many(size=1), listing(queue("far"), extent=ELSEWHERE))
    assert of_answers(sent) == []
    with statements(store) as sent_then:
        store.take(many(size=2), listing(queue("far"), extent=ELSEWHERE))
    assert of_answers(sent_then), "nothing was watched"
    assert not draft.changed
    assert store.told(1, 2) == []
    assert len(store.told(2, 3)) == MANY


def test_an_answer_of_many_blocks_is_one_answer(store: Snapshots) -> None:
    store.take(many(size=1))
    last = queue(f"q{MANY - 1:05}", size=2)
    others = [queue(f"q{number:05}", size=1) for number in range(1, MANY - 1)]
    store.take(listing(*others, last, queue("q99999", size=1)))
    assert store.told(1, 2) == [("removed", "q00000"), ("altered", last.name), ("added", "q99999")]


@pytest.mark.parametrize("between", ["nothing", "a gap"])
def test_the_same_lack_twice_is_no_same_answer_while_it_is_pending(store: Snapshots, between: str) -> None:
    def lacking() -> Listing:
        answer = listing(queue("a"))
        return Listing(answer.extent, answer.resources, (), answer.fingerprint, confirm=2)

    store.take(listing(queue("a"), queue("b")))
    store.take(lacking())
    if between == "a gap":
        store.take(denied())
    number = store.take(lacking()).number
    assert store.told(1, number) == [("removed", "b")]


def test_an_answer_that_comes_back_is_compared_again(store: Snapshots) -> None:
    store.take(listing(queue("a", size=1)))
    store.take(listing(queue("a", size=2)))
    store.take(listing(queue("a", size=1)))
    assert store.told(1, 3) == []
    assert store.told(2, 3) == [("altered", "a")]


def test_an_answer_after_retirement_is_a_first_one(store: Snapshots) -> None:
    near, far = listing(queue("a")), listing(queue("far"), extent=ELSEWHERE)
    store.take(near, far)
    store.take(near)
    assert store.rows("SELECT urn FROM v1_resources") == [(queue("a").urn,)]
    store.take(near, far)
    assert store.rows("SELECT count(*) FROM v1_resources") == [(2,)]


def test_other_rules_are_noted_even_if_the_answer_is_the_same(store: Snapshots) -> None:
    store.take(listing(queue("a", size=1), fingerprint="rules 1"))
    store.take(listing(queue("a", size=1), fingerprint="rules 2"))
    store.take(listing(queue("a", size=2), fingerprint="rules 2"))
    assert store.told(2, 3) == [("altered", "a")]


def test_the_same_document_is_stored_once_however_it_comes(store: Snapshots) -> None:
    relations = [Relation(queue("a").urn, "feeds", f"target {number}") for number in range(MANY)]
    store.take(listing(queue("a"), relations=relations), listing(queue("a"), extent=ELSEWHERE))
    assert store.rows("SELECT count(*) FROM document") == [(2,)]
    assert store.rows("SELECT count(*) FROM relation_version") == [(MANY,)]
