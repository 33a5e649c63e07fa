"""`driftline doctor`: what services lack, and what of the installation does not work."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from daemon.analysis.lacking import lacking
from daemon.report.remedies import REMEDIES, remedy
from daemon.values.lacking import Lack
from tests.support.command_line import CommandLine
from tests.support.estates import EVIL, evil, installed, shop
from tests.support.golden import Golden
from tests.support.graphs import Estate


@pytest.fixture
def line(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> CommandLine:
    return CommandLine(monkeypatch, capsys)


def dim() -> Estate:
    """One service for each thing that can be lacking."""
    estate = shop()
    silent = estate.service("silent", statements=False, language="java")
    estate.reads(estate.root(silent, "GET /"), estate.table("public.customers", "db.example"), "*")
    mute = estate.service("mute", language="python")
    estate.root(mute, "GET /")
    nowhere = estate.service("nowhere", language="go", sampling=16)
    estate.reads(estate.root(nowhere, "GET /"), estate.table("public.orders"), "id")
    estate.environment = "default"
    estate.root(estate.service("unknown_service"), "GET /")
    return estate


def test_each_service_is_told_what_it_lacks() -> None:
    found = {each.name: each for each in lacking(dim().graph())}
    assert {name: each.lacks for name, each in found.items()} == {
        "accounts": (),
        "checkout": (),
        "letters": (Lack.RESOURCE,),
        "mute": (Lack.CLIENT_SPANS, Lack.RESOURCE),
        "nowhere": (Lack.PEER_ADDRESS, Lack.SAMPLED, Lack.RESOURCE),
        "silent": (Lack.STATEMENTS, Lack.RESOURCE),
        "unknown_service": (Lack.CLIENT_SPANS, Lack.RESOURCE, Lack.ENVIRONMENT, Lack.NAME),
    }
    assert found["nowhere"].sampled == 16


def test_a_database_within_the_process_has_no_address_to_tell() -> None:
    estate = Estate()
    service = estate.service("tool")
    estate.reads(estate.root(service, "job"), estate.table("main.notes", system="sqlite"), "id")
    (found,) = lacking(estate.graph())
    assert Lack.PEER_ADDRESS not in found.lacks


def test_there_is_a_remedy_for_each_lack_in_any_language() -> None:
    assert set(REMEDIES) == set(Lack)
    assert all(remedy(lack, language) for lack in Lack for language in ("java", "erlang", ""))


def test_doctor_traces_names_services_and_settings(tmp_path: Path, line: CommandLine, golden: Golden) -> None:
    config = installed(tmp_path, "", dim())
    said = line(config, "doctor", "traces")
    assert (said.code, said.error) == (0, "")
    golden.check("doctor_traces.txt", said.output)
    told = json.loads(line(config, "doctor", "traces", "--json").output)["data"]
    assert [each["lack"] for each in told[-1]["remedies"]] == told[-1]["lacks"]


def test_hostile_names_steer_nothing(tmp_path: Path, line: CommandLine) -> None:
    config = installed(tmp_path, "", replace(evil()))
    for format in ([], ["--json"]):
        said = line(config, "doctor", "traces", *format)
        assert EVIL not in said.output
        assert all(each.isprintable() or each == "\n" for each in said.output)
        assert "evil" in said.output
