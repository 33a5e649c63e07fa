"""What is seen is newly visible, added, unobserved or gone: weeks of it, against a plain model of the rules."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from collectors.model import Alias, Extent, Json, Listing, Relation, Resource, Role, Scope, Seen, Sightings
from daemon.store import gone, heard
from daemon.values.drift import Origin
from demo.postgres import Server
from tests.support.engines import empty_database
from tests.support.snapshots import START, Snapshots

PROD = Extent("traces.flow", Scope("traces", "prod"))
HOUR, DAY = 3600.0, 86_400.0
SHOP, BOOKS = "service://prod//shop", "service://prod//books"
BEGIN = START.timestamp()
WARM_UP = timedelta(days=7)

Key = tuple[str, str, str]


def operation(service: str, name: str) -> str:
    return f"operation://{service.removeprefix('service://')}/{name}"


@dataclass(frozen=True)
class Flow:
    """Something seen every `every` hours from `born` to `dies` (days)."""

    name: str
    service: str
    every: int
    born: int
    dies: int
    called: str = ""

    @property
    def key(self) -> Key:
        if self.called:
            return (operation(self.service, self.name), "calls", operation(self.called, self.name))
        return (operation(self.service, self.name), "reads", f"table://public/mysql/db:3306/shop/{self.name}")


@dataclass(frozen=True)
class World:
    """Weeks of flows. All in days: `outages` of services, journals `lost`, services `reinstrumented`, `resampled`."""

    flows: tuple[Flow, ...]
    cycle: int  # hours
    days: int
    outages: tuple[tuple[str, int, int], ...]
    lost: frozenset[int]
    reinstrumented: frozenset[tuple[str, int]]
    resampled: frozenset[int]

    def times(self, flow: Flow) -> Iterator[float]:
        """When the flow's spans were, seconds after the beginning; a service that is down has none."""
        down = [(a * DAY, b * DAY) for service, a, b in self.outages if service == flow.service]
        at = flow.born * DAY + 60.0
        while at < min(flow.dies, self.days) * DAY:
            if not any(a <= at < b for a, b in down):
                yield at
            at += flow.every * HOUR

    def instrumentation(self, service: str, at: float) -> list[str]:
        changes = sum(1 for who, day in self.reinstrumented if who == service and day * DAY <= at)
        return [f"agent {n}" for n in range(changes + 1)]

    def sampling(self, at: float) -> int:
        return 1 + sum(day * DAY <= at for day in self.resampled)


NAMES = ("a", "b", "c", "d")


@st.composite
def worlds(draw: st.DrawFn) -> World:
    days = draw(st.integers(30, 60))
    flows = [Flow(f"alive-{service[-1]}", service, 6, 0, days) for service in (SHOP, BOOKS)]
    for name in NAMES:
        born = draw(st.sampled_from((0, 0, 3, 12, 20)))
        flows.append(
            Flow(
                name,
                draw(st.sampled_from((SHOP, BOOKS))),
                draw(st.sampled_from((1, 24, 24, 72, 168))),
                born,
                draw(st.sampled_from((born + 1, born + 4, born + 15, days))),
                draw(st.sampled_from(("", "", BOOKS))),
            )
        )
    # One that dies comes back, so that it is seen again.
    flows.append(Flow("again", SHOP, 12, 0, draw(st.sampled_from((3, 8)))))
    back = draw(st.integers(20, days - 1))
    flows.append(Flow("again", SHOP, 12, back, days))
    some_days = st.integers(1, days)
    outages = draw(st.lists(st.tuples(st.sampled_from((SHOP, BOOKS)), some_days, some_days), max_size=2))
    return World(
        tuple(flows),
        draw(st.sampled_from((12, 24))),
        days,
        tuple((who, min(a, b), max(a, b)) for who, a, b in outages),
        frozenset(draw(st.lists(some_days, max_size=2))),
        frozenset(draw(st.lists(st.tuples(st.sampled_from((SHOP, BOOKS)), some_days), max_size=2))),
        frozenset(draw(st.lists(some_days, max_size=1))),
    )


# -- the model: nothing but lists of times -----------------------------------------------------------------------


