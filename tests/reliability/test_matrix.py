"""Killed, or refused by the disk, at some of the calls that write; `make kill-matrix` does it at all of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import pytest

from tests.reliability.matrix import BY_NAME, WRITES, Matrix, spread
from tests.support.needing import need

ADVICE = ("Check the folder", "Free some room", "system's log", "check that the directory")


@pytest.fixture(scope="module")
def matrix(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Matrix]:
    need("strace")
    with Matrix(tmp_path_factory.mktemp("matrix")) as matrix:
        yield matrix


@pytest.mark.parametrize("name", BY_NAME)
def test_whoever_is_killed_leaves_all_or_nothing(matrix: Matrix, name: str) -> None:
    act = BY_NAME[name]
    left: Counter[str] = Counter()
    for call, n in spread(matrix.count(act), 4):
        struck = matrix.strike(act, call, str(n), "signal=SIGKILL")
        assert struck.status == -9, f"not killed at {call} {n}: {struck}"
        left[struck.left] += 1
    assert set(left) == {"whole", "absent"}


@pytest.mark.parametrize("name", ["commit", "publish", "prune"])
@pytest.mark.parametrize(("error", "lasting"), [("EIO", ""), ("ENOSPC", "+")])
def test_a_disk_that_refuses_is_named_and_nothing_is_lost(
    matrix: Matrix, name: str, error: str, lasting: str
) -> None:
    act = BY_NAME[name]
    refused = 0
    for call, n in spread(matrix.count(act), 3):
        if lasting and call not in WRITES:
            continue  # only what writes needs room
        struck = matrix.strike(act, call, f"{n}{lasting}", f"error={error}")
        assert struck.status in (0, 3), struck.said
        if struck.status == 3:
            refused += 1
            assert str(matrix.folder) in struck.said, "it does not say where"
            assert any(advice in struck.said for advice in ADVICE), struck.said
    assert refused
