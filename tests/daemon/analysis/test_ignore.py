from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

import pytest

from daemon.analysis.changes import judge
from daemon.analysis.ignore import apply, apply_to_paths
from daemon.values.drift import Action, Change, PathChange
from daemon.values.path import DataPath, Direction, PathIdentity, Tier
from tests.support.differences import ACCOUNT, document, flow, resource

TODAY = date(2026, 11, 22)
FUNCTION = f"{ACCOUNT}:invoice-pdf"
ORDERS = "operation://demo//checkout/GET /orders/{id}"
TABLE = "table://environment:demo/postgresql/db:5432/shop/public.customers"


@dataclass(frozen=True)
class Written:
    type: str = ""
    field: str = ""
    tag: str = ""
    environment: str = ""
    urn: str = ""
    reason: str = "noise"
    expires: date = date(2027, 1, 31)


def altered() -> Change:
    before = document(
        {"Runtime": "a", "Rules": [{"Port": 443, "Cidr": "x"}]}, tags={"Team": "pay", "Cost": "1"}
    )
    after = document(
        {"Runtime": "b", "Rules": [{"Port": 443, "Cidr": "y"}]}, tags={"Team": "pay", "Cost": "2"}
    )
    (change,) = judge([resource(FUNCTION, "aws.lambda.function", before, after)])
    return change


def observed() -> Change:
    (change,) = judge([flow(ORDERS, "reads", TABLE, None, {"columns": ["id"]})])
    return change


@pytest.mark.parametrize(
    "rule",
    [
        Written(type="aws.lambda.*"),
        Written(tag="Team"),
        Written(tag="Team=p?y"),
        Written(urn=f"{ACCOUNT}:*"),
        Written(type="aws.*", tag="Cost=2", urn="*invoice-pdf"),
    ],
)
def test_a_rule_that_speaks_of_a_change_leaves_it_out(rule: Written) -> None:
    assert apply([altered(), observed()], [rule], TODAY) == ([observed()], (("noise", 1),))


@pytest.mark.parametrize(
    "rule",
    [
        Written(),
        Written(type="aws.lambda"),
        Written(type="aws.*", tag="Absent"),
        Written(tag="Team=pays"),
        Written(environment="prod"),
        Written(field="Runtim"),
        Written(field="Port"),
    ],
)
def test_a_rule_that_does_not_speak_of_a_change_leaves_it_alone(rule: Written) -> None:
    assert apply([altered(), observed()], [rule], TODAY) == ([altered(), observed()], ())


def test_an_environment_is_left_out_by_name() -> None:
    assert apply([altered(), observed()], [Written(environment="de*")], TODAY)[0] == [altered()]


@pytest.mark.parametrize(
    ("field", "left"),
    [
        ("Runtime", ["Rules[Port=443].Cidr", "tags.Cost"]),
        ("Rules", ["Runtime", "tags.Cost"]),
        ("Rules[Port=443]", ["Runtime", "tags.Cost"]),
        ("*.Cidr", ["Runtime", "tags.Cost"]),
        ("tags.*", ["Rules[Port=443].Cidr", "Runtime"]),
        ("tags", ["Rules[Port=443].Cidr", "Runtime"]),
    ],
)
def test_a_field_is_left_out_alone(field: str, left: list[str]) -> None:
    (kept,), counts = apply([altered()], [Written(field=field)], TODAY)
    assert [one.path for one in kept.fields] == left
    assert kept.id != altered().id
    assert counts == (("noise", 1),)


def test_a_change_goes_with_its_last_field() -> None:
    rules = [Written(field="R*", reason="first"), Written(field="tags.Cost", reason="second")]
    assert apply([altered()], rules, TODAY) == ([], (("first", 1), ("second", 1)))


def test_a_field_rule_does_not_hide_that_something_came_or_went() -> None:
    (added,) = judge([resource(FUNCTION, "t", None, document({"Runtime": "a"}))])
    assert added.fields
    assert apply([added, observed()], [Written(field="*")], TODAY)[0] == [added, observed()]


def test_each_change_is_counted_at_the_rule_that_left_it_out() -> None:
    rules = [Written(type="aws.*", reason="a"), Written(urn="*", reason="b")]
    assert apply([altered(), observed()], rules, TODAY) == ([], (("a", 1), ("b", 1)))


def test_an_expired_rule_does_not_hold_and_says_so() -> None:
    rule = Written(type="aws.*", expires=TODAY)
    kept, counts = apply([altered()], [rule], TODAY)
    assert kept == [altered()]
    assert counts == (("noise (rule expired 2026-11-22, no longer applied)", 0),)
    assert apply([altered()], [replace(rule, expires=date(2026, 11, 23))], TODAY)[0] == []


def path_change() -> PathChange:
    identity = PathIdentity(ORDERS, TABLE, Direction.READS, "user.contact.email")
    path = DataPath(identity, "internet", "", Tier.OBSERVED, (), ("email",), "strong", "")
    return PathChange("1a2b3c4d", Action.ADDED, (path,), "")


@pytest.mark.parametrize(
    ("rule", "hidden"),
    [
        (Written(urn=ORDERS), True),
        (Written(urn="operation://demo//checkout/*"), True),
        (Written(urn=TABLE), True),
        (Written(urn=TABLE, type="data_path", environment="demo"), True),
        (Written(urn="*"), False),
        (Written(urn="operation://*"), False),
        (Written(urn="*public.customers"), False),
        (Written(urn=ORDERS, environment="prod"), False),
        (Written(urn=ORDERS, field="columns"), False),
        (Written(urn=ORDERS, tag="Team"), False),
        (Written(urn=ORDERS, type="operation"), False),
        (Written(type="*"), False),
        (Written(environment="demo"), False),
        (Written(urn=ORDERS, expires=TODAY), False),
    ],
)
def test_only_a_rule_that_spells_out_whose_it_is_hides_a_data_path(rule: Written, hidden: bool) -> None:
    kept, counts = apply_to_paths([path_change()], [rule], TODAY)
    assert kept == ([] if hidden else [path_change()])
    assert counts == ((("noise", 1),) if hidden else ())


def test_the_settings_own_rules_fit() -> None:
    from config.shape import Ignore

    rule = Ignore.model_construct(
        type="aws.lambda.*", field="", tag="", environment="", urn="", reason="r", expires=date(2027, 1, 1)
    )
    assert apply([altered()], [rule], TODAY) == ([], (("r", 1),))
