"""Readers of the database find the same rows on PostgreSQL as on SQLite: of every view, and of every question."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import pytest

from daemon.deliveries import StoreOutbox
from daemon.notify.delivery import deliver_due
from daemon.store.draft import drafting
from daemon.store.public.catalogue import ALL
from daemon.store.public.cookbook import COOKBOOK
from daemon.store.public.question import Question
from daemon.values.drift import Origin
from daemon.values.finding import Finding, FindingIdentity
from demo.postgres import Server
from tests.pipeline.conftest import Running
from tests.support import pipeline
from tests.support.engines import empty_database
from tests.support.fault_proxy import FaultProxy
from tests.support.mail_server import free_port
from tests.support.pipeline import ACCOUNT, EU, MAILER, QUEUES, US, Installation, Shop

EMPTY = {"v1_components"}
"""Views without rows here: no image was looked into."""
LIBRARY = FindingIdentity("service://prod//accounts", "pkg:maven/l/log4j-core", "CVE-2021-44228")
FIRST_QUEUE = f"arn:aws:sqs:{EU}:{ACCOUNT}:{QUEUES[0]}"
BEFORE, AFTER = "2026-11-22T00:00:00Z", "2040-01-01T00:00:00Z"

ANSWERS: dict[str, tuple[dict[str, str], int, tuple[str, ...]]] = {
    "new-paths": ({"snapshot": "1"}, 5, ("GET /risk/{id}", "EU/EEA->US", MAILER)),
    "government-ids": ({}, 1, ("GET /risk/{id}", "public.profiles", "national_id")),
    "borders": ({}, 1, ("EU/EEA->US", "GET /risk/{id}", "user.government_id")),
    "third-party-readers": ({}, 1, ("service://prod//mailer", MAILER, "user.contact.email")),
    "new-third-parties": ({"since": BEFORE}, 1, (MAILER, "POST /campaigns")),
    "data-kept": ({}, 5, ("user.name", "public.buyers", "profiles-db")),
    "class-holders": ({"data_class": "user.contact"}, 4, ("orders-db", "email", "phone", "POST /news")),
    "unclassified-tables": ({}, 1, ("public.orders", "reads", "service://prod//checkout")),
    "vulnerable-data": ({}, 1, ("critical", "CVE-2021-44228", "service://prod//accounts", "user.name")),
    "account-changes": (
        {"account": ACCOUNT, "since": BEFORE, "until": AFTER}, 2, (QUEUES[0], "altered", QUEUES[4], "removed"),
    ),
    "snapshot-changes": ({"snapshot": "2"}, 31, ("data_path", "GET /risk/{id}", QUEUES[4])),
    "drift-by-kind": ({"since": "2026-11-22T09:00:00Z", "until": AFTER}, 5, ("removed", "data_path")),
    "churn": ({"since": BEFORE}, 14, ("aws.sqs.queue", "reaches")),
    "resource-versions": ({"urn": FIRST_QUEUE}, 2, ("baseline", "altered", "other")),
    "resources-at": ({"account": ACCOUNT, "at": "2026-11-22T08:30:00Z"}, 13, (QUEUES[4], "profiles-db")),
    "public-resources": ({}, 1, (ACCOUNT, "function:checkout/url")),
    "neighbours": ({"urn": "service://prod//mailer"}, 5, ("runs_on", "POST /campaigns", "answers_for")),
    "callers": ({"service": "service://prod//accounts"}, 1, ("service://prod//checkout", "GET /profile")),
    "silent-flows": ({"until": AFTER}, 11, ("publishes_to", "GET /profile")),
    "gone-flows": ({"since": BEFORE}, 0, ()),
    "libraries": ({"name": "log4j-core"}, 0, ()),
    "unobserved": ({}, 1, ("aws.rds.instance", US, "denied", "rds:DescribeDBInstances")),
    "unconfirmed": ({"until": "2026-11-22T08:30:00Z"}, 1, ("profiles-db", "denied")),
    "coverage-history": ({"type": "aws.rds.instance"}, 3, ("denied", "listed", US, EU)),
    "sight": ({}, 2, ("'visible': 3", "'workloads': 3")),
    "undelivered": ({}, 2, ("ops@shop.example", "pending", "baseline")),
}  # fmt: skip
"""What each question is asked with, how many rows answer it, and what they say. Those with 0 are asked elsewhere."""


@dataclass(frozen=True, slots=True)
class Both:
    """The same story in a database of each engine."""

    sqlite: Installation
    postgresql: Installation

    def each(self) -> tuple[Installation, Installation]:
        return self.sqlite, self.postgresql


@pytest.fixture(scope="module")
def both(running: Running, postgres: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Both]:
    """Two days of the shop: a queue deleted, one altered, a region denied, a library vulnerable, mail undelivered."""
    folder = tmp_path_factory.mktemp("both")
    pipeline.clear(running.endpoint)
    pipeline.build(running.endpoint)
    running.fresh = False
    mail = pipeline.mail_to(free_port())
    with pytest.MonkeyPatch.context() as patch, ExitStack() as stack:
        for name, value in (("ACCESS_KEY_ID", "testing"), ("SECRET_ACCESS_KEY", "testing")):
            patch.setenv(f"AWS_{name}", value)
        proxy = stack.enter_context(FaultProxy(running.endpoint))
        one = stack.enter_context(pipeline.installed(folder / "one", proxy.url, mail=mail))
        url = empty_database(postgres)
        other = stack.enter_context(
            pipeline.installed(folder / "other", proxy.url, mail=mail, database={"url": url})
        )
        other.journal = one.journal  # the same spans to both
        shop = Shop(one.traces_url)
        stack.callback(shop.close)
        told = Both(one, other)
        shop.plain_day()
        one.journal.flush()  # counts too, or the second reader might see more than the first
        for home in told.each():
            home.cycle()
        shop.rich_day()
        one.journal.flush()
        sqs = pipeline.client(running.endpoint, "sqs")
        sqs.delete_queue(QueueUrl=sqs.get_queue_url(QueueName=QUEUES[4])["QueueUrl"])
        sqs.tag_queue(QueueUrl=sqs.get_queue_url(QueueName=QUEUES[0])["QueueUrl"], Tags={"team": "other"})
        proxy.rule(service="rds", region=US, effect="denied")
        for home in told.each():
            home.cycle()
            box = StoreOutbox(home.database, home.settings, home.clock)
            assert deliver_due(box, home.settings.mail, home.clock(), installation="test").errors
            judge(home)
        yield told


def judge(home: Installation) -> None:
    """A snapshot that finds a vulnerable library."""
    home.clock.advance(hours=1)
    found = Finding(LIBRARY, "log4j-core", "2.14.1", "image://r/a@sha256:aa", "critical", ("2.15.0",), "said")
    with drafting(home.database, started_at=home.clock(), committed_at=home.clock(), rules="r") as draft:
        draft.write_findings([(found, Origin.ADDED)], [])


@pytest.mark.parametrize("view", [view.name for view in ALL])
def test_a_view_shows_the_same_on_both_engines(both: Both, view: str) -> None:
    rows, others = (spelled(home.rows_of(f"select * from {view}")) for home in both.each())
    assert rows == others
    assert bool(rows) == (view not in EMPTY)


@pytest.mark.parametrize("view", ALL, ids=lambda view: view.name)
def test_what_is_documented_as_never_null_is_never_null(both: Both, view: Any) -> None:
    for home in both.each():
        for column in view.columns:
            if not column.null:
                query = f"select count(*) from {view.name} where {column.name} is null"
                assert home.rows_of(query) == [(0,)], (
                    f"{view.name}.{column.name} is null; say what that means"
                )


def test_each_question_has_an_answer_here() -> None:
    assert [question.name for question in COOKBOOK] == list(ANSWERS)


@pytest.mark.parametrize("question", COOKBOOK, ids=lambda question: question.name)
def test_a_question_is_answered_the_same_on_both_engines(both: Both, question: Question) -> None:
    values, count, words = ANSWERS[question.name]
    asked = []
    for home in both.each():
        with home.database.reading() as connection:
            asked.append(question.ask(connection, values))
    rows, others = asked
    assert [[*row] for row in rows] == [[*row] for row in others], "names of columns"
    assert spelled(tuple(row.values()) for row in rows) == spelled(tuple(row.values()) for row in others)
    assert len(rows) == count
    assert [word for word in words if word not in str(rows)] == []


def spelled(rows: Any) -> list[str]:
    """Rows sorted, in one spelling for both drivers."""
    return sorted(json.dumps([_plain(value) for value in row], sort_keys=True) for row in rows)


def _plain(value: Any) -> object:  # whatever a driver answers
    """SQLite has no booleans."""
    return int(value) if isinstance(value, bool) else value
