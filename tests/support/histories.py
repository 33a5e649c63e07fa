"""Random histories: what collectors answer, cycle after cycle, and a store that is asked what it made of them."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st

from collectors.model import (
    Alias,
    Answer,
    Extent,
    Gap,
    Listing,
    Relation,
    Resource,
    Role,
    Scope,
    Seen,
    Sightings,
    Why,
)
from daemon.store.columns import SNAPSHOT
from demo.postgres import Server
from tests.support.engines import empty_database
from tests.support.snapshots import ELSEWHERE, FRANKFURT, QUEUES, Snapshots

LATE = Extent("gcp.topic", Scope("gcp", "shop"))
"""Of a provider whose answers lag: two listings must agree that something is gone."""
PROD = Extent("traces.flow", Scope("traces", "prod"))
TEST = Extent("traces.flow", Scope("traces", "test"))
PLAN = "plan"

NAMES = {
    QUEUES: ("a", "b", "shared"),
    ELSEWHERE: ("c", "shared"),
    LATE: ("d", "e"),
    PROD: ("f", "shared"),
    TEST: ("f", "g"),
}
SHORT = {QUEUES: "here", ELSEWHERE: "there", LATE: "late", PROD: "prod", TEST: "test"}
CONFIRM = {LATE: 2}
HIDDEN = ("policy", "tags", "encrypted_by")
"""What a detail call would have told: an attribute, a part, the verb of a relation."""

GAP, IDLE, UNASKED, SAME = "gap", "not due", "not asked", "the same again"


@dataclass(frozen=True, slots=True)
class Thing:
    """A resource as the world has it. `link`: weight of its relation, 0 for none; `hidden`: see HIDDEN."""

    depth: int
    link: int = 0
    hidden: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"{self.depth}/{self.link}{''.join(f' -{each}' for each in self.hidden)}"


@dataclass(frozen=True, slots=True)
class Told:
    """How an extent fares in a cycle. `how`: `listed`, or why not; `rules`: 2 keeps one attribute more of some."""

    how: str
    things: Mapping[str, Thing] = field(default_factory=dict)
    rules: int = 1
    why: Why = Why.FAILED
    large: bool = False

    def __repr__(self) -> str:
        if self.how != "listed":
            return f"{self.how} {self.why}" if self.how == GAP else self.how
        return f"{dict(self.things)} rules {self.rules}{' large' if self.large else ''}"


@dataclass(frozen=True, slots=True)
class Cycle:
    """One cycle: each extent, and the providers that cannot even say what there is to ask."""

    extents: Mapping[Extent, Told]
    out: Mapping[str, Why] = field(default_factory=dict)

    def __repr__(self) -> str:
        told = [f"{SHORT[extent]}: {each}" for extent, each in self.extents.items()]
        return "; ".join((*told, *(f"{name} out, {why}" for name, why in self.out.items())))


def _things(extent: Extent) -> st.SearchStrategy[dict[str, Thing]]:
    hidden = st.sampled_from(((), (), (), *((each,) for each in HIDDEN), HIDDEN))
    thing = st.builds(
        Thing,
        depth=st.integers(1, 2),
        link=st.integers(0, 2),
        hidden=st.just(()) if extent.scope.provider == "traces" else hidden,
    )
    return st.dictionaries(st.sampled_from(NAMES[extent]), thing, max_size=3)


def _told(extent: Extent) -> st.SearchStrategy[Told]:
    listed = st.builds(
        Told,
        how=st.just("listed"),
        things=_things(extent),
        rules=st.sampled_from((1, 1, 1, 2)),
        large=st.sampled_from((False, False, False, True)),
    )
    gap = st.builds(Told, how=st.just(GAP), why=st.sampled_from(Why))
    same = st.just(Told(SAME))
    return st.one_of(listed, listed, listed, same, gap, st.just(Told(IDLE)), st.just(Told(UNASKED)))


def _repeated(cycles: list[Cycle]) -> list[Cycle]:
    """The cycles with the earlier answer where an extent answers the same again."""
    told: list[Cycle] = []
    before: dict[Extent, Told] = {}
    for cycle in cycles:
        extents = {
            extent: before.get(extent, Told(IDLE)) if one.how == SAME else one
            for extent, one in cycle.extents.items()
        }
        before |= {extent: one for extent, one in extents.items() if one.how == "listed"}
        told.append(Cycle(extents, cycle.out))
    return told


CYCLES = st.builds(
    Cycle,
    extents=st.fixed_dictionaries({extent: _told(extent) for extent in NAMES}),
    out=st.dictionaries(st.sampled_from(("aws", "gcp", "traces")), st.sampled_from(Why), max_size=1)
    | st.just({}),
)
HISTORIES = st.lists(CYCLES, min_size=2, max_size=6).map(_repeated)


def resource(extent: Extent, name: str, thing: Thing, rules: int) -> Resource:
    """A thing as its collector shapes it under these rules."""
    urn = f"arn:aws:sqs:eu-central-1:111122223333:{name}"
    attributes = {"depth": thing.depth, "policy": f"p{thing.depth}"}
    if extent.scope.provider == "traces":
        attributes = {"columns": [f"c{thing.depth}"], "depth": thing.depth}
    if rules > 1 and name in ("a", "d", "f", "shared"):
        attributes["size"] = 1
    tags = {"team": f"t{thing.depth}"}
    if "policy" in thing.hidden:
        attributes.pop("policy")
    return Resource(
        urn, "aws.sqs.queue", name, FRANKFURT, Role.QUEUE,
        tags={} if "tags" in thing.hidden else tags, attributes=attributes, unobserved=tuple(sorted(thing.hidden)),
    )  # fmt: skip


def relation(extent: Extent, name: str, thing: Thing) -> Iterator[Relation]:
    """What leads from a thing elsewhere."""
    urn = f"arn:aws:sqs:eu-central-1:111122223333:{name}"
    if not thing.link or "encrypted_by" in thing.hidden:
        return
    if extent.scope.provider == "traces":
        environment = extent.scope.account
        columns = {"columns": [f"c{thing.link}"], "lookups": [f"c{3 - thing.link}"]}
        yield Relation(f"service://{environment}//{name}", "reads", urn, columns, Seen(1.0, 2.0, thing.link))
        return
    yield Relation(urn, "encrypted_by", Alias("public", "arn", "key"), {"weight": thing.link})


def answer(extent: Extent, told: Told) -> Answer | None:
    """What the collector gives to the cycle; None if it was not asked."""
    if told.how == GAP:
        return Gap(extent, told.why, f"{told.why} at the call")
    if told.how != "listed":
        return None
    resources = tuple(
        resource(extent, name, thing, told.rules) for name, thing in sorted(told.things.items())
    )
    relations = tuple(each for name, thing in told.things.items() for each in relation(extent, name, thing))
    rules = f"rules {told.rules}"
    if extent.scope.provider == "traces":
        return Sightings(extent, resources, relations, 0.0, 1.0, 1, rules)
    failed = sum(bool(each.unobserved) for each in resources)
    return Listing(extent, resources, relations, rules, failed, CONFIRM.get(extent, 1))


def answers(cycle: Cycle) -> tuple[list[Answer], dict[str, frozenset[Extent] | None], set[Extent]]:
    """What comes of a cycle's collection: answers, what was asked for, and what was listed twice."""
    given: list[Answer] = []
    asked: dict[str, frozenset[Extent] | None] = {}
    large: set[Extent] = set()
    for provider in sorted({extent.scope.provider for extent in cycle.extents}):
        if why := cycle.out.get(provider):
            given.append(Gap(Extent(f"{provider}.{PLAN}", Scope(provider, "")), why, "while planning"))
            asked[provider] = None
            continue
        wanted = {extent: told for extent, told in cycle.extents.items() if extent.scope.provider == provider}
        asked[provider] = frozenset(extent for extent, told in wanted.items() if told.how != UNASKED)
        for extent, told in wanted.items():
            if (one := answer(extent, told)) is not None:
                given.append(one)
                if told.large and told.how == "listed":
                    large.add(extent)
    return given, asked, large


