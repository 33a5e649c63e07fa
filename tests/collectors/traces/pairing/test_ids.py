"""Ids at rest are short, and still those of the same spans."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from collectors.traces.pairing.ids import Ids, short
from collectors.traces.spans import twin_of

SPAN_IDS = st.binary(min_size=8, max_size=8).filter(any)


@given(st.lists(SPAN_IDS), st.data())
def test_ids_at_rest_are_short_one_by_one_as_well(ids: list[bytes], data: st.DataObject) -> None:
    begin = data.draw(st.integers(0, len(ids)))
    end = data.draw(st.integers(begin, len(ids)))
    kept = Ids.of(ids)
    assert len(kept) == len(ids)
    assert kept.size == 5 * len(ids)
    assert [*kept.ids(begin, end)] == [short(id) for id in ids[begin:end]]


@given(SPAN_IDS)
def test_what_is_short_stays_so_and_has_a_short_twin(id: bytes) -> None:
    assert short(short(id)) == short(id)
    if any(short(id)):
        assert short(twin_of(id)) == twin_of(short(id)) != short(id)
    assert twin_of(twin_of(id)) == id


def test_every_byte_has_a_part_in_it() -> None:
    assert len({short((1 << 8 * place).to_bytes(8)) for place in range(5)}) == 5
    numbers = [(number << 8 * place).to_bytes(8) for place in range(8) for number in range(1, 256)]
    assert all(any(short(id)) for id in numbers)
    for place in range(8):
        assert len({short((number << 8 * place).to_bytes(8)) for number in range(256)}) == 256


def test_no_parent_has_no_id() -> None:
    assert short(b"") == b""


def test_what_is_no_id_is_cut_or_filled_up() -> None:
    assert short(b"odd") == short(b"odd\0\0\0\0\0")
    assert short(b"far too long") == short(b"far too ")
