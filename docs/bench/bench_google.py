"""How fast Google Cloud is listed and committed, against turning the same pages into JSON by the SDK alone."""

from __future__ import annotations

import multiprocessing
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeVar

from google.protobuf.json_format import MessageToDict

from collectors.gcp.collector import GcpCollector
from collectors.gcp.inventory import Inventory
from collectors.gcp.resources import ROWS
from collectors.gcp.sessions import GcpAccount, Session
from collectors.model import Listing
from collectors.redaction import scrub_json
from daemon.analysis import fields
from daemon.store import documents
from docs.bench.figures import Figure, now_mib, peak_mib
from docs.bench.snapshots import snapshots

Made = TypeVar("Made")

_DEADLINE = 600.0
_ROOT = Path(__file__).parents[2]


def run(size: int) -> list[Figure]:
    """`size`: assets, of all types that have a row."""
    with _server(size) as account:
        before = now_mib()
        listings, listing = _cpu(lambda: _listed(account, size))
        memory = max(peak_mib() - before, 0.0)
        _, floor = _cpu(lambda: _pages(account, size))
    _, shaping = _cpu(lambda: [_shaped(each) for each in listings])
    with snapshots() as store:
        _, committing = _cpu(lambda: store.take(listings))
    whole = listing + shaping + committing
    return [
        Figure("pages read and turned into JSON by the SDK alone", size / floor, "assets/CPU s", floor="the floor"),
        Figure("listed", size / listing, "assets/CPU s", floor / listing, "the SDK alone"),
        Figure("listed, redacted, spooled and committed", size / whole, "assets/CPU s", floor / whole,
               "the SDK alone"),
        Figure("memory of listing", memory, "MiB",
               note=f"above what the process had before; {size:,} assets of one scope, {-(-size // 1000)} pages"),
    ]  # fmt: skip


def _cpu(work: Callable[[], Made]) -> tuple[Made, float]:
    """What the work gives, and the CPU seconds that this process took over it."""
    begun = time.process_time()
    made = work()
    return made, time.process_time() - begun


def _listed(account: GcpAccount, size: int) -> list[Listing]:
    collector = GcpCollector([account], deadline=_DEADLINE)
    try:
        answers = [answer for request in collector.plan() for answer in collector.answer(request)]
    finally:
        collector.close()
    found = [answer for answer in answers if isinstance(answer, Listing)]
    assert len(found) == len(answers)
    assert sum(len(each.resources) for each in found) == size
    return found


def _pages(account: GcpAccount, size: int) -> None:
    """The same pages, each document turned into JSON and dropped."""
    session, seen = Session(account), [0]

    def count(asset: Any) -> None:  # google.cloud.asset.v1.Asset
        MessageToDict(asset.resource.data)
        seen[0] += 1

    types = [row.asset_type for row in ROWS]
    Inventory().traverse(session, types, lambda: count, time.monotonic() + _DEADLINE)
    session.close()
    assert seen[0] == size


def _shaped(listing: Listing) -> None:
    """What the spool does with each document of a listing before it is written."""
    for resource in listing.resources:
        document = scrub_json(documents.of_resource(resource))
        assert isinstance(document, dict)
        fields.canonical(document)


@contextmanager
def _server(size: int) -> Iterator[GcpAccount]:
    """The fake, in a process of its own, so that its work is not counted."""
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    with TemporaryDirectory() as folder:
        process = context.Process(target=_serve, args=(there, folder, size))
        process.start()
        try:
            yield here.recv()
        finally:
            here.send(None)
            process.join(30)


def _serve(pipe: Connection, folder: str, size: int) -> None:
    sys.path.insert(0, os.fspath(_ROOT))
    from google.cloud.asset_v1 import Asset  # noqa: PLC0415 - in the server's process alone

    from tests.support import gcp_estate, gcp_fake  # noqa: PLC0415 - in the server's process alone

    estate = gcp_estate.assets()
    with gcp_fake.fake(Path(folder)) as fake:
        fake.world.assets = estate[:size]
        for number in range(size - len(fake.world.assets)):
            made = Asset(estate[1 + number % (len(estate) - 1)])  # there is one project
            made.name = f"{made.name}-{number}"
            fake.world.assets.append(made)
        pipe.send(fake.account())
        pipe.recv()
