"""Every row against real API answers: what moto serves, or what AWS is recorded to serve."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import orjson
import pytest

from collectors.aws.resources import ROWS
from collectors.model import Alias, Extent, Gap, Listing, Role
from collectors.redaction import scrub_json
from tests.support.aws_asking import collector, cycle, listed
from tests.support.aws_estate import ACCOUNT, CANARIES, REGION

RECORDED = {"aws.lambda.function_url"}
"""Types whose calls moto does not know; `test_recorded` has them."""

Answers = dict[Extent, Listing | Gap]


@pytest.fixture(scope="module")
def answers(estate) -> Iterator[Answers]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_ACCESS_KEY_ID", "testing")
        patch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
        with collector(estate.url) as made:
            yield cycle(made)


@pytest.mark.parametrize("type", sorted({row.type for row in ROWS} - RECORDED))
def test_type_is_listed_with_its_details(answers: Answers, type: str) -> None:
    listing = listed(answers, type)
    assert listing.resources
    assert listing.details_failed == 0
    assert [each.urn for each in listing.resources] == sorted({each.urn for each in listing.resources})
    for resource in listing.resources:
        assert resource.urn.startswith("arn:aws:")
        assert resource.name
        assert resource.unobserved == ()


def test_there_are_rows_for_what_an_architecture_needs() -> None:
    assert len({row.type for row in ROWS}) == len(ROWS) >= 38


def test_internet_reaches_the_service_through_balancer_listener_and_target_group(
    answers: Answers, estate
) -> None:
    edges = {
        (relation.source, str(relation.target))
        for answer in answers.values()
        if isinstance(answer, Listing)
        for relation in answer.relations
        if relation.verb == "routes_to"
    }
    made = estate.made
    chain = [made["load_balancer"], made["listener"], made["target_group"]]
    assert set(pairwise(chain)) <= edges
    assert (made["target_group"], made["ecs_service"]) in edges
    assert (made["target_group"], f"public|instance|{made['instance']}") in edges
    (balancer,) = listed(answers, "aws.elbv2.load_balancer").resources
    assert (balancer.public, balancer.role) == (True, Role.ENTRY)
    for type, id in (("restapis", made["rest_api"]), ("apis", made["http_api"])):
        assert (f"arn:aws:apigateway:{REGION}::/{type}/{id}", made["function"]) in edges


def test_a_database_answers_to_its_endpoint(answers: Answers) -> None:
    (database,) = listed(answers, "aws.rds.instance").resources
    assert database.aliases == (Alias("public", "host", str(database.attributes["Endpoint"])),)
    assert database.public is False
    assert database.tags == {"team": "shop"}


def test_a_bucket_lives_in_its_own_region_though_all_are_listed_at_once(answers: Answers) -> None:
    listing = listed(answers, "aws.s3.bucket")
    assert listing.extent.scope.region == ""
    assert {each.name: each.scope.region for each in listing.resources} == {
        "estate-america": "us-east-1",
        "estate-orders": REGION,
        "estate-public": REGION,
    }
    assert Alias("public", "host", f"estate-orders.s3.{REGION}.amazonaws.com") in listing.resources[1].aliases


def test_a_function_leads_to_what_its_variables_name_and_keeps_no_value(answers: Answers) -> None:
    listing = listed(answers, "aws.lambda.function")
    led_to = {
        str(each.target): each.attributes for each in listing.relations if each.verb == "configured_for"
    }
    assert led_to == {
        "public|host|orders.abc.eu-central-1.rds.amazonaws.com": {"variables": ["DATABASE_URL"]},
        "public|bucket|estate-orders": {"variables": ["ORDERS_BUCKET"]},
        f"aws:{ACCOUNT}:{REGION}|table|sessions": {"variables": ["TABLE_NAME"]},
        "public|host|api.mailer.example": {"variables": ["MAILER_HOST"]},
    }
    assert "DB_PASSWORD" in str(listing.resources[0].attributes["Variables"])


def test_a_private_address_belongs_to_its_network(answers: Answers, estate) -> None:
    (instance,) = listed(answers, "aws.ec2.instance").resources
    assert Alias(f"vpc:{estate.made['vpc']}", "address", "10.0.0.4") in instance.aliases
    assert instance.namespaces == (f"vpc:{estate.made['vpc']}",)
    assert instance.name == "bastion"


def test_a_record_is_a_name_that_leads_to_another(answers: Answers) -> None:
    listing = listed(answers, "aws.route53.record")
    (record,) = listing.resources
    assert record.aliases == (Alias("public", "host", "db.shop.example"),)
    assert [str(each.target) for each in listing.relations if each.verb == "resolves_to"] == [
        "public|host|orders.abc.eu-central-1.rds.amazonaws.com"
    ]


def test_an_ecs_service_answers_to_cluster_and_family(answers: Answers) -> None:
    (service,) = listed(answers, "aws.ecs.service").resources
    assert service.aliases == (Alias("public", "ecs-family", f"{ACCOUNT}/{REGION}/main/shop"),)


def test_a_subscribers_address_is_not_kept(answers: Answers) -> None:
    assert [dict(each.attributes) for each in listed(answers, "aws.sns.subscription").resources] == [
        {"Protocol": protocol}
        for protocol in (
            str(each.attributes["Protocol"]) for each in listed(answers, "aws.sns.subscription").resources
        )
    ]


def test_no_planted_value_comes_out_scrubbed(answers: Answers) -> None:
    text = b""
    for answer in answers.values():
        if isinstance(answer, Listing):
            for resource in answer.resources:
                text += orjson.dumps(scrub_json({"a": dict(resource.attributes), "t": dict(resource.tags)}))
            for relation in answer.relations:
                text += orjson.dumps(scrub_json([str(relation.target), dict(relation.attributes)]))
        else:
            text += answer.detail.encode()
    assert b"MAILER_HOST" in text
    for canary in CANARIES:
        assert canary.encode() not in text


def test_secrets_of_variables_do_not_even_leave_the_collector(answers: Answers) -> None:
    text = repr(answers)
    for secret in (CANARIES[0], CANARIES[3], CANARIES[4], CANARIES[5]):
        assert secret not in text


def test_the_same_world_gives_equal_answers(answers: Answers, estate) -> None:
    with collector(estate.url) as made:
        assert cycle(made) == answers
        assert cycle(made) == answers


def test_equal_calls_are_made_once_a_cycle(estate) -> None:
    with collector(estate.url, "aws.ecs.*", "aws.route53.*", "aws.elbv2.*") as made:
        cycle(made)
        calls = made.inventory.calls
    for shared in (
        "ecs:ListClusters",
        "route53:ListHostedZones",
        "route53:GetHostedZone",
        "elbv2:DescribeLoadBalancers",
    ):
        assert calls[shared] == 1, shared


def test_a_second_look_in_the_same_cycle_asks_again(estate) -> None:
    with collector(estate.url, "aws.ecs.*") as made:
        requests = [each for each in made.plan() if each.extents[0].type == "aws.ecs.service"]
        first, second = list(made.answer(requests[0])), list(made.answer(requests[0]))
        assert first == second
        assert made.inventory.calls["ecs:ListClusters"] == 2


def test_every_use_of_the_escape_hatch_is_known() -> None:
    assert [row.type for row in ROWS if row.refine] == ["aws.states.state_machine"]


def test_a_table_of_the_catalogue_has_its_columns_and_leads_to_its_files(answers: Answers) -> None:
    listing = listed(answers, "aws.glue.table")
    [table] = listing.resources
    assert table.role is Role.TABLE
    assert table.attributes == {
        "Classification": "parquet",
        "Columns": [
            {"Name": "id", "Type": "bigint"},
            {"Name": "c2", "Type": "string", "Comment": f"Mail address, e.g. {CANARIES[1]}"},
            {"Name": "c3", "Type": "string", "Pii": "true"},
        ],
        "Database": "lake",
        "Location": "s3://estate-orders/people/",
        "PartitionKeys": [{"Name": "day", "Type": "date"}],
        "TableType": "EXTERNAL_TABLE",
    }
    edges = {(relation.verb, str(relation.target)) for relation in listing.relations}
    assert edges == {
        ("part_of", f"arn:aws:glue:{REGION}:{ACCOUNT}:database/lake"),
        ("stored_in", "public|bucket|estate-orders"),
    }
