from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from daemon.analysis.changes import judge, restrict
from daemon.values.drift import Action, Change, Difference, FieldChange, Kind, Origin
from tests.support.differences import ACCOUNT, alias, document, flow, relation, resource

FUNCTION = f"{ACCOUNT}:invoice-pdf"
ROLE = "arn:aws:iam::111122223333:role/invoice"
NOTIFY = "service://demo//notify"
POST = "operation://demo//notify/POST /mails"
GET = "operation://demo//notify/GET /mails/{id}"
CHECKOUT = "operation://demo//checkout/POST /orders"
TABLE = "table://environment:demo/postgresql/db:5432/shop/public.customers"
HOST = "host://public/api.mailer.example"


def only(*differences: Difference) -> Change:
    (change,) = judge(differences)
    return change


def said(*differences: Difference) -> list[tuple[Action, str]]:
    return [(change.action, change.key) for change in judge(differences)]


@pytest.mark.parametrize(
    ("before", "after", "origin", "action"),
    [
        (None, document(), Origin.ADDED, Action.ADDED),
        (None, document(), Origin.BASELINE, None),
        (None, document(), Origin.RESTATED, Action.RESTATED),
        (None, document(), Origin.NEWLY_VISIBLE, Action.NEWLY_VISIBLE),
        (document(), None, None, Action.REMOVED),
        (document({"a": 1}), document({"a": 2}), Origin.ALTERED, Action.ALTERED),
        (document({"a": 1}), document({"a": 2}), Origin.ADDED, Action.ALTERED),
        (document({"a": 1}), document({"a": 2}), Origin.RESTATED, Action.RESTATED),
        (document({"a": 1}), document({"a": 2}), Origin.BASELINE, None),
        (document({"a": [1, 2]}), document({"a": [2, 1]}), Origin.ALTERED, None),
        (document({"a": [1, 2]}), document({"a": [2, 1]}), Origin.RESTATED, None),
    ],
)
def test_what_a_difference_is(before: None, after: None, origin: Origin, action: Action | None) -> None:
    found = judge([replace(resource(FUNCTION, "aws.lambda.function", before, after), origin=origin)])
    assert [change.action for change in found] == ([action] if action else [])


def test_every_change_says_why_in_a_plain_sentence() -> None:
    function = "aws.lambda.function"
    old, new = document({"Runtime": "a"}), document({"Runtime": "b"})
    when = datetime(2026, 11, 22, 5, 12, tzinfo=UTC)
    reads = flow(CHECKOUT, "reads", TABLE, None, {"columns": ["id"]})
    assert only(resource(FUNCTION, function, None, new)).why == (
        "listed in this snapshot, absent from the previous listing"
    )
    assert only(resource(FUNCTION, function, old, new)).why == "differs between the two listings"
    assert only(resource(FUNCTION, function, old, None)).why == "absent from a complete listing"
    assert only(resource(FUNCTION, function, old, new, Origin.RESTATED)).why == (
        "our rules for aws.lambda.function changed, the resource did not"
    )
    assert judge([reads], {reads.key: when})[0].why == "first seen in traces at 2026-11-22 05:12Z"
    assert only(replace(reads, origin=Origin.NEWLY_VISIBLE)).why.startswith(
        "seen while its environment warms up"
    )
    assert only(flow(CHECKOUT, "reads", TABLE, {"columns": ["a"]}, {"columns": ["b"]})).why == (
        "differs from what traces showed before"
    )


def test_an_id_is_the_same_for_equal_differences_and_for_no_others() -> None:
    one = resource(FUNCTION, "t", document({"a": 1}), document({"a": 2}))
    assert only(one).id == only(one).id
    others = [
        resource(ROLE, "t", document({"a": 1}), document({"a": 2})),
        resource(FUNCTION, "t", document({"a": 1}), document({"a": 3})),
        resource(FUNCTION, "t", document({"a": 1}), None),
    ]
    ids = {only(each).id for each in (one, *others)}
    assert len(ids) == 4
    assert all(len(id) == 8 and int(id, 16) >= 0 for id in ids)


def test_fields_are_named_as_operators_know_them() -> None:
    change = only(
        resource(
            FUNCTION,
            "t",
            document({"Runtime": "a"}, tags={"Owner": "x"}, public=False),
            document({"Runtime": "b"}, tags={"Owner": "x", "CostCentre": ""}, public=True),
        )
    )
    assert change.fields == (
        FieldChange("public", False, True),
        FieldChange("Runtime", "a", "b"),
        FieldChange("tags.CostCentre", None, ""),
    )
    assert change.tags == {"Owner": "x", "CostCentre": ""}


