"""Mails: their headers, their size, the same bytes for the same delivery, nothing injected."""

from __future__ import annotations

import email
import email.policy
from dataclasses import replace
from datetime import timedelta
from email.message import EmailMessage

import pytest

from daemon.notify.mail import is_address, report_mail, subject
from daemon.notify.mail import test_mail as mail_of_test
from daemon.report.text import render_text
from daemon.values.drift import Drift, Totals
from tests.support import drifts
from tests.support.golden import Golden

HEADERS = {
    "From",
    "To",
    "Date",
    "Message-ID",
    "References",
    "List-Id",
    "List-Unsubscribe",
    "Auto-Submitted",
    "Subject",
    "X-Driftline-Snapshot",
    "MIME-Version",
    "Content-Type",
}
HOSTILE = [
    "prod\r\nBcc: everyone@x.example",
    "prod\nSubject: other\n\nbody",
    "prod\r\n\r\n<script>",
    "prod\x00\x1b[31m\u202e",
    "=?utf-8?q?=0D=0ABcc=3A_x=40y?=",
    'prod, <a@b>; "quoted" (comment)',
    "\u2028\u2029\x85\x0b\x0c",
    "東京" * 100,
    "\ud800",
    "",
]


def made(drift: Drift, key: str = "k1", **more: str) -> bytes:
    return report_mail(
        drift,
        sender="Driftline <drift+prod@ops.example>",
        recipients=("a@x.example", "Bea <b@x.example>"),
        created=drifts.AFTER.time,
        key=key,
        **more,
    ).as_bytes()


def read(content: bytes) -> EmailMessage:
    message = email.message_from_bytes(content, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    return message


def part(message: EmailMessage, subtype: str) -> str:
    body = message.get_body((subtype,))
    assert body is not None
    content = body.get_content()
    assert isinstance(content, str)
    return content.replace("\r\n", "\n")


def test_a_mail_reads_as_its_golden_file(golden: Golden) -> None:
    golden.check("full.eml", made(drifts.full()).decode("ascii"))


def test_its_text_is_the_report_in_76_columns_and_its_page_the_alternative() -> None:
    message = read(made(drifts.full()))
    assert message.get_content_type() == "multipart/alternative"
    assert part(message, "plain") == render_text(drifts.full(), width=76)
    assert part(message, "html").startswith("<!DOCTYPE html>")
    assert [content.get_content_type() for content in message.iter_parts()] == ["text/plain", "text/html"]


def test_its_headers_are_complete() -> None:
    message = read(made(drifts.full()))
    assert set(message.keys()) == HEADERS
    assert message["To"] == "a@x.example, Bea <b@x.example>"
    assert message["Date"] == "Sun, 22 Nov 2026 06:00:00 +0000"
    assert message["List-Id"] == "<prod.driftline.ops.example>"
    assert message["List-Unsubscribe"] == "<mailto:drift+prod@ops.example?subject=unsubscribe>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["X-Driftline-Snapshot"] == f"42 {drifts.AFTER.header}"


@pytest.mark.parametrize(
    ("drift", "said"),
    [
        (
            replace(drifts.full(), totals=Totals(new_paths=1, added=1, altered=41, removed=1)),
            "driftline prod: 1 new PII path, 1 added, 41 altered, 1 removed (22 Nov)",
        ),
        (
            replace(drifts.full(), totals=Totals(new_paths=2, not_observed=3)),
            "driftline prod: 2 new PII paths (22 Nov)",
        ),
        (drifts.quiet(), "driftline prod: no changes (22 Nov)"),
        (
            drifts.baseline(),
            "driftline prod: baseline, 1 PII path from the internet, 1,223 resources (22 Nov)",
        ),
        (
            replace(drifts.quiet(), gaps=drifts.full().gaps, totals=Totals(not_observed=3)),
            "driftline prod: 0 new PII paths, 0 added, 0 altered, 0 removed, 3 not observed (22 Nov)",
        ),
    ],
)
def test_its_subject_is_fixed_words_and_counts(drift: Drift, said: str) -> None:
    assert subject(drift) == said


def test_the_same_delivery_is_the_same_mail_and_another_is_not() -> None:
    assert made(drifts.full()) == made(drifts.full())
    assert read(made(drifts.full()))["Message-ID"] != read(made(drifts.full(), key="k2"))["Message-ID"]


def test_the_mails_of_one_week_refer_to_one_root() -> None:
    def root(days: int, installation: str = "prod") -> str:
        mail = report_mail(
            replace(drifts.quiet(), installation=installation),
            sender="drift@ops.example",
            recipients=("a@x.example",),
            created=drifts.AFTER.time + timedelta(days=days),
            key=str(days),
        )
        return str(mail["References"])

    assert root(0) == root(-6)  # Sunday and Monday of week 47
    assert len({root(0), root(1), root(-7), root(0, "test")}) == 4


@pytest.mark.parametrize("text", HOSTILE)
def test_no_header_can_be_injected(text: str) -> None:
    message = read(made(drifts.hostile(text), key=text, notice=text))
    assert set(message.keys()) == HEADERS
    assert len(message.keys()) == len(HEADERS)
    assert message["To"] == "a@x.example, Bea <b@x.example>"
    assert all(str(value).isprintable() for value in message.values())
    assert message["X-Driftline-Snapshot"] == "42 unknown"
    assert [content.get_content_type() for content in message.iter_parts()] == ["text/plain", "text/html"]
    test = mail_of_test(
        text, sender="d@x.example", recipients=("a@x.example",), created=drifts.AFTER.time, key=text
    )
    assert set(read(test.as_bytes()).keys()) == (HEADERS | {"Content-Transfer-Encoding"}) - {
        "X-Driftline-Snapshot"
    }


@pytest.mark.parametrize(
    "drift",
    [
        drifts.huge(),
        drifts.huge(500, name_length=10_000),
        replace(drifts.huge(10), installation="x" * 200_000),
    ],
    ids=["many", "long", "name"],
)
def test_a_mail_is_smaller_than_100_kb_and_says_what_it_leaves_out(drift: Drift) -> None:
    content = made(drift)
    assert len(content) < 100_000
    message = read(content)
    for subtype in ("plain", "html"):
        assert "more lines, all shown by: driftline diff 41 42" in part(message, subtype)
        assert f"{drift.totals.added:,} added; 500 extents not observed" in part(message, subtype)


def test_fifty_thousand_changes_are_the_first_fifty() -> None:
    text = part(read(made(drifts.huge())), "plain")
    assert text.count("\n  + ") == 50
    assert max(map(len, text.splitlines())) <= 76


def test_a_notice_stands_above_the_report_in_both_parts() -> None:
    message = read(made(drifts.quiet(), notice="This report is 26 hours late."))
    assert part(message, "plain").startswith("This report is 26 hours late.\n\nSnapshot 41 -> 42")
    assert "This report is 26 hours late." in part(message, "html")


@pytest.mark.parametrize(
    ("recipient", "good"),
    [
        ("a@x.example", True),
        ("Bea <b@x.example>", True),
        ("nobody", False),
        ("", False),
        ("a@x.example\r\nBcc: b@x.example", False),
        ("a@x.example, b@x.example", False),
    ],
)
def test_an_address_is_told_from_what_is_none(recipient: str, *, good: bool) -> None:
    assert is_address(recipient) is good
