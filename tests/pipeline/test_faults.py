"""No fault ever yields something removed, or on healing something added: through the whole pipeline."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import combinations
from pathlib import Path

import pytest

from collectors.aws.collector import AwsCollector
from collectors.aws.resources import ROWS
from tests.pipeline.conftest import Running
from tests.support import pipeline
from tests.support.fault_proxy import FaultProxy
from tests.support.pipeline import EU, MAILER, TYPES, US, Installation, Shop, told

QUEUE = "aws.sqs.queue"
PAGED = tuple(
    replace(row, list=replace(row.list, parameters={"MaxResults": 2})) if row.type == QUEUE else row
    for row in ROWS
    if row.type in {QUEUE, "aws.lambda.function", "aws.lambda.function_url", "aws.rds.instance"}
    or row.type.startswith("aws.route53.")
)
"""The rows of the shop, with queues on three pages."""

assert TYPES == ("aws.lambda.*", "aws.rds.instance", "aws.sqs.queue", "aws.route53.*")


@dataclass(frozen=True)
class Fault:
    """One kind of weather. `expected`: how coverage names each extent that it hides (a prefix)."""

    name: str
    effect: str
    hides: tuple[str, ...]
    expected: str
    service: str = "*"
    region: str = "*"
    action: str = "*"
    after: int = 0
    deadline: float = 30.0

    def begin(self, proxy: FaultProxy) -> None:
        proxy.rule(
            service=self.service, region=self.region, action=self.action, effect=self.effect, after=self.after
        )


DATABASES_US = ("aws.rds.instance us-east-1",)
NAMES = ("aws.route53.record", "aws.route53.zone")
QUEUES_EU = (f"{QUEUE} {EU}",)
IN_US = tuple(
    f"{type} {US}" for type in ("aws.lambda.function", "aws.lambda.function_url", "aws.rds.instance", QUEUE)
)

FAULTS = (
    Fault("databases denied", "denied", DATABASES_US, "denied: denied: rds:DescribeDBInstances", "rds", US),
    Fault("names denied", "denied", NAMES, "denied: denied: route53:List", "route53"),
    Fault("throttled for ever", "throttled", DATABASES_US, "throttled: ", "rds", US, deadline=2.0),
    Fault(
        "out of order",
        "failed",
        QUEUES_EU,
        "failed: sqs:ListQueues failed",
        "sqs",
        EU,
        "ListQueues",
        deadline=2.0,
    ),
    Fault("dead region", "dead", (*IN_US, *NAMES), "unreachable: ", region=US, deadline=1.0),
    Fault(
        "another's page",
        "foreign",
        QUEUES_EU,
        "failed: sqs:ListQueues was answered by",
        "sqs",
        EU,
        "ListQueues",
    ),
    Fault(
        "another's page for all", "foreign", DATABASES_US, "failed: rds:DescribeDBInstances was", "rds", US
    ),
    Fault(
        "an empty body",
        "nothing",
        QUEUES_EU,
        "failed: sqs:ListQueues was answered by",
        "sqs",
        EU,
        "ListQueues",
    ),
    Fault("broken body", "broken", DATABASES_US, "unreachable: ", "rds", US, deadline=2.0),
    *(
        Fault(f"page {page} denied", "denied", QUEUES_EU, "denied: ", "sqs", EU, "ListQueues", after=page - 1)
        for page in (1, 2, 3)
    ),
    Fault("page 2 stale", "stale", QUEUES_EU, "failed: ", "sqs", EU, "ListQueues", after=1),
    Fault("expired", "expired", QUEUES_EU, "expired: the credentials have expired", "sqs", EU, after=1),
)


@pytest.fixture(scope="module")
def weather(running: Running) -> Iterator[FaultProxy]:
    """One proxy for all faults, so that clients can be kept: making them takes most of the time."""
    with FaultProxy(running.endpoint) as proxy:
        yield proxy


@pytest.fixture(scope="module")
def collectors(weather: FaultProxy) -> Iterator[Callable[[float], AwsCollector]]:
    """The collector with a deadline, as it lives on in a daemon from cycle to cycle."""
    made: dict[float, AwsCollector] = {}

    def with_deadline(seconds: float) -> AwsCollector:
        if seconds not in made:
            made[seconds] = pipeline.collector(weather.url, PAGED, seconds)
        return made[seconds]

    yield with_deadline
    for each in made.values():
        each.close()


@pytest.fixture
def proxy(weather: FaultProxy) -> FaultProxy:
    weather.clear()
    return weather


@pytest.fixture
def fault(request: pytest.FixtureRequest) -> Fault:
    found = request.param
    assert isinstance(found, Fault)
    return found


@pytest.fixture
def home(
    fault: Fault, estate: str, proxy: FaultProxy, collectors: Callable[[float], AwsCollector], tmp_path: Path
) -> Iterator[Installation]:
    """With the shop behind the fault's proxy."""
    with pipeline.installed(tmp_path, proxy.url, collectors(fault.deadline)) as home:
        yield home


