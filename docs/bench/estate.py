"""A made-up estate of any size: resources of about 1.2 KB of JSON in extents of five hundred."""

from __future__ import annotations

import random
from collections.abc import Iterator

from collectors.model import Alias, Extent, Json, Listing, Resource, Role, Scope

TYPES = ("aws.ec2.instance", "aws.rds.instance", "aws.lambda.function", "aws.sqs.queue", "aws.s3.bucket")
REGIONS = ("eu-central-1", "eu-west-1", "us-east-1", "us-east-2", "ap-south-1")
EXTENT = 500


def answers(resources: int, *, altered: int = 0, seed: int = 0) -> Iterator[Listing]:
    """The whole estate, an extent at a time. `altered` of its resources, evenly spread, differ by `seed`."""
    step = resources // altered if altered else resources + 1
    for begin in range(0, resources, EXTENT):
        extent = _extent(begin // EXTENT)
        numbers = range(begin, min(begin + EXTENT, resources))
        made = tuple(
            _resource(number, extent, seed if number % step == 0 and number // step < altered else 0)
            for number in numbers
        )
        yield Listing(extent, made, (), "rules 1")


def _extent(number: int) -> Extent:
    number, kind = divmod(number, len(TYPES))
    account, region = divmod(number, len(REGIONS))
    return Extent(TYPES[kind], Scope("aws", f"{111122223333 + account}", REGIONS[region]))


def _resource(number: int, extent: Extent, version: int) -> Resource:
    chance = random.Random(number)
    scope = extent.scope
    urn = f"arn:{extent.type.replace('.', ':')}:{scope.region}:{scope.account}:shop-{number:07}"
    attributes: dict[str, Json] = {
        "State": chance.choice(("running", "stopped")),
        "Size": version,
        "Subnets": [f"subnet-{chance.getrandbits(64):016x}" for _ in range(4)],
        "Groups": [{"Id": f"sg-{chance.getrandbits(64):016x}", "Name": f"group-{n}"} for n in range(4)],
        "Role": f"arn:aws:iam::{scope.account}:role/shop-{chance.randrange(1000)}",
        "Settings": {f"Setting{n}": f"{chance.getrandbits(64):016x}" for n in range(10)},
        "Rules": [
            {"Protocol": "tcp", "Port": chance.randrange(65536), "Cidr": f"10.{n}.0.0/16"} for n in range(4)
        ],
    }
    return Resource(
        urn, extent.type, f"shop-{number:07}", scope, Role.WORKLOAD, False,
        (Alias(f"vpc:vpc-{number % 50}", "address", f"10.0.{number % 256}.{chance.randrange(256)}"),),
        (f"vpc:vpc-{number % 50}",),
        {"team": f"team-{number % 20}", "environment": "prod"},
        attributes,
    )  # fmt: skip
