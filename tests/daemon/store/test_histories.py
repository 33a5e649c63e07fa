"""Random histories with random faults: the store tells of every two snapshots what the rules in dictionaries tell."""

from __future__ import annotations

import json
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors.model import Extent, Scope
from daemon.store import covered, history
from daemon.values.drift import Difference
from tests.support.histories import HISTORIES, Cycle, Stores, answers, engines, profile
from tests.support.reference import Content, Key, Reference, Told
from tests.support.snapshots import Snapshots

WARM_UPS = st.sampled_from((timedelta(0), timedelta(hours=2)))


@pytest.fixture(scope="module", params=engines())
def stores(request: pytest.FixtureRequest) -> Iterator[Stores]:
    """Empty stores of one engine, one for each history."""
    server = request.getfixturevalue("postgres") if request.param == "postgresql" else None
    with tempfile.TemporaryDirectory() as folder:
        made = Stores(Path(folder), server)
        yield made
        made.close()


@profile(25)
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


def _told(difference: Difference) -> Told:
    before = None if difference.before is None else dict(difference.before)
    after = None if difference.after is None else dict(difference.after)
    action = "removed" if after is None else str(difference.origin)
    return Told(action, before, after, difference.last_confirmed)
