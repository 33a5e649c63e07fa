"""`driftline classes explain` answers with a class and its reason, or the reason why there is none."""

from __future__ import annotations

from typer.testing import CliRunner

from collectors.traces.classes import VERSION
from daemon.cli.classes import app


def explain(*arguments: str) -> str:
    result = CliRunner().invoke(app, ["explain", *arguments])
    assert result.exit_code == 0, result.output
    return result.output


def test_a_personal_column_is_explained() -> None:
    output = explain("public.customers.ssn")
    assert output.splitlines()[0] == "user.government_id.national_identification_number"
    assert 'column "ssn": the word "ssn" names a government id' in output
    assert VERSION in output


def test_a_harmless_column_is_explained_too() -> None:
    output = explain("customers.email_verified")
    assert output.splitlines()[0] == "no data class"
    assert 'the word "verified" after "email"' in output


def test_siblings_give_context() -> None:
    assert explain("train.name").startswith("no data class")
    with_siblings = explain("train.name", "--siblings", "first_name, birth_date")
    assert with_siblings.startswith("user.name\n")
    assert "other columns" in with_siblings


def test_a_column_without_table_is_refused() -> None:
    result = CliRunner().invoke(app, ["explain", "email"])
    assert result.exit_code == 2
    assert "customers.email" in result.output
