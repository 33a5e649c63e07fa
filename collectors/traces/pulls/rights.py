"""Which rights the sources of traces in the settings need, each on the narrowest resource that its cloud knows.

Sources: https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsx-ray.html (reading X-Ray knows no
resources), https://cloud.google.com/trace/docs/iam and
https://learn.microsoft.com/azure/azure-monitor/logs/manage-access.
"""

from __future__ import annotations

from collectors.model import Json
from config.shape import Traces

XRAY = ("xray:BatchGetTraces", "xray:GetTraceSummaries")
CLOUD_TRACE = "cloudtrace.traces.list"
LOG_ANALYTICS = "Microsoft.OperationalInsights/workspaces"
WORKSPACE = (
    f"{LOG_ANALYTICS}/query/AppDependencies/read",
    f"{LOG_ANALYTICS}/query/AppRequests/read",
    f"{LOG_ANALYTICS}/query/read",
    f"{LOG_ANALYTICS}/read",
)


def statements(traces: Traces, partition: str = "aws") -> list[Json]:
    """Of an IAM policy: for X-Ray, and for each prefix of a bucket."""
    found: list[Json] = []
    pulls = [pull for pull in traces.pulls if pull.kind == "xray"]
    if pulls:
        regions: list[Json] = [*sorted({pull.region for pull in pulls})]
        where: dict[str, Json] = {"StringEquals": {"aws:RequestedRegion": regions}}
        found.append(
            {
                "Sid": "DriftlineReadsTraces",
                "Effect": "Allow",
                "Action": [*XRAY],
                "Resource": "*",
                # An empty one is the account's first, which may be another one in each account.
                **({"Condition": where} if "" not in regions else {}),
            }
        )
    places = sorted({parsed(one.path) for one in traces.imports if one.path.startswith("s3://")})
    for number, (bucket, prefix) in enumerate(places, 1):
        arn = f"arn:{partition}:s3:::{bucket}"
        only: dict[str, Json] = {"StringEquals": {"s3:prefix": [prefix]}}
        found.append(
            {
                "Sid": f"DriftlineListsBucket{number}",
                "Effect": "Allow",
                "Action": ["s3:ListBucket"],
                "Resource": [arn],
                **({"Condition": only} if prefix else {}),
            }
        )
        found.append(
            {
                "Sid": f"DriftlineReadsBucket{number}",
                "Effect": "Allow",
                "Action": ["s3:GetObject"],
                "Resource": [f"{arn}/{prefix}*"],
            }
        )
    return found


def projects(traces: Traces) -> tuple[str, ...]:
    """The projects whose traces are pulled, each of which must allow CLOUD_TRACE."""
    return tuple(sorted({pull.project for pull in traces.pulls if pull.kind == "cloudtrace"}))


def workspaces(traces: Traces) -> tuple[str, ...]:
    """The workspaces whose traces are pulled, each of which must allow WORKSPACE."""
    return tuple(sorted({pull.workspace for pull in traces.pulls if pull.kind == "insights"}))


def parsed(path: str) -> tuple[str, str]:
    """Bucket and prefix of `s3://bucket/prefix`."""
    bucket, _, prefix = path.removeprefix("s3://").partition("/")
    return bucket, prefix
