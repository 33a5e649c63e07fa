"""Datasette and dbt get all that the catalogue says, in a form that they take."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from daemon.store.public.catalogue import ALL
from daemon.store.public.cookbook import COOKBOOK
from daemon.store.public.datasette import metadata
from daemon.store.public.dbt import sources
from daemon.store.publish import publish
from tests.support.mail_server import free_port
from tests.support.snapshots import Snapshots, listing, queue

PATIENCE = 60.0  # seconds for Datasette to come up on a busy machine


def test_dbt_has_every_column_with_what_it_means_and_what_holds() -> None:
    document = yaml.safe_load(sources("shared schema: #1"))
    assert document["version"] == 2
    [source] = document["sources"]
    assert (source["name"], source["schema"]) == ("driftline", "shared schema: #1")
    found = {
        (table["name"], column["name"]): (column["description"], column.get("data_tests", []))
        for table in source["tables"]
        for column in table["columns"]
    }
    assert [(table["name"], table["description"]) for table in source["tables"]] == [
        (view.name, view.meaning) for view in ALL
    ]
    assert {key: words for key, (words, _) in found.items()} == {
        (view.name, column.name): column.sentence for view in ALL for column in view.columns
    }
    assert found["v1_snapshots", "number"][1] == ["not_null", "unique"]
    assert found["v1_resources", "public"][1] == []
    assert found["v1_resources", "urn"][1] == ["not_null"]
    assert found["v1_resources_as_of", "urn"][1] == [], (
        "a test without a filter would read every snapshot whole"
    )


def test_datasette_has_every_column_and_hides_every_table(tmp_path: Path) -> None:
    document = json.loads(metadata("copy"))
    tables = document["databases"]["copy"]["tables"]
    assert {
        (name, column): words
        for name, table in tables.items()
        for column, words in table.get("columns", {}).items()
    } == {(view.name, column.name): column.sentence for view in ALL for column in view.columns}
    store = Snapshots.create(tmp_path)
    there = {name for (name,) in store.rows("SELECT name FROM sqlite_master WHERE type = 'table'")}
    assert {name for name, table in tables.items() if table.get("hidden")} == there - {"sqlite_sequence"}
    assert list(document["databases"]["copy"]["queries"]) == [question.name for question in COOKBOOK]


@pytest.fixture(scope="module")
def datasette(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """A real Datasette over a published copy."""
    folder = tmp_path_factory.mktemp("datasette")
    store = Snapshots.create(folder)
    store.take(listing(queue("a")))
    store.take(listing(queue("a", size=2)))
    copy = folder / "published" / "driftline.db"
    assert publish(store.database, copy, store.now)
    (folder / "metadata.json").write_text(metadata("driftline"))
    port = free_port()
    command = [
        sys.executable,
        "-m",
        "datasette",
        str(copy),
        "--metadata",
        "metadata.json",
        "--host",
        "127.0.0.1",
    ]
    with (
        (folder / "log").open("wb") as log,
        subprocess.Popen(
            [*command, "--port", str(port), "--setting", "sql_time_limit_ms", "20000"],
            cwd=folder, env={**os.environ, "HOME": str(folder)}, stdout=log, stderr=log,
        ) as process,
        httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=PATIENCE, trust_env=False) as client,
    ):  # fmt: skip
        try:
            wait(client, process, folder / "log")
            yield client
        finally:
            process.terminate()


def wait(client: httpx.Client, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and process.poll() is None:
        try:
            client.get("/-/versions.json").raise_for_status()
        except httpx.TransportError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError(log.read_text())


def answer(client: httpx.Client, path: str, **values: str) -> Any:
    return client.get(path, params=values).raise_for_status().json()


def test_datasette_shows_the_views_and_hides_the_tables(datasette: httpx.Client) -> None:
    database = answer(datasette, "/driftline.json")
    assert {view["name"] for view in database["views"]} == {view.name for view in ALL}
    assert [table["name"] for table in database["tables"] if not table["hidden"]] == []
    page = datasette.get("/driftline/v1_resources").raise_for_status().text
    assert "Identity of the resource" in page


@pytest.mark.parametrize("name", [question.name for question in COOKBOOK])
def test_datasette_answers_each_question(datasette: httpx.Client, name: str) -> None:
    [question] = [each for each in COOKBOOK if each.name == name]
    values = {each.name: each.example for each in question.parameters}
    found = answer(datasette, f"/driftline/{name}.json", _shape="objects", **values)
    assert found["ok"]


def test_datasette_answers_with_rows(datasette: httpx.Client) -> None:
    path = "/driftline/resource-versions.json"
    rows = answer(datasette, path, _shape="array", urn=queue("a").urn)
    assert [(row["valid_from"], row["origin"]) for row in rows] == [(1, "baseline"), (2, "altered")]
