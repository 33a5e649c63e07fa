"""How long it takes to say what differs between two snapshots; the cost should follow the churn alone."""

from __future__ import annotations

from daemon.analysis import changes
from daemon.store import history
from docs.bench.estate import answers
from docs.bench.figures import Figure, best, seconds
from docs.bench.snapshots import Snapshots, snapshots

_ROUNDS = 7
_CHURN = 100  # one resource in a hundred, and, at equal churn, so many resources


def run(size: int) -> list[Figure]:
    """`size`: resources of the larger estate; the smaller one has a tenth."""
    small, large = max(size // 10, 1), size
    few, many = max(small // _CHURN, 1), max(large // _CHURN, 1)
    with snapshots() as one, snapshots() as other:
        one.take(answers(small))
        one.take(answers(small, altered=few, seed=1))
        other.take(answers(large))
        other.take(answers(large, altered=few, seed=1))
        at_small, at_large = best(
            lambda: seconds(lambda: _compare(one, few)),
            lambda: seconds(lambda: _compare(other, few)),
            rounds=_ROUNDS,
        )
        other.take(answers(large))
        other.take(answers(large, altered=many, seed=2))
        (at_most,) = best(lambda: seconds(lambda: _compare(other, many)), rounds=_ROUNDS)
    return [
        Figure(f"compare, {small:,} resources, {few:,} changed", at_small * 1e3, "ms",
               note=f"1 % churn; {at_small / few * 1e6:,.0f} us a change"),
        Figure(f"compare, {large:,} resources, {few:,} changed", at_large * 1e3, "ms", at_large / at_small,
               "the smaller estate", "1 would be flat at equal churn"),
        Figure(f"compare, {large:,} resources, {many:,} changed", at_most * 1e3, "ms",
               note=f"1 % churn; {at_most / many * 1e6:,.0f} us a change, field by field"),
    ]  # fmt: skip


def _compare(store: Snapshots, altered: int) -> None:
    """From the question to judged changes between the two newest snapshots."""
    with store.database.reading() as connection:
        found = changes.judge(history.differences(connection, store.number - 1, store.number))
    assert len(found) == altered, f"{len(found)} changes told, {altered} made"
