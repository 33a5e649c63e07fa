from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from collectors.model import Extent, Json, Scope
from collectors.spec import Reported
from daemon.analysis.changes import judge
from daemon.analysis.summary import summarise
from daemon.values.drift import (
    Action,
    Change,
    ChangeLine,
    Difference,
    Drift,
    GapAge,
    GapLine,
    Origin,
    PathChange,
    SnapshotHead,
    Standing,
)
from daemon.values.path import DataPath, Direction, PathIdentity, Sight, Tier
from tests.support.differences import ACCOUNT, AWS, alias, document, flow, relation, resource

BEFORE = SnapshotHead(41, datetime(2026, 11, 21, 6, tzinfo=UTC), "ab" * 32, 118, 120)
AFTER = SnapshotHead(42, datetime(2026, 11, 22, 6, tzinfo=UTC), "cd" * 32, 118, 120)
RDS = "arn:aws:rds:eu-west-1:111122223333:db"
CHECKOUT = "operation://demo//checkout/POST /orders"
LIST = "operation://demo//checkout/GET /orders"
ACCOUNTS = "operation://demo//accounts/GET /x"
NOTIFY = "service://demo//notify"
TABLE = "table://environment:demo/postgresql/db:5432/shop/public.orders"


def drift(changes: Sequence[Change], paths: Sequence[PathChange] = (), gaps: Sequence[GapLine] = ()) -> Drift:
    return summarise(
        installation="prod",
        before=BEFORE,
        after=AFTER,
        changes=changes,
        path_changes=paths,
        gaps=gaps,
        sight=Sight(5, 4),
    )


def shown(*differences: Difference) -> list[str]:
    """The lines of all groups, as an operator reads them."""
    return [
        f"{line.symbol} {f'{line.count} x ' if line.count > 1 else ''}{line.type} | {line.name} | {line.detail}"
        for group in drift(judge(differences)).groups
        for line in group.lines
    ]


def every_line(told: Drift) -> list[ChangeLine]:
    return [*(line for group in told.groups for line in group.lines), *told.restated, *told.newly_visible]


def test_nothing_different_is_a_quiet_drift() -> None:
    told = drift([])
    assert told.quiet
    assert told.totals == type(told.totals)()


def test_lines_are_in_the_order_added_altered_removed_then_the_same_on_many() -> None:
    function, queue = "aws.lambda.function", "aws.sqs.queue"
    instances = [
        resource(
            f"arn:aws:ec2:eu-west-1:1:instance/i-{n}",
            "aws.ec2.instance",
            document(tags={"CostCentre": "12"}),
            document(tags={"CostCentre": "14"}),
        )
        for n in range(40)
    ]
    removed = replace(
        resource("arn:aws:sqs:eu-west-1:1:legacy-dlq", queue, document(), None), last_confirmed=BEFORE.time
    )
    told = shown(
        *instances,
        removed,
        resource(
            f"{ACCOUNT}:invoice-pdf",
            function,
            document({"Runtime": "python3.11"}),
            document({"Runtime": "python3.13"}),
        ),
        resource(
            f"{RDS}:orders-replica-2", "aws.rds.instance", None, document({"DBInstanceClass": "db.r7g.large"})
        ),
    )
    assert told == [
        "+ aws.rds.instance | orders-replica-2 | db.r7g.large",
        "~ aws.lambda.function | invoice-pdf | Runtime  python3.11 -> python3.13",
        "- aws.sqs.queue | legacy-dlq | last seen 2026-11-21 06:00Z",
        "~ 40 x aws.ec2.instance | instance/i-0 | tag CostCentre  12 -> 14",
    ]


def test_different_changes_are_not_one_line() -> None:
    differences = [
        resource(f"{ACCOUNT}:f{n}", "t", document({"a": 0}), document({"a": 1 + n % 2})) for n in range(8)
    ]
    assert len(shown(*differences)) == 2


def test_few_that_came_keep_their_names() -> None:
    few = [resource(f"{ACCOUNT}:f{n}", "t", None, document()) for n in range(4)]
    assert len(shown(*few)) == 4
    assert shown(*few, resource(f"{ACCOUNT}:f9", "t", None, document())) == ["+ 5 x t | f0 | "]


