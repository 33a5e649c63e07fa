"""What every provider must pass, whatever it looks at: the promises of `collectors.contract`, each as a test.

A provider joins in a dozen lines, in tests/collectors/test_conformance.py: a context manager that starts its
cloud (a fake or a real server, filled with a world that has canaries in it) and yields a `Subject`, and a line
in `PROVIDERS`.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import pytest

from collectors.contract import Collector
from collectors.model import Answer, Extent, Gap, Listing, Why
from daemon.cycle import _shape as shape  # what a cycle does with each document
from daemon.store.spool import Spool

READING = re.compile(r"(?:^|[:./])(?:list|get|describe|read|search|query)", re.IGNORECASE)


@dataclass(frozen=True)
class Subject:
    """A provider in front of its cloud.

    `make`: a collector of this cloud, as the registry would make it, new each time.
    `pages`: on how many pages the listing that `break_page` breaks comes; at least 3.
    `break_page(k)`: from now on page k of that listing fails, each time it is asked for.
    `deny()`: from now on every listing is refused for want of permission.
    `heal()`: fair weather again.
    `called()`: the permissions that the calls made so far need. `allowed`: those that
    `driftline permissions` prints. `canaries`: secrets that the world holds. `sdk`: modules of the SDK.
    """

    make: Callable[[], Collector]
    pages: int
    break_page: Callable[[int], object]
    deny: Callable[[], object]
    heal: Callable[[], object]
    called: Callable[[Collector], Collection[str]]
    allowed: Collection[str]
    canaries: Sequence[str]
    sdk: Sequence[str]


Answers = dict[Extent, Answer]


def cycle(collector: Collector) -> Answers:
    """Every answer of one cycle; fails if an extent is planned or answered twice, or not at all."""
    requests = list(collector.plan())
    planned = [extent for request in requests for extent in request.extents]
    assert len(planned) == len(set(planned)), "an extent is planned twice"
    answers: Answers = {}
    with ThreadPoolExecutor(4) as threads:
        for request, answered in zip(
            requests, threads.map(lambda each: list(collector.answer(each)), requests), strict=True
        ):
            assert sorted(each.extent for each in answered) == sorted(request.extents)
            answers.update({each.extent: each for each in answered})
    assert set(answers) == set(planned)
    return answers


def listings(answers: Answers) -> list[Listing]:
    """Those that are whole."""
    return [each for each in answers.values() if isinstance(each, Listing)]


class Conformance:
    """The suite. `subject` and `before` are fixtures of the test module, for each provider one.

    `before`: the answers of a cycle in which nothing went wrong.
    """

    @pytest.fixture(autouse=True)
    def _fair_weather(self, subject: Subject) -> None:
        subject.heal()

    def test_each_extent_is_answered_exactly_once(self, subject: Subject, before: Answers) -> None:
        collector = subject.make()
        planned = {extent for request in collector.plan() for extent in request.extents}
        asked = collector.asked()
        collector.close()
        assert planned == set(before)
        assert asked == planned
        assert all(isinstance(each, Listing) for each in before.values()), before.values()
        assert sum(len(each.resources) for each in listings(before)) > 5

    def test_a_request_for_some_of_the_extents_is_answered_alike(
        self, subject: Subject, before: Answers
    ) -> None:
        collector = subject.make()
        for request in collector.plan():
            extent = request.extents[-1]
            single = type(request)(request.collector, (extent,), request.parameters, request.deadline)
            assert list(collector.answer(single)) == [before[extent]]
        collector.close()

    def test_the_same_world_gives_equal_answers(self, subject: Subject, before: Answers) -> None:
        collector = subject.make()
        first, second = cycle(collector), cycle(collector)
        collector.close()
        assert first == before
        assert second == before

    def test_listings_are_in_order_and_name_their_rules(self, before: Answers) -> None:
        for listing in listings(before):
            assert listing.fingerprint
            assert all(one.urn < other.urn for one, other in pairwise(listing.resources))
            keys = [(each.source, each.verb, str(each.target)) for each in listing.relations]
            assert keys == sorted(set(keys))

    def test_a_urn_names_one_thing(self, before: Answers) -> None:
        kinds: dict[str, str] = {}
        for listing in listings(before):
            for resource in listing.resources:
                assert resource.type == listing.extent.type
                assert resource.scope.provider == listing.extent.scope.provider
                assert kinds.setdefault(resource.urn, resource.type) == resource.type

    def test_denied_is_a_gap_and_never_an_empty_listing(self, subject: Subject, before: Answers) -> None:
        subject.deny()
        collector = subject.make()
        answers = cycle(collector)
        collector.close()
        assert {each.extent.type for each in answers.values()} == {extent.type for extent in before}
        for answer in answers.values():
            assert isinstance(answer, Gap)
            assert answer.why is Why.DENIED
            assert "driftline permissions" in answer.detail or "denied" in answer.detail

    def test_a_broken_page_is_a_gap_and_never_a_shorter_listing(
        self, subject: Subject, before: Answers
    ) -> None:
        assert subject.pages >= 3
        for page in range(1, subject.pages + 1):
            subject.heal()
            subject.break_page(page)
            collector = subject.make()
            answers = cycle(collector)
            collector.close()
            gaps = [each for each in answers.values() if isinstance(each, Gap)]
            assert gaps, f"page {page} broke, and nobody noticed"
            for listing in listings(answers):
                assert listing == before[listing.extent]

    def test_a_gap_heals_to_what_was_there_before(self, subject: Subject, before: Answers) -> None:
        collector = subject.make()
        subject.break_page(subject.pages)
        cycle(collector)
        subject.heal()
        assert cycle(collector) == before
        collector.close()

    def test_only_reading_is_done_and_only_what_the_printed_permissions_allow(self, subject: Subject) -> None:
        collector = subject.make()
        cycle(collector)
        called = set(subject.called(collector))
        collector.close()
        assert called
        assert called <= set(subject.allowed)
        assert [each for each in subject.allowed if not READING.search(each)] == []

    def test_no_secret_reaches_the_spool(self, subject: Subject, before: Answers, tmp_path: Path) -> None:
        assert subject.canaries
        spool = Spool(tmp_path / "spool", shape)
        for answer in before.values():
            spool.add(answer)
            list(spool.rows(answer.extent))  # reading writes out what is buffered
        kept = (tmp_path / "spool").read_bytes()
        spool.close()
        assert [each for each in subject.canaries if each.encode() in kept] == []

    def test_closing_twice_is_safe(self, subject: Subject) -> None:
        collector = subject.make()
        collector.close()
        collector.close()
        used = subject.make()
        cycle(used)
        used.close()
        used.close()

    def test_the_sdk_is_not_loaded_by_the_registry(self, subject: Subject) -> None:
        code = (
            "import sys, collectors.registry as r; r.reporting(); import daemon.cli; "
            f"print([name for name in {[*subject.sdk]!r} if name in sys.modules])"
        )
        answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
        assert answer.stdout.strip() == "[]"
