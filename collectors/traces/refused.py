"""What the receiver refused: facts of no environment, of which coverage makes a gap for each sender."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from enum import StrEnum

from collectors.contract import Fact
from collectors.model import Answer, Extent, Gap, Listing, Scope, Why
from collectors.traces.said import detail, read_detail

NO_ENVIRONMENT = ""
"""Of facts about the receiver itself: no span can claim it, those without an environment are of `default`."""

EXTENT = "traces.sender"
FINGERPRINT = "traces.sender/1"
ANYONE = "anyone"
"""As the account of what senders without a name of their own were refused."""

_STANDS = 86_400.0
"""Seconds after the newest refusal for which the gap stands."""


class Reason(StrEnum):
    """Why something was refused."""

    FOREIGN = "foreign"
    INVALID = "invalid"
    UNKNOWN = "unknown"
    UNREADABLE = "unreadable"
    ENCODED = "encoded"
    LARGE = "large"
    SLOW = "slow"
    FLOODED = "flooded"
    BUSY = "busy"
    CROWDED = "crowded"
    FULL = "full"


_TOLD = {
    Reason.FOREIGN: ("spans", "they claimed what is not the sender's (traces.senders)"),
    Reason.INVALID: ("spans", "they had no valid ids or times"),
    Reason.UNKNOWN: (
        "requests",
        "they showed no token or certificate that the receiver knows (traces.token_file, traces.senders)",
    ),
    Reason.UNREADABLE: ("requests", "they were no traces in OTLP, or cut off"),
    Reason.ENCODED: (
        "requests",
        'they were compressed otherwise than by gzip: set "compression: gzip" in the exporter that sends them',
    ),
    Reason.LARGE: ("requests", "they were larger than traces.max_body, or swelled too much when inflated"),
    Reason.SLOW: ("requests", "they took longer than traces.body_patience"),
    Reason.FLOODED: ("requests", "too much was under way at once; their senders were asked to come again"),
    Reason.BUSY: ("requests", "facts could not be stored in time; their senders were asked to come again"),
    Reason.FULL: (
        "facts",
        "facts.db is full; find who sends names without end (`driftline services`), then move it away",
    ),
    Reason.CROWDED: ("connections", "there were more than traces.max_connections"),
}


def fact(sender: str, reason: Reason, first: float, last: float, count: int) -> Fact:
    """That this sender ("" if it has no name) was refused something so often. Times in unix seconds."""
    said = detail(reason=str(reason))
    return Fact(NO_ENVIRONMENT, f"sender://{sender or ANYONE}", "refused", "", said, first, last, count)


def answers(facts: Iterable[Fact], now: float) -> Iterator[Answer]:
    """One answer for each sender of whom refusals are known: a gap, or nothing if the newest one is long ago."""
    by_sender: dict[str, list[Fact]] = defaultdict(list)
    for each in facts:
        by_sender[each.source.removeprefix("sender://")].append(each)
    for sender, refusals in sorted(by_sender.items()):
        extent = Extent(EXTENT, Scope("traces", sender))
        lately = [each for each in refusals if each.last > now - _STANDS]
        if lately:
            yield Gap(extent, Why.PARTIAL, "; ".join(sorted(map(_sentence, lately))))
        else:
            yield Listing(extent, (), fingerprint=FINGERPRINT)


def _sentence(refusal: Fact) -> str:
    what, why = _TOLD[Reason(str(read_detail(refusal.detail)["reason"]))]
    since = datetime.fromtimestamp(refusal.first, UTC).date()
    # Rounded, so that the same trouble is told in the same words for a while: each other sentence is news.
    return f"{_at_least(refusal.count):,} {what} or more were refused since {since}: {why}"


def _at_least(count: int) -> int:
    power = int("1" + "0" * (len(str(count)) - 1))
    return max(step * power for step in (1, 2, 5) if step * power <= count)