BLIND = st.builds(
    Cycle,
    extents=st.fixed_dictionaries(
        {
            extent: st.builds(Told, how=st.just(GAP), why=st.sampled_from(Why)) | st.just(Told(IDLE))
            for extent in NAMES
        }
    ),
)
"""Cycles in which nothing can be listed, or nothing is due."""
Fault = tuple[dict[Extent, Told], dict[str, Why], frozenset[str]]
FAULTS = st.lists(
    st.tuples(
        st.dictionaries(
            st.sampled_from(tuple(NAMES)),
            st.builds(Told, how=st.just(GAP), why=st.sampled_from(Why)) | st.just(Told(IDLE)),
            max_size=len(NAMES),
        ),
        st.dictionaries(st.sampled_from(("aws", "gcp", "traces")), st.sampled_from(Why), max_size=2),
        st.frozensets(st.sampled_from(HIDDEN)),
    ),
    min_size=2,
    max_size=6,
)
"""Cycles of a world in which nothing happens: by cycle, what cannot be listed, planned, or looked at in detail."""


def unchanging(faults: list[Fault]) -> list[Cycle]:
    """The cycles of a world that stays as it is, seen through these faults, and at last without any."""
    cycles = []
    for missing, out, hidden in (*faults, ({}, {}, frozenset())):
        extents = {}
        for extent, names in NAMES.items():
            blind = () if extent.scope.provider == "traces" else tuple(sorted(hidden))
            things = {name: Thing(1, 1, blind) for name in names}
            extents[extent] = missing.get(extent, Told("listed", things))
        cycles.append(Cycle(extents, out))
    return cycles


