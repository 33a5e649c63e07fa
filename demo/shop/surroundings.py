"""What a service is told about its surroundings, and how it reaches its databases and its neighbours."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import psycopg
import requests

PATIENCE = 10.0  # seconds for any call


@dataclass(frozen=True, slots=True)
class Surroundings:
    """The environment variables of a service, as its task definition would set them."""

    version: int
    database_host: str
    """The endpoint's name, as the cloud tells it: spans report it."""
    profiles_host: str
    database_address: str
    """Where that name really leads: there is no DNS here."""
    database_port: int
    orders: str
    accounts: str
    notifications: str
    mailer: str

    @classmethod
    def read(cls, environment: Mapping[str, str] = os.environ) -> Surroundings:
        """Raises KeyError for a variable that is missing."""
        return cls(
            version=int(environment["SHOP_VERSION"]),
            database_host=environment["DATABASE_HOST"],
            profiles_host=environment["PROFILES_HOST"],
            database_address=environment["DATABASE_ADDRESS"],
            database_port=int(environment["DATABASE_PORT"]),
            orders=environment["ORDERS_URL"],
            accounts=environment["ACCOUNTS_URL"],
            notifications=environment["NOTIFICATIONS_URL"],
            mailer=environment["MAILER_URL"],
        )

    def shop(self, statement: str, *values: object) -> list[tuple[object, ...]]:
        """Runs one statement on the shop's database; returns the rows, or none if it returns none."""
        return self._run(self.database_host, "shop", statement, values)

    def profiles(self, statement: str, *values: object) -> list[tuple[object, ...]]:
        """The same on the analytics database."""
        return self._run(self.profiles_host, "analytics", statement, values)

    def _run(
        self, host: str, database: str, statement: str, values: Sequence[object]
    ) -> list[tuple[object, ...]]:
        with (
            psycopg.connect(
                host=host,
                hostaddr=self.database_address,
                port=self.database_port,
                dbname=database,
                user="shop",
                connect_timeout=int(PATIENCE),
            ) as connection,
            connection.cursor() as cursor,
        ):
            cursor.execute(statement.encode(), values or None)
            return cursor.fetchall() if cursor.description else []


def fetch(url: str, **query: str) -> dict[str, object]:
    """The JSON that a neighbour answers. Raises requests.RequestException if it does not."""
    answer = requests.get(url, params=query, timeout=PATIENCE)
    answer.raise_for_status()
    document: dict[str, object] = answer.json()
    return document


def send(url: str, document: Mapping[str, object]) -> dict[str, object]:
    """Posts a document; returns the JSON of the answer. Raises requests.RequestException."""
    answer = requests.post(url, json=document, timeout=PATIENCE)
    answer.raise_for_status()
    reply: dict[str, object] = answer.json()
    return reply
