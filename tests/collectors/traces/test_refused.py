"""Refusals are gaps of coverage: for each sender, as long as they are recent, in words that change seldom."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from collectors.contract import Request
from collectors.model import Answer, Extent, Gap, Listing, Relation, Scope, Why
from collectors.traces import refused
from collectors.traces.collector import TracesCollector
from collectors.traces.memory import MemoryFacts
from collectors.traces.refused import Reason
from config.settings import compose
from daemon.store.journal import Journal
from tests.support.command_line import CommandLine

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC).timestamp()
DAY = 86_400.0


class Nothing:
    """A cycle in which nobody answered anything."""

    def relations(self, verb: str) -> tuple[Relation, ...]:
        assert verb
        return ()

    def stored(self, kind: str) -> frozenset[str]:
        assert kind
        return frozenset()


def told(memory: MemoryFacts, now: float = NOON) -> list[Answer]:
    collector = TracesCollector(memory, compose({}).traces, clock=lambda: now)
    requests: list[Request] = list(collector.follow(Nothing()))
    found = [answer for request in requests for answer in collector.answer(request)]
    assert [answer.extent for answer in found] == [one for request in requests for one in request.extents]
    return found


def test_without_refusals_nothing_is_answered() -> None:
    assert told(MemoryFacts()) == []


def test_each_sender_has_a_gap_that_ends_a_day_after_its_newest_refusal() -> None:
    memory = MemoryFacts()
    memory.record(
        [
            refused.fact("shop", Reason.FOREIGN, NOON - 3 * DAY, NOON - 10, 1_234),
            refused.fact("shop", Reason.LARGE, NOON - 3 * DAY, NOON - 2 * DAY, 7),
            refused.fact("", Reason.BUSY, NOON - 10, NOON - 10, 1),
        ],
        1,
    )
    anyone, shop = (Extent("traces.sender", Scope("traces", name)) for name in ("anyone", "shop"))
    assert told(memory) == [
        Gap(
            anyone,
            Why.PARTIAL,
            "1 requests or more were refused since 2026-11-22: facts could not be stored in time; their senders were "
            "asked to come again",
        ),
        Gap(
            shop,
            Why.PARTIAL,
            "1,000 spans or more were refused since 2026-11-19: they claimed what is not the sender's "
            "(traces.senders)",
        ),
    ]
    later = told(memory, NOON + DAY)
    assert [type(answer) for answer in later] == [Listing, Listing]


def test_more_of_the_same_is_told_in_the_same_words() -> None:
    memory = MemoryFacts()
    said = set()
    for _ in range(60):
        memory.record([refused.fact("shop", Reason.FOREIGN, NOON, NOON, 1)], 1)
        (gap,) = told(memory)
        assert isinstance(gap, Gap)
        said.add(gap.detail.split()[0])
    assert said == {"1", "2", "5", "10", "20", "50"}


def test_every_reason_is_told() -> None:
    for reason in Reason:
        memory = MemoryFacts()
        memory.record([refused.fact("shop", reason, NOON, NOON, 1)], 1)
        (gap,) = told(memory)
        assert isinstance(gap, Gap)
        assert "were refused" in gap.detail


def test_coverage_and_the_report_name_what_was_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    config = tmp_path / "driftline.toml"
    config.write_text(f'[driftline]\nstate_directory = "{tmp_path / "state"}"\n[traces]\nenabled = true\n')
    now = datetime.now(UTC).timestamp()
    journal = Journal(tmp_path / "state" / "facts.db")
    journal.record([refused.fact("shop", Reason.FOREIGN, now, now, 1_234)], 5)
    journal.close()
    line = CommandLine(monkeypatch, capsys)
    for _ in range(2):
        line(config, "collect")
    text = " ".join(line(config, "coverage").output.split())
    assert "1,000 spans or more were refused since" in text
    assert "traces shop traces.sender" in text
    (gap,) = json.loads(line(config, "coverage", "--json").output)["data"]["gaps"]
    assert gap["why"] == "partial"
