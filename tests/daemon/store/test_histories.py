"""Random histories with random faults: the store tells of every two snapshots what the rules in dictionaries tell."""

from __future__ import annotations

import json
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors.model import Extent, Listing, Relation, Resource, Scope, Sightings
from daemon.store import covered, history
from daemon.values.drift import Difference
from tests.support.histories import (
    BLIND,
    FAULTS,
    GAP,
    HISTORIES,
    NAMES,
    PROD,
    Cycle,
    Fault,
    Stores,
    Told,
    answers,
    engines,
    profile,
    unchanging,
)
from tests.support.reference import Content, Key, Reference
from tests.support.reference import Difference as Expected
from tests.support.snapshots import (
    ELSEWHERE,
    FRANKFURT,
    QUEUES,
    START,
    Snapshots,
    denied,
    listing,
    queue,
)

WARM_UPS = st.sampled_from((timedelta(0), timedelta(hours=2)))


@pytest.fixture(scope="module", params=engines())
def stores(request: pytest.FixtureRequest) -> Iterator[Stores]:
    """Empty stores of one engine, one for each history."""
    server = request.getfixturevalue("postgres") if request.param == "postgresql" else None
    with tempfile.TemporaryDirectory() as folder:
        made = Stores(Path(folder), server)
        yield made
        made.close()


@profile(15)
@given(cycles=HISTORIES, warm_up=WARM_UPS)
def test_the_store_believes_what_dictionaries_do(
    stores: Stores, cycles: list[Cycle], warm_up: timedelta
) -> None:
    check(stores, cycles, warm_up)


def check(stores: Stores, cycles: list[Cycle], warm_up: timedelta = timedelta(0)) -> None:
    """Takes the same cycles with the store and the reference, and compares all they tell."""
    with stores.empty(warm_up) as store:
        model = Reference(warm_up)
        for cycle in cycles:
            told, asked, large = answers(cycle)
            model.take(told, asked, store.now, large)
            store.take(*told, asked=asked, large_removals=large)
            _views_agree(store, model)
        _pairs_agree(store, model)


@profile(6)
@given(faults=FAULTS)
def test_no_fault_removes_and_no_healing_adds(stores: Stores, faults: list[Fault]) -> None:
    """Of a world in which nothing happens nothing is told, whatever could not be seen of it in between."""
    with stores.empty() as store:
        for number, cycle in enumerate(unchanging(faults), 1):
            told, asked, _ = answers(cycle)
            store.take(*told, asked=asked)
            for before in range(1, number):
                actions = [action for action, _ in store.told(before, number)]
                assert not [each for each in actions if each != "restated"], (before, number)
        assert store.rows("SELECT * FROM v1_changes WHERE action <> 'restated'") == []


@profile(5)
@given(cycles=HISTORIES, blind=st.lists(BLIND, min_size=5, max_size=5))
def test_what_could_not_be_seen_in_between_changes_nothing_that_is_told(
    stores: Stores, cycles: list[Cycle], blind: list[Cycle]
) -> None:
    """The same cycles with and without blind ones between them: of every two of them the same is told."""
    all_dark = Cycle({extent: Told(GAP) for extent in NAMES})  # so that both know extents in the same order
    between = [each for pair in zip(cycles, (*blind, all_dark), strict=False) for each in pair]
    plain = _all_told(stores, [all_dark, *cycles], step=1)
    assert plain == _all_told(stores, [all_dark, *between], step=2)


def _all_told(stores: Stores, cycles: list[Cycle], step: int) -> list[set[tuple[str, str]]]:
    """What is told between every two of the cycles that stand `step` apart, from the second on."""
    with stores.empty() as store:
        for cycle in cycles:
            told, asked, _ = answers(cycle)
            store.take(*told, asked=asked)
        numbers = range(2, len(cycles) + 1, step)
        return [
            {(str(_told(each).action), each.key) for each in store.differences(before, after)}
            for after in numbers
            for before in numbers
            if before < after
        ]


def _pairs_agree(store: Snapshots, model: Reference) -> None:
    """For every two snapshots, and for each alone."""
    with store.database.reading() as connection:
        for after, moment in enumerate(model.moments, 1):
            _same(
                f"coverage of {after}",
                {
                    row.extent: (row.state, row.detail, row.last_listed, row.kept, row.pending)
                    for row in covered.coverage(connection, after)
                },
                {
                    extent: (
                        one.state,
                        one.detail,
                        one.last_listed_at,
                        sum(len(key) == 1 for key in moment.shown.get(extent, ())),
                        one.pending,
                    )
                    for extent, one in moment.covered.items()
                },
            )
            for before in range(1, after):
                _same(
                    f"from {before} to {after}",
                    {_key(each): _told(each) for each in history.differences(connection, before, after)},
                    model.differences(before, after),
                )
                assert set(history.large_removals(connection, before, after)) == {
                    extent for each in model.moments[before:after] for extent in each.large_removals
                }