def test_what_is_public_says_so() -> None:
    added = resource(
        f"{RDS}:a", "t", None, document({"DBInstanceClass": "db.t4g.micro", "Engine": "mysql"}, public=True)
    )
    opened = resource(f"{RDS}:b", "t", document({"a": 1}, public=False), document({"a": 2}, public=True))
    closed = resource(f"{RDS}:c", "t", document(public=True), document(public=False))
    assert shown(added, opened, closed) == [
        "+ t | a | public, db.t4g.micro, mysql",
        "~ t | b | now public; a  1 -> 2",
        "~ t | c | no longer public",
    ]


def test_of_many_fields_two_are_shown() -> None:
    before: dict[str, Json] = dict.fromkeys("abcde", 1)
    after: dict[str, Json] = dict.fromkeys("abcde", 2)
    assert shown(resource(f"{RDS}:a", "t", document(before), document(after))) == [
        "~ t | a | a  1 -> 2; b  1 -> 2 and 3 more"
    ]


def test_long_values_are_cut_and_never_look_equal() -> None:
    (line,) = shown(
        resource(f"{RDS}:a", "t", document({"a": "x" * 100 + "1"}), document({"a": "x" * 100 + "2"}))
    )
    assert line == "~ t | a | a  differs"
    (line,) = shown(resource(f"{RDS}:a", "t", document({"a": "x" * 100}), document({"a": "y" * 100})))
    assert len(line) < 150


def test_members_that_came_and_went_are_said_so() -> None:
    before = document({"columns": ["id"], "Rules": [{"Id": "1", "a": 1}, {"Id": "2"}]})
    after = document({"columns": ["id", "email", "ssn"], "Rules": [{"Id": "1", "a": 1}]})
    assert shown(resource(f"{RDS}:a", "t", before, after)) == [
        "~ t | a | Rules[Id=2]  removed; columns  + email, ssn"
    ]


def test_flows_are_told_in_words() -> None:
    topic = "topic://demo/kafka/mq:9092/signups"
    assert shown(
        flow(CHECKOUT, "calls", ACCOUNTS, None, {"evidence": "paired"}),
        flow(CHECKOUT, "reads", TABLE, None, {"columns": ["total", "id"]}),
        flow(CHECKOUT, "sends_to", "host://public/api.mailer.example", None, {}),
        flow(CHECKOUT, "publishes_to", topic, {}, None),
        flow(ACCOUNTS, "reads", TABLE, {"columns": ["id"]}, {"columns": ["id", "email"]}),
    ) == [
        "+ flow | checkout calls accounts GET /x | ",
        "+ flow | checkout reads public.orders(id, total) | ",
        "+ flow | checkout sends to api.mailer.example | ",
        "~ flow | accounts reads public.orders | columns  + email",
        "- flow | checkout publishes to signups | ",
    ]


def test_operations_of_one_service_that_read_one_table_are_one_line() -> None:
    told = drift(
        judge(
            [
                flow(CHECKOUT, "reads", TABLE, None, {"columns": ["id"]}),
                flow(LIST, "reads", TABLE, None, {"columns": ["total"]}),
            ]
        )
    )
    (group,) = told.groups
    (line,) = group.lines
    assert (group.title, line.name, line.detail, line.count) == (
        "services demo",
        "checkout reads public.orders(id, total)",
        "from 2 operations",
        1,
    )
    assert (len(line.changes), told.totals.added) == (2, 2)


def test_a_new_service_tells_how_many_operations_it_has() -> None:
    operations = [
        resource(f"operation://demo//notify/GET /{n}", "operation", None, document()) for n in range(3)
    ]
    told = drift(judge([resource(NOTIFY, "service", None, document({"language": "python"})), *operations]))
    (line,) = told.groups[0].lines
    assert (line.name, line.detail, told.totals.added) == ("notify", "python, 3 operations", 1)


def test_many_operations_of_one_service_are_one_line() -> None:
    urns = [f"operation://demo//{service}/GET /{n}" for service in ("a", "b") for n in range(5)]
    assert shown(*(resource(urn, "operation", None, document()) for urn in urns)) == [
        "+ 5 x operation | a GET /0 | of a",
        "+ 5 x operation | b GET /0 | of b",
    ]