@dataclass
class Model:
    """The rules of the design in plain words, from everything that every answer ever told."""

    told: dict[Key, list[float]] = field(default_factory=dict)
    heard: dict[str, list[float]] = field(default_factory=dict)
    open: dict[Key, str] = field(default_factory=dict)
    held_gone: dict[Key, float] = field(default_factory=dict)
    seen_as: dict[str, list[str]] = field(default_factory=dict)
    changed: dict[str, float] = field(default_factory=dict)
    rate: int | None = None
    warming_since: float | None = None
    resampled: float = 0.0

    def cycle(
        self, now: float, answer: Mapping[Key, float], agents: Mapping[str, list[str]], rate: int
    ) -> tuple[dict[Key, str], set[Key]]:
        """What opened, with its origin, and what is gone."""
        first = self.warming_since is None
        if first:
            self.warming_since = now
        if self.rate is not None and rate != self.rate:
            self.warming_since = self.resampled = now
        self.rate = rate
        warm = WARM_UP.total_seconds()
        for service, agent in agents.items():
            known = self.seen_as.get(service)
            long_known = bool(self.heard.get(service)) and min(self.heard[service]) <= now - warm
            if known is not None and set(agent) - set(known) and long_known:
                self.changed[service] = now
            self.seen_as[service] = sorted({*(known or ()), *agent})
        opened: dict[Key, str] = {}
        for key, last in answer.items():
            if key not in self.open and last > self.held_gone.get(key, 0.0):
                services = {_service(key[0]), _service(key[2])}
                anew = any(now < self.changed.get(each, -1e18) + warm for each in services)
                assert self.warming_since is not None
                young = now < self.warming_since + warm
                opened[key] = "baseline" if first else "newly_visible" if young or anew else "added"
                self.open[key] = opened[key]
            times = self.told.setdefault(key, [])
            if not times or last > times[-1]:
                times.append(last)
            self.heard.setdefault(_service(key[0]), []).append(last)
        ended = {key for key in self.open if self._is_gone(key, now)}
        for key in ended:
            del self.open[key]
            self.held_gone[key] = now
        return opened, ended

    def _is_gone(self, key: Key, now: float) -> bool:
        times = self.told[key]
        service = _service(key[0])
        gap = max((b - a for a, b in pairwise(times)), default=0.0)
        begin = max(times[-1], self.changed.get(service, 0.0), self.resampled)
        silence = now - begin
        if len(times) < 3 or silence <= 7 * DAY or silence <= 10 * gap:
            return False
        parts = [(begin + silence * n / 3, begin + silence * (n + 1) / 3) for n in range(3)]
        return all(any(a <= at <= b for at in self.heard[service]) for a, b in parts)


def _service(urn: str) -> str:
    if not urn.startswith("operation://"):
        return ""
    return f"service://{'/'.join(urn.removeprefix('operation://').split('/')[:3])}"


# -- the store under the same world ------------------------------------------------------------------------------


def live(world: World, store: Snapshots) -> tuple[int, int, int]:
    """Takes every cycle with both, and compares; returns how many flows were added, newly visible and gone."""
    model = Model()
    store.warm_up = WARM_UP
    spans = sorted((at, flow.key) for flow in world.flows for at in world.times(flow))
    journal: dict[Key, list[float]] = {}
    read = 0.0
    counts = {"added": 0, "newly_visible": 0, "gone": 0}
    cycles = range(world.cycle, world.days * 24, world.cycle)
    taken = 0
    for hours in cycles:
        upto = hours * HOUR
        if any(read < day * DAY <= upto for day in world.lost):
            journal = {}
        for at, key in spans:
            if read <= at < upto:
                journal.setdefault(key, []).append(BEGIN + at)
        read = upto
        if not journal:
            continue
        now = BEGIN + upto
        services = {SHOP, BOOKS}
        agents = {each: world.instrumentation(each, upto) for each in services}
        store.now = START + timedelta(hours=hours)
        opened, ended = model.cycle(now, {k: v[-1] for k, v in journal.items()}, agents, world.sampling(upto))
        store.take(answer(journal, agents, world.sampling(upto)))
        taken += 1
        with store.database.writing() as connection:  # what no rule asks about makes no difference
            heard.forget(connection, now - 3 * WARM_UP.total_seconds())
        assert open_flows(store) == set(model.open), f"after {hours} hours"
        for origin in opened.values():
            counts[origin] = counts.get(origin, 0) + 1
        counts["gone"] += len(ended)
        if taken == 1:
            continue
        told = {
            tuple(one.key.split(" ")): one
            for one in store.differences(taken - 1, taken)
            if one.type in gone.FLOWS
        }
        expected = {key: origin for key, origin in opened.items() if key not in ended}
        assert {key: str(one.origin) for key, one in told.items() if one.before is None} == expected
        assert {key for key, one in told.items() if one.after is None} == ended - opened.keys()
        assert all(
            one.again == (key in model.held_gone) for key, one in told.items() if key in opened and one.after
        )
        view = f"SELECT subject, action FROM v1_changes WHERE kind = 'relation' AND snapshot = {taken}"
        assert {(subject, action) for subject, action in store.rows(view) if " has " not in subject} == {
            *((" ".join(key), origin) for key, origin in opened.items()),
            *((" ".join(key), "removed") for key in ended),
        }
    return counts["added"], counts["newly_visible"], counts["gone"]


