"""Windows: all of the time is asked for, however little fits into an answer, a look, or between two clocks."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise

import pytest

from collectors.errors import NotListed
from collectors.model import Why
from collectors.traces.pulls import windows
from collectors.traces.pulls.source import Found, Step, TooMuch
from collectors.traces.pulls.windows import FURTHEST, Pace, Window
from collectors.traces.spans import Span
from tests.support.traces import proto_span, read, resource_spans

[SPAN] = read(resource_spans("shop", [proto_span("a", "server", "GET /")]))
NOW = 1_790_000_000.0
HOUR = 3600.0


@dataclass
class Server:
    """Keeps a span for each of some moments; answers so many at once, and for so many seconds."""

    moments: list[float] = field(default_factory=list)
    answers: int = 1_000_000
    longest: float = 1e9
    windows: list[Window] = field(default_factory=list)

    def read(self, window: Window) -> Iterator[Found]:
        self.windows.append(window)
        found = [at for at in self.moments if window.start <= at < window.end]
        if len(found) > self.answers or window.seconds > self.longest:
            raise TooMuch(Why.PARTIAL, "too much", "Part")
        yield [SPAN] * len(found)


def pace(now: float = NOW, first: float = HOUR) -> Pace:
    return Pace(first, 300.0, 900.0, lambda: now)


def soon() -> float:
    return time.monotonic() + 60


def spans(steps: list[Step]) -> list[Span]:
    return [span for step in steps for span in step.spans]


def test_the_first_look_and_those_after_it_leave_nothing_out() -> None:
    server, bookmark = Server(), ""
    for now in (NOW, NOW + 60, NOW + 5 * HOUR):
        for step in pace(now).steps(bookmark, soon(), server.read):
            bookmark = step.bookmark
    assert server.windows[0].start == NOW - HOUR
    assert server.windows[-1].end == NOW + 5 * HOUR
    for before, after in pairwise(server.windows):
        assert before.end - 300 <= after.start <= before.end
    assert {round(one.start) for one in server.windows} >= {
        round(NOW - 300),
        round(NOW + 60 - 300),
    }  # late spans


def test_what_is_too_much_is_asked_for_in_parts_and_the_length_is_kept() -> None:
    server = Server([NOW - 1000 + n / 10 for n in range(1000)], answers=300)
    steps = list(pace().steps("", soon(), server.read))
    assert len(spans(steps)) == 1000
    answered = [one for one in server.windows if server.windows.count(one) == 1]
    assert min(one.seconds for one in answered) < 60
    asked = len(server.windows)
    half = next(step.bookmark for step in steps if " " in step.bookmark)
    server.windows.clear()
    list(pace().steps(half, soon(), server.read))
    assert server.windows[0].seconds == float(half.split()[1]) < 900
    assert len(server.windows) < asked


def test_windows_grow_again_where_there_is_little() -> None:
    server = Server()
    list(pace().steps(f"{NOW - HOUR:.3f} 10.000", soon(), server.read))
    lengths = [one.seconds for one in server.windows]
    assert lengths[:7] == [10.0, 20.0, 40.0, 80.0, 160.0, 320.0, 640.0]
    assert max(lengths) <= 900


def test_spans_that_are_in_memory_at_once_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(windows, "AT_ONCE", 100)
    server = Server([NOW - 800 + n for n in range(500)])
    steps = list(pace(first=900).steps("", soon(), server.read))
    assert len(spans(steps)) == 500
    assert max(len(step.spans) for step in steps) <= 100


def test_a_second_that_is_too_much_is_a_gap() -> None:
    server = Server(longest=0.1)
    with pytest.raises(TooMuch):
        list(pace().steps("", soon(), server.read))
    assert server.windows[-1].seconds <= 1


def test_a_look_that_ends_too_early_is_followed_by_a_shorter_one() -> None:
    """A window takes longer than a look: without learning it would be begun for ever."""
    tried: list[float] = []

    def slow(window: Window) -> Iterator[Found]:
        tried.append(window.seconds)
        if window.seconds > 200:
            while time.monotonic() < until:
                time.sleep(0.002)
            raise NotListed(Why.UNREACHABLE, "did not answer before the deadline", "Deadline")
        yield [SPAN]

    bookmark = ""
    for _ in range(3):
        until = time.monotonic() + 0.05
        looking = pace(first=900).steps(bookmark, until, slow)
        bookmark = next(looking).bookmark
        with pytest.raises(NotListed, match="before the deadline"):
            next(looking)
    assert tried == [900.0, 450.0, 225.0]
    assert next(pace(first=900).steps(bookmark, soon(), slow)).spans == [SPAN]


def test_a_refusal_that_is_none_of_length_is_told_at_once() -> None:
    def denied(_: Window) -> Iterator[Found]:
        yield ()
        raise NotListed(Why.DENIED, "no")

    steps: list[Step] = []
    with pytest.raises(NotListed):
        steps.extend(pace().steps("", soon(), denied))
    assert steps == []


def test_a_clock_that_was_set_back_loses_no_time() -> None:
    server = Server()
    steps = list(pace().steps(f"{NOW + 86_400:.3f}", soon(), server.read))
    assert (server.windows[0].start, server.windows[-1].end) == (NOW - HOUR, NOW)
    assert steps[-1].bookmark == f"{NOW:.3f}"


def test_a_clock_that_is_a_little_ahead_is_none_that_was_set_back() -> None:
    server = Server()
    list(pace().steps(f"{NOW + 10:.3f}", soon(), server.read))
    assert server.windows == [Window(NOW - 290, NOW)]


def test_what_no_one_keeps_any_more_is_left_out_and_told() -> None:
    server = Server()
    first, *_ = pace().steps(f"{NOW - FURTHEST - 2 * 86_400:.3f}", soon(), server.read)
    assert first.faults == ("2.0 days, because nothing is asked for that is older than 30 days",)
    assert server.windows[0].start == NOW - FURTHEST
