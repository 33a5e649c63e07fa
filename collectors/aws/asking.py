"""Asks AWS for what is no inventory: the objects of a bucket, traces. Whoever asks knows what the answer means."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import botocore.exceptions  # type: ignore[import-untyped]  # has no types

from collectors.aws.faults import not_listed
from collectors.aws.sessions import AwsAccount, Session, loader
from collectors.aws.transport import Transport, deadline
from collectors.errors import NotListed
from collectors.model import Why

CONNECT, READ = 10.0, 60.0
LARGEST_OBJECT = 512 * 2**20
_PIECE = 1 << 20
_ERRORS = (botocore.exceptions.BotoCoreError, botocore.exceptions.ClientError)


class Asking:
    """One account, asked in one region."""

    def __init__(self, account: AwsAccount, region: str = "") -> None:
        self._session = Session(account, Transport(connect=CONNECT, read=READ, connections=4), loader())
        self._region = region

    @property
    def region(self) -> str:
        """Where is asked."""
        return self._region or self._session.start_region()

    def call(self, service: str, operation: str, until: float, **parameters: object) -> Mapping[str, Any]:
        """The answer to one call. `operation` as AWS writes it. Raises NotListed."""
        method = "".join(f"_{c.lower()}" if c.isupper() else c for c in operation).lstrip("_")
        region = ""
        try:
            region = self.region
            with deadline(until):
                answer: Mapping[str, Any] = getattr(self._session.client(service, region), method)(
                    **parameters
                )
        except _ERRORS as error:
            raise not_listed(error, service, operation, region) from error
        return answer


class S3Objects:
    """The objects of one bucket."""

    def __init__(self, account: AwsAccount, region: str, bucket: str) -> None:
        self._session = Session(account, Transport(connect=CONNECT, read=READ, connections=4), loader())
        self._bucket = bucket
        self._region = region

    def listed(self, prefix: str) -> Iterator[Mapping[str, object]]:
        """Key, ETag, LastModified and Size of each object below a prefix. Raises NotListed."""
        more: dict[str, str] = {}
        while True:
            answer = self._ask("ListObjectsV2", Prefix=prefix, **more)
            yield from answer.get("Contents", ())
            if not answer.get("IsTruncated"):
                return
            more = {"ContinuationToken": answer["NextContinuationToken"]}

    def content(self, key: str) -> bytes | None:
        """What is in an object; None if it is not there any more. Raises NotListed."""
        try:
            body = self._ask("GetObject", Key=key)["Body"]
        except NotListed as refused:
            if refused.code == "NoSuchKey":
                return None
            raise
        pieces, size = [], 0
        try:
            for piece in body.iter_chunks(_PIECE):
                pieces.append(piece)
                size += len(piece)
                if size > LARGEST_OBJECT:
                    raise NotListed(
                        Why.FAILED, f"s3://{self._bucket}/{key} is larger than {LARGEST_OBJECT >> 20} MiB"
                    )
        except _ERRORS as error:
            raise not_listed(error, "s3", "GetObject", self._region) from error
        finally:
            body.close()
        return b"".join(pieces)

    def _ask(self, operation: str, **parameters: object) -> Mapping[str, Any]:
        region = self._region
        method = {"ListObjectsV2": "list_objects_v2", "GetObject": "get_object"}[operation]
        try:
            region = region or self._session.start_region()
            client = self._session.streaming("s3", region)
            answer: Mapping[str, Any] = getattr(client, method)(Bucket=self._bucket, **parameters)
        except _ERRORS as error:
            raise not_listed(error, "s3", operation, region) from error
        return answer
