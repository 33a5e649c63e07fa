"""How fast Google Cloud is listed and committed, against turning the same pages into JSON by the SDK alone."""

from __future__ import annotations

import time
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from google.protobuf.json_format import MessageToDict

from collectors.gcp.collector import GcpCollector
from collectors.gcp.inventory import Inventory
from collectors.gcp.resources import ROWS
from collectors.gcp.sessions import GcpAccount, Session
from docs.bench.figures import Figure
from docs.bench.listing import DEADLINE, figures


def run(size: int) -> list[Figure]:
    """`size`: assets, of all types that have a row."""
    return figures(lambda account: GcpCollector([account], deadline=DEADLINE), _pages, _serve, size, "assets")


def _pages(account: GcpAccount) -> None:
    """The same pages, each document turned into JSON and dropped."""
    session = Session(account)

    def drop(asset: Any) -> None:  # google.cloud.asset.v1.Asset
        MessageToDict(asset.resource.data)

    types = [row.asset_type for row in ROWS]
    Inventory().traverse(session, types, lambda: drop, time.monotonic() + DEADLINE)
    session.close()


def _serve(pipe: Connection, folder: str, size: int) -> None:
    from google.cloud.asset_v1 import Asset  # noqa: PLC0415 - in the fake's process alone

    from tests.support import gcp_estate, gcp_fake  # noqa: PLC0415 - in the fake's process alone

    estate = gcp_estate.assets()
    with gcp_fake.fake(Path(folder)) as fake:
        fake.world.assets = estate[:size]
        for number in range(size - len(fake.world.assets)):
            made = Asset(estate[1 + number % (len(estate) - 1)])  # there is one project
            made.name = f"{made.name}-{number}"
            fake.world.assets.append(made)
        pipe.send(fake.account())
        pipe.recv()
