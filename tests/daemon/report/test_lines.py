"""Many paths that one hop makes are one line, and what is altered is said in names."""

from __future__ import annotations

from dataclasses import replace

from daemon.report import wording
from daemon.report.lines import Line, path_lines
from daemon.values.drift import PathChange
from daemon.values.path import Hop
from tests.support import drifts

NOW = drifts.AFTER.time
SHARED = "operation://prod//accounts/GET /profile"
READS = Hop(SHARED, "reads", drifts.CUSTOMERS, "paired")


def over(origin: str, **differs: str) -> PathChange:
    """A new path from an operation to the customers, by the hop that all share."""
    begin = f"operation://prod//{origin}/GET /"
    exposure = differs.get("exposure", "internal")
    path = drifts.path(begin, route=(Hop(begin, "calls", SHARED, "paired"), READS), exposure=exposure)
    return replace(drifts.new_path(), id=origin, paths=(path,), new_hop=READS)


def also(line: Line) -> list[str]:
    return [note.text for row in line.notes for note in row if note.label == "also"]


def test_of_many_paths_over_one_new_hop_the_first_is_told_and_the_others_are_named() -> None:
    origins = [f"s{number}" for number in range(8)]
    shown = [over(each) for each in origins]
    (line,) = path_lines(shown, "!", NOW)
    assert line.id == "s0"
    assert also(line) == [
        "7 more paths go over this hop, from s1 GET /, s2 GET /, s3 GET /, s4 GET /, s5 GET / and 2 more"
    ]
    few = path_lines(shown[:2], "!", NOW)
    assert [each.id for each in few] == origins[:2]
    assert not any(map(also, few))


def test_what_is_graver_or_carries_other_data_stands_for_itself() -> None:
    shown = [over("a"), over("b"), over("c"), over("web", exposure="internet")]
    name = drifts.path(route=(READS,), exposure="internal", data_class="user.name", columns=("full_name",))
    other = replace(drifts.new_path(), id="other", paths=(name,), new_hop=READS)
    border = replace(drifts.border_path(), new_hop=READS)
    lines = path_lines([*shown, other, border], "!", NOW)
    assert [each.id for each in lines] == ["a", "web", "other", border.id]


def test_an_altered_route_is_told_by_the_services_that_it_went_by() -> None:
    begin, direct = "operation://prod//web/GET /calls me", "operation://prod//old/POST /x"
    table = drifts.CUSTOMERS
    before = [f"{begin} calls {direct}", f"{direct} reads {table}"]
    after = [f"{begin} calls {SHARED}", f"{SHARED} reads {table}"]
    assert wording.altered("route", before, after) == "before by web -> old"
    within = [
        f"{begin} calls operation://prod//accounts/GET /b",
        f"operation://prod//accounts/GET /b reads {table}",
    ]
    assert wording.altered("route", within, after).startswith(
        "before by web GET /calls me -> accounts GET /b"
    )
    assert wording.altered("columns", [], ["email", "phone"]) == "(none) -> email, phone"
    assert wording.altered("store", "", drifts.ORDERS_DB) == '"" -> orders-db'
