from __future__ import annotations

import copy
import json
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collectors.model import Json
from daemon.analysis.canonical import weight
from daemon.analysis.fields import canonical, compare
from daemon.values.drift import FieldChange

NAMES = st.sampled_from(
    ["Id", "Name", "Port", "Arn", "GroupId", "Sid", "Action", "Statement", "Effect", "Principal", "Condition"]
) | st.sampled_from(["Policy", "Command", "IpRanges", "tags", "scope", "a", "b", "c"])
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=5)
)
TEXTS = st.sampled_from(['{"Statement": {"Effect": "Allow", "Action": ["a"]}}', "{", "%7B%7D", "{}", "[1]"])
VALUES = st.recursive(
    SCALARS | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=25,
)
DOCUMENTS = st.dictionaries(NAMES, VALUES, max_size=5)
SHUFFLED = {"Command", "scope"}  # what keeps its order


def text(value: Json) -> tuple[int, bytes]:
    return weight(value)


def shuffled(value: Json, seed: random.Random, name: str = "") -> Json:
    """The same meaning: lists without order, and names of mappings, in another order."""
    if isinstance(value, dict):
        members = [(key, shuffled(member, seed, key)) for key, member in value.items()]
        seed.shuffle(members)
        return dict(members)
    if isinstance(value, list):
        copies = [member if isinstance(member, list) else shuffled(member, seed) for member in value]
        if name not in SHUFFLED:
            seed.shuffle(copies)
        return copies
    return value


@given(DOCUMENTS)
@settings(max_examples=300, deadline=None)
def test_canonical_is_idempotent_and_keeps_its_input(document: dict[str, Json]) -> None:
    given_ = copy.deepcopy(document)
    once = canonical(document)
    assert text(canonical(once)) == text(once)
    assert document == given_


@given(DOCUMENTS, st.randoms(use_true_random=False))
@settings(max_examples=300, deadline=None)
def test_order_without_meaning_is_neither_in_the_canonical_form_nor_a_difference(
    document: dict[str, Json], seed: random.Random
) -> None:
    other = shuffled(document, seed)
    assert isinstance(other, dict)
    assert text(canonical(other)) == text(canonical(document))
    assert compare(document, other) == ()


@given(DOCUMENTS, DOCUMENTS)
@settings(max_examples=300, deadline=None)
def test_equal_canonical_forms_do_not_differ_and_differences_are_real(
    before: dict[str, Json], after: dict[str, Json]
) -> None:
    assert compare(before, canonical(before)) == ()
    for change in compare(before, after):
        assert text(change.before) != text(change.after)
    assert bool(compare(before, after)) == bool(compare(after, before))


@given(
    st.dictionaries(NAMES, st.integers(2, 9), max_size=6),
    st.dictionaries(NAMES, st.integers(2, 9), max_size=6),
)
def test_each_field_of_a_flat_document_is_one_change(before: dict[str, Json], after: dict[str, Json]) -> None:
    expected = {n: (before.get(n), after.get(n)) for n in before | after if before.get(n) != after.get(n)}
    assert {c.path: (c.before, c.after) for c in compare(before, after)} == expected


def one(before: dict[str, Json], after: dict[str, Json]) -> FieldChange:
    (change,) = compare(before, after)
    return change


def test_nested_fields_have_dotted_paths() -> None:
    change = one({"Vpc": {"Mode": "a", "Same": 1}}, {"Vpc": {"Mode": "b", "Same": 1}})
    assert change == FieldChange("Vpc.Mode", "a", "b")


def test_nothing_is_said_in_many_ways() -> None:
    assert compare({"a": None, "b": [], "c": {}, "d": {"e": None}}, {"d": {"e": []}}) == ()


def test_an_empty_text_is_not_a_missing_one() -> None:
    assert one({"a": ""}, {}) == FieldChange("a", "", None)


def test_whole_floats_are_the_integers_they_equal() -> None:
    assert compare({"a": 1.0, "b": [{"Id": 2.0}]}, {"a": 1, "b": [{"Id": 2}]}) == ()
    assert text(canonical({"a": 1.0})) == text({"a": 1})


def test_scalars_that_came_and_went_are_one_change_each() -> None:
    changes = compare({"columns": ["id", "total", "vat"]}, {"columns": ["email", "ssn", "id"]})
    assert changes == (
        FieldChange("columns", ["total", "vat"], None),
        FieldChange("columns", None, ["email", "ssn"]),
    )


def test_a_list_of_one_that_was_replaced_reads_like_a_value() -> None:
    assert one({"Arch": ["x86_64"]}, {"Arch": ["arm64"]}) == FieldChange("Arch", "x86_64", "arm64")


def test_a_repeated_scalar_counts() -> None:
    assert one({"a": ["x", "x"]}, {"a": ["x"]}) == FieldChange("a", ["x"], None)


