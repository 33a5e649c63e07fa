"""Random histories with random gaps agree with a model in plain dictionaries: no gap removes, no healing adds."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from collectors.model import Answer, Extent, Gap, Scope, Why
from tests.support.snapshots import ELSEWHERE, FRANKFURT, QUEUES, VIRGINIA, Snapshots, listing, queue

NAMES = ("a", "b", "c", "d")
State = dict[str, int]  # name -> depth

# One cycle: per extent what there is, or None for a gap.
CYCLES = st.lists(
    st.tuples(*[st.none() | st.dictionaries(st.sampled_from(NAMES), st.integers(1, 3), max_size=4)] * 2),
    min_size=2,
    max_size=6,
)


@dataclass
class Model:
    """What the store must believe, extent by extent."""

    believed: list[dict[Extent, State | None]] = field(default_factory=list)

    def take(self, seen: dict[Extent, State | None]) -> None:
        last = self.believed[-1] if self.believed else dict.fromkeys(seen)
        self.believed.append(
            {extent: last[extent] if seen[extent] is None else seen[extent] for extent in seen}
        )

    def differences(self, before: int, after: int) -> set[tuple[str, str]]:
        """(action, urn) between two cycles, counted from 0."""
        told: set[tuple[str, str]] = set()
        for extent, scope in ((QUEUES, FRANKFURT), (ELSEWHERE, VIRGINIA)):
            old, new = self.believed[before][extent], self.believed[after][extent]
            if new is None:
                continue
            if old is None:
                # Its first listing, whenever that was in between, is the baseline of what came after.
                first = next(s[extent] for s in self.believed[before:] if s[extent] is not None)
                assert first is not None
                told |= {("added", queue(n, scope).urn) for n in new.keys() - first.keys()}
                continue
            told |= {("added", queue(n, scope).urn) for n in new.keys() - old.keys()}
            told |= {("removed", queue(n, scope).urn) for n in old.keys() - new.keys()}
            told |= {("altered", queue(n, scope).urn) for n in new.keys() & old.keys() if new[n] != old[n]}
        return told


def _answer(extent: Extent, scope: Scope, state: State | None) -> Answer:
    if state is None:
        return Gap(extent, Why.THROTTLED, "Rate exceeded")
    return listing(*(queue(name, scope, depth=depth) for name, depth in state.items()), extent=extent)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(CYCLES)
def test_the_store_believes_what_a_dictionary_would(cycles: list[tuple[State | None, State | None]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        store, model = Snapshots.create(Path(folder)), Model()
        for here, there in cycles:
            model.take({QUEUES: here, ELSEWHERE: there})
            store.take(_answer(QUEUES, FRANKFURT, here), _answer(ELSEWHERE, VIRGINIA, there))
        for before in range(len(cycles)):
            for after in range(before + 1, len(cycles)):
                told = {
                    (
                        "removed" if d.after is None else "added" if d.before is None else str(d.origin),
                        d.key,
                    )
                    for d in store.differences(before + 1, after + 1)
                }
                assert told == model.differences(before, after), (before + 1, after + 1)
        store.database.close()
