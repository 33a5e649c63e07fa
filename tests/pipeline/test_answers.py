"""What an API is declared to answer, from its document to view, report and drift, on both engines."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from config.settings import Settings
from config.shape import Declaration
from daemon import comparison
from daemon.report.text import render_text
from daemon.store.keeping.verify import verify
from daemon.values.drift import Action, Drift
from tests.support.prepared import Home, moment

ASKED = "select direction, data_class, answer from v1_data_paths where origin_operation like '%/GET /profile'"


@dataclass
class Declaring(Home):
    """An installation whose settings name the document of accounts."""

    @property
    def settings(self) -> Settings:
        """With the document beside the database."""
        named = Declaration(service="accounts", environment="prod", file=str(self.document))
        return super().settings.model_copy(update={"declared": (named,) if self.document.exists() else ()})

    @property
    def document(self) -> Path:
        """Where it is."""
        return self.folder / "accounts.json"

    def declare(self, *fields: str) -> None:
        """The answer to `GET /profile` has these fields."""
        schema = {"properties": {field: {} for field in fields}}
        answer = {"content": {"application/json": {"schema": schema}}}
        paths = {"/profile": {"get": {"responses": {"200": answer}}}}
        self.document.write_text(json.dumps({"openapi": "3.0.0", "paths": paths}))

    def drift(self, before: int, after: int) -> Drift:
        """What a report of two snapshots says."""
        with self.store() as database, database.reading() as connection:
            return comparison.compare(connection, self.settings, before, after, moment(after))


def home(folder: Path, url: str, days: Sequence[int]) -> Declaring:
    """Cycles of these days, with what they bring."""
    one = Declaring(folder, url)
    for day in days:
        one.hear(day)
        one.cycle(day)
    return one


def test_an_api_that_begins_to_return_what_it_read_is_an_alteration(tmp_path: Path, engine_url: str) -> None:
    one = home(tmp_path / "state", engine_url, ())
    one.folder.mkdir()
    one.declare("status")
    for day in (0, 1):
        one.hear(day)
        one.cycle(day)
    assert {row[1]: row[2] for row in one.rows(ASKED)}["user.contact.email"] == "reads"
    one.declare("status", "email")
    one.cycle(2)
    drift = one.drift(2, 3)
    (change,) = drift.altered_paths
    assert (change.action, change.why) == (Action.ALTERED, "the same path, with answer reads -> returns")
    (path,) = change.paths
    assert path.identity.data_class == "user.contact.email"
    told = " ".join(render_text(drift).split())
    assert 'returned: declared field email: column "email": the word "email" names an e-mail address' in told
    found = {row[1]: row[2] for row in one.rows(ASKED)}
    assert found.pop("user.contact.email") == "returns"
    assert set(found.values()) == {"reads"}
    with one.store() as database, database.reading() as connection:
        assert verify(connection).damages == ()


def test_a_document_that_is_named_for_the_first_time_is_knowledge(tmp_path: Path, engine_url: str) -> None:
    one = home(tmp_path / "state", engine_url, (0, 1))
    assert {row[2] for row in one.rows(ASKED)} == {"may return"}
    assert "answer: may return it" in " ".join(render_text(one.drift(1, 2)).split())
    one.declare("email")
    one.cycle(2)
    drift = one.drift(2, 3)
    assert (drift.altered_paths, drift.new_paths, drift.gone_paths) == ((), (), ())
    assert {line.symbol for line in drift.restated} == {"="}
    assert {row[1]: row[2] for row in one.rows(ASKED)}["user.contact.email"] == "returns"
