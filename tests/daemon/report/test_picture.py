"""Data paths as pictures: three forms of the same boxes, with names that mean harm."""

from __future__ import annotations

import re
import subprocess
from itertools import pairwise
from xml.etree import ElementTree as ET

import pytest

from daemon.report.picture import RENDERERS, picture
from daemon.report.picture.labels import Label, spread
from daemon.report.picture.layout import place
from daemon.values.path import DataPath, Direction, Hop
from tests.support import drifts
from tests.support.estates import EVIL, shop
from tests.support.golden import Golden
from tests.support.graphs import Estate
from tests.support.needing import need

SVG = "{http://www.w3.org/2000/svg}"


def paths() -> tuple[DataPath, ...]:
    """A path from the internet, and one over a topic to a third party across a border."""
    return (*drifts.new_path().paths, *drifts.border_path().paths)


def evil() -> tuple[DataPath, ...]:
    """A path on which every name means harm."""
    origin, sink = f"operation://prod//{EVIL}/{EVIL}", f"table://public/postgresql/db:5432/shop/{EVIL}"
    route = (Hop(origin, EVIL, sink, EVIL),)
    return (drifts.path(origin, sink, Direction.READS, EVIL, columns=(EVIL,), route=route),)


@pytest.mark.parametrize("format", RENDERERS)
def test_paths_are_drawn(format: str, golden: Golden) -> None:
    golden.check(f"picture.{format}", RENDERERS[format](picture(paths(), {})))


def test_a_border_lies_on_the_hop_that_crosses_it_or_else_on_the_last() -> None:
    (crossing,) = drifts.border_path().paths
    first, last = crossing.route[0], crossing.route[-1]
    told = {(arrow.source, arrow.target): arrow.border for arrow in picture((crossing,), {}).arrows}
    assert {ends for ends, border in told.items() if border} == {(last.source, last.target)}
    on_first = {(first.source, first.target): crossing.borders}
    told = {(arrow.source, arrow.target): arrow.border for arrow in picture((crossing,), on_first).arrows}
    assert {ends for ends, border in told.items() if border} == {(first.source, first.target)}


def test_each_box_and_arrow_stands_once() -> None:
    drawn = picture((*paths(), *paths()), {})
    assert len({box.key for box in drawn.boxes}) == len(drawn.boxes)
    assert drawn.boxes == picture(paths(), {}).boxes
    ends = [(arrow.source, arrow.target) for arrow in drawn.arrows]
    assert len(set(ends)) == len(ends)
    assert {each for pair in ends for each in pair} == {box.key for box in drawn.boxes}


def test_an_svg_is_well_formed_and_needs_nothing_else() -> None:
    for drawn in (paths(), evil(), ()):
        text = RENDERERS["svg"](picture(drawn, {}))
        root = ET.fromstring(text)
        tags = {element.tag.removeprefix(SVG) for element in root.iter()}
        assert tags <= {"svg", "title", "style", "defs", "marker", "path", "rect", "g", "text"}
        for element in root.iter():
            assert not any(name.startswith("on") or name.endswith("href") for name in element.attrib)
        assert "url(" not in text.replace("url(#", "")


@pytest.mark.parametrize("format", RENDERERS)
def test_hostile_names_end_nothing(format: str) -> None:
    drawn = RENDERERS[format](picture(evil(), {}))
    assert EVIL not in drawn
    assert format == "dot" or "<script>" not in drawn  # within quotes it is text in DOT
    assert all(each.isprintable() or each == "\n" for each in drawn)
    assert "evil" in drawn


def test_mermaid_labels_hold_only_what_cannot_end_them() -> None:
    for drawn in (paths(), evil()):
        labels = re.findall(r'"([^"\n]*)"', RENDERERS["mermaid"](picture(drawn, {})))
        assert labels
        assert all(re.fullmatch(r"(?:[A-Za-z0-9 ._/,:-]|#\d+;|<br/>)*", label) for label in labels)


def test_dot_strings_end_where_they_should() -> None:
    for drawn in (paths(), evil()):
        for row in RENDERERS["dot"](picture(drawn, {})).splitlines():
            assert not re.sub(r'"(?:\\.|[^"\\])*"', "", row).count('"')


def test_graphviz_reads_it() -> None:
    need("dot", "graphviz")
    for drawn in (paths(), evil()):
        text = RENDERERS["dot"](picture(drawn, {}))
        subprocess.run(["dot", "-Tsvg"], input=text.encode(), capture_output=True, check=True)


def test_boxes_do_not_overlap_and_arrows_lead_to_the_right() -> None:
    estate: Estate = shop()
    drawn = picture(estate.paths(), {})
    edges = [(arrow.source, arrow.target) for arrow in drawn.arrows]
    heights = {box.key: 60.0 + 24 * len(box.chips) for box in drawn.boxes}
    layout = place(heights, edges, width=200, gap=100, space=20, margin=10)
    corners = sorted((*corner, key) for key, corner in layout.boxes.items())
    for (x, y, key), (other_x, other_y, _) in pairwise(corners):
        assert x != other_x or y + heights[key] <= other_y
    for points in layout.arrows.values():
        assert all(x <= there for (x, _), (there, _) in pairwise(points))
    assert all(0 <= x <= layout.width and 0 <= y <= layout.height for x, y in layout.boxes.values())


def test_loops_and_selves_are_placed_too() -> None:
    edges = [("a", "b"), ("b", "c"), ("c", "a"), ("b", "b"), ("d", "d")]
    layout = place(dict.fromkeys("abcd", 10.0), edges, width=10, gap=10, space=5, margin=0)
    assert set(layout.arrows) == set(edges)
    assert set(layout.boxes) == set("abcd")
    assert place({}, [], width=1, gap=1, space=1, margin=1).boxes == {}


@pytest.mark.parametrize("fan", [2, 9, 40])
def test_labels_of_arrows_do_not_overlap_and_stay_in_their_gap(fan: int) -> None:
    ends = [((0.0, 30.0 * number), (100.0, 15.0 * fan)) for number in range(fan)]
    ends += [((300.0, 10.0 * number), (200.0, 7.0)) for number in range(fan)]  # an arrow that leads back
    labels = {
        number: Label(30 + number % 5, 38 if number % 3 else 16, 17, points)
        for number, points in enumerate(ends)
    }
    middles = spread(labels)
    assert set(middles) == set(labels)
    for left, right in ((0, 100), (200, 300)):
        there = [
            (middles[key], labels[key]) for key in labels if min(x for x, _ in labels[key].points) == left
        ]
        for (x, _), label in there:
            assert left <= x - label.width / 2 + 1e-6
            assert x + label.width / 2 <= right + 1e-6
        spans = sorted((y - label.above, y + label.below) for (_, y), label in there)
        assert all(low <= high + 1e-6 for (_, low), (high, _) in pairwise(spans))


def test_a_label_with_room_lies_in_the_middle_of_its_arrow() -> None:
    alone = Label(30, 16, 1, [(0, 0), (50, 0), (150, 80)])
    assert spread({"one": alone})["one"] == pytest.approx((100, 40), abs=0.1)


def test_a_class_that_is_too_long_keeps_its_column_and_its_end() -> None:
    origin, sink = "operation://prod//a/GET /", "table://public/postgresql/db:5432/shop/t"
    route = (Hop(origin, "reads", sink, ""),)
    born = drifts.path(
        origin, sink, data_class="user.demographic.date_of_birth", columns=("birth_date",), route=route
    )
    assert ">birth_date: …date_of_birth<" in RENDERERS["svg"](picture((born,), {}))