def answer(journal: Mapping[Key, list[float]], agents: Mapping[str, list[str]], rate: int) -> Sightings:
    flows = tuple(
        Relation(*key, {"evidence": "paired"}, Seen(times[0], times[-1], len(times)))
        for key, times in sorted(journal.items())
    )
    services = tuple(
        Resource(
            urn,
            "service",
            urn[-4:],
            PROD.scope,
            Role.SERVICE,
            attributes={"instrumentation": [*agents[urn]], "sampling": rate},
        )
        for urn in sorted(agents)
    )
    return Sightings(PROD, services, flows, 1.0, 2.0, 1, "rules 1")


def open_flows(store: Snapshots) -> set[Key]:
    query = "SELECT source, verb, target FROM v1_flows"
    return {(source, verb, target) for source, verb, target in store.rows(query)}


SLOWLY = settings(deadline=None, suppress_health_check=list(HealthCheck))


@settings(SLOWLY, max_examples=6, derandomize=True)
@given(world=worlds())
def test_weeks_of_flows_are_told_as_the_rules_say(
    world: World, tmp_path_factory: pytest.TempPathFactory
) -> None:
    store = Snapshots.create(tmp_path_factory.mktemp("life"))
    try:
        live(world, store)
    finally:
        store.database.close()


FULL = World(
    flows=(
        Flow("alive", SHOP, 6, 0, 90),
        Flow("hourly", SHOP, 1, 0, 20),
        Flow("daily", SHOP, 24, 10, 22),
        Flow("weekly", SHOP, 168, 0, 90),
        Flow("again", SHOP, 12, 12, 20),
        Flow("again", SHOP, 12, 50, 60),
        Flow("anew", SHOP, 12, 41, 90),
        Flow("sampled", BOOKS, 12, 72, 90),
        Flow("books", BOOKS, 6, 0, 90),
    ),
    cycle=12,
    days=90,
    outages=((BOOKS, 30, 45),),
    lost=frozenset({33}),
    reinstrumented=frozenset({(SHOP, 40)}),
    resampled=frozenset({71}),
)


def test_a_quarter_with_everything_in_it(store: Snapshots) -> None:
    added, newly_visible, ended = live(FULL, store)
    assert (added, newly_visible, ended) == (3, 2, 3)
    # Seen again after a month, it is expected once in ten.
    assert {key[0].rpartition("/")[2] for key in open_flows(store)} == {
        "again", "alive", "anew", "books", "sampled", "weekly",
    }  # fmt: skip


@settings(SLOWLY, max_examples=1, derandomize=True)
@given(world=worlds())
def test_on_the_other_engine_too(
    world: World, postgres: Server, tmp_path_factory: pytest.TempPathFactory
) -> None:
    store = Snapshots.create(tmp_path_factory.mktemp("life"), empty_database(postgres))
    try:
        live(world, store)
    finally:
        store.database.close()


# -- who answers is known by now -------------------------------------------------------------------------------


def sends(store: Snapshots, day: int, *told: tuple[Key, int]) -> None:
    """Each flow is told of days from the first to the one given, a cycle a day."""
    store.now = START + timedelta(days=day)
    flows = [
        Relation(
            source,
            verb,
            Alias.parse(target) if "|" in target else target,
            {},
            Seen(BEGIN, BEGIN + last * DAY, 9),
        )
        for (source, verb, target), last in told
    ]
    services = [
        Resource(one, "service", one[-4:], PROD.scope, Role.SERVICE, attributes={}) for one in (BOOKS, SHOP)
    ]
    flows.sort(key=lambda one: (one.source, one.verb, str(one.target)))
    store.take(Sightings(PROD, tuple(services), tuple(flows), 1.0, BEGIN + day * DAY, 1, "r"))


