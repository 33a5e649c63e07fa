"""Reports as text: their shape, their width, nothing cut, nothing steered from outside."""

from __future__ import annotations

import re
import time
from dataclasses import replace

import pytest

from collectors.model import Json
from daemon.report.text import render_text
from daemon.values.drift import Action, Drift, FieldChange, Group
from tests.support import drifts
from tests.support.golden import Golden

SGR = re.compile(r"\x1b\[[0-9;]*m")


@pytest.mark.parametrize(("name", "drift"), drifts.everything())
@pytest.mark.parametrize("width", [100, 76])
def test_a_report_reads_as_its_golden_file(name: str, drift: Drift, width: int, golden: Golden) -> None:
    golden.check(f"{name}-{width}.txt", render_text(drift, width=width))


def test_the_first_change_in_the_guide_is_told_as_there() -> None:
    text = render_text(drifts.full())
    assert text.startswith("Snapshot 41 -> 42   2026-11-21 06:00Z -> 2026-11-22 06:00Z   coverage 118/120\n")
    assert "  ! GET /orders/{id} (internet) -> checkout -> orders-db public.customers(email, ssn)" in text
    assert "user.contact.email, user.government_id" in text
    assert "border: EU -> US, eu-central-1 reaches us-east-1" in text
    assert "  ~ 40 x aws.ec2.instance                   tag CostCentre  12 -> 14" in text
    assert "  ? aws 111122223333 eu-west-3 aws.rds.instance   denied: rds:DescribeDBInstances" in text


def test_an_unchanged_estate_has_a_head_and_a_foot_only() -> None:
    assert render_text(drifts.quiet()).splitlines() == [
        "Snapshot 41 -> 42   2026-11-21 06:00Z -> 2026-11-22 06:00Z   coverage 118/120",
        "paths visible for 5 of 5 running workloads",
        "no changes",
    ]


@pytest.mark.parametrize("width", [60, 76, 100, 140])
def test_no_line_is_wider_than_asked_for_and_nothing_is_lost(width: int) -> None:
    word = "".join(f"<{number}>" for number in range(200))
    lines = (
        drifts.line("ffff0001", "+", "aws.sqs.queue", word, "detail one"),
        drifts.line("ffff0002", "~", "aws.sqs.queue", "short", "the detail " * 40 + "ends"),
    )
    text = render_text(replace(drifts.full(), groups=(Group(word, lines),)), width=width)
    assert max(map(len, text.splitlines())) <= width
    together = re.sub(r"\[ffff000\d\]|\s", "", text)
    assert together.count(word) == 2
    assert "thedetail" * 40 + "ends" in together
    assert "detailone" in together


def test_every_change_says_its_id_and_why() -> None:
    drift = drifts.full()
    text = render_text(drift)
    for group in drift.groups:
        for line in group.lines:
            assert f"[{line.id}]" in text
            assert line.why in text
    for path in (*drift.new_paths, *drift.altered_paths, *drift.gone_paths):
        assert f"[{path.id}]" in text
        assert f"why: {path.why}" in text
    for gap in drift.gaps:
        assert f"[{gap.id}]" in text


def test_new_and_healed_gaps_come_before_standing_ones() -> None:
    text = render_text(drifts.full())
    assert text.index("[cc000002]") < text.index("[cc000003]") < text.index("[cc000001]")


def test_colour_adds_nothing_but_colour() -> None:
    plain = render_text(drifts.full())
    coloured = render_text(drifts.full(), colour=True)
    assert "\x1b[1;31m!\x1b[0m" in coloured
    assert SGR.sub("", coloured) == plain
    assert "\x1b" not in plain


def test_a_limit_leaves_out_lines_but_says_how_many_and_keeps_the_totals() -> None:
    lines = render_text(drifts.huge(), limit=50).splitlines()
    assert sum(line.startswith("  + ") for line in lines) == 50
    assert any("50,949 more lines, all shown by: driftline diff 41 42" in line for line in lines)
    assert lines[-1] == "50,000 added; 500 extents not observed"


def test_fifty_thousand_changes_are_rendered_whole_and_soon() -> None:
    began = time.process_time()
    text = render_text(drifts.huge())
    assert text.count("\n  + ") == 50_000
    assert time.process_time() - began < 10


