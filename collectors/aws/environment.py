"""How AWS names things within the values of environment variables: ARNs, buckets, queues, tables and topics."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from collectors.mentions import Tongue
from collectors.model import Alias

ARN = re.compile(
    r"arn:aws[a-z-]{0,10}:[a-z0-9-]{1,40}:[a-z0-9-]{0,25}:[0-9]{0,12}:[A-Za-z0-9_./:*@+=,-]{1,512}"
)
QUEUE_URL = re.compile(
    r"^https?://(?:sqs\.[a-z0-9-]+|[a-z0-9-]+\.queue)\.amazonaws\.com(?:\.cn)?/\d{12}/[\w.-]{1,85}$"
)
BUCKET = re.compile(r"^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$")
NAME = re.compile(r"^[A-Za-z0-9_.-]{1,256}$")
DOMAINS = (".amazonaws.com", ".amazonaws.com.cn")


def tongue(words: Mapping[str, Any]) -> Tongue:
    """What a value means in the account and region of `words`."""
    return Tongue(_identifiers, partial(_names, words), DOMAINS)


def _identifiers(value: str) -> Sequence[str | Alias]:
    if QUEUE_URL.match(value):
        return [Alias("public", "queue", value)]
    return ARN.findall(value)


def _names(words: Mapping[str, Any], variable: str, value: str) -> Iterator[str | Alias]:
    says = variable.upper()
    if "BUCKET" in says and BUCKET.match(value):
        yield Alias("public", "bucket", value)
    elif "TABLE" in says and NAME.match(value):
        yield Alias(f"aws:{words['account']}:{words['region']}", "table", value)
    elif "QUEUE" in says and NAME.match(value):
        yield f"arn:{words['partition']}:sqs:{words['region']}:{words['account']}:{value}"
    elif "TOPIC" in says and NAME.match(value):
        yield f"arn:{words['partition']}:sns:{words['region']}:{words['account']}:{value}"