def test_relations_are_told_in_words() -> None:
    queue = "arn:aws:sqs:eu-west-1:1:orders"
    assert shown(relation(f"{ACCOUNT}:invoice", "configured_for", queue, None, {})) == [
        "+ relation | invoice configured for orders | "
    ]
    many = [relation(f"{ACCOUNT}:f{n}", "configured_for", queue, None, {}) for n in range(6)]
    assert shown(*many) == ["+ 6 x relation | f0 configured for orders | configured for orders"]


def test_a_name_that_leads_elsewhere_is_drift_and_one_that_was_resolved_is_not() -> None:
    told = drift(
        judge(
            [
                alias("public|host|db.example", f"{RDS}:eu", f"{RDS}:us"),
                alias("public|host|x.example", "", f"{RDS}:x"),
            ]
        )
    )
    (line,) = told.groups[0].lines
    assert told.groups[0].title == "aws 111122223333 eu-west-1"
    assert (line.symbol, line.type, line.name, line.detail) == ("~", "name", "db.example", "eu -> us")
    (resolved,) = told.newly_visible
    assert (resolved.symbol, resolved.name, resolved.detail) == ("=", "x.example", "leads to x")
    assert (told.totals.altered, told.totals.newly_visible) == (1, 1)


def test_what_lies_in_no_scope_has_a_title_all_the_same() -> None:
    nowhere = replace(alias("public|host|db.example", "arn:a", "arn:b"), scope=Scope("", ""))
    assert [group.title for group in drift(judge([nowhere])).groups] == ["names"]


def test_restated_and_newly_visible_stand_apart_from_drift() -> None:
    before, after = document({"a": 1}), document({"a": 2})
    restated = [resource(f"{RDS}:{n}", "t", before, after, Origin.RESTATED) for n in range(3)]
    seen = flow(CHECKOUT, "calls", ACCOUNTS, None, {}, Origin.NEWLY_VISIBLE)
    told = drift(judge([*restated, seen]))
    assert told.groups == ()
    assert [(line.symbol, line.count, line.type) for line in told.restated] == [("=", 3, "t")]
    assert [line.name for line in told.newly_visible] == ["checkout calls accounts GET /x"]
    assert (told.totals.restated, told.totals.newly_visible, told.totals.altered) == (3, 1, 0)


def path_change(action: Action, id: str = "1a2b3c4d") -> PathChange:
    identity = PathIdentity(CHECKOUT, TABLE, Direction.READS, "user.contact.email")
    path = DataPath(identity, "internet", "", Tier.OBSERVED, (), ("email",), "strong", "")
    return PathChange(id, action, (path, path), "")


def test_paths_are_counted_by_line_and_none_is_lost() -> None:
    told = drift([], [path_change(action, f"{action}") for action in Action])
    assert [path.id for path in told.new_paths] == ["added"]
    assert [path.id for path in told.gone_paths] == ["removed"]
    assert sorted(path.id for path in told.altered_paths) == ["altered", "repointed"]
    assert [line.id for line in told.restated] == ["restated"]
    assert sorted(path.id for path in told.visible_paths) == ["newly_visible", "resolved"]
    totals = told.totals
    assert (totals.visible_paths, totals.newly_visible, totals.restated) == (2, 0, 1)
    assert (totals.new_paths, totals.altered_paths, totals.gone_paths, totals.added) == (1, 2, 1, 0)


def test_extents_not_observed_are_counted_without_the_healed() -> None:
    extents = tuple(Extent(f"aws.t{n}", AWS) for n in range(3))
    gaps = [
        GapLine("a", GapAge.NEW, extents, "denied", ""),
        GapLine("b", GapAge.HEALED, extents, "denied", ""),
    ]
    assert drift([], gaps=gaps).totals.not_observed == 3


def test_a_baseline_says_what_stands_and_no_changes() -> None:
    standing = Standing((), (), (), (), {"t": 1})
    told = summarise(
        installation="prod",
        before=None,
        after=AFTER,
        changes=judge([resource(f"{RDS}:a", "t", None, document())]),
        path_changes=[path_change(Action.ADDED)],
        gaps=(),
        sight=Sight(5, 4),
        standing=standing,
    )
    assert (told.standing, told.groups, told.new_paths, told.totals.added) == (standing, (), (), 0)


