"""`driftline config` answers with the right exit code, to the right stream, and overwrites nothing."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from config.description import example
from daemon.cli import app

Write = Callable[[str], Path]
run = CliRunner()


def test_check_of_a_good_file_says_so(write: Write) -> None:
    file = write('[driftline]\nname = "x"\n')
    answer = run.invoke(app, ["config", "check", "--config", str(file)])
    assert (answer.exit_code, answer.stdout, answer.stderr) == (0, f"{file}: no errors\n", "")


def test_check_of_a_bad_file_names_every_error_and_exits_2(write: Write) -> None:
    file = write("[mail]\nprot = 1\nport = 0\n")
    answer = run.invoke(app, ["config", "check", "--config", str(file)])
    assert (answer.exit_code, answer.stdout) == (2, "")
    assert answer.stderr == (
        f"{file}:2: mail.prot: is no known key; did you mean port?\n"
        f"{file}:3: mail.port: must be at least 1 (it is 0)\n"
        "2 errors in the settings\n"
    )


def test_check_reads_the_file_that_the_environment_names(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DRIFTLINE_CONFIG", str(write("[mail]\nport = 0\n")))
    assert run.invoke(app, ["config", "check"]).exit_code == 2


def test_show_prints_values_with_origins(write: Write) -> None:
    file = write("[mail]\nport = 25\n")
    answer = run.invoke(app, ["config", "show", "-c", str(file)])
    assert answer.exit_code == 0
    assert tomllib.loads(answer.stdout)["mail"]["port"] == 25
    assert any(
        line.split("#") == ["port = 25".ljust(len(line.split("#")[0])), f" {file}:2"]
        for line in answer.stdout.splitlines()
    )


def test_show_as_json_has_a_version(write: Write) -> None:
    file = write("[mail]\nport = 25\n")
    answer = json.loads(run.invoke(app, ["config", "show", "--json", "-c", str(file)]).stdout)
    assert answer["format_version"] == "1.0"
    assert {"key": "mail.port", "value": 25, "origin": f"{file}:2"} in answer["data"]


def test_show_of_a_bad_file_exits_2(write: Write) -> None:
    answer = run.invoke(app, ["config", "show", "-c", str(write("[mail"))])
    assert answer.exit_code == 2
    assert "is not TOML" in answer.stderr


def test_schema_is_json() -> None:
    assert json.loads(run.invoke(app, ["config", "schema"]).stdout)["title"] == "Driftline settings"


def test_init_prints_the_example() -> None:
    assert run.invoke(app, ["config", "init"]).stdout == example()


def test_init_writes_a_file_that_checks_and_never_overwrites_one(tmp_path: Path) -> None:
    file = tmp_path / "new.toml"
    first = run.invoke(app, ["config", "init", "--output", str(file)])
    assert (first.exit_code, first.stdout, file.read_text()) == (0, "", example())
    assert run.invoke(app, ["config", "check", "-c", str(file)]).exit_code == 0
    file.write_text("mine")
    second = run.invoke(app, ["config", "init", "--output", str(file)])
    assert (second.exit_code, file.read_text()) == (2, "mine")
    assert second.stderr.startswith(f"{file} exists and is left as it is")


def test_init_into_a_missing_directory_says_so(tmp_path: Path) -> None:
    answer = run.invoke(app, ["config", "init", "--output", str(tmp_path / "absent" / "new.toml")])
    assert answer.exit_code == 2
    assert "cannot be written: No such file or directory" in answer.stderr