def test_what_could_not_be_seen_is_no_change_and_its_healing_neither() -> None:
    seen, unseen = document({"Policy": "x"}), document({}, unobserved=("Policy",))
    carried = document({"Policy": "x"}, unobserved=("Policy",))
    other = document({"Policy": "y"})
    assert judge([resource(FUNCTION, "t", seen, unseen)]) == []
    assert judge([resource(FUNCTION, "t", unseen, seen)]) == []
    assert judge([resource(FUNCTION, "t", carried, seen)]) == []
    assert only(resource(FUNCTION, "t", carried, other)).fields == (FieldChange("Policy", "x", "y"),)


def test_what_was_added_carries_what_tells_most() -> None:
    task = {"containerDefinitions": [{"name": "web", "image": "1.dkr.ecr/shop/web:7@sha256:ab"}], "Noise": 1}
    change = only(resource(FUNCTION, "t", None, document(task, public=True)))
    assert [(field.path, field.after) for field in change.fields] == [
        ("public", True),
        ("containerDefinitions.image", "web:7"),
    ]


def test_relations_of_what_came_or_went_follow_from_it() -> None:
    differences = [
        resource(FUNCTION, "t", None, document()),
        relation(FUNCTION, "runs_as", ROLE, None, {}),
        relation(ROLE, "trusts", f"public|arn|{FUNCTION}", None, {}),
    ]
    (change,) = judge(differences)
    assert (change.key, change.carries) == (FUNCTION, {"relations": 2})


def test_a_relation_that_its_source_already_tells_follows_from_it() -> None:
    altered = resource(FUNCTION, "t", document({"Role": "role/old"}), document({"Role": ROLE}))
    told = relation(FUNCTION, "runs_as", ROLE, None, {})
    untold = relation(FUNCTION, "configured_for", "arn:aws:sqs:eu:1:orders", None, {})
    assert said(altered, told, untold) == [(Action.ADDED, untold.key), (Action.ALTERED, FUNCTION)]


def test_a_relation_between_old_resources_stands_for_itself() -> None:
    assert said(relation(FUNCTION, "configured_for", ROLE, None, {})) == [
        (Action.ADDED, f"{FUNCTION} configured_for {ROLE}")
    ]


def test_a_configured_relation_is_no_plumbing_whatever_its_verb() -> None:
    assert len(judge([relation(FUNCTION, "runs_on", ROLE, None, {})])) == 1


def test_a_new_service_is_told_once() -> None:
    differences = [
        resource(NOTIFY, "service", None, document()),
        resource(POST, "operation", None, document()),
        resource(GET, "operation", None, document()),
        resource(TABLE, "table", None, document()),
        resource(HOST, "host", None, document()),
        flow(NOTIFY, "has", POST, None, {}),
        flow(NOTIFY, "has", GET, None, {}),
        flow(NOTIFY, "runs_on", "environment:demo|host|notify-1", None, {}),
        flow(TABLE, "stored_in", "public|host|db", None, {}),
        flow(POST, "reads", TABLE, None, {"columns": ["email"], "lookups": ["id"]}),
        flow(NOTIFY, "reads", TABLE, None, {"columns": ["email"]}),
        flow(POST, "reaches", TABLE, None, {"reads": ["email"]}),
        flow(POST, "sends_to", HOST, None, {}),
        flow(POST, "discloses", HOST, None, {}),
        flow(CHECKOUT, "calls", POST, None, {"evidence": "paired"}),
    ]
    found = judge(differences)
    assert [change.key for change in found] == [
        f"{CHECKOUT} calls {POST}",
        f"{POST} reads {TABLE}",
        f"{POST} sends_to {HOST}",
        NOTIFY,
    ]
    assert found[-1].carries == {"operations": 2}
    assert found[1].fields == (FieldChange("columns", None, ["email"]),)
    assert sum(sum(change.carries.values()) for change in found) == 5


def test_a_new_operation_of_an_old_service_stands_for_itself() -> None:
    assert said(resource(POST, "operation", None, document())) == [(Action.ADDED, POST)]