def _views_agree(store: Snapshots, model: Reference) -> None:
    """What other programs read, after each cycle."""
    _same(
        "v1_resources",
        _counted(
            (*row, _plain(document))
            for *row, document in store.rows(
                "SELECT urn, listed_in, valid_from, origin, pending, document FROM v1_resources"
            )
        ),
        _counted(
            (key[0], extent.type, one.since, one.origin, one.missed, _plain(one.content))
            for extent, key, one in model.shown()
            if len(key) == 1
        ),
    )
    for view, flows in (("v1_relations", False), ("v1_flows", True)):
        _same(
            view,
            _counted(
                (*row, _plain(document))
                for *row, document in store.rows(
                    f"SELECT source, verb, raw_target, valid_from, origin, document FROM {view}"
                )
            ),
            _counted(
                (*key, one.since, one.origin, _plain(one.content))
                for _, key, one in model.shown()
                if len(key) > 1 and one.flow is flows
            ),
        )
    _same(
        "v1_coverage",
        {
            Extent(type, Scope(*scope)): (state, detail, failed, pending, since, last)
            for type, *scope, state, detail, failed, pending, since, last in store.rows(
                "SELECT type, provider, account, region,"
                " state, detail, details_failed, pending, since, last_listed FROM v1_coverage"
            )
        },
        {
            extent: (*one.outcome, one.since, one.last_listed)
            for extent, one in model.moments[-1].covered.items()
        },
    )
    number = len(model.moments)
    _same(
        "v1_changes",
        _counted(store.rows(f"SELECT action, subject FROM v1_changes WHERE snapshot = {number}")),
        _counted((one.action, " ".join(key)) for key, one in model.changes(number).items()),
    )


def _same(where: str, store: Mapping[Any, Any], model: Mapping[Any, Any]) -> None:
    """Fails with what only one of them says."""
    said = {key: each for key, each in store.items() if key not in model or model[key] != each}
    expected = {key: each for key, each in model.items() if key not in store or store[key] != each}
    assert said == expected, where


def _counted(rows: Iterable[Iterable[Any]]) -> Counter[tuple[Any, ...]]:
    return Counter(tuple(row) for row in rows)


def _plain(document: str | Content) -> str:
    return json.dumps(json.loads(document) if isinstance(document, str) else document, sort_keys=True)


def _key(difference: Difference) -> Key:
    return tuple(difference.key.split(" "))


def _told(difference: Difference) -> Expected:
    before = None if difference.before is None else dict(difference.before)
    after = None if difference.after is None else dict(difference.after)
    action = "removed" if after is None else str(difference.origin)
    return Expected(action, before, after, difference.last_confirmed)


# -- what the properties found: each by its name --------------------------------------------------------


@pytest.fixture
def store(stores: Stores) -> Iterator[Snapshots]:
    """An empty store of each engine."""
    with stores.empty() as one:
        yield one


def test_a_change_after_rules_that_changed_nothing_is_a_change(store: Snapshots) -> None:
    store.take(listing(queue("a", depth=1)))
    store.take(listing(queue("a", depth=1), fingerprint="rules 2"))
    store.take(listing(queue("a", depth=2), fingerprint="rules 2"))
    assert store.told(2, 3) == store.told(1, 3) == [("altered", "a")]


def test_what_went_there_and_back_before_new_rules_is_only_restated(store: Snapshots) -> None:
    for depth, rules in ((1, "1"), (2, "1"), (1, "1"), (9, "2")):
        store.take(listing(queue("a", depth=depth), fingerprint=rules))
    assert store.told(1, 4) == [("restated", "a")]
    assert store.told(2, 4) == [("altered", "a")]


def test_a_detail_that_was_never_seen_is_learnt_and_does_not_change(store: Snapshots) -> None:
    link = Relation(queue("a").urn, "encrypted_by", "key")
    dark = replace(queue("a", depth=1), unobserved=("encrypted_by", "policy"))
    for depth in (1, 1, 2):
        seen = replace(dark, attributes={"depth": depth})
        store.take(Listing(QUEUES, (seen,), (), "rules 1", details_failed=1))
    assert store.told(1, 2) == []
    assert store.told(2, 3) == [("altered", "a")]
    store.take(listing(queue("a", depth=2, policy="p"), relations=[link]))
    assert store.told(3, 4) == [("restated", "a")], "and its link is no news either"
    store.take(listing(queue("a", depth=2, policy="q")))
    assert store.told(4, 5) == [("altered", "a"), ("removed", "key")]


