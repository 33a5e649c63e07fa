"""A short, repeatable part of `make fuzz` for the decoders."""

from __future__ import annotations

from collections import Counter
from itertools import islice
from random import Random

from tests.fuzz import traces


def test_mutated_messages_have_one_of_the_receivers_answers() -> None:
    check = traces.Receiver().check
    seen: Counter[str] = Counter()
    for content, encoding, body in islice(traces.bodies(Random(5)), 600):
        check(content, encoding, body)
        seen[f"{content} {encoding}"] += 1
    assert len(seen) == 6


def test_mutated_lists_of_zipkin_spans_are_read_or_refused() -> None:
    for (body,) in islice(traces.listed(Random(5)), 500):
        traces.check_listed(body)
