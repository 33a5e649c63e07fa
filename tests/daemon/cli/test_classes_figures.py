"""`driftline classes evaluate` and `list` print figures and classes; a bad file is an error with its line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from daemon.cli.classes import app

LABELS = "table,column,class\ncustomers,email,Email_Address\ncustomers,phone,user.name\ncustomers,status,\n"


def run(*arguments: str) -> str:
    result = CliRunner().invoke(app, list(arguments))
    assert result.exit_code == 0, result.output
    return result.output


@pytest.fixture
def labels(tmp_path: Path) -> Path:
    file = tmp_path / "labels.csv"
    file.write_text(LABELS)
    return file


def test_figures_are_printed(labels: Path) -> None:
    lines = [line.split() for line in run("evaluate", str(labels)).splitlines()]
    assert ["user.contact.email", "1.0", "1.0", "1.0", "1", "1", "1"] in lines
    assert ["3", "columns"] in lines
    assert ["strict", "0.5", "0.5", "0.5", "1", "2", "2"] in lines
    assert ["personal", "1.0", "1.0", "1.0", "2", "2", "2"] in lines
    assert lines[-2][:4] == ["customers.phone", "user.name", "user.contact.phone_number", "phone"]


def test_figures_as_json(labels: Path) -> None:
    data: dict[str, Any] = json.loads(run("evaluate", str(labels), "--json", "--mistakes", "1"))["data"]
    assert data["columns"] == 3
    assert {row["figure"]: row["f1"] for row in data["figures"]} == {
        "strict": 0.5,
        "lenient": 0.5,
        "personal": 1.0,
        "macro": 0.5,
    }
    assert [each["column"] for each in data["mistakes"]] == ["customers.phone"]


def test_own_words_for_classes(tmp_path: Path) -> None:
    file = tmp_path / "labels.json"
    file.write_text('{"customers": {"email": "Post"}}')
    words = tmp_path / "words.toml"
    words.write_text('"user.contact.email" = ["Post"]\n')
    assert "strict 1.0" in " ".join(run("evaluate", str(file), "--labels", str(words)).split())


def test_a_bad_file_names_the_line(tmp_path: Path) -> None:
    file = tmp_path / "labels.csv"
    file.write_text("table,column,class\nt,c,Whatsit\n")
    result = CliRunner().invoke(app, ["evaluate", str(file)])
    assert result.exit_code == 2
    assert "line 2" in result.output


def test_classes_are_listed() -> None:
    rows = {row["class"]: row for row in json.loads(run("list", "--json"))["data"]}
    email = rows["user.contact.email"]
    assert (email["sensitivity"], email["label"]) == ("personal", "e-mail address")
    assert email["rules"] > 1
    assert email["phrases"] > email["rules"]
    assert "user.contact.email" in run("list")


def test_an_explanation_as_json() -> None:
    data = json.loads(run("explain", "shop.customers.address.city", "--json"))["data"]
    assert (data["schema"], data["table"], data["column"]) == ("shop", "customers.address", "city")
    assert data["class"] == "user.contact.address.city"
    assert data["rule"] == "city"