@pytest.mark.parametrize(("host", "told"), [("books", 0), ("films", 1)])
def test_a_call_to_a_host_is_not_gone_because_its_service_is_known(
    store: Snapshots, host: str, told: int
) -> None:
    get = operation(SHOP, "get")
    sent, alive = (
        (get, "sends_to", f"host://prod/{host}"),
        (get, "reads", "table://public/mysql/db:3306/shop/a"),
    )
    for day in range(4):
        sends(store, day, (alive, day), (sent, day))
    call = (get, "calls", operation(BOOKS, "get"))
    answers = (BOOKS, "answers_for", f"caller:{SHOP}|host|books")
    for day in range(4, 40):
        sends(store, day, (alive, day), (call, day), (answers, day))
    assert sent not in open_flows(store)
    gone_ones = [one.key for one in store.differences(4, 40) if one.after is None]
    assert gone_ones == [" ".join(sent)] * told


QUIET = World(
    (Flow("alive", SHOP, 6, 0, 18), Flow("books", BOOKS, 6, 0, 18), Flow("silent", SHOP, 6, 0, 9)),
    cycle=12,
    days=18,
    outages=(),
    lost=frozenset(),
    reinstrumented=frozenset(),
    resampled=frozenset(),
)


@pytest.mark.parametrize(
    ("world", "ended"),
    [
        (replace(QUIET, reinstrumented=frozenset({(BOOKS, 12)})), 1),
        (replace(QUIET, reinstrumented=frozenset({(SHOP, 12)})), 0),
        (replace(QUIET, resampled=frozenset({12})), 0),
        (replace(QUIET, outages=((SHOP, 11, 15),)), 0),
    ],
    ids=("otherwise", "seen otherwise", "sampled otherwise", "down for four days"),
)
def test_a_silence_counts_only_while_it_was_listened_to(world: World, ended: int, tmp_path: Path) -> None:
    """A flow died on the ninth day: on the eighteenth it is gone, unless it may only have been seen less."""
    store = Snapshots.create(tmp_path)
    try:
        assert live(world, store)[2] == ended
    finally:
        store.database.close()


def test_a_new_service_shows_its_instrumentation_by_and_by(tmp_path: Path) -> None:
    """Its second library, two days after its first span, is no other way of seeing: what it does then is added."""
    flows = (
        Flow("alive", SHOP, 6, 0, 16),
        Flow("books", BOOKS, 6, 9, 16),
        Flow("fresh", BOOKS, 6, 13, 16),
    )
    world = replace(QUIET, flows=flows, days=16, reinstrumented=frozenset({(BOOKS, 11)}))
    store = Snapshots.create(tmp_path)
    try:
        assert live(world, store) == (2, 0, 0)
    finally:
        store.database.close()


# -- what ran it is gone -----------------------------------------------------------------------------------------

INSTANCES = Extent("aws.ecs.service", Scope("aws", "111122223333", "eu-central-1"))
OLD, NEW = (
    "arn:aws:ecs:eu-central-1:111122223333:service/old",
    "arn:aws:ecs:eu-central-1:111122223333:service/new",
)


def runs(store: Snapshots, *urns: str, on: Mapping[str, float], last: float) -> None:
    """A listing of these workloads, and a service that is heard of on some, at these seconds."""
    found = tuple(Resource(u, INSTANCES.type, u[-3:], INSTANCES.scope, Role.WORKLOAD) for u in sorted(urns))
    flow = Relation(operation(SHOP, "get"), "calls", operation(BOOKS, "get"), {}, Seen(BEGIN, last, 1))
    where = tuple(Relation(SHOP, "runs_on", urn, {"rank": 1}, Seen(BEGIN, at, 1)) for urn, at in on.items())
    service = Resource(SHOP, "service", "shop", PROD.scope, Role.SERVICE, attributes={})
    told = tuple(sorted((flow, *where), key=lambda one: (one.source, one.verb, str(one.target))))
    store.take(Listing(INSTANCES, found, (), "rules 1"), Sightings(PROD, (service,), told, 1.0, 2.0, 1, "r"))


def test_flows_of_a_service_are_gone_with_its_workload(store: Snapshots) -> None:
    runs(store, OLD, on={OLD: BEGIN + 5}, last=BEGIN + 5)
    assert len(flows_only(store)) == 1
    runs(store, on={OLD: BEGIN + 1800}, last=BEGIN + 1800)
    assert not flows_only(store)
    (change,) = (one for one in store.differences(1, 2) if one.type == "calls")
    assert change.after is None
    runs(store, on={OLD: BEGIN + 1801}, last=BEGIN + 1801)  # on its way when the listing was made
    assert not flows_only(store)
    runs(store, NEW, on={OLD: BEGIN + 1801, NEW: BEGIN + 9000}, last=BEGIN + 9000)
    assert len(flows_only(store)) == 1
    (change,) = (one for one in store.differences(3, 4) if one.type == "calls")
    assert change.again


