"""How fast Azure is listed and committed, against turning the same pages into JSON by the SDK alone."""

from __future__ import annotations

import time
from multiprocessing.connection import Connection
from pathlib import Path

from collectors.azure.collector import AzureCollector
from collectors.azure.inventory import Inventory
from collectors.azure.sessions import AzureAccount, Session
from collectors.azure.transport import deadline
from docs.bench.figures import Figure
from docs.bench.listing import DEADLINE, figures


def run(size: int) -> list[Figure]:
    """`size`: resources, of all types that have a row and some that have none."""
    return figures(
        lambda account: AzureCollector([account], deadline=DEADLINE), _pages, _serve, size, "resources"
    )


def _pages(account: AzureAccount) -> None:
    """The same pages of both inventories, read and dropped."""
    session = Session(account, connect=5.0, read=30.0, connections=4)
    try:
        with deadline(time.monotonic() + DEADLINE):
            inventory = Inventory(session)
            for each in inventory.subscriptions():
                id = str(each["id"]).rpartition("/")[2]
                assert len(inventory.resources(id)) == len(inventory.documents(id))
    finally:
        session.close()


def _serve(pipe: Connection, folder: str, size: int) -> None:
    from tests.support import azure_asking, azure_estate, azure_fake  # noqa: PLC0415 - in the fake's process alone

    subscription = azure_estate.shop()
    some = subscription.resources
    numbered = [(some[number % len(some)], f"-{number:06}") for number in range(size)]
    subscription.resources = [
        {**each, "id": f"{each['id']}{end}", "name": f"{each['name']}{end}"} for each, end in numbered
    ]
    with azure_fake.AzureFake(Path(folder), subscription) as fake:
        pipe.send(azure_asking.account(fake))
        pipe.recv()
