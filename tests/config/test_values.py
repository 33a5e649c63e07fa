"""Durations, sizes and addresses read as written, and refuse with what to write instead."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config import values


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("30s", 30), ("5m", 300), ("1h30m", 5400), ("7d", 604800), ("2w", 1209600), ("500ms", 0.5), ("0s", 0)],
)
def test_a_duration_is_a_timedelta(text: str, seconds: float) -> None:
    assert values.parse_duration(text) == timedelta(seconds=seconds)


@pytest.mark.parametrize(
    "wrong", ["", "7", "7 d", "-1h", "1y", "1.5h", 30, None, True, "99999999999999d", "40000d"]
)
def test_what_is_no_duration_is_refused(wrong: object) -> None:
    with pytest.raises(ValueError, match=r"must be (a duration in quotes, as \"30s\"|at most 36500d)"):
        values.parse_duration(wrong)


@given(st.integers(min_value=0, max_value=10**10))
def test_a_duration_is_printed_as_it_would_be_written(milliseconds: int) -> None:
    duration = timedelta(milliseconds=milliseconds)
    assert values.parse_duration(values.format_duration(duration)) == duration


@pytest.mark.parametrize(
    ("written", "size"),
    [("16MiB", 16 * 2**20), ("500kB", 500_000), ("12", 12), (12, 12), ("1GiB", 2**30), ("3B", 3)],
)
def test_a_size_is_a_number_of_bytes(written: object, size: int) -> None:
    assert values.parse_size(written) == size


@pytest.mark.parametrize("wrong", ["", "16 MiB", "16mb", "-1", -1, 1.5, True, "²", "9" * 30])
def test_what_is_no_size_is_refused(wrong: object) -> None:
    with pytest.raises(ValueError, match='must be a size in quotes, as "512KiB"'):
        values.parse_size(wrong)


@given(st.integers(min_value=0, max_value=2**50))
def test_a_size_is_printed_as_it_would_be_written(size: int) -> None:
    assert values.parse_size(values.format_size(size)) == size


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