def test_order_matters_where_it_has_a_meaning() -> None:
    command = one({"command": ["run", "--fast"]}, {"command": ["--fast", "run"]})
    assert command == FieldChange("command", ["run", "--fast"], ["--fast", "run"])
    assert canonical({"command": ["b", "a"]}) == {"command": ["b", "a"]}
    layers = one({"Layers": [{"Arn": "a"}, {"Arn": "b"}]}, {"Layers": [{"Arn": "a"}, {"Arn": "c"}]})
    assert layers == FieldChange("Layers[1].Arn", "b", "c")


def test_our_own_scope_keeps_its_places() -> None:
    assert canonical({"scope": ["traces", "demo", ""]}) == {"scope": ["traces", "demo", ""]}


def test_a_tag_is_text_whatever_it_holds() -> None:
    document: dict[str, Json] = {"tags": {"Policy": '{"Statement": []}'}}
    assert canonical(document) == document


@pytest.mark.parametrize(
    ("key", "label"),
    [("Id", "Id=7"), ("name", "name=7"), ("Port", "Port=7"), ("TargetGroupArn", "TargetGroupArn=7")],
)
def test_members_are_matched_by_their_key(key: str, label: str) -> None:
    before: dict[str, Json] = {"Rules": [{key: "7", "Cidr": "a"}, {key: "8", "Cidr": "a"}]}
    after: dict[str, Json] = {"Rules": [{key: "8", "Cidr": "a"}, {key: "7", "Cidr": "b"}]}
    assert one(before, after) == FieldChange(f"Rules[{label}].Cidr", "a", "b")


def test_a_container_is_matched_by_name() -> None:
    before: dict[str, Json] = {"containerDefinitions": [{"name": "web", "image": "web:1"}, {"name": "log"}]}
    after: dict[str, Json] = {"containerDefinitions": [{"name": "log"}, {"name": "web", "image": "web:2"}]}
    assert one(before, after) == FieldChange("containerDefinitions[name=web].image", "web:1", "web:2")


def test_members_without_a_key_are_matched_by_content() -> None:
    before: dict[str, Json] = {"r": [{"x": 1}, {"x": 2}, {"x": 3, "y": [1, 2]}]}
    after: dict[str, Json] = {"r": [{"x": 3, "y": [2, 1]}, {"x": 1}]}
    assert one(before, after) == FieldChange("r[]", {"x": 2}, None)


def test_routes_are_matched_by_whatever_destination_they_have() -> None:
    before: dict[str, Json] = {
        "Routes": [
            {"DestinationCidrBlock": "0.0.0.0/0", "GatewayId": "igw-1"},
            {"DestinationPrefixListId": "pl-1", "GatewayId": "vpce-1"},
        ]
    }
    after = copy.deepcopy(before)
    after["Routes"][0]["GatewayId"] = "igw-2"  # type: ignore[index,call-overload]  # a list of mappings
    assert one(before, after) == FieldChange(
        "Routes[DestinationCidrBlock=0.0.0.0/0].GatewayId", "igw-1", "igw-2"
    )


def permission(port: int, *cidrs: str, **groups: str) -> Json:
    return {
        "IpProtocol": "tcp",
        "FromPort": port,
        "ToPort": port,
        "IpRanges": [{"CidrIp": cidr} for cidr in cidrs],
        "UserIdGroupPairs": [{"GroupId": group} for group in groups.values()],
    }


def test_permissions_are_told_by_protocol_port_and_peer() -> None:
    before: dict[str, Json] = {"IpPermissions": [permission(443, "10.0.0.0/8")]}
    after: dict[str, Json] = {
        "IpPermissions": [permission(443, "0.0.0.0/0", "10.0.0.0/8"), permission(22, of="sg-1")]
    }
    assert [change.path for change in compare(before, after)] == [
        "IpPermissions[tcp 22 sg-1]",
        "IpPermissions[tcp 443 0.0.0.0/0]",
    ]
    assert [change.path for change in compare({"IpPermissions": []}, before)] == [
        "IpPermissions[tcp 443 10.0.0.0/8]"
    ]


def test_permissions_grouped_differently_are_the_same() -> None:
    together: dict[str, Json] = {"IpPermissions": [permission(443, "10.0.0.0/8", "10.1.0.0/16")]}
    apart: dict[str, Json] = {
        "IpPermissions": [permission(443, "10.1.0.0/16"), permission(443, "10.0.0.0/8")]
    }
    assert compare(together, apart) == ()


def statement(**parts: Json) -> Json:
    return {"Effect": "Allow", "Action": "sqs:Send", "Resource": "*", **parts}


