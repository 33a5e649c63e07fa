"""Reports as a page for mail clients: bounded, self-contained, escaped, the same content as the text."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest

from daemon.report.html import render_html
from daemon.values.drift import Drift
from tests.support import drifts
from tests.support.golden import Golden

HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=a>\x1b[31m\u202e\r\n{{ 7*7 }}"


class Page(HTMLParser):
    """The tags and the text of a page; fails on tags that do not close."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.text: list[str] = []
        self._open: list[str] = []
        self.feed(html)
        self.close()
        assert not self._open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs
        if tag != "meta":
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text.append(data)


@pytest.mark.parametrize(("name", "drift"), drifts.everything())
def test_a_page_reads_as_its_golden_file(name: str, drift: Drift, golden: Golden) -> None:
    golden.check(f"{name}.html", render_html(drift))


@pytest.mark.parametrize("drift", [drift for _, drift in drifts.everything()])
def test_a_page_is_one_table_without_script_or_remote_content(drift: Drift) -> None:
    page = Page(render_html(drift))
    assert page.tags.count("table") == 1
    assert ("width", "640") in page.attributes
    assert not {"script", "img", "link", "iframe", "object", "form", "a", "svg"} & set(page.tags)
    assert not re.search(r"https?:|url\(|@import|javascript:", render_html(drift))
    assert "prefers-color-scheme:dark" in "".join(page.text)


def test_a_page_tells_what_the_text_tells() -> None:
    said = re.sub(r"\s+", " ", "".join(Page(render_html(drifts.full(), limit=1000)).text))
    for words in (
        "Snapshot 41 → 42",
        "GET /orders/{id} (internet) → checkout → orders-db public.customers(email, ssn)",
        "user.government_id",
        "border EU → US, eu-central-1 reaches us-east-1",
        "aa000001",
        "why + listed now, not before",
        "denied: rds:DescribeDBInstances",
        "17 changes ignored: autoscaling noise, see OPS-12",
        "3 extents not observed",
    ):
        assert words in said


def test_hostile_text_stays_text() -> None:
    hostile, harmless = (
        Page(render_html(drifts.hostile(HOSTILE))),
        Page(render_html(drifts.hostile("x" * len(HOSTILE)))),
    )
    assert hostile.tags == harmless.tags
    assert hostile.attributes == harmless.attributes
    assert "alert(1)" in "".join(hostile.text)
    assert all(line.isprintable() for line in "".join(hostile.text).replace("\u00a0", " ").split("\n"))


def test_fifty_thousand_changes_fit_below_100_kb_with_the_first_fifty_and_the_totals() -> None:
    html = render_html(drifts.huge())
    assert len(html.encode()) < 100_000
    page = "".join(Page(html).text)
    assert len(re.findall(r"web-\d+-", page)) == 50
    assert "50,949 more lines, all shown by: driftline diff 41 42" in page
    assert "50,000 added; 500 extents not observed" in page


def test_long_lines_are_fewer_lines_and_none_is_cut() -> None:
    html = render_html(drifts.huge(2_000, name_length=5_000))
    assert len(html.encode()) < 100_000
    shown = len(re.findall(r"web-\d+-x{4900,}", html))
    assert 0 < shown < 50
    assert f"{3_000 - 1 - shown:,} more lines" in html


def test_a_notice_stands_above_the_report() -> None:
    html = render_html(drifts.quiet(), notice="This report is <late>.")
    assert html.index("This report is &lt;late&gt;.") < html.rindex("no changes")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_colour_has_contrast_enough_on_the_card(scheme: str) -> None:
    html = render_html(drifts.full(), notice="late", limit=1000)
    inline = html[html.index("</style>") :]
    if scheme == "light":
        pairs = [(ink, "ffffff") for ink in re.findall(r"[;\"]color:#([0-9a-f]{6})", inline)]
    else:
        sheet = html[html.index("@media") : html.index("</style>")]
        pairs = [(ink, "161b22") for ink in re.findall(r"[{;]color:#([0-9a-f]{6})!", sheet)]
    assert len(set(pairs)) > 5
    for ink, ground in set(pairs):
        assert contrast(ink, ground) >= 4.5, (ink, ground)


def contrast(one: str, other: str) -> float:
    """WCAG 2.2, contrast ratio."""
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
