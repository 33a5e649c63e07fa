"""A whole installation in one folder, without a cloud: what it looks at is written here, day by day.

    home = Home(folder)
    home.hear(0); home.cycle(0)
    home.hear(1); home.cycle(1)

On the first day there is a shop; on the second, something is added, altered, removed, and a service reads data that
it did not read before, so that the commit holds a merge, bindings, paths and deliveries; on later days nothing is
new. Clocks stand still within a day: the same days give the same database, byte by byte of every row.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import text
from sqlmodel import SQLModel

from collectors.contract import Request
from collectors.model import Alias, Answer, Extent, Listing, Relation, Resource, Role, Scope
from collectors.traces.facts import Flows
from config.settings import Settings, compose
from daemon import assembly
from daemon.cycle import Outcome, Parts, run
from daemon.store.database import Database
from daemon.store.journal import Journal, path_of
from tests.support.traces import Value, proto_span, read, resource_spans

FIRST = datetime(2026, 11, 22, 6, 0, tzinfo=UTC)
PLACE = Scope("aws", "111122223333", "eu-central-1")
ARN = "arn:aws:{service}:eu-central-1:111122223333:{name}"
ENDPOINT = "orders.aaaaaaaaaa.eu-central-1.rds.amazonaws.com"


def moment(day: int) -> datetime:
    """When the cycle of a day begins and ends."""
    return FIRST + timedelta(days=day)


@dataclass(frozen=True, slots=True)
class Written:
    """A collector whose cloud is this file."""

    day: int
    name: str = "aws"

    def plan(self) -> Iterator[Request]:
        """One request for each type."""
        for extent in _listed(self.day):
            yield Request(self.name, (extent,))

    def asked(self) -> frozenset[Extent]:
        """All of them."""
        return frozenset(_listed(self.day))

    def answer(self, request: Request) -> Iterator[Answer]:
        """What there is on this day."""
        for extent in request.extents:
            resources = sorted(_listed(self.day)[extent], key=lambda each: each.urn)
            relations = tuple(
                Relation(each.urn, "encrypted_by", Alias("public", "arn", f"key/{each.name}"))
                for each in resources
            )
            yield Listing(extent, tuple(resources), relations, "rules 1")

    def close(self) -> None:
        """Nothing is open."""


def _listed(day: int) -> dict[Extent, list[Resource]]:
    queues = [
        _resource("sqs", f"orders-{number}", Role.QUEUE, attributes={"depth": 1 + (number == 1 and day > 0)})
        for number in range(6)
        if number != (2 if day else 5)
    ]
    orders = _resource(
        "rds", "orders", Role.DATA_STORE, "instance", aliases=(Alias("public", "host", ENDPOINT),)
    )
    functions = [
        _resource("lambda", name, Role.WORKLOAD, "function", public=name == "checkout")
        for name in ("checkout", "accounts")
    ]
    return {
        Extent("aws.sqs.queue", PLACE): queues,
        Extent("aws.rds.instance", PLACE): [orders],
        Extent("aws.lambda.function", PLACE): functions,
    }


def _resource(service: str, name: str, role: Role, kind: str = "queue", **given: Any) -> Resource:
    where = name if kind == "queue" else f"{'db' if service == 'rds' else kind}:{name}"
    urn = ARN.format(service=service, name=where)
    return Resource(urn, f"aws.{service}.{kind}", name, PLACE, role, **given)


QUERIES = (
    ("checkout", "GET /orders/{id}", "SELECT status, full_name FROM orders WHERE id = $1"),
    ("accounts", "GET /profile", "SELECT email, phone, date_of_birth FROM customers WHERE id = $1"),
)


@dataclass
class Home:
    """The installation in a folder. `url`: of another database than the usual file."""

    folder: Path
    url: str = ""
    sections: Mapping[str, Mapping[str, object]] = field(default_factory=dict)

    @property
    def settings(self) -> Settings:
        """Its settings; nothing of it reaches the network."""
        values: dict[str, Mapping[str, object]] = {
            "driftline": {"name": "test", "state_directory": str(self.folder)},
            "database": {"url": self.url},
            "publish": {"min_interval": "0s"},
            "traces": {"grpc": "", "http": "127.0.0.1:0", "warm_up": "0s"},
            "mail": {
                "host": "127.0.0.1", "security": "none", "sender": "driftline@shop.example",
                "recipients": ["ops@shop.example", "privacy@shop.example"],
            },
        }  # fmt: skip
        return compose(
            {**values, **{name: {**values.get(name, {}), **s} for name, s in self.sections.items()}}
        )

    @property
    def file(self) -> Path:
        """The snapshot database, if it is a file."""
        return self.folder / "driftline.db"

    @property
    def published(self) -> Path:
        """The copy for readers."""
        return self.folder / "published" / "driftline.db"

    @contextmanager
    def store(self) -> Iterator[Database]:
        """The snapshot database, migrated."""
        database = assembly.open_store(self.settings)
        try:
            yield database
        finally:
            database.close()

    def hear(self, day: int) -> None:
        """The services of a day report; returns when all of it is in the journal."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with closing(Journal(path_of(self.settings))) as journal:
            Flows(journal).record(read(*(_spans(*each) for each in QUERIES[: day + 1])), 10.0)

    def cycle(self, day: int, *, publish: bool = True) -> Outcome:
        """The cycle of a day."""
        with self.store() as database, self.parts(database, day, publish=publish) as parts:
            return run(parts)

    @contextmanager
    def parts(self, database: Database, day: int, *, publish: bool = True) -> Iterator[Parts]:
        """What the cycle of a day works with. `publish`: with the copy at the end."""
        settings = self.settings
        if not publish:
            settings = Home(
                self.folder, self.url, {**self.sections, "publish": {"min_interval": "9999d"}}
            ).settings
        with (
            closing(assembly.open_journal(settings)) as journal,
            assembly.parts(settings, database, journal, lambda: moment(day)) as made,
        ):
            yield Parts(
                settings, database, (Written(day), *made.collectors), made.executor, made.rules, made.clock
            )

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """What the snapshot database answers."""
        with self.store() as database, database.reading() as connection:
            return [tuple(row) for row in connection.execute(text(query))]

    def content(self) -> dict[str, list[tuple[Any, ...]]]:
        """Every row of every table, sorted."""
        with self.store() as database, database.reading() as connection:
            return {
                table.name: sorted(map(tuple, connection.execute(table.select())), key=repr)
                for table in SQLModel.metadata.sorted_tables
            }