def test_a_service_that_went_takes_its_operations_along() -> None:
    gone = judge(
        [resource(NOTIFY, "service", document(), None), resource(POST, "operation", document(), None)]
    )
    assert [(change.key, change.carries) for change in gone] == [(NOTIFY, {"operations": 1})]


def test_a_table_stands_for_itself_if_no_flow_shows_it() -> None:
    assert said(resource(TABLE, "table", None, document())) == [(Action.ADDED, TABLE)]
    stale = flow(POST, "reads", TABLE, {"columns": []}, None)
    assert (Action.ADDED, TABLE) in said(resource(TABLE, "table", None, document()), stale)


def test_how_something_was_seen_is_no_change() -> None:
    before, after = document({"root": False, "kind": "server"}), document({"root": True, "kind": "server"})
    assert judge([resource(POST, "operation", before, after)]) == []
    assert judge([flow(CHECKOUT, "calls", POST, {"evidence": "ancestor"}, {"evidence": "paired"})]) == []
    assert len(judge([resource(FUNCTION, "t", document({"root": 1}), document({"root": 2}))])) == 1


def test_an_operation_that_gets_a_public_caller_is_altered() -> None:
    before, after = document({"public_caller": False}), document({"public_caller": True})
    assert only(resource(POST, "operation", before, after)).action is Action.ALTERED


@pytest.mark.parametrize(
    ("before", "after", "action"),
    [
        ("", "arn:a", Action.RESOLVED),
        (None, "arn:a", Action.RESOLVED),
        ("arn:a", "arn:b", Action.REPOINTED),
        ("arn:a", "", None),
        ("arn:a", None, None),
        ("arn:a", "arn:a", None),
        (None, "", None),
    ],
)
def test_what_a_name_leads_to(before: str | None, after: str | None, action: Action | None) -> None:
    found = judge([alias("public|host|db.example", before, after)])
    assert [change.action for change in found] == ([action] if action else [])
    assert all(change.kind is Kind.ALIAS for change in found)
    assert judge([alias("public|host|db.example", before, after, Origin.BASELINE)]) == []


def test_a_verb_within_a_name_does_not_split_a_key() -> None:
    job = "operation://demo//jobs/nightly calls report"
    change = only(
        flow(job, "calls", POST, None, {}), resource(HOST, "host", None, document(), Origin.BASELINE)
    )
    assert change.key == f"{job} calls {POST}"
    table = resource(TABLE, "table", None, document())
    assert [c.key for c in judge([table, flow(job, "calls", TABLE, None, {})])] == [f"{job} calls {TABLE}"]


def test_a_restricted_change_is_judged_by_what_is_left() -> None:
    whole = only(resource(FUNCTION, "t", document({"a": 1, "b": 1}), document({"a": 2, "b": 2})))
    alone = only(resource(FUNCTION, "t", document({"a": 1}), document({"a": 2})))
    assert restrict(whole, whole.fields[:1]) == alone
    assert restrict(whole, whole.fields) == whole


def test_the_order_of_differences_does_not_matter() -> None:
    differences = [
        resource(NOTIFY, "service", None, document()),
        resource(POST, "operation", None, document()),
        flow(POST, "reads", TABLE, None, {"columns": ["email"]}),
        resource(TABLE, "table", None, document()),
    ]
    assert judge(differences) == judge(reversed(differences))


def test_what_a_service_does_is_told_at_its_operations() -> None:
    topic, notify = "topic://demo/kafka/mq:9092/signups", "operation://demo//notify/signups process"
    fine = [flow(topic, "consumed_by", notify, None, {}), flow(CHECKOUT, "calls", POST, None, {})]
    coarse = [
        flow(topic, "consumed_by", NOTIFY, None, {}),
        flow("service://demo//checkout", "calls", POST, None, {}),
    ]
    found = judge([*coarse, *fine])
    assert [change.key for change in found] == sorted(one.key for one in fine)
    assert [change.carries for change in found] == [{"sightings": 1}] * 2
    assert len(judge(coarse)) == 2


def test_other_names_count_only_if_nothing_else_says_what_happened() -> None:
    before, after = document({"a": 1}), document({"a": 2})
    old, new = {"aliases": ["vpc|address|10.0.0.1"]}, {"aliases": ["vpc|address|10.0.0.2"]}
    assert [field.path for field in only(resource(FUNCTION, "t", before | old, after | new)).fields] == ["a"]
    assert [field.path for field in only(resource(FUNCTION, "t", before | old, before | new)).fields] == [
        "aliases"
    ]
