"""Every query of the cookbook runs on every engine, and finds what the demo is known to hold."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from daemon.store.database import Database, open_database
from daemon.store.public import document
from daemon.store.public.catalogue import ALL
from daemon.store.schema import migrate
from demo.postgres import Database as Named
from demo.postgres import Server
from tests.support.mail_server import free_port
from tests.support.pages import Block, Reader, blocks

PAGE = "docs/database.md"
QUERIES = [block for block in blocks(PAGE, "sql") if not block.reason]
VALUES = {
    "since": 1,
    "number": 2,
    "urn": "service://demo/shop/loyalty",
    "service": "service://demo/shop/accounts",
}

FOUND = {
    "New data paths since a snapshot": ("user.government_id.national_identification_number", "EU/EEA->US"),
    "Every operation that the internet can call and that reads government ids": ("GET /account/{customer}",),
    "Personal data that crosses a border": ("EU/EEA->US", "customer_profiles"),
    "What is not observed, and since when": ("aws.rds.instance", "denied", "rds:DescribeDBInstances"),
    "Services that talk to third parties and read personal data": ("notifications", "api.mailer.example"),
    "Where each kind of personal data is kept, and how many operations reach it": ("user.contact.email",),
    "One resource, version by version": ("added", "loyalty"),
    "What a snapshot changed": ("legacy-dlq", "removed", "data_path"),
    "Who calls a service": ("service://demo/shop/storefront",),
    "Mails that have not arrived": (),
}
"""What each query shows of the demo; the last finds nothing, since all mails arrived."""


def title(query: Block) -> str:
    page = (Path(document.PATH)).read_text()
    return re.findall(r"^### (.+)$", page[: page.index(query.text)], re.MULTILINE)[-1]


def answers(database: Database, query: Block) -> list[Any]:
    named = set(re.findall(r":(\w+)", query.text))
    with database.reading() as connection:
        values = {name: VALUES[name] for name in named}
        return [tuple(row) for row in connection.execute(text(query.text), values)]


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with Server(free_port(), [Named("cookbook", "")], "127.0.0.1") as running:
        yield running


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def empty(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    url = f"sqlite:///{tmp_path_factory.mktemp('empty')}/driftline.db"
    if request.param == "postgresql":
        port = request.getfixturevalue("server").port
        url = f"postgresql+psycopg://shop@127.0.0.1:{port}/cookbook"
    database = open_database(url)
    migrate(database)
    yield database
    database.close()


def test_the_cookbook_has_a_title_for_each_query() -> None:
    assert [title(query) for query in QUERIES] == list(FOUND)


@pytest.mark.parametrize("query", QUERIES, ids=title)
def test_a_query_runs_on_an_empty_database(empty: Database, query: Block) -> None:
    assert answers(empty, query) == []


@pytest.mark.parametrize("query", QUERIES, ids=title)
def test_a_query_finds_what_the_demo_holds(reader: Reader, query: Block) -> None:
    database = open_database(f"sqlite:///{reader.folder}/demo-output/driftline.db")
    try:
        rows = answers(database, query)
    finally:
        database.close()
    wanted = FOUND[title(query)]
    assert bool(rows) == bool(wanted)
    assert [word for word in wanted if word not in str(rows)] == []


def test_the_views_that_readers_are_granted_are_all_there_are() -> None:
    [grant] = [block.text for block in blocks(PAGE, "sql") if block.reason]
    assert re.findall(r"v1_\w+", grant) == [view.name for view in ALL]


def test_the_dictionary_is_what_the_views_are() -> None:
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
