"""`driftline traces import`: counts on stdout, faults on stderr, facts in the journal."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from daemon.cli import app
from daemon.store.journal import Journal
from tests.support.command_line import CommandLine
from tests.support.trace_formats import lines, zipkin
from tests.support.traces import export, proto_span, resource_spans


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "driftline.toml"
    path.write_text(f'[driftline]\nstate_directory = "{tmp_path / "state"}"\n')
    return path


@pytest.fixture
def line(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> CommandLine:
    return CommandLine(monkeypatch, capsys)


@pytest.fixture
def traces(tmp_path: Path) -> Path:
    path = tmp_path / "traces.binpb"
    path.write_bytes(export(resource_spans("shop", [proto_span("a", "server", "GET /")])))
    return path


def test_a_file_is_imported_into_the_journal(config: Path, traces: Path, tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["traces", "import", "--config", str(config), str(traces)])
    assert result.exit_code == 0, result.output
    assert re.fullmatch(re.escape(f"{traces}: otlp protobuf, 1 span, ") + r"[2-9] facts\n", result.stdout)
    journal = Journal(tmp_path / "state" / "facts.db")
    try:
        assert list(journal.environments()) == ["prod"]
    finally:
        journal.close()


def test_json_has_a_format_version(config: Path, traces: Path) -> None:
    result = CliRunner().invoke(app, ["traces", "import", "--json", "--config", str(config), str(traces)])
    shown = json.loads(result.stdout)
    assert shown["format_version"] == "1.0"
    assert shown["data"][0]["spans"] == 1


def test_a_file_that_is_none_is_named_and_the_others_are_imported(
    config: Path, traces: Path, tmp_path: Path
) -> None:
    letter = tmp_path / "letter.txt"
    letter.write_text("Dear all")
    result = CliRunner().invoke(app, ["traces", "import", "--config", str(config), str(letter), str(traces)])
    assert result.exit_code == 1
    assert result.stderr.startswith(f"{letter}: is not a trace file")
    assert "1 span," in result.stdout


def test_bad_settings_are_a_usage_error(tmp_path: Path, traces: Path, line: CommandLine) -> None:
    config = tmp_path / "bad.toml"
    config.write_text("[tracess]\n")
    said = line(config, "traces", "import", str(traces))
    assert said.code == 2
    assert "tracess" in said.error


def test_a_journal_that_cannot_be_used_is_named(
    config: Path, traces: Path, tmp_path: Path, line: CommandLine
) -> None:
    (tmp_path / "state").mkdir()
    (tmp_path / "state" / "facts.db").write_bytes(b"no database" * 100)
    said = line(config, "traces", "import", str(traces))
    assert said.code == 1
    assert "facts.db" in said.error


def test_what_could_not_be_read_and_what_a_format_lacks_is_told(config: Path, tmp_path: Path) -> None:
    path = tmp_path / "zipkin.json"
    path.write_bytes(lines(zipkin()) + b"[{\n")
    result = CliRunner().invoke(app, ["traces", "import", "--config", str(config), str(path)])
    assert result.exit_code == 1
    first, links, sampling = result.stdout.splitlines()
    assert first.endswith(", 1 not read, lacks links, sampling")
    assert links == "without links: a consumer is joined to a producer by the topic's name only"
    assert sampling.startswith("without sampling: how often a flow was seen counts only")
    assert result.stderr.startswith(f"{path}: line 2 is not JSON")
