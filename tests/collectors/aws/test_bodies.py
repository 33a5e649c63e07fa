"""What may be read as an answer of AWS's, and what the SDK would take for an empty one."""

from __future__ import annotations

import pytest

from collectors.aws.bodies import is_answer


@pytest.mark.parametrize(
    ("protocol", "body"),
    [
        ("json", b"{}"),  # SQS says so when there are no queues
        ("rest-json", b'{"Functions": [], "Rate": NaN}'),
        ("query", b'<?xml version="1.0"?>\n<ListThingsResponse xmlns="x"></ListThingsResponse>'),
        ("ec2", b"  <ListThingsResponse/>"),
        ("rest-xml", b'<?xml version="1.0"?><!-- by S3 --><ListAllMyBucketsResult/>'),
        ("query", b"<a:ListThingsResponse/>"),
    ],
)
def test_an_answer_is_taken(protocol: str, body: bytes) -> None:
    assert is_answer(body, protocol, "ListThings")


@pytest.mark.parametrize(
    ("protocol", "body"),
    [
        ("json", b""),
        ("json", b"[]"),
        ("json", b'{"QueueUrls": ["half'),
        ("rest-json", b"<html><body>Please log in</body></html>"),
        ("query", b""),
        ("query", b"<html><body>Please log in</body></html>"),
        ("ec2", b"<ListOthersResponse/>"),
        ("query", b"{}"),
        ("rest-xml", b"<!DOCTYPE html>\n<HTML><body>Please log in</body></HTML>"),
        ("rest-xml", b" "),
    ],
)
def test_anything_else_is_not(protocol: str, body: bytes) -> None:
    assert not is_answer(body, protocol, "ListThings")
