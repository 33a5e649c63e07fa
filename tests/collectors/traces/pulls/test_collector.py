"""What a cycle makes of sources: facts, then the bookmark; a gap for what was not read; no flow removed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

import pytest

from collectors.contract import Fact, SinkBusy
from collectors.errors import NotListed
from collectors.model import Answer, Gap, Listing, Why
from collectors.traces.facts import Flows
from collectors.traces.memory import MemoryFacts
from collectors.traces.pulls.collector import Pull, PullsCollector
from collectors.traces.pulls.source import Step, Within
from collectors.traces.spans import Span
from tests.support.traces import proto_span, read, resource_spans

NAMELESS = {"deployment.environment.name": ""}


def span(name: str) -> Span:
    [found] = read(resource_spans("shop", [proto_span(name, "server", f"GET /{name}", trace=name)], NAMELESS))
    return found


@dataclass
class Numbers:
    """A source of one span a step; the bookmark is the number of the last one."""

    fails_at: int = 99
    faults: tuple[str, ...] = ()
    kind: str = "zipkin"
    given: list[int] = field(default_factory=list)

    def steps(self, bookmark: str, until: float) -> Iterator[Step]:  # noqa: ARG002 - never waits
        for number in range(int(bookmark or 0) + 1, 5):
            if number == self.fails_at:
                raise NotListed(Why.DENIED, "no, not you")
            self.given.append(number)
            yield Step([span("abcd"[number - 1])], str(number), self.faults)


PULL = Pull("tracing", "test", 0.0, 60.0, 1000, Numbers())


def look(collector: PullsCollector) -> Sequence[Answer]:
    return [answer for request in collector.plan() for answer in collector.answer(request)]


def operations(memory: MemoryFacts) -> list[str]:
    return [fact.target[-1] for fact in memory.facts("test") if fact.verb == "has"]


def test_a_source_is_listed_with_what_it_lacks_and_its_spans_become_facts() -> None:
    memory = MemoryFacts()
    [answer] = look(PullsCollector([PULL], Flows(memory), memory))
    assert isinstance(answer, Listing)
    assert str(answer.extent) == "pulls tracing test traces.source"
    assert answer.resources[0].attributes == {"kind": "zipkin", "lacks": ["links", "sampling"]}
    assert operations(memory) == ["a", "b", "c", "d"]
    assert memory.bookmark(str(answer.extent)) == "4"


def test_a_source_that_fails_is_a_gap_and_goes_on_from_where_it_was() -> None:
    memory, source = MemoryFacts(), Numbers(fails_at=3)
    collector = PullsCollector([replace(PULL, source=source)], Flows(memory), memory)
    [answer] = look(collector)
    assert answer == Gap(PULL.extent, Why.DENIED, "no, not you")
    assert operations(memory) == ["a", "b"]
    source.fails_at = 99
    [answer] = look(collector)
    assert isinstance(answer, Listing)
    assert source.given == [1, 2, 3, 4]


def test_a_look_is_bounded_and_the_next_one_goes_on() -> None:
    memory = MemoryFacts()
    collector = PullsCollector([replace(PULL, max_spans=2)], Flows(memory), memory)
    [first] = look(collector)
    assert isinstance(first, Gap)
    assert (first.why, first.detail.partition(" and ")[0]) == (Why.PARTIAL, "stopped after 2 spans")
    assert operations(memory) == ["a", "b"]
    [second] = look(collector)
    assert isinstance(second, Listing)
    assert operations(memory) == ["a", "b", "c", "d"]


def test_a_look_that_is_too_short_for_anything_comes_further_all_the_same() -> None:
    memory = MemoryFacts()
    collector = PullsCollector([replace(PULL, deadline=-1.0)], Flows(memory), memory)
    for number, done in enumerate(("a", "ab", "abc"), 1):
        [answer] = look(collector)
        assert isinstance(answer, Gap)
        assert (answer.why, memory.bookmark(str(PULL.extent))) == (Why.PARTIAL, str(number))
        assert operations(memory) == [*done]
    assert isinstance(look(collector)[0], Listing)


def test_what_could_not_be_read_is_named_once() -> None:
    memory = MemoryFacts()
    collector = PullsCollector(
        [replace(PULL, source=Numbers(faults=("line 3 is not JSON",)))], Flows(memory), memory
    )
    [answer] = look(collector)
    assert isinstance(answer, Gap)
    assert answer.detail == "was left out: " + "line 3 is not JSON; " * 3 + "and 1 more; the rest was read"
    assert isinstance(look(collector)[0], Listing)


def test_what_could_not_be_read_is_named_also_where_the_source_fails_then() -> None:
    memory = MemoryFacts()
    source = Numbers(fails_at=3, faults=("line 3 is not JSON",))
    [answer] = look(PullsCollector([replace(PULL, source=source)], Flows(memory), memory))
    assert answer == Gap(
        PULL.extent,
        Why.DENIED,
        "no, not you; before that was left out: line 3 is not JSON; line 3 is not JSON",
    )


def test_no_bookmark_is_kept_before_the_facts() -> None:
    class Full(MemoryFacts):
        def record(self, facts: Sequence[Fact], timeout: float) -> None:  # noqa: ARG002 - as the contract has it
            raise SinkBusy("the disk is full")

    memory = Full()
    [answer] = look(PullsCollector([PULL], Flows(memory), memory))
    assert answer == Gap(PULL.extent, Why.FAILED, "what was read could not be kept: the disk is full")
    assert memory.bookmark(str(PULL.extent)) == ""


def test_a_source_with_an_interval_waits_for_its_turn() -> None:
    now, memory = [0.0], MemoryFacts()
    collector = PullsCollector([replace(PULL, every=600.0)], Flows(memory), memory, clock=lambda: now[0])
    looks = []
    for now[0] in (0.0, 300.0, 599.0, 600.0, 900.0):
        looks.append(len(look(collector)))
    assert looks == [1, 0, 0, 1, 0]
    assert collector.asked() == {PULL.extent}  # known all the while, so that nothing is retired


@pytest.mark.parametrize("named", ["", "prod"])
def test_an_environment_that_spans_name_is_left_alone(named: str) -> None:
    spans = read(resource_spans("shop", [proto_span("a")] * 2, {"deployment.environment.name": named}))
    placed = Within("test")(spans)
    assert [one.origin.attributes["deployment.environment.name"] for one in placed] == [named or "test"] * 2
    assert placed[0].origin is placed[1].origin
    assert Within("")(spans) is spans
