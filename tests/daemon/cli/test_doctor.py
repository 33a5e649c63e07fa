"""`driftline doctor`: what services lack, and what of the installation does not work."""

from __future__ import annotations

import json
import socket
from dataclasses import replace
from pathlib import Path

import pytest

from daemon.analysis.lacking import lacking
from daemon.report.remedies import REMEDIES, remedy, upgrade
from daemon.values.lacking import Age, Convention, Lack
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
    silent = estate.service(
        "silent", statements=False, language="java", conventions=["database old", "http new"]
    )
    estate.reads(estate.root(silent, "GET /"), estate.table("public.customers", "db.example"), "*")
    mute = estate.service("mute", language="python", conventions=["http both"])
    estate.root(mute, "GET /")
    nowhere = estate.service("nowhere", language="go", sampling=16, conventions=["http new", "http old"])
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


def test_doctor_traces_names_workloads_that_run_without_spans(tmp_path: Path, line: CommandLine) -> None:
    estate = dim()
    estate.workload("warehouse")
    said = " ".join(
        line(installed(tmp_path, f"sqlite:///{tmp_path}/d.db", estate), "doctor", "traces").output.split()
    )
    assert said.startswith(
        "Running workloads without spans: no path through them is seen ? aws.ecs.service warehouse"
    )
    assert "what helps: instrument them" in said


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


def test_doctor_names_what_works_and_what_does_not(tmp_path: Path, line: CommandLine) -> None:
    config = installed(tmp_path, "", shop())
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        secret = tmp_path / "token"
        secret.write_text("s3cr3t")
        secret.chmod(0o600)
        told = _states(
            line(
                config,
                "doctor",
                "--json",
                *("--set", "traces.enabled=true", "--set", f"traces.http=127.0.0.1:{port}"),
                *("--set", f"traces.token_file={secret}", "--set", "traces.grpc="),
                *(
                    "--set",
                    "mail.host=127.0.0.1",
                    "--set",
                    f"mail.port={port}",
                    "--set",
                    "mail.security=none",
                ),
                *("--set", "mail.sender=a@shop.example", "--set", 'mail.recipients=["b@shop.example"]'),
            ).output
        )
    assert told["database"] == "ok"
    assert told["disk"] in ("ok", "problem")
    assert told["receiver http"] == "ok"
    assert told["mail"] == "ok"
    assert told["traces.token_file"] == "ok"
    assert told["accounts"] == "advice"


def test_doctor_exits_with_a_code_where_something_does_not_work(tmp_path: Path, line: CommandLine) -> None:
    config = tmp_path / "driftline.toml"
    config.write_text(
        f'[driftline]\nstate_directory = "{tmp_path}"\n[privacy]\nstaff_key_file = "{tmp_path}/none"\n'
        "[traces]\nenabled = false\n"
    )
    said = line(config, "doctor")
    assert said.code == 1
    shown = " ".join(said.output.split())
    assert "there is no database at" in shown
    assert "problem privacy.staff_key_file" in shown
    assert not (tmp_path / "driftline.db").exists()
    told = _states(line(config, "doctor", "--json").output)
    assert (told["database"], told["receivers"], told["mail"]) == ("problem", "advice", "advice")


def _states(output: str) -> dict[str, str]:
    return {each["name"]: each["state"] for each in json.loads(output)["data"]}


def test_who_is_led_to_and_shows_no_server_span_lacks_them() -> None:
    estate = Estate()
    runs = estate.workload("till")
    silent, job = estate.service("till", runs), estate.service("job", estate.workload("job"))
    for service in (silent, job):
        estate.operation(service, "work", "job")
    estate.balancer("front", runs)
    found = {each.name: Lack.SERVER_SPANS in each.lacks for each in lacking(estate.graph())}
    assert found == {"till": True, "job": False}
    estate.operation(silent, "GET /", "server")
    assert not any(Lack.SERVER_SPANS in each.lacks for each in lacking(estate.graph()))


def test_a_namespace_is_lacking_only_where_others_have_one() -> None:
    estate = Estate()
    estate.service("a")
    assert [Lack.NAMESPACE in each.lacks for each in lacking(estate.graph())] == [False]
    urn = "service://prod/shop/b"
    estate.resources[urn] = replace(estate.resources["service://prod//a"], urn=urn, name="shop/b")
    assert {each.name: Lack.NAMESPACE in each.lacks for each in lacking(estate.graph())} == {
        "a": True,
        "shop/b": False,
    }


def test_ages_of_conventions_are_told_with_the_setting_and_new_ones_are_not() -> None:
    found = {each.name: each.conventions for each in lacking(dim().graph())}
    assert found["silent"] == (Convention("database", Age.OLD),)
    assert found["mute"] == (Convention("http", Age.BOTH),)
    assert found["nowhere"] == (Convention("http", Age.MIXED),)
    assert found["checkout"] == ()
    assert "=database/dup, and" in upgrade(Convention("database", Age.OLD), "java")
    assert upgrade(Convention("http", Age.OLD), "java").startswith("update: agent 2.0")
    assert "=rpc instead of rpc/dup" in upgrade(Convention("rpc", Age.BOTH), "go")
