"""A set of digests is a set."""

from __future__ import annotations

import random

from collectors.digests import Digests


def test_it_holds_what_was_added_and_nothing_else() -> None:
    chance = random.Random(7)
    numbers = [chance.getrandbits(64) for _ in range(20_000)]
    numbers += [0, 2**64 - 1, 2**54, 2**54 - 1, *numbers[:1_000]]
    digests, expected = Digests(), set[int]()
    for number in numbers:
        assert (number in digests) is (number in expected)
        assert digests.add(number) is (number not in expected)
        expected.add(number)
    assert len(digests) == len(expected)
    assert all(number in digests for number in expected)
    assert not any(number + 1 in digests for number in expected if (number + 1) % 2**64 not in expected)


def test_a_negative_hash_is_one_number() -> None:
    digests = Digests()
    assert digests.add(-5)
    assert -5 in digests
    assert not digests.add(-5)
    assert 5 not in digests
