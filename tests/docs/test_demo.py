"""What `make demo` tells and leaves: the four drifts, the ordinary resources, the gaps, and nothing else."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from email import message_from_bytes
from email.policy import default

import pytest

from demo import canaries
from tests.support.golden import Golden
from tests.support.pages import ROOT, Reader

FILES = ("report.txt", "report.html", "report.json", "mail.eml", "driftline.db", "driftline.log")


def without_ids_and_times(report: str) -> str:
    """The same for every run: ids are of contents that hold ports, times are of today."""
    report = re.sub(r" *\[[0-9a-f]{8}\]", "", report)
    report = re.sub(r"\d{4}-\d\d-\d\d \d\d:\d\dZ", "DAY TIME", report)
    return re.sub(r"\b\d\d:\d\dZ", "TIME", report)


def test_the_demo_tells_the_four_drifts_the_resources_the_gaps_and_nothing_else(
    reader: Reader, request: pytest.FixtureRequest
) -> None:
    golden = Golden(
        ROOT / "tests" / "pipeline" / "golden", refresh=request.config.getoption("--refresh-golden")
    )
    report = (reader.folder / "demo-output" / "report.txt").read_text()
    golden.check("demo-report.txt", without_ids_and_times(report))


def test_the_demo_writes_its_files_and_mails_the_new_paths(reader: Reader) -> None:
    output = reader.folder / "demo-output"
    assert [name for name in FILES if not (output / name).stat().st_size] == []
    mail = message_from_bytes((output / "mail.eml").read_bytes(), policy=default)
    assert "4 new" in str(mail["Subject"])
    with closing(sqlite3.connect(output / "driftline.db")) as database:
        paths = database.execute("select count(*) from v1_data_paths where exposure = 'internet'").fetchone()
    assert paths[0] >= 4


def test_no_canary_of_the_demos_world_is_in_what_it_writes(reader: Reader) -> None:
    files = [file for file in (reader.folder / "demo-output").rglob("*") if file.is_file()]
    hits = {
        (value, file.name) for file in files for value in canaries.ALL if value.encode() in file.read_bytes()
    }
    assert hits == set()