@pytest.mark.parametrize(
    "text",
    [
        "\x1b[31mred\x1b[0m",
        "\x9b31m",
        "a\r\nb\nc",
        "\u202egnp.exe",
        "\u2066\u2069\u200b\ufeff",
        "\ud800",
        "\x00\x7f",
        "",
    ],
)
@pytest.mark.parametrize("colour", [False, True])
def test_hostile_text_neither_steers_a_terminal_nor_breaks_lines(text: str, *, colour: bool) -> None:
    harmless = render_text(drifts.hostile("x" * len(text)), width=2000, colour=colour)
    rendered = render_text(drifts.hostile(text), width=2000, colour=colour)
    assert all(line.isprintable() for line in SGR.sub("", rendered).split("\n"))
    assert len(SGR.findall(rendered)) <= len(SGR.findall(harmless))
    if text:
        assert rendered.count("\n") == harmless.count("\n")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("text", "text"),
        ("", '""'),
        (None, "(none)"),
        (["b", "a"], "b, a"),
        ({"b": 1, "a": True}, '{"a": true, "b": 1}'),
    ],
)
def test_a_field_is_said_on_one_line(content: Json, said: str) -> None:
    change = replace(drifts.new_path(), fields=(FieldChange("field", content, "after"),))
    assert f"field: {said} -> after\n" in render_text(replace(drifts.full(), new_paths=(change,)))


def test_a_reason_of_most_lines_is_said_once_and_that_of_others_by_them() -> None:
    lines = (
        drifts.line("ffff0001", "+", "aws.sqs.queue", "a", "", "listed now"),
        drifts.line("ffff0002", "+", "aws.sqs.queue", "b", "", "stated now"),
        drifts.line("ffff0003", "+", "aws.sqs.queue", "c", "", "listed now"),
    )
    text = render_text(replace(drifts.quiet(), groups=(Group("aws", lines),)))
    assert re.sub(r"\s+\[ffff000\d\]", "", text).splitlines()[2:-1] == [
        "aws",
        "  + aws.sqs.queue  a",
        "  + aws.sqs.queue  b",
        "      why: stated now",
        "  + aws.sqs.queue  c",
        "    why +: listed now",
    ]


def test_a_long_name_keeps_its_column_and_is_not_lost() -> None:
    name = "orders reads " + ", ".join(f"column_{number}" for number in range(12))
    lines = (
        drifts.line("ffff0001", "+", "aws.lambda.function", "invoice", "python3.13"),
        drifts.line("ffff0002", "+", "flow", name, ""),
    )
    rows = render_text(replace(drifts.quiet(), groups=(Group("aws", lines),))).splitlines()
    assert rows[4].startswith("  + flow                 orders reads column_0, column_1")
    assert rows[5].startswith("        column_")


def test_a_cause_is_not_said_twice() -> None:
    gap = replace(drifts.full().gaps[1], detail="denied: rds:DescribeDBInstances")
    text = render_text(replace(drifts.quiet(), gaps=(gap,)))
    assert "   denied: rds:DescribeDBInstances" in text
    assert "denied: denied" not in text


def test_a_baseline_lists_the_gravest_paths_and_says_how_to_list_the_others() -> None:
    baseline = drifts.baseline()
    assert baseline.standing is not None
    (path,), (border,) = baseline.standing.paths, baseline.standing.borders
    many = replace(
        baseline.standing,
        paths=tuple(replace(path, id=f"a{number:07}") for number in range(60)),
        borders=tuple(replace(border, id=f"b{number:07}") for number in range(1260)),
    )
    told = render_text(replace(baseline, standing=many))
    assert told.count("[a00000") == told.count("[b00000") == 50
    assert "  * and 10 more: `driftline paths --exposure internet` lists them\n" in told
    assert "  * and 1,210 more: `driftline paths --border '*'` lists them\n" in told
    assert "60 paths from the internet" in told


def test_of_many_paths_that_came_to_light_the_gravest_are_listed() -> None:
    seen = replace(drifts.new_path(), action=Action.NEWLY_VISIBLE, new_hop=None, why="it came to light")
    paths = tuple(
        replace(
            seen,
            id=f"c{number:07}",
            paths=(drifts.path(f"operation://prod//s{number}/GET /", class_tier="weak"),),
        )
        for number in range(70)
    )
    told = render_text(replace(drifts.quiet(), visible_paths=paths))
    assert told.count("[c00000") == 50
    assert "  * and 20 more: `driftline paths` lists them\n" in told
    assert told.count("why *: it came to light") == 1
