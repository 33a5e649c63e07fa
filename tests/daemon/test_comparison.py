"""Two snapshots of a real store become a drift: what scales, what is dark, and nothing of what stayed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import pytest

from collectors.model import Alias, Extent, Listing, Relation, Resource, Role
from config.settings import compose
from daemon import comparison
from daemon.store import covered
from daemon.values.drift import Drift, GapAge
from tests.support.snapshots import ELSEWHERE, FRANKFURT, QUEUES, START, Snapshots, denied, listing, queue

INSTANCES = Extent("aws.ec2.instance", FRANKFURT)
WEB = Alias("aws:111122223333:eu-central-1", "autoscaling_group", "web")


def drift(store: Snapshots, before: int | None, after: int) -> Drift:
    with store.database.reading() as connection:
        return comparison.compare(connection, compose({}), before, after, store.now)


def group(numbers: Sequence[int]) -> Listing:
    """Instances of one group, and one that stands for itself."""
    made = [_instance(f"i-{number}") for number in numbers]
    members = tuple(Relation(each.urn, "member_of", WEB) for each in made)
    return Listing(INSTANCES, (*made, _instance("i-alone")), members, "rules 1")


def _instance(name: str) -> Resource:
    urn = f"arn:aws:ec2:eu-central-1:111122223333:instance/{name}"
    return Resource(urn, INSTANCES.type, name, FRANKFURT, Role.WORKLOAD, False)


@pytest.mark.parametrize(
    ("now", "detail"),
    [
        (range(9), "6 -> 9"),
        (range(2), "6 -> 2"),
        (range(6, 12), "6 -> 6, all replaced"),
        (range(2, 8), "6 -> 6, 2 replaced"),
    ],
)
def test_a_group_that_scales_is_one_line(store: Snapshots, now: Sequence[int], detail: str) -> None:
    store.take(group(range(6)))
    store.take(group(now))
    told = drift(store, 1, 2)
    assert [(line.name, line.detail) for each in told.groups for line in each.lines] == [
        ("group web", detail)
    ]
    assert told.totals.added + told.totals.removed == len(set(now) ^ set(range(6)))


def test_a_gap_tells_what_was_kept_and_when_it_was_listed_last(store: Snapshots) -> None:
    both = {"aws": frozenset({QUEUES, ELSEWHERE})}
    store.take(listing(queue("a"), queue("b"), queue("c")), listing(extent=ELSEWHERE))
    store.take(listing(queue("a"), queue("b")), listing(extent=ELSEWHERE), asked=both)
    store.take(denied(), listing(extent=ELSEWHERE), asked=both)
    store.take(denied(), denied(ELSEWHERE), asked=both)
    (new,) = drift(store, 2, 3).gaps
    assert (new.age, new.kept, new.last_listed) == (GapAge.NEW, 2, START + timedelta(hours=1))
    by_age = {gap.age: gap for gap in drift(store, 3, 4).gaps}
    assert set(by_age) == {GapAge.NEW, GapAge.STANDING}
    assert by_age[GapAge.STANDING].last_listed == START + timedelta(hours=1)
    store.take(listing(queue("a")), denied(ELSEWHERE), asked=both)
    ages = {gap.age: gap.extents for gap in drift(store, 4, 5).gaps}
    assert ages == {GapAge.HEALED: (QUEUES,), GapAge.STANDING: (ELSEWHERE,)}
    (past,) = drift(store, 1, 3).gaps
    assert past.kept == 2, "as it was then: what went later had not gone"


def test_gaps_are_those_of_the_whole_coverage(store: Snapshots) -> None:
    store.take(listing(queue("a")), listing(extent=ELSEWHERE))
    store.take(denied(), listing(extent=ELSEWHERE))
    with store.database.reading() as connection:
        _, now = covered.gaps(connection, 1, 2)
        assert now == [each for each in covered.coverage(connection, 2) if each.extent == QUEUES]
        assert covered.gaps(connection, None, 1) == ([], [])


def test_what_stayed_is_not_told(store: Snapshots) -> None:
    store.take(listing(queue("a", n=1), queue("b", n=1)))
    store.take(listing(queue("a", n=2), queue("b", n=1)))
    told = drift(store, 1, 2)
    assert [line.name for each in told.groups for line in each.lines] == ["a"]
    assert drift(store, None, 2).standing is not None