def test_what_two_extents_show_first_at_once_is_told_once_and_by_what_is_known(store: Snapshots) -> None:
    store.take(listing(), listing(extent=ELSEWHERE))
    store.take(listing(queue("a")), listing(queue("a"), extent=ELSEWHERE))
    assert store.rows("SELECT snapshot, action FROM v1_changes") == [(2, "added")]
    third = Extent("aws.sqs.other", FRANKFURT)
    store.take(
        listing(queue("a"), queue("b")),
        listing(queue("a"), extent=ELSEWHERE),
        listing(queue("b"), extent=third),
    )
    assert store.told(2, 3) == [], "a first listing says that it may have been there all along"
    assert store.rows("SELECT * FROM v1_changes WHERE snapshot = 3") == []


def test_what_two_extents_lose_at_once_is_removed_once_unless_one_is_not_asked_for(store: Snapshots) -> None:
    both = (queue("a"), queue("b"))
    store.take(listing(*both), listing(*both, extent=ELSEWHERE))
    store.take(listing(queue("b")), listing(queue("b"), extent=ELSEWHERE))
    assert store.rows("SELECT action, subject FROM v1_changes") == [("removed", queue("a").urn)]
    store.take(listing())
    assert store.told(2, 3) == []
    assert store.rows("SELECT * FROM v1_changes WHERE snapshot = 3") == []


def test_what_no_listing_shows_any_more_is_removed_though_it_was_sighted(store: Snapshots) -> None:
    seen = Sightings(PROD, (queue("a"),), (), 0.0, 1.0, 1, "rules 1")
    store.take(listing(queue("a")), seen)
    store.take(listing(), seen)
    assert store.told(1, 2) == [("removed", "a")]
    assert store.rows("SELECT action FROM v1_changes") == [("removed",)]


def test_what_waits_for_a_second_listing_is_counted_and_was_last_seen_before(store: Snapshots) -> None:
    def twice(*resources: Resource) -> Listing:
        return Listing(QUEUES, resources, (), "rules 1", confirm=2)

    store.take(twice(queue("a"), queue("b")))
    store.take(twice(queue("a")))
    pending = "SELECT state, pending FROM v1_coverage WHERE region = 'eu-central-1'"
    assert store.rows(pending) == [("listed", 1)]
    assert store.rows("SELECT name, pending, confirmed_at FROM v1_resources ORDER BY name") == [
        ("a", 0, "2026-11-22T07:00:00Z"),
        ("b", 1, "2026-11-22T06:00:00Z"),
    ]
    store.take(denied(), listing(extent=ELSEWHERE))
    assert store.rows(pending) == [("denied", 1)]
    store.take(twice(queue("a")), listing(extent=ELSEWHERE))
    assert store.rows(pending) == [("listed", 0)]
    (removed,) = store.differences(2, 4)
    assert removed.last_confirmed == START, "the second snapshot listed its extent, and lacked it"


def test_every_state_of_an_extent_has_a_word_of_its_own(store: Snapshots) -> None:
    asked = {"aws": frozenset({QUEUES, ELSEWHERE})}
    states = "SELECT region, state, last_listed FROM v1_coverage ORDER BY region"
    store.take(listing(), asked=asked)
    assert store.rows(states) == [("eu-central-1", "listed", 1), ("us-east-1", "never listed", None)]
    store.take(denied(ELSEWHERE), asked=asked)
    assert store.rows(states) == [("eu-central-1", "not due", 1), ("us-east-1", "denied", None)]
    store.take(listing(), asked=asked)
    assert store.rows(states) == [("eu-central-1", "listed", 3), ("us-east-1", "denied", None)], (
        "a gap that is not asked again is a gap"
    )
    store.take(listing(extent=ELSEWHERE))
    assert store.rows(states) == [("eu-central-1", "retired", 3), ("us-east-1", "listed", 4)]
    store.take(listing(extent=ELSEWHERE), asked=asked)
    assert store.rows(states) == [("eu-central-1", "never listed", 3), ("us-east-1", "listed", 5)]


def test_that_a_turn_has_not_come_is_no_news(store: Snapshots) -> None:
    asked = {"aws": frozenset({QUEUES, ELSEWHERE})}
    both = (listing(queue("a")), listing(queue("b"), extent=ELSEWHERE))
    store.take(*both, asked=asked)
    assert not store.take(both[0], asked=asked).changed
    assert not store.take(*both, asked=asked).changed


def test_the_second_of_two_equal_answers_confirms_what_the_first_lacked(store: Snapshots) -> None:
    full = Listing(QUEUES, (queue("a"), queue("b")), (), "rules 1", confirm=2)
    less = replace(full, resources=(queue("a"),))
    for answer in (full, less, less):
        store.take(answer)
    assert store.told(1, 3) == [("removed", "b")]