# -- how many ------------------------------------------------------------------------------------------

THOROUGH = int(os.environ.get("HISTORIES", "0"))
"""How many histories each property tries; 0: as few as the usual suite has time for."""


def engines() -> list[str]:
    """The engines to run on: both, or those in ENGINES."""
    return os.environ.get("ENGINES", "sqlite postgresql").split()


def profile(examples: int) -> settings:
    """How a property is tried: the same histories each time in the usual suite, other ones in a thorough run."""
    return settings(
        max_examples=THOROUGH or examples,
        derandomize=not THOROUGH,
        database=None,
        deadline=None,
        phases=[Phase.generate] if THOROUGH else [Phase.generate, Phase.shrink],
        print_blob=bool(THOROUGH),
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
    )


# -- databases -----------------------------------------------------------------------------------------


@dataclass
class Stores:
    """Empty stores, one after another, of one engine: migrated once, then emptied for the next history."""

    folder: Path
    server: Server | None = None
    _store: Snapshots | None = None

    @contextmanager
    def empty(self, warm_up: timedelta = timedelta(0)) -> Iterator[Snapshots]:
        """A migrated store without rows."""
        if self._store is None:
            url = empty_database(self.server) if self.server else ""
            self._store = Snapshots.create(self.folder, url)
        else:
            _empty(self._store)
        fresh = Snapshots(self._store.database, self.folder, warm_up=warm_up)
        yield fresh

    def close(self) -> None:
        """Lets go of the database."""
        if self._store:
            self._store.database.close()


def _empty(store: Snapshots) -> None:
    tables = [table for table in reversed(SNAPSHOT.metadata.sorted_tables) if table.name != "alembic_version"]
    with store.database.writing() as connection:
        if store.database.sqlite:
            for table in tables:
                connection.exec_driver_sql(f'DELETE FROM "{table.name}"')
        else:
            connection.exec_driver_sql("TRUNCATE " + ", ".join(f'"{table.name}"' for table in tables))
