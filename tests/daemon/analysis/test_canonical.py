"""The forms that documents are stored in, by heart: another form is another number, or changes look like drift."""

from __future__ import annotations

import json

import pytest

from collectors.model import Json
from daemon.analysis.canonical import FORM, canonical

KNOWN: tuple[tuple[dict[str, Json], dict[str, Json]], ...] = (
    ({"b": [3, 1, 2], "a": 2.0}, {"b": [1, 2, 3], "a": 2}),
    ({"Command": ["b", "a"], "initContainers": [{"name": "b"}, {"name": "a"}]},) * 2,
    ({"Overrides": [{"InstanceType": "m7g.large"}, {"InstanceType": "m6g.large"}]},) * 2,
    ({"Rules": [{"Id": "22"}, {"Id": "1"}]}, {"Rules": [{"Id": "1"}, {"Id": "22"}]}),
    (
        {
            "Policy": json.dumps(
                {
                    "Version": "2008-10-17",
                    "Statement": {
                        "Sid": "",
                        "Effect": "Allow",
                        "Principal": {"AWS": ["arn:aws:iam::111122223333:root", "111122223333"]},
                        "Action": ["SQS:SendMessage", "sqs:sendmessage"],
                        "Resource": ["*"],
                        "Condition": {
                            "Bool": {"aws:SecureTransport": ["True"]},
                            "StringEquals": {"aws:PrincipalOrgID": ["o-B", "o-A"]},
                        },
                    },
                }
            )
        },
        {
            "Policy": {
                "Statement": [
                    {
                        "Effect": "Allow",
                        "Principal": {"AWS": "111122223333"},
                        "Action": "sqs:sendmessage",
                        "Resource": "*",
                        "Condition": {
                            "Bool": {"aws:securetransport": "true"},
                            "StringEquals": {"aws:principalorgid": ["o-A", "o-B"]},
                        },
                    }
                ]
            }
        },
    ),
)  # fmt: skip


@pytest.mark.parametrize(("given", "form"), KNOWN)
def test_the_form_is_as_known(given: dict[str, Json], form: dict[str, Json]) -> None:
    assert canonical(given) == form
    assert canonical(form) == form


def test_the_form_has_a_number_of_its_own() -> None:
    """Raise it together with a change of the forms above: stored documents are then restated, and are no drift."""
    assert FORM == 2


def policy(**parts: Json) -> Json:
    return canonical({"Statement": [{"Effect": "Allow", "Action": "a:b", "Resource": "*", **parts}]})


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (policy(Action="S3:GetObject"), policy(Action=["s3:getobject"])),
        (policy(NotAction=["IAM:*", "iam:*"]), policy(NotAction="iam:*")),
        (policy(Principal={"AWS": ["*", "111122223333"]}), policy(Principal="*")),
        (policy(Condition={}), policy()),
        (policy(Condition={"Bool": {"a:B": True}}), policy(Condition={"Bool": {"A:b": "TRUE"}})),
        (policy(Condition={"Null": {"a:B": "False"}}), policy(Condition={"Null": {"a:b": False}})),
    ],
)  # fmt: skip
def test_statements_of_one_meaning_have_one_form(one: Json, other: Json) -> None:
    assert one == other


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (policy(Resource="arn:aws:s3:::B"), policy(Resource="arn:aws:s3:::b")),
        (policy(Condition={"StringEquals": {"a:b": "X"}}), policy(Condition={"StringEquals": {"a:b": "x"}})),
        (policy(Principal={"AWS": "*", "Service": "a"}), policy(Principal="*")),
        (policy(Action="a:b"), policy(NotAction="a:b")),
        (policy(Sid="Mine"), policy(Sid="mine")),
    ],
)
def test_other_meanings_stay_apart(one: Json, other: Json) -> None:
    assert one != other


def test_a_statement_said_twice_says_no_more_than_once() -> None:
    statement: Json = {"Effect": "Allow", "Action": "a:b", "Resource": "*"}
    assert canonical({"Statement": [statement, statement]}) == canonical({"Statement": statement})


def test_no_condition_is_lost_where_only_the_case_tells_two_apart() -> None:
    both: Json = {"StringEquals": {"a:B": "x", "A:b": "y"}}
    assert policy(Condition=both) == canonical(policy(Condition=both))
    assert policy(Condition=both) != policy(Condition={"StringEquals": {"a:b": "x"}})