def _spans(service: str, operation: str, statement: str) -> Any:
    method, route = operation.split(" ", 1)
    served: dict[str, Value] = {
        "http.request.method": method, "http.route": route, "client.address": "203.0.113.9",
    }  # fmt: skip
    asked: dict[str, Value] = {
        "db.system.name": "postgresql", "db.namespace": "shop", "db.query.text": statement,
        "server.address": ENDPOINT, "server.port": 5432,
    }  # fmt: skip
    return resource_spans(
        service,
        [
            proto_span(f"{service} serves", "server", operation, trace=service, attributes=served),
            proto_span(f"{service} asks", "client", "query", f"{service} serves", 0.01, 0.02, service, asked),
        ],
        {
            "cloud.provider": "aws", "cloud.region": PLACE.region, "cloud.account.id": PLACE.account,
            "cloud.resource_id": ARN.format(service="lambda", name=f"function:{service}"),
        },
    )  # fmt: skip


_NAMED = (
    *(("resource_version", f"{name}_id", name) for name in ("resource", "extent", "document")),
    *(("relation_version", f"{name}_id", name) for name in ("relation", "extent", "document")),
    ("coverage", "extent_id", "extent"),
)
"""What names a row of another table without a constraint that says so."""


def damage(path: Path) -> str:
    """What SQLite's own checks find in a file, and rows that name what is not there; "" if nothing."""
    with closing(sqlite3.connect(path)) as connection:
        found = [row[0] for row in connection.execute("PRAGMA integrity_check") if row[0] != "ok"]
        found += [f"foreign key: {row}" for row in connection.execute("PRAGMA foreign_key_check")]
        for table, column, named in _NAMED:
            there = {row[1] for row in connection.execute(f"PRAGMA table_info({table})")}
            if column not in there:
                continue  # of the first schema, or nothing was made yet
            query = f"SELECT id FROM {table} WHERE {column} NOT IN (SELECT id FROM {named})"
            found += [f"{table} {row[0]}: its {column} is not there" for row in connection.execute(query)]
    return "; ".join(found)
