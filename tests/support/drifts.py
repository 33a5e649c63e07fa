"""Drifts to render: one with a line of every kind, a quiet one, a baseline, a huge one, a hostile one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from collectors.model import Extent, Scope
from daemon.values.drift import (
    Action,
    Change,
    ChangeLine,
    Drift,
    FieldChange,
    GapAge,
    GapLine,
    Group,
    Kind,
    PathChange,
    SnapshotHead,
    Standing,
    Totals,
)
from daemon.values.path import Border, DataPath, Direction, Hop, PathIdentity, Sight, Tier

BEFORE = SnapshotHead(41, datetime(2026, 11, 21, 6, 0, tzinfo=UTC), "ab" * 32, 118, 120)
AFTER = SnapshotHead(42, datetime(2026, 11, 22, 6, 0, tzinfo=UTC), "cd" * 32, 118, 120)
WEST = Scope("aws", "111122223333", "eu-west-1")
PROD = Scope("traces", "prod")
ORDERS = "operation://prod//checkout/GET /orders/{id}"
SIGNUP = "operation://prod//accounts/POST /signup"
CUSTOMERS = (
    "table://public/postgresql/orders-db.abc.eu-central-1.rds.amazonaws.com:5432/orders/public.customers"
)
ORDERS_DB = "arn:aws:rds:eu-central-1:111122223333:db:orders-db"
MAILER = "host://public/api.mailer.example"


def path(
    origin: str = ORDERS,
    sink: str = CUSTOMERS,
    direction: Direction = Direction.READS,
    data_class: str = "user.contact.email",
    *,
    columns: tuple[str, ...] = ("email",),
    route: tuple[Hop, ...] = (),
    exposure: str = "internet",
    tier: Tier = Tier.OBSERVED,
    store: str = ORDERS_DB,
    borders: tuple[Border, ...] = (),
    class_tier: str = "label",
    expected: bool = False,
) -> DataPath:
    return DataPath(
        identity=PathIdentity(origin, sink, direction, data_class),
        exposure=exposure,
        exposure_evidence="load balancer shop-web faces the internet and leads to checkout"
        if exposure == "internet"
        else "",
        tier=tier,
        route=route or (Hop(origin, "reads", sink, "paired"),),
        columns=columns,
        class_tier=class_tier,
        class_reason=f"column name {columns[0]}",
        store=store,
        borders=borders,
        expected=expected,
    )


def new_path() -> PathChange:
    return PathChange(
        id="1a2b3c4d",
        action=Action.ADDED,
        paths=(
            path(),
            path(data_class="user.government_id", columns=("ssn",)),
        ),
        why="checkout did not read public.customers at snapshot 41",
        new_hop=Hop(ORDERS, "reads", CUSTOMERS, "paired"),
        first_seen=datetime(2026, 11, 22, 5, 12, tzinfo=UTC),
    )


def border_path() -> PathChange:
    route = (
        Hop(SIGNUP, "calls", "operation://prod//profile/POST /profiles", "ancestor"),
        Hop("operation://prod//profile/POST /profiles", "publishes_to", "topic://prod/kafka/mq:9092/signups"),
        Hop("topic://prod/kafka/mq:9092/signups", "consumed_by", "operation://prod//letters/signups process"),
        Hop("operation://prod//letters/signups process", "sends_to", MAILER, "paired"),
    )
    return PathChange(
        id="2b3c4d5e",
        action=Action.ADDED,
        paths=(
            path(
                SIGNUP,
                MAILER,
                Direction.SENDS,
                route=route,
                tier=Tier.POSSIBLE,
                store="",
                columns=("email", "full_name"),
                class_tier="strong",
                borders=(Border("EU", "US", "eu-central-1", "us-east-1"),),
            ),
        ),
        why="letters did not send to api.mailer.example at snapshot 41",
        new_hop=route[-1],
        first_seen=datetime(2026, 11, 21, 22, 40, tzinfo=UTC),
    )


def full() -> Drift:
    """A line of every kind."""
    altered = replace(
        new_path(),
        id="3c4d5e6f",
        action=Action.ALTERED,
        paths=(path(SIGNUP, direction=Direction.WRITES, exposure="internal"),),
        why="another route to the same table",
        new_hop=None,
        first_seen=None,
        fields=(FieldChange("route", "accounts", "accounts -> profile"),),
    )
    gone = replace(
        altered, id="4d5e6f70", action=Action.REMOVED, fields=(), why="accounts was removed by a listing"
    )
    return Drift(
        installation="prod",
        before=BEFORE,
        after=AFTER,
        sight=Sight(5, 4, blind=("arn:aws:lambda:eu-west-1:111122223333:function:nightly",)),
        totals=Totals(
            new_paths=2,
            altered_paths=1,
            gone_paths=1,
            added=1,
            altered=41,
            removed=1,
            restated=3,
            newly_visible=1,
            not_observed=3,
        ),
        new_paths=(new_path(), border_path()),
        altered_paths=(altered,),
        gone_paths=(gone,),
        groups=(
            Group(
                str(WEST),
                (
                    line(
                        "aa000001",
                        "+",
                        "aws.rds.instance",
                        "orders-replica-2",
                        "db.r7g.large",
                        "listed now, not before",
                    ),
                    line(
                        "aa000002",
                        "~",
                        "aws.lambda.function",
                        "invoice-pdf",
                        "Runtime  python3.11 -> python3.13",
                    ),
                    line(
                        "aa000003",
                        "-",
                        "aws.sqs.queue",
                        "legacy-dlq",
                        "last seen 2026-11-21 06:00Z",
                        "not listed any more",
                    ),
                    replace(
                        line("aa000004", "~", "aws.ec2.instance", "web-1", "tag CostCentre  12 -> 14"),
                        count=40,
                        names=("web-01", "web-02", "web-03"),
                    ),
                ),
            ),
            Group(
                "traces prod",
                (
                    line("bb000001", "+", "calls", "checkout -> pricing", "", "first seen 05:40Z"),
                    line("bb000002", "+", "reads", "checkout -> public.customers", "", "first seen 05:12Z"),
                ),
            ),
        ),
        gaps=(
            GapLine(
                "cc000001",
                GapAge.STANDING,
                (extent("aws.s3.bucket"),),
                "throttled",
                "asked again in an hour",
                None,
            ),
            GapLine(
                "cc000002",
                GapAge.NEW,
                (extent("aws.rds.instance", "eu-west-3"),),
                "denied",
                "rds:DescribeDBInstances",
                BEFORE.time,
                kept=12,
            ),
            GapLine(
                "cc000003",
                GapAge.HEALED,
                (extent("aws.sqs.queue"), extent("aws.sns.topic"), extent("aws.sqs.queue", "eu-west-3")),
                "unreachable",
                "no answer from sqs.eu-west-1.amazonaws.com in 120 s",
                BEFORE.time - timedelta(days=2),
            ),
        ),
        large_removals=(extent("aws.ecs.service"),),
        restated=(
            replace(
                line("dd000001", "=", "aws.iam.role", "deploy", "Policy is in canonical order now"), count=3
            ),
        ),
        newly_visible=(
            line("ee000001", "+", "calls", "pricing -> stock", "", "prod warms up until 2026-11-24"),
        ),
        ignored=(("autoscaling noise, see OPS-12", 17),),
    )


def quiet() -> Drift:
    """Nothing is different."""
    return Drift("prod", BEFORE, AFTER, Sight(5, 5), Totals())


def baseline() -> Drift:
    """The first run."""
    return Drift(
        installation="prod",
        before=None,
        after=replace(AFTER, number=1),
        sight=Sight(5, 4, blind=("arn:aws:lambda:eu-west-1:111122223333:function:nightly",)),
        totals=Totals(not_observed=1),
        gaps=full().gaps[1:2],
        standing=Standing(
            paths=(replace(new_path(), new_hop=None, why=""),),
            borders=(replace(border_path(), new_hop=None, why=""),),
            third_parties=("api.mailer.example (mail): letters", "pay.example (payment): checkout"),
            blind=("aws.lambda.function nightly runs without spans",),
            resources={"aws.rds.instance": 4, "aws.ec2.instance": 1214, "service": 5},
        ),
    )


def huge(changes: int = 50_000, name_length: int = 40) -> Drift:
    """As many changes as a bad day brings, no two alike."""
    lines = tuple(
        line(f"{number:08x}", "+", "aws.ec2.instance", f"web-{number}-".ljust(name_length, "x"), "m7g.large")
        for number in range(changes)
    )
    gaps = tuple(
        GapLine(f"9{number:07x}", GapAge.NEW, (extent(f"aws.t{number}"),), "denied", "x" * 200)
        for number in range(500)
    )
    return replace(
        quiet(),
        totals=Totals(added=changes, not_observed=len(gaps)),
        groups=(Group(str(WEST), lines),),
        gaps=gaps,
        ignored=tuple((f"reason {number}", number) for number in range(500)),
    )


def hostile(text: str) -> Drift:
    """`text` in every place that a cloud, a span or an operator can fill."""
    scope = Scope("aws", text, text)
    extents = (Extent(text, scope), Extent("b", scope))
    data_path = replace(
        path(
            f"operation://prod//{text}/{text}",
            f"table://public/{text}/{text}/{text}/{text}",
            data_class=text,
            columns=(text,),
            store="",
            borders=(Border(text, text, text, text),),
        ),
        class_reason=text,
        exposure_evidence=text,
        exposure=text,
        class_tier=text,
    )
    change = PathChange(
        text,
        Action.ADDED,
        (data_path,),
        text,
        Hop(text, text, text, text),
        AFTER.time,
        (FieldChange(text, text, [text]),),
    )
    changed = line(text, "+", text, text, text, text)
    return Drift(
        installation=text,
        before=replace(BEFORE, header=text),
        after=replace(AFTER, header=text),
        sight=Sight(1, 1),
        totals=Totals(new_paths=1),
        new_paths=(change,),
        altered_paths=(change,),
        gone_paths=(change,),
        groups=(Group(text, (changed, replace(changed, count=2))),),
        gaps=(
            GapLine(text, GapAge.NEW, extents, text, text),
            GapLine(text, GapAge.NEW, extents[:1], text, text),
        ),
        large_removals=extents,
        restated=(changed,),
        newly_visible=(changed,),
        ignored=((text, 1),),
        standing=Standing((change,), (change,), (text,), (text,), {text: 1}),
    )


def line(
    id: str, symbol: str, type: str, name: str, detail: str, why: str = "a kept field differs"
) -> ChangeLine:
    action = {"+": Action.ADDED, "-": Action.REMOVED, "=": Action.RESTATED}.get(symbol, Action.ALTERED)
    change = Change(id, Kind.RESOURCE, action, f"urn:{name}", type, name, WEST, why)
    return ChangeLine(id, symbol, type, name, detail, why, changes=(change,))


def extent(type: str, region: str = "eu-west-1") -> Extent:
    return Extent(type, Scope("aws", "111122223333", region))


def everything() -> Iterable[tuple[str, Drift]]:
    return (("full", full()), ("quiet", quiet()), ("baseline", baseline()))