def test_a_service_that_runs_elsewhere_keeps_its_flows(store: Snapshots) -> None:
    runs(store, OLD, NEW, on={OLD: BEGIN + 5, NEW: BEGIN + 4}, last=BEGIN + 5)
    runs(store, NEW, on={OLD: BEGIN + 5, NEW: BEGIN + 4}, last=BEGIN + 5)
    assert len(flows_only(store)) == 1


def test_a_service_that_moved_to_what_is_not_listed_yet_keeps_its_flows(store: Snapshots) -> None:
    runs(store, OLD, on={OLD: BEGIN + 5}, last=BEGIN + 5)
    runs(store, on={OLD: BEGIN + 5, NEW: BEGIN + 600}, last=BEGIN + 600)
    assert len(flows_only(store)) == 1


def in_clusters(store: Snapshots, at: float, *clusters: str) -> None:
    """The same service in some clusters, the first of which gave it its name; "" for one that is not named."""
    resources, flows = [], []
    for cluster, urn in zip(clusters, (SHOP, *(f"{SHOP}@{one}" for one in clusters[1:])), strict=True):
        known: dict[str, Json] = {"cluster": cluster} if cluster else {}
        resources.append(Resource(urn, "service", urn[17:], PROD.scope, Role.SERVICE, attributes=known))
        seen = Seen(BEGIN, BEGIN + at, 1)
        flows.append(
            Relation(operation(urn, "get"), "reads", "table://public/mysql/db:3306/shop/a", {}, seen)
        )
    store.now = START + timedelta(seconds=at)
    store.take(Sightings(PROD, tuple(resources), tuple(flows), 1.0, BEGIN + at, 1, "r"))


def test_clusters_that_begin_to_be_named_are_newly_visible_and_a_cluster_more_is_news(
    store: Snapshots,
) -> None:
    store.warm_up = WARM_UP
    in_clusters(store, 0, "")
    in_clusters(store, 10 * DAY, "blue", "green")
    opened = [each for each in store.differences(1, 2) if each.before is None]
    read = f"{operation(f'{SHOP}@green', 'get')} reads table://public/mysql/db:3306/shop/a"
    assert {each.key: each.origin for each in opened} == {
        f"{SHOP}@green": Origin.NEWLY_VISIBLE,
        read: Origin.NEWLY_VISIBLE,
    }
    in_clusters(store, 30 * DAY, "blue", "green", "yellow")
    assert {each.origin for each in store.differences(2, 3) if each.before is None} == {Origin.ADDED}


def flows_only(store: Snapshots) -> set[Key]:
    return {key for key in open_flows(store) if key[1] == "calls"}


def test_sightings_and_gaps_are_counted_beside_the_versions(store: Snapshots) -> None:
    key = (operation(SHOP, "get"), "reads", "table://public/mysql/db:3306/shop/a")

    def told(first: float, last: float, times: int) -> Sightings:
        seen: dict[str, Json] = {"columns": ["id"]}
        return Sightings(PROD, (), (Relation(*key, seen, Seen(first, last, times)),), 1.0, 2.0, 1, "r")

    store.take(told(100.0, 200.0, 3))
    store.take(told(100.0, 200.0, 3))
    store.take(told(100.0, 500.0, 5))
    store.take(told(550.0, 600.0, 1))  # the journal began anew
    store.take(told(550.0, 650.0, 4))
    (row,) = store.rows("SELECT times, sightings, longest_gap, last_at, first_seen FROM relation")
    assert row == (9, 4, 300.0, 650.0, "1970-01-01T00:01:40Z")
    versions: list[tuple[Any, ...]] = store.rows("SELECT count(*) FROM relation_version")
    assert versions == [(1,)]


def test_a_service_is_heard_throughout_if_it_is_in_each_third() -> None:
    month = 30 * DAY
    assert not gone.heard_throughout([(0.0, 100.0)], 0.0, month)
    assert gone.heard_throughout([(0.0, 31 * DAY)], 0.0, month)
    assert gone.heard_throughout([(5 * DAY, 5 * DAY), (15 * DAY, 25 * DAY)], 0.0, month)
    assert not gone.heard_throughout([(5 * DAY, 5 * DAY), (15 * DAY, 19 * DAY)], 0.0, month)
