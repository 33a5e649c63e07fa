"""What the listing of a cloud costs: CPU of this process alone, since the cloud's fake runs in another."""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from multiprocessing.connection import Connection
from tempfile import TemporaryDirectory
from typing import TypeVar

from collectors.contract import Collector
from collectors.model import Listing
from collectors.redaction import scrub_json
from daemon.analysis import fields
from daemon.store import documents
from docs.bench.figures import Figure, now_mib, peak_mib
from docs.bench.snapshots import snapshots

Made = TypeVar("Made")
Account = TypeVar("Account")
Serve = Callable[[Connection, str, int], None]
"""Starts a cloud's fake of a size in a folder, sends the account that leads to it, waits for a word, and ends."""

DEADLINE = 600.0


def figures(
    made: Callable[[Account], Collector],
    alone: Callable[[Account], None],
    serve: Serve,
    size: int,
    unit: str,
) -> list[Figure]:
    """What it costs to list and commit. `made`: the collector; `alone`: what the SDK does without us, the floor."""
    account: Account
    with _elsewhere(serve, size) as account:
        before = now_mib()
        listings, listing = _cpu(lambda: _listed(made(account)))
        memory = max(peak_mib() - before, 0.0)
        floor = _cpu(lambda: alone(account))[1]
    count = sum(len(each.resources) for each in listings)
    assert count >= size, f"{count} of {size} were listed"
    shaping = _cpu(lambda: _shaped(listings))[1]
    with snapshots() as store:
        _, committing = _cpu(lambda: store.take(listings))
    whole = listing + shaping + committing
    words = f"{unit}/CPU s"
    return [
        Figure("pages read and turned into JSON by the SDK alone", size / floor, words, floor="the floor"),
        Figure("listed", size / listing, words, floor / listing, "the SDK alone"),
        Figure("listed, redacted, spooled and committed", size / whole, words, floor / whole, "the SDK alone",
               f"{listing:.1f} + {shaping:.1f} + {committing:.1f} s: listing, redaction, store"),
        Figure("memory of listing", memory, "MiB",
               note=f"above what the process had before; {size:,} {unit} of one scope, {-(-size // 1000)} pages"),
    ]  # fmt: skip


def _cpu(work: Callable[[], Made]) -> tuple[Made, float]:
    """What the work gives, and the CPU seconds that this process took over it."""
    begun = time.process_time()
    made = work()
    return made, time.process_time() - begun


def _listed(collector: Collector) -> Sequence[Listing]:
    """Every answer of one cycle, each of them a listing."""
    try:
        answers = [answer for request in collector.plan() for answer in collector.answer(request)]
    finally:
        collector.close()
    found = [answer for answer in answers if isinstance(answer, Listing)]
    assert len(found) == len(answers)
    return found


def _shaped(listings: Sequence[Listing]) -> None:
    """What the spool is given: each document of a listing redacted and in canonical order."""
    for listing in listings:
        for resource in listing.resources:
            document = scrub_json(documents.of_resource(resource))
            assert isinstance(document, dict)
            fields.canonical(document)


@contextmanager
def _elsewhere(serve: Serve, size: int) -> Iterator[Account]:
    """The account of a fake that runs in a process of its own."""
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    with TemporaryDirectory() as folder:
        process = context.Process(target=serve, args=(there, folder, size))
        process.start()
        there.close()  # or a fake that ended early would be waited for without an end
        try:
            yield here.recv()
            here.send(None)
        finally:
            here.close()
            process.join(30)
