from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors.model import Extent, Scope
from daemon.analysis.gaps import CoverageRow, group, not_observed
from daemon.values.drift import GapAge, GapLine

NOW = datetime(2026, 11, 22, 6, tzinfo=UTC)
STATES = ["listed", "sighted", "denied", "throttled", "not due", "retired"]


def row(number: int, state: str, detail: str = "", *, days: int | None = None, kept: int = 0) -> CoverageRow:
    last = None if days is None else NOW - timedelta(days=days)
    return CoverageRow(Extent(f"aws.t{number}", Scope("aws", "1", "eu")), state, detail, last, kept)


@pytest.mark.parametrize(
    ("before", "after", "ages"),
    [
        ("listed", "denied", [GapAge.NEW]),
        (None, "denied", [GapAge.NEW]),
        ("denied", "denied", [GapAge.STANDING]),
        ("denied", "throttled", [GapAge.STANDING]),
        ("denied", "listed", [GapAge.HEALED]),
        ("unreachable", "sighted", [GapAge.HEALED]),
        ("denied", "not due", []),
        ("denied", "retired", []),
        ("denied", None, []),
        ("not due", "listed", []),
        ("listed", "listed", []),
    ],
)
def test_age_of_a_gap(before: str | None, after: str | None, ages: list[GapAge]) -> None:
    found = group([row(1, before)] if before else [], [row(1, after)] if after else [])
    assert [line.age for line in found] == ages


def test_one_cause_is_one_line() -> None:
    denied = "rds:DescribeDBInstances"
    (line,) = group(
        [row(1, "listed"), row(2, "listed")],
        [row(2, "denied", denied, days=3, kept=4), row(1, "denied", denied, days=1, kept=2)],
    )
    assert line == GapLine(
        id=line.id,
        age=GapAge.NEW,
        extents=(row(1, "").extent, row(2, "").extent),
        why="denied",
        detail=denied,
        last_listed=NOW - timedelta(days=3),
        kept=6,
    )


def test_new_and_healed_come_before_standing() -> None:
    before = [row(1, "denied"), row(2, "denied"), row(3, "listed")]
    after = [row(1, "denied"), row(2, "listed"), row(3, "expired")]
    found = group(before, after)
    assert [line.age for line in found] == [GapAge.NEW, GapAge.HEALED, GapAge.STANDING]
    assert not_observed(found) == 2


def test_the_cause_of_a_healed_gap_is_the_one_it_had() -> None:
    (line,) = group([row(1, "expired", "token of role x")], [row(1, "listed", days=0)])
    assert (line.why, line.detail, line.last_listed, line.kept) == ("expired", "token of role x", NOW, 0)


coverage = st.dictionaries(st.integers(0, 9), st.tuples(st.sampled_from(STATES), st.sampled_from(["", "x"])))


@given(coverage, coverage)
def test_every_extent_that_could_not_be_listed_is_in_exactly_one_line(
    before: dict[int, tuple[str, str]], after: dict[int, tuple[str, str]]
) -> None:
    lines = group(
        [row(n, *state) for n, state in before.items()], [row(n, *state) for n, state in after.items()]
    )
    told = [str(extent) for line in lines if line.age is not GapAge.HEALED for extent in line.extents]
    missing = [
        str(row(n, *state).extent) for n, state in after.items() if state[0] in ("denied", "throttled")
    ]
    assert sorted(told) == sorted(missing)
    assert len({line.id for line in lines}) == len(lines)
