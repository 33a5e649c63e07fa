from __future__ import annotations

import time

import pytest

from collectors.redaction import scrub, scrub_json, scrubbed


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("write to anna.b@example.com today", "write to [email] today"),
        ("pkg:maven/org.x/core@5.3.0.RELEASE", "pkg:maven/org.x/core@5.3.0.RELEASE"),
        ("pkg:npm/ghp_" + "a1" * 18 + "@1.0.0", "pkg:npm/[token]@1.0.0"),
        ("pkg:npm/anna.b@example.com", "pkg:npm/[email]"),
        ("anna%40example.com", "[email]"),
        ("reply-to-anna.b@example.com-42", "[email]-42"),
        ("anna@163.com_dead_letters", "[email]_dead_letters"),
        ("orders@shop-prod.iam.gserviceaccount.com", "orders@shop-prod.iam.gserviceaccount.com"),
        ("anna@gserviceaccount.com.example.com", "[email]"),
        ("postgresql://app:hunter2@db.example.com:5432/x", "postgresql://[userinfo]@db.example.com:5432/x"),
        ("postgresql://app:hun/ter2@db.example.com/x", "postgresql://[userinfo]@db.example.com/x"),
        ("redis://:hunter2@cache:6379", "redis://[userinfo]@cache:6379"),
        ("https://token@github.com/a", "https://[userinfo]@github.com/a"),
        ("card 4111 1111 1111 1111.", "card [card]."),
        ("4111-1111-1111-1111", "[card]"),
        ("378282246310005", "[card]"),
        ("DE89370400440532013000", "[iban]"),
        ("pay to GB82 WEST 1234 5698 7654 32 now", "pay to [iban] now"),
        ("ssn 078-05-1120", "ssn [national-id]"),
        ("529.982.247-25", "[national-id]"),
        ("12345678Z", "[national-id]"),
        ("X1234567L", "[national-id]"),
        ("QQ 12 34 56 C and AB123456C", "QQ 12 34 56 C and [national-id]"),
        ("RSSMRA85T10A562S", "[national-id]"),
        ("1 84 12 76 451 089 46", "[national-id]"),
        ("811228-9874", "[national-id]"),
        ("2341 2341 2346", "[national-id]"),
        ("AKIAIOSFODNN7EXAMPLE", "[aws-key]"),
        ("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "[secret]"),
        ("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl", "[token]"),
        ("ghp_" + "a1" * 18, "[token]"),
        ("xoxb-1234567890-abcdef", "[token]"),
        ("https://hooks.slack.com/services/T000/B000/XXXX", "https://hooks.slack.com/services/[token]"),
        ("Authorization: Bearer abcdef1234567890", "Authorization: Bearer [token]"),
        ("authorization: basic dXNlcjpwYXNz", "authorization: basic [token]"),
        ("a password=hunter2; b", "a password=[secret]; b"),
        ("password: hunter2", "password: [secret]"),
        ("password:hunter2", "password:[secret]"),
        ('{"apiKey": "k-123456"}', '{"apiKey": "[secret]"}'),
        ("AWS_SECRET_ACCESS_KEY=abcdef", "AWS_SECRET_ACCESS_KEY=[secret]"),
        (
            "x -----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY----- y",
            "x [private-key] y",
        ),
    ],
)
def test_is_taken_out(text: str, left: str) -> None:
    assert scrub(text) == left


@pytest.mark.parametrize(
    "text",
    [
        "arn:aws:secretsmanager:eu-central-1:123456789012:secret:orders/db-AbCdEf",
        "arn:aws:elasticloadbalancing:eu-central-1:123456789012:targetgroup/web/4111111111111111",
        "123456789012",
        "pkg:maven/org.x/core@5.3.beta-2",
        "pkg:maven/org.x/core@5.3.0.beta",
        "1700000000000",
        "2026-11-22T06:00:00Z",
        "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b",
        "12345678-1234-1234-1234-123456789012",
        "550e8400-e29b-41d4-a716-446655440000",
        "123456789012.dkr.ecr.eu-central-1.amazonaws.com/shop@sha256:9f86d081884c7d65",
        "orders.abc.eu-central-1.rds.amazonaws.com:5432",
        "https://host.example.com:443/users/@me",
        "git@github.com:acme/shop.git",
        "vpc-0123456789abcdef0",
        "secretsmanager:GetSecretValue",
        "Y7H0jR32MKGmabGLa7NYWrRxvBZm7cefyLXDJDO7eu0=",
        "10.0.0.0/16",
        "4111111111111112",
        "DE89370400440532013001",
        "HttpTokens: required",
        "GET /orders/{id}",
        "token",
        "",
    ],
)
def test_passes_unchanged(text: str) -> None:
    assert scrub(text) == text


def test_counts_what_was_found() -> None:
    result = scrubbed("a@example.com b@example.com 078-05-1120")
    assert result.text == "[email] [email] [national-id]"
    assert result.found == {"email": 2, "national-id": 1}


def test_documents_are_scrubbed_to_their_leaves_and_keys() -> None:
    assert scrub_json(
        {
            "a": ["x@example.com", 1, None, True],
            "y@example.com": {"DbPassword": "abcd", "apiKey": "arn:aws:kms:x"},
        }
    ) == {"a": ["[email]", 1, None, True], "[email]": {"DbPassword": "[secret]", "apiKey": "arn:aws:kms:x"}}


def test_scrubbing_twice_changes_nothing() -> None:
    text = scrub("password=hunter2 x@example.com postgresql://u:p@h/x AKIAIOSFODNN7EXAMPLE")
    assert scrub(text) == text


HOSTILE = [
    "a",
    "1 ",
    "-",
    "://",
    "x@",
    "A1",
    "password",
    "a:",
    "eyJ",
    "a.b.",
    "http://a:",
    "AB12 ",
    "bearer ",
    "%40",
    "@",
]


@pytest.mark.parametrize(
    "piece", [*HOSTILE, "-----BEGIN PRIVATE KEY-----", "token=", "1-", "xoxb-", "arn:aws:"]
)
def test_time_is_linear_in_hostile_text(piece: str) -> None:
    def seconds(length: int) -> float:
        text = "@ " + piece * (length // len(piece))
        begin = time.process_time()
        scrub(text)
        return time.process_time() - begin

    short = min(seconds(10_000) for _ in range(3))
    assert seconds(80_000) < 8 * short * 4 + 0.05  # a quadratic pattern would take 64 times as long
