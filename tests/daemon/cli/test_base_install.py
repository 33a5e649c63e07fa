"""A base install looks at snapshots; what needs an extra says which."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.snapshots import Snapshots, listing, queue

MISSING = (
    "azure", "boto3", "botocore", "cyclonedx", "google.auth", "google.cloud", "google.protobuf", "google.rpc", "grpc",
    "httpcore", "httptools", "jmespath", "msgspec", "opentelemetry.exporter", "opentelemetry.proto", "packageurl",
    "psycopg", "sqlglot", "starlette", "univers", "uvicorn",
)  # fmt: skip
PROGRAM = "import sys; sys.modules.update(dict.fromkeys({names})); from daemon.cli import main; main()"


def base(*arguments: object) -> subprocess.CompletedProcess[str]:
    """The program where no extra is installed."""
    code = PROGRAM.format(names=MISSING)
    return subprocess.run(
        [sys.executable, "-c", code, *map(str, arguments)], capture_output=True, text=True, check=False
    )


@pytest.fixture
def settings(tmp_path: Path) -> Path:
    store = Snapshots.create(tmp_path)
    store.take(listing(queue("a")))
    store.take(listing(queue("a"), queue("b")))
    file = tmp_path / "driftline.toml"
    file.write_text(
        f'[driftline]\nstate_directory = "{tmp_path}"\n[traces]\nenabled = false\n'
        '[[aws.accounts]]\nname = "shop"\nregions = ["eu-central-1"]\n'
    )
    return file


@pytest.mark.parametrize(
    "words",
    ["config check", "diff", "paths", "coverage", "inventory", "status", "snapshots", "report --format html"],
)
def test_what_is_stored_can_be_looked_at(settings: Path, words: str) -> None:
    done = base("--config", settings, *words.split())
    assert done.returncode == 0
    assert all(line.startswith("driftline: no service was heard of") for line in done.stderr.splitlines())


def test_drift_is_told(settings: Path) -> None:
    assert "+ aws.sqs.queue  b" in base("--config", settings, "diff").stdout


@pytest.mark.parametrize(
    ("words", "extra"), [("collect", "aws"), ("traces import README.md", "traces"), ("sbom a", "images")]
)
def test_what_needs_an_extra_names_it(settings: Path, words: str, extra: str) -> None:
    done = base("--config", settings, *words.split())
    assert done.returncode == 1
    assert done.stderr.endswith(f"which this needs: install driftline[{extra}]\n")
    assert done.stderr.count("\n") == 1


def test_an_error_is_one_sentence(settings: Path) -> None:
    done = base("--config", settings.with_name("none.toml"), "diff")
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
