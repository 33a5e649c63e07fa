"""A bucket of trace files, on a real S3 server: each object once, and again only if it is another."""

from __future__ import annotations

import gzip
import json
import time
from collections.abc import Iterator

import boto3  # type: ignore[import-untyped]  # ships no types
import pytest

from collectors.aws.asking import S3Objects
from collectors.aws.sessions import AwsAccount
from collectors.errors import NotListed
from collectors.traces.imports.formats import Formats
from collectors.traces.pulls import bucket
from collectors.traces.pulls.bucket import Bucket
from collectors.traces.pulls.rights import parsed
from tests.support.moto import Moto
from tests.support.trace_formats import STORY, lines, otlp

ALL = len(STORY)
FORMATS = Formats()


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    with Moto() as cloud:
        yield cloud.url


@pytest.fixture
def keys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")


class Reader:
    def __init__(self, endpoint: str, bucket: str) -> None:
        account = AwsAccount("test", regions=("eu-central-1",), endpoint_url=endpoint)
        self._source = Bucket(S3Objects(account, "", bucket), "traces/", FORMATS)
        self.bookmark = ""
        self.faults: list[str] = []

    def look(self) -> int:
        steps = list(self._source.steps(self.bookmark, time.monotonic() + 60))
        self.bookmark = steps[-1].bookmark if steps else self.bookmark
        self.faults = [fault for step in steps for fault in step.faults]
        return sum(len(step.spans) for step in steps)


def test_objects_are_read_once_and_again_when_they_are_others(endpoint: str, keys: None) -> None:
    s3 = boto3.client("s3", endpoint_url=endpoint, region_name="eu-central-1")
    s3.create_bucket(Bucket="spans", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    for key, body in {
        "traces/2026/a.json": lines(otlp()),
        "traces/2026/b.json.gz": gzip.compress(lines(otlp(), otlp())),
        "traces/2026/empty": b"",
        "traces/letter": b"Dear all",
        "elsewhere/c.json": lines(otlp()),
    }.items():
        s3.put_object(Bucket="spans", Key=key, Body=body)
    reader = Reader(endpoint, "spans")
    assert reader.look() == 3 * ALL
    [fault] = reader.faults
    assert fault.startswith("traces/letter: is not a trace file")
    assert (reader.look(), reader.faults) == (0, [])
    s3.put_object(Bucket="spans", Key="traces/2026/a.json", Body=lines(otlp(), otlp()))
    s3.put_object(Bucket="spans", Key="traces/2027/a.json", Body=lines(otlp()))
    assert reader.look() == 3 * ALL


def test_what_the_deadline_leaves_is_read_by_the_next_look(endpoint: str, keys: None) -> None:
    s3 = boto3.client("s3", endpoint_url=endpoint, region_name="eu-central-1")
    s3.create_bucket(Bucket="many", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    for number in range(3):
        s3.put_object(Bucket="many", Key=f"traces/{number}", Body=lines(otlp()))
    account = AwsAccount("test", regions=("eu-central-1",), endpoint_url=endpoint)
    looking = Bucket(S3Objects(account, "", "many"), "traces/", FORMATS).steps("", time.monotonic() - 1)
    first = next(looking)
    with pytest.raises(NotListed, match="goes on from there"):
        list(looking)
    reader = Reader(endpoint, "many")
    reader.bookmark = first.bookmark
    assert (len(first.spans), reader.look()) == (ALL, 2 * ALL)


@pytest.mark.parametrize("packed", [True, False])
def test_a_large_object_is_read_in_portions_and_read_on(
    endpoint: str, keys: None, monkeypatch: pytest.MonkeyPatch, packed: bool
) -> None:
    monkeypatch.setattr(bucket, "STEP", ALL)
    s3 = boto3.client("s3", endpoint_url=endpoint, region_name="eu-central-1")
    name = f"large-{packed}".lower()
    s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    body = lines(*[otlp()] * 4)
    s3.put_object(Bucket=name, Key="traces/a", Body=gzip.compress(body) if packed else body)
    account = AwsAccount("test", regions=("eu-central-1",), endpoint_url=endpoint)
    looking = Bucket(S3Objects(account, "", name), "traces/", FORMATS).steps("", time.monotonic() + 60)
    first, second = next(looking), next(looking)
    assert (len(first.spans), len(second.spans)) == (ALL, ALL)
    reader = Reader(endpoint, name)
    reader.bookmark = second.bookmark
    assert (reader.look(), reader.faults) == (2 * ALL, [])
    assert reader.look() == 0


def test_a_bookmark_of_an_older_release_is_understood(endpoint: str, keys: None) -> None:
    s3 = boto3.client("s3", endpoint_url=endpoint, region_name="eu-central-1")
    s3.create_bucket(Bucket="older", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    for key in ("traces/a", "traces/b"):
        s3.put_object(Bucket="older", Key=key, Body=lines(otlp()))
    a = s3.head_object(Bucket="older", Key="traces/a")
    at = a["LastModified"].timestamp()
    reader = Reader(endpoint, "older")
    reader.bookmark = json.dumps({"mark": at, "read": {"traces/a": [a["ETag"], at]}})
    assert reader.look() == ALL


def test_a_bucket_that_is_not_there_is_said(endpoint: str, keys: None) -> None:
    with pytest.raises(NotListed) as refused:
        Reader(endpoint, "missing").look()
    assert "s3" in refused.value.detail.lower()


def test_bucket_and_prefix() -> None:
    assert parsed("s3://spans/a/b") == ("spans", "a/b")
    assert parsed("s3://spans") == ("spans", "")
