"""The page on the database says what the catalogue and the cookbook say, and the demo answers each question."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from daemon.store.database import Database, open_database
from daemon.store.public import document
from daemon.store.public.cookbook import COOKBOOK
from daemon.store.public.question import Question
from daemon.store.schema import migrate
from demo.postgres import Server
from tests.support.engines import empty_database
from tests.support.pages import Reader, blocks

PAGE = "docs/database.md"
ALWAYS, NEVER = "2020-01-01T00:00:00Z", "2040-01-01T00:00:00Z"
VALUES = {
    "account": "demo",
    "at": NEVER,
    "data_class": "user.contact",
    "name": "log4j-core",
    "service": "service://demo/shop/accounts",
    "since": ALWAYS,
    "snapshot": "1",
    "type": "aws.rds.instance",
    "until": NEVER,
    "urn": "service://demo/shop/loyalty",
}

FOUND: dict[str, tuple[str, ...]] = {
    "new-paths": ("user.government_id.national_identification_number", "EU/EEA->US"),
    "government-ids": ("GET /account/{customer}",),
    "borders": ("EU/EEA->US", "customer_profiles"),
    "third-party-readers": ("notifications", "api.mailer.example"),
    "new-third-parties": ("api.mailer.example",),
    "data-kept": ("user.contact.email",),
    "class-holders": ("user.contact.email",),
    "account-changes": ("added", "loyalty"),
    "drift-by-kind": ("data_path", "removed"),
    "churn": ("aws.sqs.queue",),
    "resource-versions": ("added", "loyalty"),
    "resources-at": ("service://demo/shop/loyalty",),
    "public-resources": ("shop-loyalty",),
    "neighbours": ("runs_on", "has"),
    "callers": ("service://demo/shop/storefront",),
    "silent-flows": ("operation://demo/shop/storefront",),
    "libraries": ("log4j-core", "2.14.1"),
    "unclassified-tables": ("public.loyalty_points",),
    "vulnerable-data": ("CVE-2021-44228", "user.contact.phone_number"),
    "unobserved": ("aws.rds.instance", "denied", "rds:DescribeDBInstances"),
    "unconfirmed": ("denied",),
    "coverage-history": ("denied", "listed"),
    "sight": ("workloads",),
}
"""What questions show of the demo; those left out find nothing there, or what another test knows."""


@pytest.fixture(params=["sqlite", "postgresql"])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    url = f"sqlite:///{tmp_path}/driftline.db"
    if request.param == "postgresql":
        server: Server = request.getfixturevalue("postgres")
        url = empty_database(server)
    database = open_database(url)
    migrate(database)
    yield database
    database.close()


def asked(database: Database, question: Question) -> list[dict[str, object]]:
    with database.reading() as connection:
        return question.ask(connection, {each.name: VALUES[each.name] for each in question.parameters})


def test_every_question_runs_on_an_empty_database(empty: Database) -> None:
    for question in COOKBOOK:
        assert asked(empty, question) == [], question.name


def test_the_demo_answers(reader: Reader) -> None:
    database = open_database(f"sqlite:///{reader.folder}/demo-output/driftline.db")
    try:
        answers = {question.name: str(asked(database, question)) for question in COOKBOOK}
    finally:
        database.close()
    missing = {name: [word for word in FOUND[name] if word not in answers[name]] for name in FOUND}
    assert not {name: words for name, words in missing.items() if words}


def test_the_page_shows_each_query_as_it_is_asked() -> None:
    shown = [block.text.strip() for block in blocks(PAGE, "sql")]
    assert shown == [question.sql.strip() for question in COOKBOOK]


def test_the_page_is_what_the_catalogue_is() -> None:
    assert document.main(["--check"]) == 0


def test_a_page_that_lags_behind_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    page = tmp_path / "database.md"
    page.write_text(f"By hand.\n{document.BEGIN}old\n")
    monkeypatch.setattr(document, "PATH", page)
    assert document.main(["--check"]) == 1
    assert f"{page} is out of date: run python -m daemon.store.public.document" in capsys.readouterr().err
    assert document.main([]) == 0
    assert "### `v1_snapshots`" in page.read_text().removeprefix(f"By hand.\n{document.BEGIN}")
    assert document.main(["--check"]) == 0
