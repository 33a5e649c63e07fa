"""What is known against components follows the directory, and an unusable one says so once and covers nothing."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from daemon.advisories import Knowledge, Known

LOG4J = "pkg:maven/org.apache.logging.log4j/log4j-core"
FLASK = "pkg:pypi/flask@3.0.3"


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    """The demo's advisories, to be changed."""
    directory = tmp_path / "osv"
    directory.mkdir()
    source = Path(__file__).parents[2] / "demo" / "osv" / "GHSA-jfh8-c2jp-5v3q.json"
    (directory / source.name).write_bytes(source.read_bytes())
    return directory


def known(directory: Path | str) -> Knowledge:
    knowledge = Knowledge(str(directory))
    knowledge.refresh()
    return knowledge


@pytest.mark.parametrize(
    ("version", "fixed"),
    [
        ("2.14.1", "2.15.0"),
        ("2.13.0", "2.15.0"),
        ("2.12.1", "2.12.2"),
        ("2.4", "2.12.2"),
        ("2.3", "2.3.1"),
        ("2.0-beta9", "2.3.1"),
        ("2.15.0", ""),
        ("2.12.2", ""),
        ("2.3.1", ""),
        ("2.0-beta8", ""),
        ("1.2.17", ""),
    ],
)
def test_the_demos_advisory_holds_for_the_versions_that_it_is_about(
    directory: Path, version: str, fixed: str
) -> None:
    found = known(directory).match(f"{LOG4J}@{version}")
    assert found is not None
    assert [(each.advisory, each.severity, each.fixed) for each in found] == (
        [("CVE-2021-44228", "critical", (fixed,))] if fixed else []
    )


def test_what_no_advisory_would_name_is_not_covered_and_not_unaffected(directory: Path) -> None:
    knowledge = known(directory)
    assert knowledge.match(FLASK) is None
    assert knowledge.why_not(FLASK) == "there are no advisories for PyPI"
    assert knowledge.why_not(f"{LOG4J}@2.14.1") == ""


def test_without_a_directory_nothing_is_judged_and_nothing_is_wrong() -> None:
    with capture_logs() as logs:
        knowledge = known("")
        assert (knowledge.match(FLASK), knowledge.fingerprint, knowledge.fault) == ((), "", "")
    assert knowledge.why_not(FLASK) == "images.osv_directory is not set"
    assert logs == []


def _missing(directory: Path) -> None:
    directory.rename(directory.with_name("elsewhere"))


def _empty(directory: Path) -> None:
    for file in directory.iterdir():
        file.unlink()


def _half_copied(directory: Path) -> None:
    for file in directory.iterdir():
        file.write_bytes(file.read_bytes()[:400])


def _zip_cut_off(directory: Path) -> None:
    (directory / "Maven.zip").write_bytes(b"PK\x03\x04 and then nothing")


def _other_format(directory: Path) -> None:
    for file in directory.iterdir():
        file.write_text('{"CVE_data_type": "CVE", "CVE_Items": []}')


@pytest.mark.parametrize("spoil", [_missing, _empty, _half_copied, _zip_cut_off, _other_format])
def test_an_unusable_directory_is_one_clear_line_and_covers_nothing_until_it_is_in_order(
    directory: Path, spoil: Callable[[Path], None]
) -> None:
    sound = {file.name: file.read_bytes() for file in directory.iterdir()}
    knowledge = known(directory)
    before = knowledge.fingerprint
    assert knowledge.match(f"{LOG4J}@2.14.1")
    spoil(directory)
    with capture_logs() as logs:
        knowledge.refresh()
        assert knowledge.match(f"{LOG4J}@2.14.1") is None
        knowledge.refresh()  # the next cycle
    assert [(line["event"], line["log_level"]) for line in logs] == [("advisories_unusable", "warning")]
    assert str(directory) in logs[0]["reason"]
    assert knowledge.why_not(f"{LOG4J}@2.14.1") == logs[0]["reason"] == knowledge.fault
    assert knowledge.fingerprint != before

    directory.mkdir(exist_ok=True)
    _empty(directory)
    for name, content in sound.items():
        (directory / name).write_bytes(content)
    knowledge.refresh()
    assert knowledge.match(f"{LOG4J}@2.14.1")
    assert knowledge.fault == ""


def test_a_changed_directory_is_another_knowledge_and_an_equal_one_is_not_read_again(directory: Path) -> None:
    knowledge = known(directory)
    (first,) = knowledge.match(f"{LOG4J}@2.14.1") or ()
    fingerprint = knowledge.fingerprint
    knowledge.refresh()
    assert knowledge.fingerprint == fingerprint
    file = next(directory.iterdir())
    record = json.loads(file.read_text())
    file.write_text(json.dumps({**record, "summary": "Other words"}))
    os.utime(file, (1, 1))
    knowledge.refresh()
    assert knowledge.fingerprint != fingerprint
    assert knowledge.match(f"{LOG4J}@2.14.1") == (
        Known("CVE-2021-44228", "critical", first.fixed, "Other words"),
    )


def test_what_cannot_be_compared_is_told_and_not_passed_over(directory: Path) -> None:
    record = {
        "id": "PYSEC-2026-1",
        "modified": "2026-11-01T00:00:00Z",
        "summary": "Sessions are shared",
        "affected": [
            {
                "package": {"ecosystem": "PyPI", "name": "flask"},
                "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "3.1"}]}],
            }
        ],
    }
    (directory / "PYSEC-2026-1.json").write_text(json.dumps(record))
    knowledge = known(directory)
    assert knowledge.match(FLASK) == (Known("PYSEC-2026-1", "unknown", ("3.1",), "Sessions are shared"),)
    (doubtful,) = knowledge.match("pkg:pypi/flask@our~build") or ()
    assert (doubtful.severity, doubtful.fixed) == ("unknown", ())
    assert doubtful.summary.startswith("whether it holds could not be decided: our~build")
