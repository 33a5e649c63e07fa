"""A collection: each planned extent is answered once, whatever collectors do."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from collectors.contract import Request
from collectors.model import Answer, Extent, Json, Relation
from daemon.collection import collect
from daemon.store.spool import Spool
from tests.support.snapshots import ELSEWHERE, QUEUES, listing, queue


@dataclass
class Cloud:
    """Answers what it was given."""

    answers: list[Answer]
    name: str = "aws"

    def plan(self) -> Iterator[Request]:
        for extent in (QUEUES, ELSEWHERE):
            yield Request(self.name, (extent,))

    def asked(self) -> frozenset[Extent]:
        return frozenset({QUEUES, ELSEWHERE})

    def answer(self, request: Request) -> Iterator[Answer]:
        return (answer for answer in self.answers if answer.extent in request.extents)

    def close(self) -> None: ...


class Unasked:
    """No collector here follows others."""

    def relations(self, verb: str) -> tuple[Relation, ...]:
        raise AssertionError(verb)

    def stored(self, kind: str) -> frozenset[str]:
        raise AssertionError(kind)


def collected(folder: Path, cloud: Cloud) -> dict[str, str]:
    spool = Spool(folder / "spool", lambda document: document)
    try:
        with ThreadPoolExecutor(2) as threads:
            collect([cloud], spool, threads, {}, Unasked())
        return {outcome.extent.scope.region: outcome.state for outcome in spool.outcomes()}
    finally:
        spool.close()


def test_an_answer_that_cannot_be_written_down_is_a_gap_of_its_extent_alone(tmp_path: Path) -> None:
    endless: Json = "deep"
    for _ in range(5000):
        endless = [endless]
    found = collected(tmp_path, Cloud([listing(queue("a", x=endless)), listing(extent=ELSEWHERE)]))
    assert found == {"eu-central-1": "failed", "us-east-1": "listed"}
