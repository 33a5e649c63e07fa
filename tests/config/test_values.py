"""Addresses are taken apart, told from loopback, and stripped of users."""

from __future__ import annotations

import pytest

from config import values


@pytest.mark.parametrize(
    ("text", "host", "port"),
    [
        ("127.0.0.1:4317", "127.0.0.1", 4317),
        ("[::1]:80", "::1", 80),
        ("collector.internal:0", "collector.internal", 0),
    ],
)
def test_an_address_is_a_host_and_a_port(text: str, host: str, port: int) -> None:
    assert values.split_address(text) == (host, port)


@pytest.mark.parametrize(
    "wrong",
    ["4317", "::1:80", "127.0.0.1", "a b:1", "http://x:1", "x:65536", "[nonsense]:1", "x:", ":1", "-x:1"],
)
def test_what_is_no_address_is_refused(wrong: str) -> None:
    with pytest.raises(ValueError, match=r"host:port|host name|IPv6"):
        values.split_address(wrong)


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("127.9.9.9:1", True),
        ("[::1]:1", True),
        ("localhost:1", True),
        ("0.0.0.0:1", False),
        ("[::]:1", False),
        ("10.0.0.1:1", False),
        ("localhost.example.com:1", False),
    ],
)
def test_loopback_is_told_from_what_others_reach(address: str, expected: bool) -> None:
    assert values.is_loopback(address) is expected


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("postgresql+psycopg://bob:pw@db/x", "postgresql+psycopg://***@db/x"),
        ("https://token@host/path", "https://***@host/path"),
        ("https://host/path@1", "https://host/path@1"),
        ("postgresql+psycopg://a:b@c@db/x", "postgresql+psycopg://***@db/x"),
        ("operations@example.com", "operations@example.com"),
    ],
)
def test_user_names_in_urls_are_masked(text: str, masked: str) -> None:
    assert values.mask_user(text) == masked