def heal(home: Installation, proxy: FaultProxy, fault: Fault) -> None:
    """Fair weather again. What was throttled goes on slowly, so for the sake of speed it begins anew."""
    proxy.clear()
    home.aws = pipeline.collector(proxy.url, PAGED, 30.0) if fault.effect == "throttled" else home.aws
    home.restart()


def drifts(home: Installation) -> dict[tuple[int, int], list[str]]:
    """What is told of each pair of snapshots beside gaps, if anything."""
    lines = {
        pair: [line for line in told(home.drift(*pair)) if " gap: " not in line]
        for pair in combinations(home.usable(), 2)
    }
    return {pair: found for pair, found in lines.items() if found}


def nothing_added_or_removed(home: Installation) -> None:
    """As readers of the database see it."""
    assert home.rows_of("select * from v1_changes where action not in ('restated', 'newly_visible')") == []


@pytest.mark.parametrize("fault", FAULTS, indirect=True, ids=lambda fault: fault.name)
def test_a_fault_after_a_good_cycle_removes_nothing_and_healing_adds_nothing(
    home: Installation, shop: Shop, proxy: FaultProxy, fault: Fault
) -> None:
    shop.rich_day()
    home.cycle()
    good = home.coverage()
    known, paths = home.rows_of("select urn from v1_resources order by urn"), home.paths()
    assert set(good.values()) == {"listed", "sighted"}
    assert home.third_parties() == {MAILER}
    fault.begin(proxy)
    home.cycle()
    gaps = home.coverage()
    assert {extent for extent in gaps if gaps[extent] != good[extent]} == set(fault.hides)
    assert all(gaps[extent].startswith(fault.expected) for extent in fault.hides), gaps
    assert home.third_parties() == {MAILER}
    assert home.paths() == paths
    assert home.rows_of("select urn from v1_resources order by urn") == known
    heal(home, proxy, fault)
    home.cycle()
    assert home.coverage() == good
    assert home.third_parties() == {MAILER}
    assert home.paths() == paths
    assert drifts(home) == {}
    nothing_added_or_removed(home)


@pytest.mark.parametrize("fault", FAULTS, indirect=True, ids=lambda fault: fault.name)
def test_a_fault_from_the_first_cycle_on_makes_no_third_party_and_healing_adds_nothing(
    home: Installation, shop: Shop, proxy: FaultProxy, fault: Fault
) -> None:
    shop.rich_day()
    fault.begin(proxy)
    home.cycle()
    gaps = home.coverage()
    assert {extent for extent in gaps if gaps[extent] not in {"listed", "sighted"}} == set(fault.hides)
    assert home.third_parties() <= {MAILER}
    seen_so_far = home.paths()
    heal(home, proxy, fault)
    home.cycle()
    assert home.third_parties() == {MAILER}
    assert seen_so_far <= home.paths()
    home.cycle()
    # What is now known of old names and paths is told as such; nothing is new in the world.
    knowledge = ("newly visible: name ", "newly visible path: ", "restated: data path ")
    lines = [line for found in drifts(home).values() for line in found]
    assert [line for line in lines if not line.startswith(knowledge)] == []
    nothing_added_or_removed(home)
    assert (2, 3) not in drifts(home)


@pytest.mark.parametrize("fault", [Fault("throttled twice", "throttled", (), "", "sqs", EU)], indirect=True)
def test_what_is_throttled_for_a_while_is_listed_whole(
    home: Installation, shop: Shop, proxy: FaultProxy, fault: Fault
) -> None:
    shop.rich_day()
    home.cycle()
    rule = proxy.rule(service=fault.service, region=fault.region, effect=fault.effect, times=2)
    home.cycle()
    assert rule.fired == 2
    assert set(home.coverage().values()) == {"listed", "sighted"}
    assert home.drift().quiet