URNS = [f"{RDS}:{n}" for n in range(6)] + [NOTIFY, CHECKOUT, LIST, ACCOUNTS, TABLE]
SIDES = st.sampled_from(
    [
        None,
        document(),
        document({"a": 1}),
        document({"a": 2}, public=True),
        document({"a": 3}, tags={"b": "c"}),
    ]
)
CONTENTS = st.sampled_from([None, {}, {"columns": ["id"]}, {"columns": ["id", "email"]}])
ORIGINS = st.sampled_from([None, *Origin])
FLOWS = st.tuples(
    st.sampled_from([CHECKOUT, LIST, NOTIFY]),
    st.sampled_from(["calls", "reads", "has", "reaches", "sends_to"]),
    st.sampled_from([ACCOUNTS, TABLE]),
)
DIFFERENCES = st.one_of(
    st.builds(resource, st.sampled_from(URNS), st.sampled_from(["t", "u"]), SIDES, SIDES, ORIGINS),
    st.builds(lambda key, *rest: flow(*key, *rest), FLOWS, CONTENTS, CONTENTS, ORIGINS),
    st.builds(lambda key, *rest: relation(*key, *rest), FLOWS, CONTENTS, CONTENTS, ORIGINS),
    st.builds(
        alias,
        st.sampled_from(["public|host|a", "public|host|b"]),
        st.sampled_from([None, "", "arn:a", "arn:b"]),
        st.sampled_from([None, "", "arn:a", "arn:b"]),
    ),
)


@given(st.lists(DIFFERENCES, max_size=40, unique_by=lambda one: (one.kind, one.key)))
@settings(max_examples=200, deadline=None)
def test_every_change_is_in_exactly_one_line(differences: list[Difference]) -> None:
    changes = judge(differences)
    told = drift(changes)
    lines = every_line(told)
    in_lines = Counter((change.kind, change.key, change.id) for line in lines for change in line.changes)
    assert in_lines == Counter((change.kind, change.key, change.id) for change in changes)
    counts = told.totals
    assert counts.added + counts.altered + counts.removed + counts.restated + counts.newly_visible == len(
        changes
    )
    assert drift(judge(reversed(differences))) == told


@given(st.lists(DIFFERENCES, max_size=40, unique_by=lambda one: (one.kind, one.key)))
@settings(max_examples=100, deadline=None)
def test_a_line_of_one_scope_holds_changes_that_read_the_same(differences: list[Difference]) -> None:
    for line in every_line(drift(judge(differences))):
        assert len({(change.kind, change.action, change.type) for change in line.changes}) == 1
        assert line.name
        assert line.why


GROUP = "aws:111122223333:eu-west-1|autoscaling_group|web"
INSTANCE = "aws.ec2.instance"


def instances(came: Sequence[int], went: Sequence[int], public: bool | None = False) -> list[Difference]:
    """Instances of a group that came and went, each with the relation that says so."""
    urns = [f"arn:aws:ec2:eu-west-1:1:instance/i-{n}" for n in (*came, *went)]
    sides = [(None, {}) for _ in came] + [({}, None) for _ in went]
    shown_as = [
        (
            None if was is None else document(public=public),
            None if now is None else document({"InstanceType": "m7g.large"}, public=public),
        )
        for was, now in sides
    ]
    return [
        *(resource(urn, INSTANCE, *documents) for urn, documents in zip(urns, shown_as, strict=True)),
        *(relation(urn, "member_of", GROUP, *side) for urn, side in zip(urns, sides, strict=True)),
    ]


def scaled(differences: Sequence[Difference], size: tuple[int, int] | None) -> list[str]:
    told = summarise(
        installation="prod",
        before=BEFORE,
        after=AFTER,
        changes=judge(differences),
        path_changes=(),
        gaps=(),
        sight=Sight(5, 4),
        sizes={GROUP: size} if size else {},
    )
    assert told.totals.added + told.totals.removed == len(differences) / 2
    return [
        f"{line.symbol} {line.type} {line.name} {line.detail} {len(line.changes)}"
        for group in told.groups
        for line in group.lines
    ]


