"""Takes snapshots of made-up answers, so that the store is tested without a cloud."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import text

from collectors.model import Answer, Extent, Gap, Listing, Relation, Resource, Role, Scope, Why
from daemon.store import history
from daemon.store.database import Database, open_database
from daemon.store.draft import Draft, drafting
from daemon.store.schema import migrate
from daemon.store.spool import Spool
from daemon.values.drift import Difference

FRANKFURT = Scope("aws", "111122223333", "eu-central-1")
VIRGINIA = Scope("aws", "111122223333", "us-east-1")
QUEUES = Extent("aws.sqs.queue", FRANKFURT)
ELSEWHERE = Extent("aws.sqs.queue", VIRGINIA)
START = datetime(2026, 11, 22, 6, 0, tzinfo=UTC)


def queue(name: str, scope: Scope = FRANKFURT, **attributes: Any) -> Resource:
    """A resource with nothing but a name and attributes."""
    urn = f"arn:aws:sqs:{scope.region}:{scope.account}:{name}"
    return Resource(urn, "aws.sqs.queue", name, scope, Role.QUEUE, attributes=attributes)


def listing(
    *resources: Resource,
    extent: Extent = QUEUES,
    relations: Iterable[Relation] = (),
    fingerprint: str = "rules 1",
) -> Listing:
    """A complete answer."""
    return Listing(extent, resources, tuple(relations), fingerprint)


def denied(extent: Extent = QUEUES) -> Gap:
    """No answer."""
    return Gap(extent, Why.DENIED, "sqs:ListQueues")


@dataclass
class Snapshots:
    """A database, and a clock that goes an hour forward with each snapshot."""

    database: Database
    folder: Path
    now: datetime = START
    warm_up: timedelta = timedelta(0)
    taken: list[int] = field(default_factory=list)

    @classmethod
    def create(cls, folder: Path, url: str = "") -> Snapshots:
        """An empty, migrated database."""
        database = open_database(url or f"sqlite:///{folder}/driftline.db")
        migrate(database)
        return cls(database, folder)

    def take(
        self,
        *answers: Answer,
        asked: Mapping[str, frozenset[Extent] | None] | None = None,
        large_removals: Collection[Extent] = (),
    ) -> Draft:
        """One snapshot of these answers. `asked`: default, what was answered."""
        spool = Spool(self.folder / "spool", lambda document: document)
        try:
            for answer in answers:
                spool.add(answer)
            wanted = asked
            if wanted is None:
                providers = {answer.extent.scope.provider for answer in answers}
                wanted = {
                    provider: frozenset(a.extent for a in answers if a.extent.scope.provider == provider)
                    for provider in providers
                }
            with drafting(self.database, started_at=self.now, committed_at=self.now, rules="r") as draft:
                draft.merge(spool, warm_up=self.warm_up, asked=wanted, large_removals=large_removals)
        finally:
            spool.close()
        self.now += timedelta(hours=1)
        self.taken.append(draft.number)
        return draft

    def differences(self, before: int, after: int) -> list[Difference]:
        """What differs between two snapshots."""
        with self.database.reading() as connection:
            return list(history.differences(connection, before, after))

    def told(self, before: int, after: int) -> list[tuple[str, str]]:
        """The same as pairs of action and name."""
        return [(_action(each), each.name) for each in self.differences(before, after)]

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """Rows of a query."""
        with self.database.reading() as connection:
            return [tuple(row) for row in connection.execute(text(query))]


def _action(difference: Difference) -> str:
    if difference.before is None:
        return str(difference.origin)
    if difference.after is None:
        return "removed"
    return str(difference.origin)
