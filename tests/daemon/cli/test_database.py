"""`driftline database query`, `grant-reader`, `datasette` and `dbt`, and how they refuse what they cannot do."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from daemon.cli import main
from daemon.store.public.cookbook import COOKBOOK
from daemon.store.public.datasette import metadata
from daemon.store.public.dbt import sources
from demo.postgres import Server
from tests.support.snapshots import Snapshots, listing, queue

Told = Callable[..., tuple[object, str, str]]


@pytest.fixture
def told(
    store: Snapshots, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Told:
    """Runs the command line on the database: exit code, output, errors."""
    store.take(listing(queue("a")))
    store.take(listing(queue("a", size=2), queue("b")))
    url = store.database.url.render_as_string(hide_password=False)
    file = tmp_path / "driftline.toml"
    file.write_text(
        f'[driftline]\nstate_directory = "{tmp_path}"\n[database]\nurl = "{url}"\n[traces]\nenabled = false\n'
    )

    def run(*arguments: str) -> tuple[object, str, str]:
        monkeypatch.setattr(sys, "argv", ["driftline", "--config", str(file), "database", *arguments])
        with pytest.raises(SystemExit) as left:
            main()
        return left.value.code, *capsys.readouterr()

    return run


def test_a_question_is_asked_and_what_cannot_be_asked_is_refused(told: Told) -> None:
    code, said, _ = told("query")
    assert code == 0
    assert [line.split()[0] for line in said.splitlines()[1:-1]] == [question.name for question in COOKBOOK]

    code, said, _ = told("query", "snapshot-changes", "--value", "snapshot=2", "--json")
    assert code == 0
    assert [(row["action"], row["subject"]) for row in json.loads(said)["data"]] == [
        ("added", queue("b").urn),
        ("altered", queue("a").urn),
    ]
    code, said, _ = told("query", "snapshot-changes", "--value", "snapshot=2")
    assert said.splitlines()[0].split() == ["KIND", "ACTION", "TYPE", "SUBJECT"]
    code, said, _ = told("query", "borders")
    assert (code, said) == (0, "0 in all\n")

    for arguments, words in (
        (("snapshot-change",), 'no question "snapshot-change"; near: snapshot-changes'),
        (("zzz",), "without a name, all are listed"),
        (("snapshot-changes",), "snapshot-changes needs snapshot (such as 42); given: nothing"),
        (("snapshot-changes", "--value", "snapshot"), '"snapshot" is not NAME=VALUE'),
        (("snapshot-changes", "--value", "snapshot=new"), "snapshot is a number such as 42"),
    ):
        code, said, errors = told("query", *arguments)
        assert (code, said) == (2, ""), arguments
        assert words in " ".join(errors.replace("│", " ").split()), arguments


def test_a_reader_is_let_in_by_what_is_printed(
    told: Told, store: Snapshots, postgres_if_needed: Server | None
) -> None:
    code, said, errors = told("grant-reader", "auditors")
    if postgres_if_needed is None:
        assert (code, said) == (2, "")
        assert "a SQLite database has no roles" in " ".join(errors.replace("│", " ").split())
        return
    assert (code, errors) == (0, "")
    name = str(store.database.url.database)
    with postgres_if_needed.connect(name) as owner:
        owner.execute(said.encode())
    try:
        with psycopg.connect(
            hostaddr=postgres_if_needed.address, port=postgres_if_needed.port, dbname=name, user="auditors"
        ) as reader:
            assert reader.execute("SELECT count(*) FROM v1_resources").fetchone() == (2,)
    finally:
        with postgres_if_needed.connect(name) as owner:
            owner.execute("DROP OWNED BY auditors; DROP ROLE auditors")
    code, said, errors = told("grant-reader", "pg_monitor")
    assert (code, said) == (2, "")
    assert "PostgreSQL keeps the name" in " ".join(errors.replace("│", " ").split())


@pytest.fixture
def postgres_if_needed(store: Snapshots, request: pytest.FixtureRequest) -> Server | None:
    """The server, where the database is on one."""
    if store.database.sqlite:
        return None
    server: Server = request.getfixturevalue("postgres")
    return server


def test_files_for_other_tools_need_no_database(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for arguments, wanted in (
        (("datasette",), metadata("driftline")),
        (("datasette", "--database", "copy"), metadata("copy")),
        (("dbt",), sources("public")),
        (("dbt", "--schema", "shared"), sources("shared")),
    ):
        monkeypatch.setattr(sys, "argv", ["driftline", "database", *arguments])
        with pytest.raises(SystemExit) as left:
            main()
        assert (left.value.code, *capsys.readouterr()) == (0, wanted, "")