def policy(*statements: Json) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (policy(statement(Sid="A"), statement(Sid="B")), policy(statement(Sid="B"), statement(Sid="A"))),
        (policy(statement()), policy(statement(Action=["sqs:Send"]))),
        (policy(statement(Action=["a", "b"])), policy(statement(Action=["b", "a", "a"]))),
        (policy(statement(Principal="*")), policy(statement(Principal={"AWS": ["*"]}))),
        (
            policy(statement(Principal={"AWS": "arn:aws:iam::111122223333:root"})),
            policy(statement(Principal={"AWS": ["111122223333"]})),
        ),
        (
            policy(statement(Condition={"Bool": {"aws:SecureTransport": [False]}})),
            policy(statement(Condition={"Bool": {"aws:SecureTransport": "false"}})),
        ),
        (policy(statement(Sid="")), policy(statement())),
        (json.dumps({"Version": "2012-10-17", "Statement": statement()}), policy(statement())),
        (policy(statement()), policy(statement()).replace(": ", ":   ")),
        (policy(statement()), "%7B" + policy(statement())[1:]),
    ],
)
@pytest.mark.parametrize(
    "name", ["Policy", "AssumeRolePolicyDocument", "AccessPolicies", "repositoryPolicyText"]
)
def test_policies_are_compared_by_meaning(name: str, before: str, after: str) -> None:
    assert compare({name: before}, {name: after}) == ()
    assert canonical({name: before}) == canonical({name: after})
    assert compare({name: json.loads(policy(statement()))}, {name: policy(statement())}) == ()


def test_an_altered_statement_is_named_by_its_sid() -> None:
    before = policy(statement(Sid="Send"), statement(Sid="Read"))
    after = policy(statement(Sid="Read"), statement(Sid="Send", Principal="*"))
    assert one({"Policy": before}, {"Policy": after}) == FieldChange(
        "Policy.Statement[Sid=Send].Principal", None, "*"
    )


def test_a_policy_that_allows_more_differs() -> None:
    change = one(
        {"Policy": policy(statement())}, {"Policy": policy(statement(Action=["sqs:Send", "sqs:Get"]))}
    )
    assert change.path == "Policy.Statement[].Action"


@pytest.mark.parametrize("broken", ["{", '{"a": }', "%7B", "{" * 3000, '{"a":' * 900 + "1" + "}" * 900])
def test_text_that_only_looks_like_json_is_text(broken: str) -> None:
    assert compare({"Policy": broken}, {"Policy": broken}) == ()
    assert one({"Policy": broken}, {"Policy": "x"}).after == "x"
    canonical({"Policy": broken})


def test_statements_without_a_sid_are_matched_by_what_they_share() -> None:
    before = policy(statement(Resource="q1"), statement(Resource="q2", Effect="Deny"), statement(Sid="Mine"))
    after = policy(
        statement(Resource="q1", Action="sqs:Get"),
        statement(Resource="q2", Effect="Deny", Action="sqs:Purge"),
        statement(Sid="Mine", Resource="q3"),
    )
    assert compare({"Policy": before}, {"Policy": after}) == (
        FieldChange("Policy.Statement[Sid=Mine].Resource", "*", "q3"),
        FieldChange("Policy.Statement[].Action", "sqs:send", "sqs:purge"),
        FieldChange("Policy.Statement[].Action", "sqs:send", "sqs:get"),
    )


def test_a_statement_that_shares_little_came_and_another_went() -> None:
    after = policy(statement(), statement(Sid="New"))
    before = policy(statement(), statement(Action="a:b", Resource="x"), statement(Action="c:d", Resource="y"))
    went = [
        change.before for change in compare({"Policy": before}, {"Policy": after}) if change.after is None
    ]
    assert len(went) == 2


@pytest.mark.parametrize(
    ("before", "after", "path"),
    [
        (
            [{"ParameterKey": "a", "ParameterValue": "1"}, {"ParameterKey": "b", "ParameterValue": "1"}],
            [{"ParameterKey": "b", "ParameterValue": "2"}, {"ParameterKey": "a", "ParameterValue": "1"}],
            "L[ParameterKey=b].ParameterValue",
        ),
        (
            [{"LoadBalancerPort": 80, "Protocol": "HTTP"}, {"LoadBalancerPort": 443, "Protocol": "HTTP"}],
            [{"LoadBalancerPort": 443, "Protocol": "HTTPS"}, {"LoadBalancerPort": 80, "Protocol": "HTTP"}],
            "L[LoadBalancerPort=443].Protocol",
        ),
        (
            [{"role": "roles/viewer", "members": ["user:a"]}, {"role": "roles/owner", "members": ["user:a"]}],
            [{"role": "roles/owner", "members": ["user:b"]}, {"role": "roles/viewer", "members": ["user:a"]}],
            "L[role=roles/owner].members",
        ),
        (
            [{"IPProtocol": "tcp", "ports": ["22"]}, {"IPProtocol": "udp"}],
            [{"IPProtocol": "udp"}, {"IPProtocol": "tcp", "ports": ["443"]}],
            "L[IPProtocol=tcp].ports",
        ),
        (
            [{"Protocol": "tcp", "Port": 53, "To": "a"}, {"Protocol": "udp", "Port": 53, "To": "a"}],
            [{"Protocol": "udp", "Port": 53, "To": "b"}, {"Protocol": "tcp", "Port": 53, "To": "a"}],
            "L[Protocol=udp,Port=53].To",
        ),
    ],
)
def test_members_are_told_apart_as_people_do(before: list[Json], after: list[Json], path: str) -> None:
    assert one({"L": before}, {"L": after}).path == path
