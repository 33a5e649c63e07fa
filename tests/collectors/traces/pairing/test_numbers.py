"""Shapes at rest have numbers for as long as any part has them."""

from __future__ import annotations

import pytest

from collectors.traces.facts import Flows
from collectors.traces.memory import MemoryFacts
from collectors.traces.pairing.numbers import Numbers
from collectors.traces.shape import Shape
from tests.support.traces import proto_span, read, resource_spans


@pytest.fixture
def shapes() -> list[Shape]:
    spans = [proto_span(f"s{number}", "server", f"do {'abcde'[number]}") for number in range(5)]
    return Flows(MemoryFacts()).shapes.of_all(read(resource_spans("shop", spans)))


def test_a_number_goes_with_the_newest_part_that_has_it(shapes: list[Shape]) -> None:
    numbers = Numbers()
    first, second, third, *_ = shapes
    in_part = {shape: numbers.of(shape, 0) for shape in (first, second)}
    assert numbers.of(second, 1) == in_part[second]
    assert len(numbers) == 2
    numbers.let_go(0)
    assert len(numbers) == 1
    assert numbers.shape(in_part[second]) is second
    assert numbers.of(third, 2) == in_part[first]  # is given to another one
    assert numbers.of(first, 2) != in_part[first]
    assert [numbers.shape(numbers.of(shape, 2)) for shape in (first, second, third)] == [first, second, third]
    numbers.let_go(2)
    assert len(numbers) == 0


def test_numbers_given_elsewhere_mean_nothing_here(shapes: list[Shape]) -> None:
    here, elsewhere = Numbers(), Numbers()
    for shape in shapes:
        elsewhere.of(shape, 0)
    for shape in reversed(shapes):
        here.of(shape, 0)
    for shape in shapes:
        assert here.shape(here.of(shape, 1)) is shape
        assert elsewhere.shape(elsewhere.of(shape, 1)) is shape
