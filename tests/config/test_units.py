"""Durations and sizes read as written, print as they would be written, and refuse all else."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config import units


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("30s", 30), ("5m", 300), ("1h30m", 5400), ("7d", 604800), ("2w", 1209600), ("500ms", 0.5), ("0s", 0)],
)
def test_a_duration_is_a_timedelta(text: str, seconds: float) -> None:
    assert units.parse_duration(text) == timedelta(seconds=seconds)


@pytest.mark.parametrize(
    "wrong", ["", "7", "7 d", "-1h", "1y", "1.5h", 30, None, True, "99999999999999d", "40000d"]
)
def test_what_is_no_duration_is_refused(wrong: object) -> None:
    with pytest.raises(ValueError, match=r"must be (a duration in quotes, as \"30s\"|at most 36500d)"):
        units.parse_duration(wrong)


@given(st.integers(min_value=0, max_value=10**10))
def test_a_duration_is_printed_as_it_would_be_written(milliseconds: int) -> None:
    duration = timedelta(milliseconds=milliseconds)
    assert units.parse_duration(units.format_duration(duration)) == duration


@pytest.mark.parametrize(
    ("written", "size"),
    [("16MiB", 16 * 2**20), ("500kB", 500_000), ("12", 12), (12, 12), ("1GiB", 2**30), ("3B", 3)],
)
def test_a_size_is_a_number_of_bytes(written: object, size: int) -> None:
    assert units.parse_size(written) == size


@pytest.mark.parametrize("wrong", ["", "16 MiB", "16mb", "-1", -1, 1.5, True, "²", "9" * 30])
def test_what_is_no_size_is_refused(wrong: object) -> None:
    with pytest.raises(ValueError, match='must be a size in quotes, as "512KiB"'):
        units.parse_size(wrong)


@given(st.integers(min_value=0, max_value=2**50))
def test_a_size_is_printed_as_it_would_be_written(size: int) -> None:
    assert units.parse_size(units.format_size(size)) == size
