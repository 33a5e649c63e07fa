"""Rows whose calls moto does not know, against answers in the form that AWS documents."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from botocore.stub import Stubber

from collectors.aws.environment import tongue
from collectors.aws.inventory import Inventory
from collectors.aws.listings import Place
from collectors.aws.resources.catalog import TABLE
from collectors.aws.resources.compute import FUNCTION_URL
from collectors.aws.resources.delivery import DNS_RECORD
from collectors.aws.resources.storage import BUCKET
from collectors.aws.row import AwsResourceType
from collectors.aws.sessions import AwsAccount, Identity, Session, loader
from collectors.aws.transport import Transport
from collectors.errors import NotListed
from collectors.model import Alias, Relation, Resource, Role, Scope, Why
from collectors.shaping import shaped

ACCOUNT = "111122223333"
NEVER = float("inf")


class Recorded:
    """An inventory over recorded answers of one service."""

    def __init__(self, service: str, region: str = "eu-west-1") -> None:
        session = Session(AwsAccount("a"), Transport(connect=1, read=1, connections=1), loader())
        self.place = Place(session, Identity(ACCOUNT, "aws", (region,)), region)
        self.stub = Stubber(session.client(service, region or "us-east-1"))
        self.stub.activate()
        self.inventory = Inventory(frozenset(), threads=1)

    def listed(self, row: AwsResourceType) -> list[tuple[Resource, tuple[Relation, ...]]]:
        found = []
        try:
            for one in self.inventory.describe(row, self.place, NEVER):
                made = shaped(
                    row,
                    one.item,
                    Scope("aws", ACCOUNT, self.place.region),
                    tongue(one.item),
                    frozenset(one.unknown),
                )
                assert made is not None
                found.append(made)
        finally:
            self.inventory.close()
        self.stub.assert_no_pending_responses()
        return found


FUNCTION_ARN = f"arn:aws:lambda:eu-west-1:{ACCOUNT}:function:invoice"


def url(arn: str, auth: str, host: str) -> dict[str, str]:
    when = "2026-01-01T00:00:00Z"
    return {
        "FunctionUrl": f"https://{host}.lambda-url.eu-west-1.on.aws/",
        "FunctionArn": arn,
        "CreationTime": when,
        "LastModifiedTime": when,
        "AuthType": auth,
    }


def test_function_url_is_a_public_entry_that_leads_to_its_function() -> None:
    recorded = Recorded("lambda")
    recorded.stub.add_response(
        "list_functions", {"Functions": [{"FunctionName": "invoice", "FunctionArn": FUNCTION_ARN}]}
    )
    recorded.stub.add_response(
        "list_function_url_configs",
        {
            "FunctionUrlConfigs": [
                url(FUNCTION_ARN, "NONE", "abc"),
                url(f"{FUNCTION_ARN}:live", "AWS_IAM", "def"),
            ],
        },
        {"FunctionName": "invoice"},
    )
    (open, links), (guarded, _) = recorded.listed(FUNCTION_URL)
    assert (open.public, open.role) == (True, Role.ENTRY)
    assert open.aliases == (Alias("public", "host", "abc.lambda-url.eu-west-1.on.aws"),)
    assert links == (Relation(open.urn, "routes_to", FUNCTION_ARN),)
    assert guarded.public is False
    assert guarded.urn != open.urn


def test_a_public_bucket_is_public_unless_it_is_blocked() -> None:
    recorded = Recorded("s3", "")
    recorded.stub.add_response(
        "list_buckets", {"Buckets": [{"Name": "open", "CreationDate": datetime(2026, 1, 1, tzinfo=UTC)}]}
    )
    recorded.stub.add_response("get_bucket_location", {})
    answers = {
        "get_public_access_block": {"PublicAccessBlockConfiguration": {"RestrictPublicBuckets": False}},
        "get_bucket_policy_status": {"PolicyStatus": {"IsPublic": True}},
        "get_bucket_encryption": {
            "ServerSideEncryptionConfiguration": {
                "Rules": [
                    {
                        "ApplyServerSideEncryptionByDefault": {
                            "SSEAlgorithm": "aws:kms",
                            "KMSMasterKeyID": "k-1",
                        }
                    }
                ]
            }
        },
        "get_bucket_versioning": {},
        "get_bucket_tagging": {"TagSet": [{"Key": "a", "Value": "b"}]},
    }
    for name, answer in answers.items():
        recorded.stub.add_response(name, answer)
    ((bucket, links),) = recorded.listed(BUCKET)
    assert bucket.public is True
    assert bucket.scope.region == "us-east-1"
    assert bucket.tags == {"a": "b"}
    assert links == (Relation(bucket.urn, "encrypted_by", Alias(f"aws:{ACCOUNT}:us-east-1", "kms", "k-1")),)


def test_a_record_of_a_private_zone_is_a_name_in_its_networks() -> None:
    recorded = Recorded("route53", "")
    zone = {"Id": "/hostedzone/Z1", "Name": "in.", "CallerReference": "1", "Config": {"PrivateZone": True}}
    recorded.stub.add_response(
        "list_hosted_zones", {"HostedZones": [zone], "Marker": "", "IsTruncated": False, "MaxItems": "100"}
    )
    recorded.stub.add_response(
        "list_resource_record_sets",
        {
            "ResourceRecordSets": [
                {"Name": "db.in.", "Type": "A", "TTL": 60, "ResourceRecords": [{"Value": "10.0.0.9"}]}
            ],
            "IsTruncated": False,
            "MaxItems": "300",
        },
    )
    recorded.stub.add_response(
        "get_hosted_zone", {"HostedZone": zone, "VPCs": [{"VPCRegion": "eu-west-1", "VPCId": "vpc-1"}]}
    )
    ((record, links),) = recorded.listed(DNS_RECORD)
    assert record.aliases == (Alias("vpc:vpc-1", "host", "db.in"),)
    assert [each.target for each in links if each.verb == "resolves_to"] == [
        Alias("vpc:vpc-1", "address", "10.0.0.9")
    ]


def test_a_page_token_that_repeats_for_ever_is_a_gap() -> None:
    recorded = Recorded("lambda")
    for _ in range(2):
        for marker in ("a", "b", "a"):
            recorded.stub.add_response("list_functions", {"Functions": [], "NextMarker": marker})
    with pytest.raises(NotListed, match="has no end") as refusal:
        recorded.listed(FUNCTION_URL)
    assert refusal.value.why is Why.FAILED
    recorded.stub.assert_no_pending_responses()


def test_a_table_has_the_tags_that_lake_formation_puts_on_its_columns() -> None:
    recorded = Recorded("glue")
    recorded.stub.add_response("get_databases", {"DatabaseList": [{"Name": "lake"}]})
    columns = [{"Name": "c1", "Type": "string"}]
    recorded.stub.add_response(
        "get_tables",
        {"TableList": [{"Name": "t", "DatabaseName": "lake", "StorageDescriptor": {"Columns": columns}}]},
        {"DatabaseName": "lake"},
    )
    lake = Stubber(recorded.place.session.client("lakeformation", "eu-west-1"))
    lake.activate()
    tag = {"CatalogId": ACCOUNT, "TagKey": "data_class", "TagValues": ["phone"]}
    lake.add_response(
        "get_resource_lf_tags",
        {"LFTagsOnTable": [tag], "LFTagsOnColumns": [{"Name": "c1", "LFTags": [tag]}]},
        {"Resource": {"Table": {"DatabaseName": "lake", "Name": "t"}}},
    )
    [(table, _)] = recorded.listed(TABLE)
    assert table.attributes["ColumnTags"] == [
        {"Name": "c1", "Tags": [{"Key": "data_class", "Values": ["phone"]}]}
    ]
