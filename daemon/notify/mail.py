"""Turns a drift into a mail: a subject of fixed words and counts, the report as text and HTML, under 100 KB."""

from __future__ import annotations

import hashlib
import re
from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from urllib.parse import quote

from daemon.notify import mailbox
from daemon.report import wording
from daemon.report.html import html_of
from daemon.report.outline import outline, shorten
from daemon.report.text import flow, text_of
from daemon.values.drift import Drift, SnapshotHead, Totals

WIDTH = 76
LINES = 50
MOST_BYTES = 100_000

# Bodies are encoded in lines of 76, but headers keep to one line: folded ones come back with a space before.
_UNFOLDED = SMTP.clone(max_line_length=500)
_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]


def report_mail(
    drift: Drift, *, sender: str, recipients: tuple[str, ...], created: datetime, key: str, notice: str = ""
) -> EmailMessage:
    """The mail of one delivery. `key` makes its Message-ID, `notice` stands above the report.

    The same arguments make the same bytes. Long reports are shortened to the first lines and the totals.
    """
    whole = outline(drift)
    lines = LINES
    while True:
        report = shorten(whole, lines)
        message = _message(drift.installation, sender, recipients, created, key)
        message["Subject"] = subject(drift)
        message["X-Driftline-Snapshot"] = _anchor(drift.after)
        above = "\n".join([*flow("", (notice,), WIDTH, 0), "", ""]) if notice else ""
        message.set_content(above + text_of(report, width=WIDTH), cte="quoted-printable")
        message.add_alternative(
            html_of(report, installation=drift.installation, notice=notice),
            subtype="html",
            cte="quoted-printable",
        )
        message.set_boundary(_digest("boundary", key)[:32])
        message.policy = _UNFOLDED
        if not lines or len(message.as_bytes()) < MOST_BYTES:
            return message
        lines //= 2


def test_mail(
    installation: str, *, sender: str, recipients: tuple[str, ...], created: datetime, key: str
) -> EmailMessage:
    """A mail that only shows that mails arrive."""
    message = _message(installation, sender, recipients, created, key)
    message["Subject"] = f"driftline {_name(installation)}: test ({_day(created)})"
    message.set_content(
        f"Mail from driftline {_name(installation)} arrives here.\n\n"
        "Reports come when something is different, or each day if mail.heartbeat is set.\n"
    )
    return message


def is_address(recipient: str) -> bool:
    """Whether mail can be addressed to `recipient` at all."""
    try:
        mailbox.parse(recipient)
    except ValueError:
        return False
    return True


def subject(drift: Drift) -> str:
    """`driftline prod: 1 new PII path, 1 added, 41 altered, 1 removed (22 Nov)`."""
    return f"driftline {_name(drift.installation)}: {_counts(drift)} ({_day(drift.after.time)})"


def _counts(drift: Drift) -> str:
    totals = drift.totals
    if drift.standing is not None:
        paths = wording.counted(len(drift.standing.paths), "PII path")
        resources = wording.counted(sum(drift.standing.resources.values()), "resource")
        return f"baseline, {paths} from the internet, {resources}"
    if drift.quiet and totals == Totals():
        return "no changes"
    altered = wording.counted(totals.altered_paths, "altered PII path") if totals.altered_paths else ""
    visible = totals.visible_paths
    light = wording.counted(visible, "newly visible PII path") if visible else ""
    fresh = (
        wording.counted(totals.new_paths, "new PII path")
        if totals.new_paths or not (altered or light)
        else ""
    )
    paths = wording.joined(", ", fresh, altered, light)
    counts = (
        paths,
        *((wording.counted(totals.new_findings, "new CVE"),) if totals.new_findings else ()),
        f"{totals.added:,} added",
        f"{totals.altered:,} altered",
        f"{totals.removed:,} removed",
    )
    others = totals.new_findings or totals.added or totals.altered or totals.removed
    if (totals.new_paths or altered or light) and not others:
        return paths
    nothing_else = not (totals.new_paths or totals.added or totals.altered or totals.removed)
    missing = (f"{totals.not_observed:,} not observed",) if nothing_else and totals.not_observed else ()
    return ", ".join((*counts, *missing))


def _message(
    installation: str, sender: str, recipients: tuple[str, ...], created: datetime, key: str
) -> EmailMessage:
    """Headers that every mail has. Whatever comes from outside is made safe, hashed or parsed first."""
    sent_by = mailbox.parse(sender, "Driftline")
    domain = _domain(sent_by)
    slug = _slug(installation)
    utc = created.astimezone(UTC)
    year, week, _ = utc.isocalendar()
    message = EmailMessage(policy=SMTP)
    message["From"] = sent_by
    message["To"] = tuple(mailbox.parse(recipient) for recipient in recipients)
    message["Date"] = format_datetime(utc)
    message["Message-ID"] = f"<{_digest('delivery', key)[:32]}@{domain}>"
    message["References"] = f"<week-{year}-{week:02}.{_digest('installation', installation)[:16]}@{domain}>"
    message["List-Id"] = f"<{slug}.driftline.{domain}>"
    message["List-Unsubscribe"] = f"<mailto:{quote(sent_by.addr_spec, safe='@+')}?subject=unsubscribe>"
    message["Auto-Submitted"] = "auto-generated"
    return message


def _anchor(snapshot: SnapshotHead) -> str:
    """Number and header digest of the snapshot: kept in a mailbox, they prove the chain was not rewritten."""
    digest = snapshot.header if re.fullmatch(r"[0-9a-fA-F]{1,128}", snapshot.header) else "unknown"
    return f"{snapshot.number} {digest}"


def _name(installation: str) -> str:
    return wording.clipped(mailbox.header_text(installation), 60)


def _day(time: datetime) -> str:
    """`22 Nov`, whatever the locale."""
    utc = time.astimezone(UTC)
    return f"{utc.day} {_MONTHS[utc.month - 1]}"


def _slug(installation: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", installation.lower()).strip("-")[:40] or "installation"


def _domain(sender: Address) -> str:
    return sender.domain if re.fullmatch(r"[A-Za-z0-9.-]+", sender.domain) else "driftline.invalid"


def _digest(purpose: str, text: str) -> str:
    return hashlib.sha256(f"{purpose}\n{text}".encode("utf-8", "backslashreplace")).hexdigest()
