"""docs/reliability.md is what the newest matrix would write, and tells of a run that lost nothing."""

from __future__ import annotations

import pytest

from tests.reliability.matrix import BY_NAME
from tests.reliability.page import FULL, KILLED, PAGE, REFUSED, TESTS, files, read, render
from tests.reliability.striking import REFUSABLE

ANEW = "run `make kill-matrix`"


def test_the_page_is_what_a_run_writes() -> None:
    page = PAGE.read_text()
    assert render(read(page)) == page, ANEW


def test_the_run_on_the_page_is_whole_and_lost_nothing() -> None:
    done = read(PAGE.read_text()).done
    assert {each.act for each in done if each.how == KILLED} == set(BY_NAME), ANEW
    assert {(each.act, each.how) for each in done if each.how != KILLED} == {
        (act, how) for act in REFUSABLE for how in (REFUSED, FULL)
    }, ANEW
    assert [each for each in done if each.lost or each.absent + each.whole != each.times] == []
    for act in BY_NAME:
        killed = [each for each in done if each.act == act and each.how == KILLED]
        assert sum(each.absent for each in killed), act
        assert sum(each.whole for each in killed), act


@pytest.mark.parametrize("row", TESTS, ids=lambda row: row[0])
def test_each_fault_names_a_test_that_is_there(row: tuple[str, tuple[str, str]]) -> None:
    file, name = row[1]
    [path] = {each for each in files() if each.name == file}
    source = path.read_text()
    assert "def test_" in source
    if name.startswith("test_"):
        assert f"def {name}(" in source
