"""A snapshot: what is written, what is carried on, and what leaves nothing behind."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from collectors.contract import ANYWHERE
from collectors.model import Alias, Content, Extent, Listing, Relation, Resource, Scope, Seen, Sightings
from daemon.store import history
from daemon.store.draft import drafting
from daemon.store.spool import Spool
from daemon.store.telling import NewDelivery
from daemon.values.drift import Kind, Origin
from daemon.values.graph import Binding, Bound
from tests.support.snapshots import (
    ELSEWHERE,
    QUEUES,
    START,
    VIRGINIA,
    Snapshots,
    denied,
    listing,
    queue,
)


def test_the_first_complete_listing_is_a_baseline_and_no_change(store: Snapshots) -> None:
    store.take(denied())
    store.take(listing(queue("a")))
    store.take(listing(queue("a"), queue("b")))
    assert store.told(1, 2) == []
    assert store.told(2, 3) == [("added", "b")]
    assert store.rows("SELECT subject, action FROM v1_changes ORDER BY 1") == [(queue("b").urn, "added")]


def test_a_gap_carries_everything_on_and_healing_brings_nothing(store: Snapshots) -> None:
    store.take(listing(queue("a"), queue("b")))
    store.take(denied(), listing(queue("c", VIRGINIA), extent=ELSEWHERE))
    assert store.rows("SELECT name FROM v1_resources ORDER BY 1") == [("a",), ("b",), ("c",)]
    store.take(listing(queue("a"), queue("b")), listing(queue("c", VIRGINIA), extent=ELSEWHERE))
    assert store.told(1, 3) == store.told(1, 2) == store.told(2, 3) == []


def test_what_happened_behind_a_gap_is_told_when_it_heals(store: Snapshots) -> None:
    store.take(listing(queue("a", depth=1), queue("b")))
    store.take(denied())
    store.take(listing(queue("a", depth=2), queue("new")))
    assert sorted(store.told(2, 3)) == [("added", "new"), ("altered", "a"), ("removed", "b")]
    removed = next(d for d in store.differences(2, 3) if d.after is None)
    assert removed.last_confirmed == START, "the day it was last listed, not the day of the gap"


def test_an_unchanged_estate_writes_no_version_and_no_document(store: Snapshots) -> None:
    relation = Relation(queue("a").urn, "encrypted_by", Alias("public", "arn", "arn:aws:kms:::key"))
    answer = listing(queue("a", depth=1), relations=[relation])
    store.take(answer)
    counts = "SELECT (SELECT count(*) FROM resource_version), (SELECT count(*) FROM relation_version), "
    counts += "(SELECT count(*) FROM document), (SELECT count(*) FROM coverage)"
    before = store.rows(counts)
    draft = store.take(answer)
    assert store.rows(counts) == before
    assert not draft.changed


def test_other_rules_restate_and_do_not_alter(store: Snapshots) -> None:
    store.take(listing(queue("a", depth=1)))
    store.take(listing(queue("a", depth=1, size=2), fingerprint="rules 2"))
    store.take(listing(queue("a", depth=3, size=2), fingerprint="rules 2"))
    assert store.told(1, 2) == [("restated", "a")]
    assert store.told(2, 3) == [("altered", "a")]
    assert store.told(1, 3) == [("altered", "a")]


def test_equal_content_under_other_rules_is_nothing_at_all(store: Snapshots) -> None:
    store.take(listing(queue("a")))
    store.take(listing(queue("a"), fingerprint="rules 2"))
    assert store.told(1, 2) == []


def test_a_resource_that_two_extents_show_goes_with_the_last_of_them(store: Snapshots) -> None:
    here, there = listing(queue("shared")), listing(queue("shared"), extent=ELSEWHERE)
    store.take(here, there)
    store.take(listing(), there)
    assert store.told(1, 2) == []
    store.take(listing(), listing(extent=ELSEWHERE))
    assert store.told(2, 3) == [("removed", "shared")]


def test_one_that_a_second_extent_shows_too_is_not_new(store: Snapshots) -> None:
    store.take(listing(queue("shared")), listing(extent=ELSEWHERE))
    store.take(listing(queue("shared")), listing(queue("shared", depth=9), extent=ELSEWHERE))
    assert store.told(1, 2) == []
    assert store.rows("SELECT * FROM v1_changes") == []


def test_what_the_settings_no_longer_ask_for_is_retired_without_drift(store: Snapshots) -> None:
    store.take(listing(queue("a")), listing(queue("b", VIRGINIA), extent=ELSEWHERE))
    store.take(listing(queue("a")))
    assert store.told(1, 2) == []
    assert store.rows("SELECT name FROM v1_resources") == [("a",)]
    assert store.rows("SELECT state FROM v1_coverage WHERE region = 'us-east-1'") == [("retired",)]
    assert store.rows("SELECT * FROM v1_changes") == []


def test_nothing_is_retired_by_a_snapshot_that_saw_nothing(store: Snapshots) -> None:
    store.take(listing(queue("a")), listing(queue("b", VIRGINIA), extent=ELSEWHERE))
    store.take(denied())
    assert store.rows("SELECT count(*) FROM resource_version WHERE until IS NULL") == [(2,)]
    store.take(listing(queue("a")))
    assert store.rows("SELECT name FROM v1_resources") == [("a",)]
    assert store.told(1, 3) == []


def test_what_is_not_due_stays_and_says_nothing(store: Snapshots) -> None:
    both = {"aws": frozenset({QUEUES, ELSEWHERE})}
    store.take(listing(queue("a")), listing(queue("b", VIRGINIA), extent=ELSEWHERE))
    store.take(listing(queue("a")), asked=both)
    assert store.told(1, 2) == []
    assert store.rows("SELECT state FROM v1_coverage WHERE region = 'us-east-1'") == [("not due",)]
    assert len(store.rows("SELECT * FROM v1_resources")) == 2


def test_a_collector_that_cannot_name_its_extents_leaves_gaps(store: Snapshots) -> None:
    store.take(listing(queue("a")))
    store.take(denied(ELSEWHERE), asked={"aws": None})
    assert store.rows("SELECT region, state FROM v1_coverage ORDER BY 1") == [
        ("eu-central-1", "denied"),
        ("us-east-1", "denied"),
    ]
    assert store.told(1, 2) == []
    assert len(store.rows("SELECT * FROM v1_resources")) == 1


def test_a_scope_that_is_not_shown_any_more_is_a_gap_where_its_type_is_asked_for_anywhere(
    store: Snapshots,
) -> None:
    store.take(listing(queue("a")), listing(queue("b", VIRGINIA), extent=ELSEWHERE))
    anywhere = Extent(QUEUES.type, Scope("aws", ANYWHERE))
    store.take(listing(queue("a")), asked={"aws": frozenset({QUEUES, anywhere})})
    assert store.rows("SELECT state FROM v1_coverage WHERE region = 'us-east-1'") == [("denied",)]
    assert len(store.rows("SELECT * FROM v1_resources")) == 2
    other = Extent("aws.rds.instance", Scope("aws", ANYWHERE))
    store.take(listing(queue("a")), asked={"aws": frozenset({QUEUES, other})})
    assert store.rows("SELECT state FROM v1_coverage WHERE region = 'us-east-1'") == [("retired",)]
    assert store.told(1, 3) == []


def test_a_provider_taken_out_of_the_settings_is_retired(store: Snapshots) -> None:
    flows = queue("x", Scope("gcp", "p"))
    store.take(listing(queue("a")), listing(flows, extent=_extent("gcp")))
    store.take(listing(queue("a")), asked={"aws": frozenset({QUEUES})})
    assert store.rows("SELECT provider, state FROM v1_coverage ORDER BY 1") == [
        ("aws", "listed"),
        ("gcp", "retired"),
    ]


def test_a_snapshot_of_nothing_but_gaps_is_failed_and_never_a_base(store: Snapshots) -> None:
    store.take(listing(queue("a")))
    draft = store.take(denied())
    assert draft.state == "failed"
    with store.database.reading() as connection:
        assert history.newest(connection) == 1
    assert store.take(listing(queue("a"))).previous == 1


def test_a_detail_that_could_not_be_read_keeps_its_value(store: Snapshots) -> None:
    store.take(listing(queue("a", depth=1, policy="p")))
    seen = queue("a", depth=2)
    hidden = type(seen)(
        seen.urn, seen.type, seen.name, seen.scope, seen.role,
        attributes=seen.attributes, unobserved=("policy",),
    )  # fmt: skip
    store.take(Listing(QUEUES, (hidden,), (), "rules 1", details_failed=1))
    (change,) = store.differences(1, 2)
    assert change.after is not None
    assert change.after["attributes"] == {"depth": 2, "policy": "p"}
    assert store.rows("SELECT details_failed FROM v1_coverage") == [(1,)]


def test_sightings_never_remove_and_their_counts_make_no_version(store: Snapshots) -> None:
    flow = Relation("service://prod//a", "calls", "service://prod//b", {}, Seen(10.0, 20.0, 3))
    later = Relation("service://prod//a", "calls", "service://prod//b", {}, Seen(10.0, 90.0, 8))
    store.take(_sighted(flow))
    draft = store.take(_sighted(later))
    assert not draft.writing.tally.opened
    assert store.rows("SELECT first_seen, last_seen, times FROM v1_flows") == [
        ("1970-01-01T00:00:10Z", "1970-01-01T00:01:30Z", 8)
    ]
    store.take(_sighted())
    assert len(store.rows("SELECT * FROM v1_flows")) == 1
    assert store.told(1, 3) == []


def test_sighted_content_never_speaks_before_listed_content(store: Snapshots) -> None:
    guess = queue("a", guessed=True)
    sighted = Sightings(_extent("traces"), (guess,), (), 0.0, 1.0, 1, "rules 1")
    store.take(sighted, listing(queue("a", depth=1)))
    store.take(
        Sightings(_extent("traces"), (queue("a", guessed=2),), (), 0.0, 1.0, 2, "rules 1"),
        listing(queue("a", depth=1)),
    )
    assert store.told(1, 2) == []


def test_an_aborted_snapshot_leaves_nothing_behind(store: Snapshots) -> None:
    store.take(listing(queue("a")))
    tables = ("snapshot", "delivery", "resource", "resource_version", "document", "coverage", "extent")
    count = "SELECT " + ", ".join(f"(SELECT count(*) FROM {table})" for table in tables)
    before = store.rows(count)
    spool = Spool(store.folder / "spool", lambda document: document)
    spool.add(listing(queue("b")))
    spool.add(listing(queue("c", VIRGINIA), extent=ELSEWHERE))
    with pytest.raises(RuntimeError, match="pulled"):
        _take_until_the_plug_is_pulled(store, spool)
    spool.close()
    assert store.rows(count) == before


def test_a_digest_that_waits_is_extended_and_one_that_left_is_not(store: Snapshots) -> None:
    for _ in range(2):
        _take_and_tell(store)
    assert store.rows("SELECT snapshot_from, snapshot_to, state FROM v1_deliveries") == [(None, 2, "pending")]
    with store.database.writing() as connection:
        connection.exec_driver_sql("UPDATE delivery SET state = 'sent'")
    _take_and_tell(store)
    assert store.rows("SELECT snapshot_to, state FROM v1_deliveries ORDER BY id") == [
        (2, "sent"),
        (3, "pending"),
    ]


def test_headers_name_their_parents_and_depend_on_content(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    one, other = Snapshots.create(tmp_path / "a"), Snapshots.create(tmp_path / "b")
    for store, depth in ((one, 1), (other, 2)):
        store.take(listing(queue("a", depth=depth)))
        store.take(listing(queue("a", depth=depth)))
    first, second = one.rows("SELECT header, parent FROM v1_snapshots ORDER BY number")
    assert first[1] == ""
    assert second[1] == first[0]
    assert other.rows("SELECT header FROM v1_snapshots WHERE number = 1") != [(first[0],)]


def test_the_state_root_forgets_what_came_and_went(store: Snapshots) -> None:
    store.take(listing(queue("a")))
    store.take(listing(queue("a"), queue("b")))
    store.take(listing(queue("a")))
    roots = [row[0] for row in store.rows("SELECT state_root FROM snapshot ORDER BY number")]
    assert roots[0] == roots[2] != roots[1]


def _take_until_the_plug_is_pulled(store: Snapshots, spool: Spool) -> None:
    with drafting(store.database, started_at=store.now, committed_at=store.now, rules="r") as draft:
        draft.merge(spool, warm_up=store.warm_up, asked={"aws": frozenset({QUEUES, ELSEWHERE})})
        draft.tell([NewDelivery("digest", "ops@example.org", 1, store.now)])
        raise RuntimeError("the plug was pulled")


def _take_and_tell(store: Snapshots) -> None:
    spool = Spool(store.folder / "spool", lambda document: document)
    with drafting(store.database, started_at=store.now, committed_at=store.now, rules="r") as draft:
        draft.merge(spool, warm_up=store.warm_up, asked={})
        draft.tell([NewDelivery("digest", "ops@example.org", None, store.now)])
    spool.close()


def _sighted(*relations: Relation) -> Sightings:
    return Sightings(_extent("traces"), (), relations, 0.0, 1.0, 1, "rules 1")


def _extent(provider: str):  # type: ignore[no-untyped-def]
    return type(QUEUES)("traces.flow" if provider == "traces" else QUEUES.type, Scope(provider, "prod"))


def test_where_two_listings_must_agree_the_first_absence_is_pending(store: Snapshots) -> None:
    def twice(*resources: Resource) -> Listing:
        return Listing(QUEUES, resources, (), "rules 1", confirm=2)

    store.take(twice(queue("a"), queue("b")))
    store.take(twice(queue("a")))
    assert store.told(1, 2) == []
    store.take(twice(queue("a"), queue("b")))
    store.take(twice(queue("a")))
    assert store.told(3, 4) == [], "what came back must be absent twice again"
    store.take(denied(), listing(extent=ELSEWHERE))
    store.take(twice(queue("a")), listing(extent=ELSEWHERE))
    assert store.told(5, 6) == [("removed", "b")], "a gap between does not reset the count"


def test_what_is_inside_a_digest_is_stored_once(store: Snapshots) -> None:
    inside = Content("components", "sha256:ab", [{"purl": "pkg:pypi/a@1", "name": "a", "version": "1"}])
    store.take(Listing(QUEUES, (queue("a"),), (), "rules 1", contents=(inside,)))
    store.take(Listing(QUEUES, (queue("a"),), (), "rules 1", contents=(inside,)))
    assert store.rows("SELECT kind, subject, since FROM content") == [("components", "sha256:ab", 1)]
    assert store.rows("SELECT * FROM component") == [("sha256:ab", "pkg:pypi/a@1", "a", "1")]


def test_links_that_could_not_be_looked_at_stay(store: Snapshots) -> None:
    here, there = queue("a").urn, queue("b").urn
    links = [Relation(here, "routes_to", there), Relation(here, "encrypted_by", "key")]
    store.take(listing(queue("a"), queue("b"), relations=links))
    for blinded in ("a", "b"):
        seen = tuple(replace(queue(n), unobserved=("routes_to",) if n == blinded else ()) for n in "ab")
        store.take(Listing(QUEUES, seen, (), "rules 1"))
        assert store.rows("SELECT verb FROM v1_relations") == [("routes_to",)], blinded
    store.take(listing(queue("a"), queue("b")))
    assert store.rows("SELECT verb FROM v1_relations") == []


def test_telemetry_that_begins_anew_makes_no_flow_younger(store: Snapshots) -> None:
    for first, last in ((100.0, 200.0), (150.0, 300.0), (50.0, 400.0)):
        store.take(
            _sighted(Relation("service://prod//a", "calls", "service://prod//b", {}, Seen(first, last, 1)))
        )
    assert store.rows("SELECT first_seen, last_seen FROM v1_flows") == [
        ("1970-01-01T00:00:50Z", "1970-01-01T00:06:40Z")
    ]


def test_an_account_under_a_name_of_its_own_says_each_gap_once(store: Snapshots) -> None:
    store.take(listing(queue("a")))
    nameless = Extent(QUEUES.type, Scope("aws", "shop", QUEUES.scope.region))
    draft = store.take(denied(nameless), asked={"aws": None})
    assert draft.extents == 1
    assert store.rows("SELECT account, state FROM v1_coverage") == [("111122223333", "denied")]


def test_a_name_that_only_knowledge_leads_elsewhere_is_restated(store: Snapshots) -> None:
    alias = "public|host|db.example"

    def bind(urn: str, told_before: str) -> None:
        with drafting(store.database, started_at=store.now, committed_at=store.now, rules="r") as draft:
            draft.write_bindings(
                {alias: Binding(alias, Bound.RESOLVED, urn)},
                lambda: {alias: Binding(alias, Bound.RESOLVED, told_before)},
            )

    bind("a", "a")
    bind("b", "b")
    bind("c", "b")
    assert [(d.kind, d.origin) for d in store.differences(1, 2)] == [(Kind.ALIAS, Origin.RESTATED)]
    assert [d.origin for d in store.differences(2, 3)] == [Origin.ALTERED]
    assert [d.origin for d in store.differences(1, 3)] == [Origin.ALTERED]
