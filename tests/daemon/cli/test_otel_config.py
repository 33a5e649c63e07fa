"""`driftline otel-config` prints YAML that a Collector can use, and that keeps ours from harming theirs."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner

from collectors.traces.semconv import RESOURCE_READERS, SPAN_NAMES, SPAN_READERS, STATEMENT_NAMES
from daemon.cli import app


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "driftline.toml"
    path.write_text(f'[driftline]\nstate_directory = "{tmp_path}"\n')
    return path


def printed(config: Path, *options: str) -> dict[str, Any]:
    result = CliRunner().invoke(app, ["--config", str(config), "otel-config", *options])
    assert result.exit_code == 0, result.output
    document = yaml.safe_load(result.stdout)
    assert isinstance(document, dict)
    return document


def kept(document: dict[str, Any], context: str) -> set[str]:
    for block in document["processors"]["transform/driftline"]["trace_statements"]:
        if block["context"] == context:
            return set(re.findall(r'"([^"]+)"', block["statements"][0]))
    raise AssertionError(context)


def test_everything_that_a_pipeline_names_is_defined(config: Path) -> None:
    document = printed(config, "--endpoint", "driftline.example.com:4317")
    assert set(document) == {"processors", "exporters", "service"}
    pipelines = document["service"]["pipelines"]
    assert list(pipelines) == ["traces/driftline"]  # theirs are not touched
    pipeline = pipelines["traces/driftline"]
    assert pipeline["receivers"] == ["otlp"]
    assert set(pipeline["processors"]) == set(document["processors"])
    assert set(pipeline["exporters"]) == set(document["exporters"])


def test_only_what_is_read_is_sent(config: Path) -> None:
    document = printed(config)
    assert kept(document, "resource") == {name.decode() for name in RESOURCE_READERS}
    spans = {name.decode() for name in SPAN_READERS} | set(STATEMENT_NAMES)
    assert kept(document, "span") == spans
    assert kept(printed(config, "--no-statements"), "span") == spans - {
        *STATEMENT_NAMES,
        *SPAN_NAMES["graphql.fields"],
    }


def test_an_outage_here_holds_up_nothing_there(config: Path) -> None:
    document = printed(config)
    exporter = document["exporters"]["otlp/driftline"]
    assert exporter["sending_queue"]["enabled"] is True
    assert exporter["sending_queue"]["block_on_overflow"] is False
    assert exporter["retry_on_failure"]["max_elapsed_time"] == "300s"
    # The batch processor is what keeps a full queue's error from the receivers: it must come last.
    assert document["service"]["pipelines"]["traces/driftline"]["processors"][-1] == "batch/driftline"


@pytest.mark.parametrize(
    ("options", "tls", "headers"),
    [
        ([], {"insecure": True}, None),
        (["--endpoint", "a.example.com:4317"], {"insecure": False}, None),
        (["--endpoint", "a.example.com:4317", "--no-tls"], {"insecure": True}, None),
        (["--tls", "--ca-file", "/etc/ca.pem"], {"ca_file": "/etc/ca.pem"}, None),
        (["--token-env", "T"], {"insecure": True}, {"authorization": "Bearer ${env:T}"}),
        (["--token-file", "/run/t"], {"insecure": True}, {"authorization": "Bearer ${file:/run/t}"}),
    ],
)
def test_tls_and_token(
    config: Path, options: list[str], tls: dict[str, Any], headers: dict[str, str] | None
) -> None:
    exporter = printed(config, *options)["exporters"]["otlp/driftline"]
    assert (exporter["tls"], exporter.get("headers")) == (tls, headers)


def test_a_token_that_the_receiver_wants_is_sent(config: Path) -> None:
    config.write_text(config.read_text() + '[traces]\ntoken_file = "/run/token"\n')
    exporter = printed(config)["exporters"]["otlp/driftline"]
    assert exporter["headers"] == {"authorization": "Bearer ${env:DRIFTLINE_TOKEN}"}


def test_a_forward_connector_comes_behind_their_processors(config: Path) -> None:
    document = printed(config, "--forward")
    assert document["connectors"] == {"forward/driftline": {}}
    assert document["service"]["pipelines"]["traces/driftline"]["receivers"] == ["forward/driftline"]


@pytest.mark.parametrize(
    "options",
    [
        ["--endpoint", "nonsense"],
        ["--endpoint", "a:1\nservice: {}"],
        ["--receiver", "x: y"],
        ["--token-env", "a}b"],
        ["--ca-file", "/etc/a b"],
        ["--token-file", "relative"],
    ],
)
def test_what_would_break_the_yaml_is_refused(config: Path, options: list[str]) -> None:
    result = CliRunner().invoke(app, ["--config", str(config), "otel-config", *options])
    assert result.exit_code == 2
    assert options[0] in result.stderr
