"""Refuses a success whose body is not AWS's: a proxy's page must never be read as "there is nothing".

The SDK takes JSON that it cannot parse, an empty body and XML of another kind for an answer without members.
"""

from __future__ import annotations

import json
import re
from typing import Any

import orjson

from collectors.aws.actions import action
from collectors.errors import NotListed
from collectors.model import Why

ROOT = re.compile(rb"\s*(?:\xef\xbb\xbf)?\s*(?:<[?!][^>]*>\s*)*<(?:[\w.-]+:)?([\w.-]+)")
LOOK_AT = 4096


def check(operation_model: Any, response_dict: Any, **_: object) -> None:  # botocore's own values
    """Called by botocore before it parses. Raises NotListed."""
    if response_dict["status_code"] >= 300:
        return
    service, operation = operation_model.service_model, operation_model.name
    if not is_answer(response_dict["body"], service.resolved_protocol, operation):
        raise NotListed(
            Why.FAILED,
            f"{action(service.service_name, operation)} was answered by something that is not AWS: "
            "check the proxy, the network's login page and endpoint_url",
            "NotAnAnswer",
        )


def is_answer(body: bytes, protocol: str, operation: str) -> bool:
    """Whether a body can be the answer to an operation, in one of AWS's protocols."""
    if "json" in protocol:
        return _is_object(body)
    root = ROOT.match(body[:LOOK_AT])
    if root is None:
        return False
    name = root[1].decode()
    return name == f"{operation}Response" if protocol in {"query", "ec2"} else name.lower() != "html"


def _is_object(body: bytes) -> bool:
    try:
        return isinstance(orjson.loads(body), dict)
    except orjson.JSONDecodeError:
        pass  # stricter than what the SDK reads: NaN, for one
    try:
        return isinstance(json.loads(body), dict)
    except ValueError:
        return False
