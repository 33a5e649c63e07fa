"""What `make demo` tells and leaves: the four drifts, the ordinary resources, the gaps, and nothing else."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from email import message_from_bytes
from email.policy import default
from pathlib import Path

from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from demo import canaries
from demo.bills import INSIDE
from tests.support.golden import Golden
from tests.support.pages import Reader

FILES = ("report.txt", "report.html", "report.json", "mail.eml", "driftline.db", "driftline.log")
IDS = re.compile(r"\[[0-9a-f]{8}\]")
MOMENTS = re.compile(r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d(:\d\d(\.\d+)?)?Z|\b\d\d:\d\dZ")


def steady(report: str) -> str:
    """The same for every run: ids are of contents that hold ports, times are of today."""
    return IDS.sub("[id]", MOMENTS.sub("(moment)", report))


def test_the_demo_tells_the_four_drifts_the_resources_the_gaps_and_nothing_else(
    reader: Reader, golden: Golden
) -> None:
    golden.check("demo-report.txt", steady((reader.folder / "demo-output" / "report.txt").read_text()))


def test_the_report_is_printed_and_progress_goes_to_standard_error(reader: Reader) -> None:
    assert reader.demo is not None
    report = (reader.folder / "demo-output" / "report.txt").read_text()
    assert reader.demo.stdout.startswith(report)
    assert "select * from v1_data_paths" in reader.demo.stdout.removeprefix(report)
    steps = re.findall(r"^ *[\d.]+ s  (.*)$", reader.demo.stderr, re.MULTILINE)
    assert len(steps) == 7
    assert steps[3].startswith("The first snapshot is taken")


def test_the_commands_that_it_names_work_afterwards(reader: Reader) -> None:
    assert reader.demo is not None
    told = {}
    for line in re.findall(r"^  (\S*driftline --config .*)$", reader.demo.stdout, re.MULTILINE):
        run = reader.types(line)
        assert (run.returncode, run.stderr) == (0, ""), line
        assert run.stdout, line
        told[line.partition("driftline.toml ")[2]] = run.stdout
    assert len(told) == 5
    assert "log4j-core  2.14.1   service://demo/shop/orders" in told["components find log4j"]
    bill = told["sbom orders"]
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(bill) is None
    assert {each["purl"] for each in json.loads(bill)["components"]} == set(INSIDE["orders", "2.0.0"])


def test_the_demo_writes_its_files_and_mails_the_new_paths(reader: Reader) -> None:
    output = reader.folder / "demo-output"
    assert [name for name in FILES if not (output / name).stat().st_size] == []
    assert "<html" in (output / "report.html").read_text()
    assert json.loads((output / "report.json").read_text())["format_version"]
    mail = message_from_bytes((output / "mail.eml").read_bytes(), policy=default)
    assert str(mail["Subject"]).startswith("driftline demo: 4 new PII paths")
    with closing(sqlite3.connect(output / "driftline.db")) as database:
        paths = database.execute("select count(*) from v1_data_paths where exposure = 'internet'").fetchone()
        assert database.execute("select count(*) from v1_snapshots").fetchone() == (2,)
    assert paths[0] >= 4


def test_no_canary_of_the_demos_world_is_in_what_it_tells_and_writes(reader: Reader) -> None:
    assert reader.demo is not None
    told = [("output", (reader.demo.stdout + reader.demo.stderr).encode())]
    for file in sorted((reader.folder / "demo-output").rglob("*")):
        told += [(file.name, content) for content in _contents(file)]
    assert len(told) > len(FILES)
    hits = {
        (value, name)
        for value in canaries.ALL
        for form in {value, value.replace(" ", ""), value.replace(" ", "+"), value.replace("@", "%40")}
        for name, content in told
        if form.encode() in content
    }
    assert hits == set()


def test_nothing_is_left_in_the_folder_for_temporary_files(reader: Reader) -> None:
    assert reader.left == ()


def _contents(file: Path) -> Iterator[bytes]:
    """The bytes of a file; of a mail, those of its decoded parts too."""
    if file.is_file():
        yield file.read_bytes()
    if file.suffix == ".eml":
        for part in message_from_bytes(file.read_bytes()).walk():
            yield bytes(part.get_payload(decode=True) or b"")
