"""Asks collectors, in parallel, and spools every answer: each planned extent exactly once."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from dataclasses import dataclass, field
from threading import Event

import structlog

from collectors.contract import Collector, Follower, Request, View
from collectors.model import Answer, Extent, Gap, Listing, Scope, Why
from daemon.store.spool import Outcome, Spool

log = structlog.get_logger()

Progress = Callable[[int, int, str], None]
"""Told after each extent: answered, planned, its name."""

_SUSPICIOUS_SHARE, _SUSPICIOUS_COUNT = 0.3, 10
"""An extent that loses at least this share and this many resources is listed once more."""


class Stopped(Exception):
    """The program is ending: nothing of this cycle is kept."""


@dataclass(slots=True)
class Collected:
    """What a collection brought besides the spool. `asked`: per collector, see `Collector.asked`."""

    asked: dict[str, frozenset[Extent] | None] = field(default_factory=dict)
    large_removals: set[Extent] = field(default_factory=set)
    seconds: float = 0.0


def collect(
    collectors: Sequence[Collector],
    spool: Spool,
    executor: Executor,
    kept: Mapping[Extent, int],
    view: View,
    progress: Progress | None = None,
    stopping: Event | None = None,
) -> Collected:
    """Spools one answer for every planned extent; never raises for weather.

    `kept`: how many resources each extent showed in the snapshot before. Where many are missing now, the
    extent is listed once more, and the second answer counts. Raises Stopped soon after `stopping` is set.
    """
    began = time.monotonic()
    collected = Collected()
    work = _Work(spool, executor, kept, collected, progress, stopping)
    work.run(collectors, lambda collector: collector.plan())
    followers = [collector for collector in collectors if isinstance(collector, Follower)]
    work.run(followers, lambda collector: collector.follow(view) if isinstance(collector, Follower) else ())
    for collector in collectors:
        if collector.name not in collected.asked:
            collected.asked[collector.name] = collector.asked()
    collected.seconds = time.monotonic() - began
    return collected


@dataclass(slots=True)
class _Work:
    """Plans and answers of one cycle."""

    spool: Spool
    executor: Executor
    kept: Mapping[Extent, int]
    collected: Collected
    progress: Progress | None
    stopping: Event | None
    planned: int = 0
    answered: int = 0

    def run(self, collectors: Sequence[Collector], plan: Callable[[Collector], Iterable[Request]]) -> None:
        """Plans with each collector and spools an answer for every extent planned."""
        running: dict[Future[list[Answer]], tuple[Collector, Request]] = {}
        for collector in collectors:
            try:
                requests = list(plan(collector))
            except Exception as error:
                # A collector that cannot even plan: all it ever listed becomes a gap, and the others go on.
                log.exception("plan_failed", collector=collector.name)
                self.collected.asked[collector.name] = None
                self.spool.add(_unplanned(collector, error))
                continue
            self.planned += sum(len(request.extents) for request in requests)
            for request in requests:
                running[self.executor.submit(_answers, collector, request)] = (collector, request)
        for future in _as_completed(running, self.stopping):
            self._spool(future, *running[future])

    def _spool(self, future: Future[list[Answer]], collector: Collector, request: Request) -> None:
        for answer in _complete(request, future):
            outcome = _kept(answer, self.spool)
            if _suspicious(outcome, self.kept):
                outcome = _again(collector, request, outcome, self.spool, self.collected)
            self.answered += 1
            if self.progress:
                self.progress(self.answered, self.planned, str(outcome.extent))
            log.debug("extent_answered", extent=str(outcome.extent), state=outcome.state, count=outcome.count)


def _as_completed(
    running: Mapping[Future[list[Answer]], object], stopping: Event | None
) -> Iterator[Future[list[Answer]]]:
    waiting = set(running)
    while waiting:
        if stopping and stopping.is_set():
            for future in waiting:
                future.cancel()
            raise Stopped
        done, waiting = wait(waiting, timeout=0.5, return_when=FIRST_COMPLETED)
        yield from done


def _answers(collector: Collector, request: Request) -> list[Answer]:
    return list(collector.answer(request))


def _complete(request: Request, future: Future[list[Answer]]) -> Iterator[Answer]:
    """The answers of a request, with a gap for each extent it failed to answer."""
    missing = dict.fromkeys(request.extents)
    detail = "the collector gave no answer"
    try:
        for answer in future.result():
            if answer.extent in missing:
                del missing[answer.extent]
                yield answer
    except Exception as error:  # a fault of ours must not look like an empty cloud
        log.exception("answer_failed", collector=request.collector)
        detail = f"{type(error).__name__} in the collector; the log has the details"
    for extent in missing:
        yield Gap(extent, Why.FAILED, detail)


def _kept(answer: Answer, spool: Spool) -> Outcome:
    """Spools an answer; one that cannot be written down (nested without end, say) is a gap of its extent alone."""
    try:
        return spool.add(answer)
    except (TypeError, ValueError, RecursionError) as error:
        log.warning("answer_unusable", extent=str(answer.extent), reason=type(error).__name__)
        detail = f"{type(error).__name__} while writing down its answer: a defect of this program, please report it"
        return spool.add(Gap(answer.extent, Why.FAILED, detail))


def _unplanned(collector: Collector, error: Exception) -> Gap:
    extent = Extent(f"{collector.name}.plan", Scope(collector.name, ""))
    return Gap(extent, Why.FAILED, f"{type(error).__name__} while planning; the log has the details")


def _suspicious(outcome: Outcome, kept: Mapping[Extent, int]) -> bool:
    before = kept.get(outcome.extent, 0)
    lost = before - outcome.count
    return outcome.state == "listed" and lost >= max(_SUSPICIOUS_COUNT, _SUSPICIOUS_SHARE * before)


def _again(
    collector: Collector, request: Request, first: Outcome, spool: Spool, collected: Collected
) -> Outcome:
    """Lists an extent once more; if it is still that much smaller, says so."""
    single = Request(request.collector, (first.extent,), request.parameters, request.deadline)
    future: Future[list[Answer]] = Future()
    try:
        future.set_result(_answers(collector, single))
    except Exception as error:  # noqa: BLE001 - becomes a gap in _complete
        future.set_exception(error)
    outcome = first
    for answer in _complete(single, future):
        outcome = _kept(answer, spool)
        if isinstance(answer, Listing) and outcome.state == "listed":
            collected.large_removals.add(first.extent)
    return outcome
