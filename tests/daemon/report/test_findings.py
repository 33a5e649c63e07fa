"""How a vulnerable library is told."""

from __future__ import annotations

from dataclasses import replace

from daemon.comparison import only_alarms
from daemon.notify.mail import subject
from daemon.report.html import render_html
from daemon.report.text import render_text
from daemon.values.drift import Action, FindingChange, Totals
from daemon.values.finding import Finding, FindingIdentity
from tests.support import drifts

IMAGE = "image://registry.example/shop/orders@sha256:bbbbbbbbbbbbbbbb"
STARTED = FindingChange(
    id="0badcafe",
    action=Action.ADDED,
    finding=Finding(
        FindingIdentity("service://prod//orders", "pkg:maven/x/log4j-core", "CVE-2021-44228"),
        "log4j-core",
        "2.14.1",
        IMAGE,
        "critical",
        ("2.15.0",),
        "Remote code execution in Log4j",
    ),
    version_before="",
    images_before=("image://registry.example/shop/orders@sha256:aaaaaaaaaaaaaaaa",),
    paths=(),
    why="the image it runs now contains it, the one it ran before did not",
)
DRIFT = replace(drifts.quiet(), findings=(STARTED,), totals=Totals(new_findings=1))


def test_a_library_with_a_cve_is_told_with_images_fix_and_reason() -> None:
    lines = [line.rstrip() for line in render_text(DRIFT).splitlines()]
    start = lines.index("Libraries with known vulnerabilities")
    assert lines[start + 1].startswith("  ! orders runs log4j-core 2.14.1")
    assert lines[start + 1].endswith("[0badcafe]")
    told = " ".join(" ".join(line.split()) for line in lines[start + 1 : start + 8])
    for words in (
        "CVE-2021-44228, critical",
        "fixed in 2.15.0 Remote code execution in Log4j",
        "image: shop/orders@aaaaaaaaaaaa -> shop/orders@bbbbbbbbbbbb",
        "data: on no known path to personal data",
        "why: the image it runs now contains it, the one it ran before did not",
    ):
        assert words in told
    assert lines[-1] == "1 new vulnerable library"


def test_paths_of_a_library_are_counted_as_they_are_listed() -> None:
    email = drifts.path()
    name = drifts.path(data_class="user.name", columns=("full_name",))
    inside = drifts.path(drifts.SIGNUP, exposure="internal")
    told = " ".join(
        render_text(replace(DRIFT, findings=(replace(STARTED, paths=(email, name, inside)),))).split()
    )
    assert "on 2 paths to personal data, 1 from the internet: user.contact.email, user.name" in told


def test_an_altered_version_and_one_that_went_have_their_own_words() -> None:
    altered = replace(STARTED, action=Action.ALTERED, version_before="2.13.0")
    gone = replace(STARTED, action=Action.REMOVED)
    text = render_text(replace(DRIFT, findings=(altered, gone)))
    assert "~ orders runs log4j-core 2.13.0 -> 2.14.1" in text
    assert "- orders no longer runs log4j-core 2.14.1" in text


def test_it_stands_in_the_page_and_in_the_subject() -> None:
    assert "CVE-2021-44228" in render_html(DRIFT)
    assert (
        subject(DRIFT) == "driftline prod: 0 new PII paths, 1 new CVE, 0 added, 0 altered, 0 removed (22 Nov)"
    )


def test_an_alarm_leaves_libraries_to_the_digest_whose_count_names_them() -> None:
    alarm = only_alarms(
        replace(drifts.full(), findings=(STARTED,), totals=Totals(new_paths=1, new_findings=1))
    )
    assert "known vulnerabilities" not in render_text(alarm)
    assert "CVE" not in subject(alarm)


def test_a_library_is_called_by_its_own_name_where_its_group_says_no_more() -> None:
    def told(package: str, name: str) -> str:
        identity = FindingIdentity("service://prod//orders", package, "CVE-2021-44228")
        change = replace(STARTED, finding=replace(STARTED.finding, identity=identity, component=name))
        return render_text(replace(DRIFT, findings=(change,)))

    group = "org.apache.logging.log4j"
    assert "runs log4j-core 2.14.1" in told(f"pkg:maven/{group}/log4j-core", f"{group}/log4j-core")
    assert "runs @angular/core 2.14.1" in told("pkg:npm/%40angular/core", "@angular/core")
