"""Numbers come back from a column as they went in, and take no more bytes than they need."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors.traces.pairing.columns import Column


@given(st.lists(st.integers(0, 2**64 - 1)), st.data())
def test_numbers_come_back(numbers: list[int], data: st.DataObject) -> None:
    begin = data.draw(st.integers(0, len(numbers)))
    end = data.draw(st.integers(begin, len(numbers)))
    assert [*Column(numbers).some(begin, end)] == numbers[begin:end]


@pytest.mark.parametrize(("highest", "bytes_each"), [(0, 0), (1, 1), (255, 1), (256, 2), (2**40, 6)])
def test_as_few_bytes_as_the_highest_needs(highest: int, bytes_each: int) -> None:
    assert Column([0, highest, 0]).size == 3 * bytes_each
    assert [*Column([0, highest, 0]).some(0, 3)] == [0, highest, 0]
