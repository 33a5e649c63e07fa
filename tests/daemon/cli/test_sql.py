"""`driftline sql` explains one statement and measures many."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from daemon.cli.sql import app

LABELS = """--> postgresql
--> users reads email | id
SELECT email FROM users WHERE id = $1

--> mysql
--> orders reads total
SELECT total FROM bills
"""


@pytest.fixture
def labels(tmp_path: Path) -> str:
    file = tmp_path / "labels.sql"
    file.write_text(LABELS)
    return str(file)


def test_a_statement_is_explained() -> None:
    shown = CliRunner().invoke(app, ["explain", "SELECT email FROM crm.users WHERE id = 'ann'"])
    assert "crm.users  reads  email    id" in shown.stdout
    shown = CliRunner().invoke(app, ["explain", "-", "--system", "mssql"], input="SELECT a INTO #t FROM b")
    assert "b      reads  a" in shown.stdout


def test_what_is_cut_off_is_said_to_be() -> None:
    shown = CliRunner().invoke(app, ["explain", "SELECT email FROM users WHERE na..."])
    assert "partial: cut off" in shown.stdout


def test_figures_and_mistakes_are_printed(labels: str) -> None:
    shown = CliRunner().invoke(app, ["evaluate", labels])
    lines = [line.split() for line in shown.stdout.splitlines()]
    assert ["postgresql", "1", "1.0", "1.0", "1.0", "1.0"] in lines
    assert ["mysql", "1", "0.0", "0.0", "0.0", "0.0"] in lines
    assert ["tables", "missed", "orders"] in lines
    assert ["tables", "made", "up", "bills"] in lines


def test_figures_are_printed_as_json(labels: str) -> None:
    shown = json.loads(CliRunner().invoke(app, ["evaluate", labels, "--json"]).stdout)["data"]
    assert shown["figures"][-1] == {
        "system": "all",
        "statements": 2,
        "exact_tables": 0.5,
        "table_precision": 0.5,
        "table_recall": 0.5,
        "columns": 0.5,
    }
    assert [each["tables_missed"] for each in shown["mistakes"]] == ["orders"]


def test_labels_that_cannot_be_read_are_an_error_of_use(tmp_path: Path) -> None:
    shown = CliRunner().invoke(app, ["evaluate", str(tmp_path / "none.sql")])
    assert shown.exit_code == 2
    assert "none.sql" in shown.output