def test_members_of_a_group_are_told_at_the_group() -> None:
    assert scaled(instances(range(3), ()), (6, 9)) == [f"~ {INSTANCE} group web 6 -> 9 3"]
    assert scaled(instances((), range(1)), (6, 5)) == [f"~ {INSTANCE} group web 6 -> 5 1"]
    assert scaled(instances(range(6), range(6, 12)), (6, 6)) == [
        f"~ {INSTANCE} group web 6 -> 6, all replaced 12"
    ]
    assert scaled(instances(range(3), range(3, 5)), (6, 7)) == [
        f"~ {INSTANCE} group web 6 -> 7, 2 replaced 5"
    ]
    assert scaled(instances(range(3), range(3, 5)), None) == [f"~ {INSTANCE} group web 3 added, 2 removed 5"]


def test_what_became_public_is_told_by_name_even_in_a_group() -> None:
    told = scaled(instances(range(6), (), public=True), (0, 6))
    assert len(told) == 6
    assert all("public" in line for line in told)


def test_what_is_altered_in_a_group_stays_a_line() -> None:
    altered = resource(
        "arn:aws:ec2:eu-west-1:1:instance/i-9", INSTANCE, document({"a": 1}), document({"a": 2})
    )
    told = shown(*instances(range(2), ()), altered)
    assert told == [f"~ {INSTANCE} | group web | 2 added", f"~ {INSTANCE} | instance/i-9 | a  1 -> 2"]


def test_types_told_as_a_number_are_one_line_and_those_never_told_are_in_none() -> None:
    interfaces = [resource(f"{RDS}:eni-{n}", "interface", None, document()) for n in range(2)]
    gone = [resource(f"{RDS}:eni-{n}", "interface", document(), None) for n in range(2, 6)]
    exposed = resource(f"{RDS}:eni-9", "interface", document(public=False), document(public=True))
    never = resource(f"{RDS}:tick", "tick", None, document())
    opened = resource(f"{RDS}:tock", "tick", None, document(public=True))
    told = summarise(
        installation="prod",
        before=BEFORE,
        after=AFTER,
        changes=judge([*interfaces, *gone, exposed, never, opened]),
        path_changes=(),
        gaps=(),
        sight=Sight(5, 4),
        reporting={"interface": Reported.SUMMARY, "tick": Reported.NEVER},
    )
    (group,) = told.groups
    assert [
        (line.symbol, line.type, line.name, line.detail, line.count, line.names) for line in group.lines
    ] == [
        ("+", "tick", "tock", "public", 1, ()),
        ("~", "interface", "eni-9", "now public", 1, ()),
        ("~", "interface", "eni-0", "2 added, 4 removed", 6, ("eni-0", "eni-1", "eni-2")),
    ]
    assert [line.name for line in told.untold] == ["tick"]
    assert (told.totals.added, told.totals.removed) == (3, 4)


def test_the_same_rule_on_many_security_groups_is_one_line_with_the_first_names() -> None:
    def rules(*ports: int) -> Json:
        return [
            {"IpProtocol": "tcp", "FromPort": port, "ToPort": port, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}
            for port in ports
        ]

    groups = [
        resource(
            f"{RDS}:sg-{n:02}",
            "aws.ec2.security_group",
            document({"IpPermissions": rules(443)}),
            document(
                {"IpPermissions": rules(443, 22), "IpPermissionsEgress": rules(n)}
                if n > 13
                else {"IpPermissions": rules(22, 443)}
            ),
        )
        for n in range(15)
    ]
    told = drift(judge(groups)).groups[0].lines
    assert [(line.count, line.detail, line.names) for line in told] == [
        (
            1,
            "ingress tcp 22 from 0.0.0.0/0  added; egress tcp 14 to 0.0.0.0/0  added",
            (),
        ),
        (14, "ingress tcp 22 from 0.0.0.0/0  added", ("sg-00", "sg-01", "sg-02")),
    ]


def test_what_follows_from_a_change_does_not_keep_it_from_its_like() -> None:
    """Forty instances that went, with the links of each, are one line."""
    queue = "arn:aws:sqs:eu-west-1:1:orders"
    gone = [resource(f"{ACCOUNT}:f{n}", "t", document(), None) for n in range(40)]
    links = [relation(f"{ACCOUNT}:f{n}", "configured_for", queue, {}, None) for n in range(40)]
    assert shown(*gone, *links) == ["- 40 x t | f0 | "]
