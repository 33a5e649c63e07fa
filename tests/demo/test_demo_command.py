"""`driftline demo` as a person runs it: what it tells is a golden file, and nothing is left afterwards."""

from __future__ import annotations

import email
import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil
import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from demo import canaries
from demo.bills import INSIDE
from tests.support.golden import Golden

DRIFTLINE = Path(sys.executable).with_name("driftline")
LONGEST = 180  # seconds; 20 on two idle cores
MOMENTS = re.compile(r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d(:\d\d(\.\d+)?)?Z|\b\d\d:\d\dZ")
IDS = re.compile(r"\[[0-9a-f]{8}\]")


@dataclass(frozen=True, slots=True)
class Ended:
    """A demo that has ended."""

    output: Path
    stdout: str
    stderr: str
    left: tuple[str, ...]
    """Files in the folder for temporary ones."""


@pytest.fixture
def temporary(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    with _temporary_folder() as folder:
        monkeypatch.setenv("TMPDIR", folder)
        yield Path(folder)


@pytest.fixture(scope="module")
def ended(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ended]:
    output = tmp_path_factory.mktemp("demo")
    with _temporary_folder() as folder:
        run = subprocess.run(
            [DRIFTLINE, "demo", "--output", output],
            env={**os.environ, "TMPDIR": folder, "AWS_SECRET_ACCESS_KEY": "not-for-the-demo"},
            capture_output=True,
            text=True,
            timeout=LONGEST,
            check=False,
        )
        assert run.returncode == 0, run.stderr
        yield Ended(output, run.stdout, run.stderr, tuple(path.name for path in Path(folder).iterdir()))


def test_the_report_shows_what_the_deployment_changed_and_nothing_else(ended: Ended, golden: Golden) -> None:
    golden.check("report.txt", _steady((ended.output / "report.txt").read_text()))


def test_the_report_is_printed_with_what_to_type_next(ended: Ended) -> None:
    report = (ended.output / "report.txt").read_text()
    assert ended.stdout.startswith(report)
    rest = ended.stdout.removeprefix(report)
    assert " paths\n" in rest
    assert "select * from v1_data_paths" in rest


def test_progress_goes_to_standard_error(ended: Ended) -> None:
    steps = re.findall(r"^ *[\d.]+ s  (.*)$", ended.stderr, re.MULTILINE)
    assert len(steps) == 7
    assert steps[3].startswith("The first snapshot is taken")


def test_every_promised_file_is_written(ended: Ended) -> None:
    assert "<html" in (ended.output / "report.html").read_text()
    assert json.loads((ended.output / "report.json").read_text())["format_version"]
    mail = email.message_from_bytes((ended.output / "mail.eml").read_bytes())
    assert re.match(r"driftline demo: 4 new PII paths", mail["Subject"])
    with sqlite3.connect(f"file:{ended.output / 'driftline.db'}?mode=ro", uri=True) as database:
        assert database.execute("SELECT count(*) FROM v1_data_paths").fetchone()[0] >= 4
        assert database.execute("SELECT count(*) FROM v1_snapshots").fetchone() == (2,)


def test_the_commands_that_it_names_work_afterwards(ended: Ended) -> None:
    named = re.findall(r"^  \S*driftline (--config .*)$", ended.stdout, re.MULTILINE)
    assert len(named) == 4
    for arguments in named:
        run = subprocess.run(
            [DRIFTLINE, *arguments.split()], capture_output=True, text=True, timeout=60, check=False
        )
        assert (run.returncode, run.stderr) == (0, "")
        assert run.stdout
        if "components find log4j" in arguments:
            assert "log4j-core  2.14.1   service://demo/shop/orders" in run.stdout
        if "sbom orders" in arguments:
            assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(run.stdout) is None
            assert {each["purl"] for each in json.loads(run.stdout)["components"]} == set(
                INSIDE["orders", "2.0.0"]
            )


def test_no_planted_value_is_in_anything_that_was_written(ended: Ended) -> None:
    found = []
    for path in sorted(ended.output.rglob("*")):
        if not path.is_file():
            continue
        contents = [path.read_bytes()]
        if path.suffix == ".eml":
            parts = email.message_from_bytes(contents[0]).walk()
            contents += [bytes(part.get_payload(decode=True) or b"") for part in parts]
        found += [
            (path.name, value)
            for value in canaries.ALL
            for form in {value, value.replace(" ", ""), value.replace(" ", "+"), value.replace("@", "%40")}
            if any(form.encode() in content for content in contents)
        ]
    assert found == []
    assert not any(value in ended.stdout + ended.stderr for value in canaries.ALL)


def test_nothing_is_left_in_the_folder_for_temporary_files(ended: Ended) -> None:
    assert ended.left == ()


@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGKILL])
def test_interrupted_it_leaves_nothing_running(temporary: Path, tmp_path: Path, sign: signal.Signals) -> None:
    with subprocess.Popen(
        [DRIFTLINE, "demo", "--output", tmp_path],
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
    ) as demo:
        assert demo.stderr is not None
        for line in demo.stderr:
            if "services start" in line:
                break
        family = psutil.Process(demo.pid).children(recursive=True)
        if sign is signal.SIGINT:
            os.killpg(demo.pid, sign)  # as a terminal does for Ctrl-C
        else:
            demo.send_signal(sign)
        demo.wait(60)
        _, alive = psutil.wait_procs(family, timeout=30)
        assert alive == []
    assert len(family) >= 2  # the world and its database at least
    assert demo.returncode == (130 if sign is signal.SIGINT else -9)
    assert list(temporary.iterdir()) == []


def _temporary_folder() -> TemporaryDirectory[str]:
    """Open to the user that PostgreSQL runs as, which pytest's own folders are not."""
    folder = TemporaryDirectory(dir="/tmp")
    Path(folder.name).chmod(0o711)
    return folder


def _steady(report: str) -> str:
    """The report without what is different in each run: moments and ids made of them."""
    return IDS.sub("[id]", MOMENTS.sub("(moment)", report))
