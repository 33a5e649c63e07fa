"""Random histories of names and data paths: what of them is news follows from what changed in the world."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors.model import (
    Alias,
    Answer,
    Extent,
    Gap,
    Json,
    Listing,
    Relation,
    Resource,
    Role,
    Scope,
    Seen,
    Sightings,
    Why,
)
from config import vocabulary
from daemon import cycle
from daemon.analysis import judgement
from daemon.analysis.judgement import Rules
from daemon.store import documents, history, path_history
from daemon.store.draft import drafting
from daemon.store.spool import Spool
from daemon.values.drift import Kind
from daemon.values.graph import Binding, Graph
from daemon.values.path import DataPath, PathIdentity
from tests.support.graphs import CLASSES, Judged
from tests.support.histories import Stores, engines, profile
from tests.support.reference import Content, Key, Reference
from tests.support.snapshots import FRANKFURT, VIRGINIA, Snapshots

HERE = Extent("aws.rds.instance", FRANKFURT)
THERE = Extent("aws.rds.instance", VIRGINIA)
FLOWS = Extent("traces.flow", Scope("traces", "prod"))
CALLED = Alias("public", "host", "db.shop.example")
SERVICE = "service://prod//checkout"
TABLE = "table://public/postgresql/db.shop.example:5432/shop/public.customers"
OPERATIONS = ("GET /orders", "GET /customer")
COLUMNS = ("email", "nick", "phone")
SEEN = Seen(1_795_000_000.0, 1_795_000_600.0, 3)

Databases = dict[str, bool]
"""Name of a database, and whether the name that the service calls is one of its own."""
Reads = dict[str, frozenset[str]]
"""Operation, and the columns it reads."""


@dataclass(frozen=True, slots=True)
class Told:
    """How an extent fares: what it shows, or why not (`gap`, `not due`, `not asked`)."""

    shows: Databases | Reads | str
    rules: int = 1

    def __repr__(self) -> str:
        return f"{self.shows} rules {self.rules}"


@dataclass(frozen=True, slots=True)
class Cycle:
    """One cycle; `rules`: 2 knows that a nick names a person."""

    here: Told
    there: Told
    flows: Told
    rules: int


def _told(shows: st.SearchStrategy[Databases] | st.SearchStrategy[Reads]) -> st.SearchStrategy[Told]:
    listed = st.builds(Told, shows, st.sampled_from((1, 1, 1, 2)))
    return st.one_of(
        listed, listed, listed, st.builds(Told, st.sampled_from(("gap", "not due", "not asked")))
    )


def _databases(*names: str) -> st.SearchStrategy[Databases]:
    return st.dictionaries(st.sampled_from(names), st.booleans(), max_size=2)


_READS = st.dictionaries(
    st.sampled_from(OPERATIONS), st.frozensets(st.sampled_from(COLUMNS), max_size=2), max_size=2
)
HISTORIES = st.lists(
    st.builds(
        Cycle,
        here=_told(_databases("eu-1", "eu-2")),
        there=_told(_databases("us-1", "us-2")),
        flows=_told(_READS),
        rules=st.sampled_from((1, 1, 1, 2)),
    ),
    min_size=2,
    max_size=6,
)


def _database(name: str, called: bool, rules: int) -> Resource:
    place = FRANKFURT if name.startswith("eu") else VIRGINIA
    return Resource(
        f"arn:aws:rds:{place.region}:{place.account}:db:{name}",
        HERE.type,
        name,
        place,
        Role.DATA_STORE,
        aliases=(CALLED,) if called else (),
        attributes={"size": rules},
    )


def _operation(name: str) -> str:
    return f"{SERVICE.replace('service://', 'operation://')}/{name}"


def _sightings(reads: Reads, rules: int) -> Sightings:
    resources = [Resource(SERVICE, "traces.service", "checkout", FLOWS.scope, Role.SERVICE)]
    relations: list[Relation] = []
    for name, columns in sorted(reads.items()):
        attributes: dict[str, Json] = {"kind": "server", "root": True}
        urn = _operation(name)
        resources.append(
            Resource(urn, "traces.operation", name, FLOWS.scope, Role.OPERATION, attributes=attributes)
        )
        named: dict[str, Json] = {"columns": list[Json](sorted(columns)), "lookups": []}
        relations.append(Relation(SERVICE, "has", urn, {}, SEEN))
        relations.append(Relation(urn, "reads", TABLE, named, SEEN))
    if reads:
        kept: dict[str, Json] = {"system": "postgresql", "schema": "public", "table": "customers"}
        resources.append(
            Resource(TABLE, "traces.table", "public.customers", FLOWS.scope, Role.TABLE, attributes=kept)
        )
        relations.append(Relation(TABLE, "stored_in", CALLED, {}, SEEN))
    return Sightings(FLOWS, tuple(resources), tuple(relations), 0.0, 1.0, 1, f"rules {rules}")


def _answers(told: Mapping[Extent, Told]) -> tuple[list[Answer], dict[str, frozenset[Extent] | None]]:
    answers: list[Answer] = []
    for extent, one in told.items():
        if one.shows == "gap":
            answers.append(Gap(extent, Why.THROTTLED, "Rate exceeded"))
        elif extent is FLOWS and not isinstance(one.shows, str):
            answers.append(_sightings(one.shows, one.rules))  # type: ignore[arg-type]  # of flows, it is Reads
        elif not isinstance(one.shows, str):
            shown = (_database(name, bool(called), one.rules) for name, called in sorted(one.shows.items()))
            answers.append(Listing(extent, tuple(shown), (), f"rules {one.rules}"))
    asked = {
        provider: frozenset(
            extent
            for extent, one in told.items()
            if extent.scope.provider == provider and one.shows != "not asked"
        )
        for provider in ("aws", "traces")
    }
    return answers, dict(asked)


def _rules(number: int) -> Rules:
    classes = CLASSES | ({"nick": "user.name"} if number > 1 else {})

    def classify(
        table: str, columns: Sequence[str], /, *, schema: str = "", siblings: Sequence[str] = ()
    ) -> dict[str, Judged]:
        return {column: Judged(classes[column]) for column in columns if column in classes}

    return Rules(
        classifier=classify,
        vendor=lambda _: None,
        jurisdiction=vocabulary.jurisdiction,
        own_domains=("shop.example",),
        public_operations=(),
        match=lambda _: (),
        fingerprint=f"judged by {number}",
    )


# -- what must come of it ------------------------------------------------------------------------------


@dataclass
class Expected:
    """What is judged of each snapshot: names and paths as they stand, and which steps were news of the world."""

    seen: Reference
    rules: int = 0
    base: int = 0  # the newest snapshot that did not fail
    bound: dict[str, str] = field(default_factory=dict)
    paths: dict[PathIdentity, DataPath] = field(default_factory=dict)
    bindings: dict[str, Binding] = field(default_factory=dict)
    moments: list[tuple[dict[str, str], dict[PathIdentity, DataPath]]] = field(default_factory=list)
    moved: list[dict[str, str]] = field(default_factory=list)  # by snapshot: names that lead elsewhere
    news: list[dict[PathIdentity, str]] = field(default_factory=list)  # by snapshot: paths that differ

    def judge(self, rules: int) -> None:
        """Judges the newest snapshot."""
        number = len(self.seen.moments)
        moved: dict[str, str] = {}
        news: dict[PathIdentity, str] = {}
        if not self.seen.moments[-1].failed:
            now = judgement.judge(self._graph(number), self.bindings, _rules(rules))
            then = self._graph(self.base) if self.base else Graph({}, ())
            again = judgement.judge(self._retold(then, now.graph, number), self.bindings, _rules(rules))
            told = {path.identity: path for path in again.paths}
            found = {path.identity: path for path in now.paths}
            for identity in found.keys() | self.paths.keys():
                old, new = self.paths.get(identity), found.get(identity)
                if old != new:
                    news[identity] = _step(old, new, told.get(identity))
            bound = {alias: binding.urn for alias, binding in now.graph.bindings.items()}
            for alias, urn in bound.items():
                if urn != self.bound.get(alias, ""):
                    before = again.graph.bindings.get(alias)
                    known = before is not None and before.urn == urn
                    moved[alias] = "knowledge" if known else "news"
            self.bindings, self.bound, self.paths = dict(now.graph.bindings), bound, found
            self.base = number
        self.moments.append((self.bound, self.paths))
        self.moved.append(moved)
        self.news.append(news)

    def _graph(self, number: int) -> Graph:
        shown: dict[Key, Content] = {}
        for key in {key for one in self.seen.moments[number - 1].shown.values() for key in one}:
            shown[key] = self.seen.content(key, number)
        resources = {key[0]: _resource(key[0], content) for key, content in shown.items() if len(key) == 1}
        relations = [_relation(key, content) for key, content in sorted(shown.items()) if len(key) > 1]
        answered = ("listed", "sighted", "not due", "retired")
        covered = self.seen.moments[number - 1].covered
        unlisted = frozenset(extent for extent, one in covered.items() if one.state not in answered)
        return Graph(resources, tuple(relations), self.bindings, unlisted)

    def _retold(self, then: Graph, now: Graph, number: int) -> Graph:
        """The earlier graph, with all that is different now and yet no news of the world."""
        drift = {
            key
            for key, one in (self.seen.differences(self.base, number) if self.base else {}).items()
            if one.action != "restated"
        }
        resources = {urn: each for urn, each in now.resources.items() if (urn,) not in drift}
        resources |= {urn: each for urn, each in then.resources.items() if (urn,) in drift}
        relations = {_key(each): each for each in now.relations if _key(each) not in drift}
        relations |= {_key(each): each for each in then.relations if _key(each) in drift}
        ordered = tuple(relations[key] for key in sorted(relations))
        return Graph(resources, ordered, then.bindings, now.unlisted)


def _step(old: DataPath | None, new: DataPath | None, told: DataPath | None) -> str:
    if old is None:
        return "knowledge" if told is not None else "news"
    if new is None:
        return "news" if told is not None else "knowledge"
    return "knowledge" if told == new else "news"


def _resource(urn: str, content: Content) -> Resource:
    return documents.to_resource(urn, content)


def _relation(key: Key, content: Content) -> Relation:
    target = Alias.parse(key[2]) if "|" in key[2] else key[2]
    return Relation(key[0], key[1], target, content, SEEN)


def _key(relation: Relation) -> Key:
    return (relation.source, relation.verb, str(relation.target))


# -- the property --------------------------------------------------------------------------------------


@pytest.fixture(scope="module", params=engines())
def stores(request: pytest.FixtureRequest) -> Iterator[Stores]:
    """Empty stores of one engine, one for each history."""
    server = request.getfixturevalue("postgres") if request.param == "postgresql" else None
    with tempfile.TemporaryDirectory() as folder:
        made = Stores(Path(folder), server)
        yield made
        made.close()


@profile(10)
@given(cycles=HISTORIES)
def test_names_and_paths_are_news_only_where_the_world_changed(stores: Stores, cycles: list[Cycle]) -> None:
    check(stores, cycles)


def check(stores: Stores, cycles: list[Cycle]) -> None:
    """Runs and judges the same cycles with the store and with the reference, and compares every two snapshots."""
    with stores.empty() as store:
        seen = Reference()
        expected = Expected(seen)
        for each in cycles:
            answers, asked = _answers({HERE: each.here, THERE: each.there, FLOWS: each.flows})
            seen.take(answers, asked, store.now)
            expected.judge(each.rules)
            _take(store, answers, asked, _rules(each.rules))
            _views_agree(store, expected)
        _pairs_agree(store, expected)


def _take(
    store: Snapshots, answers: list[Answer], asked: dict[str, frozenset[Extent] | None], rules: Rules
) -> None:
    spool = Spool(store.folder / "spool", lambda document: document)
    for answer in answers:
        spool.add(answer)
    with drafting(
        store.database, started_at=store.now, committed_at=store.now, rules=rules.fingerprint
    ) as draft:
        draft.merge(spool, warm_up=timedelta(0), asked=asked)
        if draft.state != "failed" and (draft.changed or draft.rules_before() != rules.fingerprint):
            cycle.judge(draft, rules)
    spool.close()
    store.now += timedelta(hours=1)


def _views_agree(store: Snapshots, expected: Expected) -> None:
    found = store.rows(
        "SELECT origin_operation, sink, direction, data_class, columns, store FROM v1_data_paths"
    )
    paths = expected.moments[-1][1]
    assert sorted(found) == sorted(
        (i.origin, i.sink, str(i.direction), i.data_class, ",".join(p.columns), p.store)
        for i, p in paths.items()
    )


def _pairs_agree(store: Snapshots, expected: Expected) -> None:
    with store.database.reading() as connection:
        for after in range(1, len(expected.moments) + 1):
            bound, paths = expected.moments[after - 1]
            for before in range(1, after):
                was_bound, was_paths = expected.moments[before - 1]
                told = {
                    each.key: str(each.origin)
                    for each in history.differences(connection, before, after)
                    if each.kind is Kind.ALIAS
                }
                moved = {
                    alias: [step[alias] for step in expected.moved[before:after] if alias in step]
                    for alias in bound.keys() & was_bound.keys()
                    if bound[alias] and bound[alias] != was_bound[alias]
                }
                assert told.keys() == moved.keys(), (before, after)
                for alias, steps in moved.items():
                    if was_bound[alias]:
                        assert told[alias] == ("altered" if "news" in steps else "restated"), (before, after)
                found = path_history.paths(connection, before, after)
                then = {each.identity: each for each in found.before}
                now = {each.identity: each for each in found.after}
                assert then.items() <= was_paths.items()
                assert now.items() <= paths.items()
                for identity in paths.keys() | was_paths.keys():
                    if paths.get(identity) == was_paths.get(identity):
                        assert then.get(identity) == now.get(identity)
                        continue
                    assert (then.get(identity), now.get(identity)) == (
                        was_paths.get(identity),
                        paths.get(identity),
                    )
                    steps = [step[identity] for step in expected.news[before:after] if identity in step]
                    restated = identity in found.restated
                    assert restated == ("news" not in steps), (before, after, identity, steps)
