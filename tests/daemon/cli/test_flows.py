"""`driftline services`, `flows`, `paths` and `explain`, on both engines and with hostile names."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from collectors.model import Alias, Role
from tests.support.command_line import CommandLine
from tests.support.engines import empty_database
from tests.support.estates import EVIL, evil, installed, shop
from tests.support.golden import Golden
from tests.support.graphs import Estate


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def config(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A shop of two days: on the second, letters are written to customers too."""
    url = "" if request.param == "sqlite" else empty_database(request.getfixturevalue("postgres"))
    second = shop()
    service = "service://prod//letters"
    invite = second.root(service, "POST /invitations")
    second.reads(
        invite, next(urn for urn in second.resources if urn.endswith("public.customers")), "backup_email"
    )
    return installed(tmp_path_factory.mktemp("shop"), url, shop(), second)


@pytest.fixture
def line(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> CommandLine:
    return CommandLine(monkeypatch, capsys)


def test_services_say_what_they_run_on_and_touch(config: Path, line: CommandLine, golden: Golden) -> None:
    said = line(config, "services")
    assert (said.code, said.error) == (0, "")
    golden.check("services.txt", said.output)
    said = line(config, "services", "--json")
    golden.check("services.json", said.output)


@pytest.mark.parametrize(
    ("arguments", "names"),
    [
        (["CHECK*ut"], ["/checkout"]),
        (["--environment", "prod"], ["/accounts", "/checkout", "/letters"]),
        (["--environment", "test"], []),
        (["nobody"], []),
    ],
)
def test_services_are_chosen(config: Path, line: CommandLine, arguments: list[str], names: list[str]) -> None:
    said = line(config, "services", *arguments, "--json")
    assert [each["urn"].removeprefix("service://prod/") for each in json.loads(said.output)["data"]] == names
    shown = line(config, "services", *arguments).output
    assert ("no services\n" in shown) is (not names)


def test_flows_say_columns_classes_and_times(config: Path, line: CommandLine, golden: Golden) -> None:
    said = line(config, "flows")
    assert (said.code, said.error) == (0, "")
    golden.check("flows.txt", said.output)
    golden.check("flows.json", line(config, "flows", "--verb", "sends_to", "--json").output)


def test_a_limit_says_how_many_more_there_are(config: Path, line: CommandLine) -> None:
    whole = json.loads(line(config, "flows", "--json").output)
    assert "more" not in whole
    part = json.loads(line(config, "flows", "--limit", "2", "--json").output)
    assert (part["data"], part["more"]) == (whole["data"][:2], len(whole["data"]) - 2)
    said = line(config, "flows", "--limit", "2").output.splitlines()
    assert sum(each.startswith("  *") for each in said) == 2
    assert said[-1] == f"{len(whole['data'])} flows"
    assert "the first 2 are listed" in "\n".join(said)
    paths = json.loads(line(config, "paths", "--limit", "1", "--json").output)
    assert (len(paths["data"]), paths["more"]) == (
        1,
        len(json.loads(line(config, "paths", "--json").output)["data"]) - 1,
    )


def test_a_peer_that_several_may_be_is_shown_with_them(
    tmp_path: Path, engine_url: str, line: CommandLine
) -> None:
    estate = Estate()
    checkout = estate.root(estate.service("checkout"), "POST /orders")
    estate.service("letters")
    host = estate.host("stock", "prod")
    for name in ("stock-a", "stock-b"):
        estate.resource("aws.ecs.service", name, Role.WORKLOAD, aliases=("environment:prod|host|stock",))
    for caller in ("checkout", "letters"):
        estate.flow(host, "located_at", Alias(f"caller:service://prod//{caller}", "host", "stock"))
    estate.sends(checkout, host)
    config = installed(tmp_path, engine_url, estate)
    said = " ".join(line(config, "flows").output.split())
    assert " ambiguous: 2 resources answer to stock: stock-a, stock-b" in said
    (told,) = json.loads(line(config, "flows", "--json").output)["data"]
    assert (told["verb"], told["binding"], len(told["peers"])) == ("sends_to", "ambiguous", 2)


@pytest.mark.parametrize(
    ("arguments", "verbs"),
    [
        (["--source", "checkout"], ["calls"]),
        (["--target", "public.archive"], ["writes"]),
        (["--verb", "reads", "--source", "accounts"], ["reads"]),
        (["--class", "user.government_id"], ["writes"]),
        (["--class", "user.contact.phone_number"], ["publishes_to", "reads", "sends_to"]),
        (["--class", "user.contact", "--verb", "sends_to"], ["sends_to"]),
        (["--class", "user.cont*"], ["publishes_to", "reads", "reads", "reads", "sends_to"]),
        (["--environment", "test"], []),
        (["--since", "2030-01-01"], []),
        (["--verb", "calls", "--since", "2020-01-01"], ["calls"]),
        (["--new", "1", "2"], ["reads"]),
        (["--new", "1", "2", "--target", "archive"], []),
        (["--new"], ["reads"]),
    ],
)
def test_flows_are_chosen(config: Path, line: CommandLine, arguments: list[str], verbs: list[str]) -> None:
    said = line(config, "flows", *arguments, "--json")
    assert said.code == 0, said.error
    assert [each["verb"] for each in json.loads(said.output)["data"]] == verbs


@pytest.mark.parametrize(
    ("arguments", "count"),
    [
        (["--class", "user.contact.email"], 6),
        (["--class", "user.government_id"], 1),
        (["--exposure", "internet"], 7),
        (["--exposure", "internal"], 4),
        (["--border", "EU/EEA->US"], 5),
        (["--border", "*"], 5),
        (["--service", "accounts"], 7),
        (["--store", "db*archive"], 0),
        (["--store", "public.archive"], 1),
        (["--store", "letters"], 2),
        (["--tier", "observed"], 3),
        (["--answer", "may-return"], 3),
        (["--answer", "reads"], 1),
        (["--answer", "returns"], 0),
        (["--third-party", "sendgrid"], 4),
        (["--third-party", "stripe"], 0),
        (["--environment", "test"], 0),
    ],
)
def test_paths_are_chosen(config: Path, line: CommandLine, arguments: list[str], count: int) -> None:
    said = line(config, "paths", *arguments, "--json")
    assert said.code == 0, said.error
    found = [path for each in json.loads(said.output)["data"] for path in each["paths"]]
    assert len(found) == count
    if not count:
        assert "no paths to personal data" in line(config, "paths", *arguments).output


def test_paths_are_drawn_and_borders_lie_where_they_are_crossed(
    config: Path, line: CommandLine, golden: Golden
) -> None:
    for format in ("mermaid", "dot", "svg"):
        said = line(config, "paths", "--format", format)
        assert (said.code, said.error) == (0, "")
        golden.check(f"paths.{format}", said.output)
    told = json.loads(line(config, "paths", "--store", "archive", "--json").output)["data"][0]
    one = line(config, "paths", "--id", told["id"], "--format", "dot").output
    assert "border EU/EEA -> US" in one
    assert "customers" not in one
    said = line(config, "paths", "--environment", "test", "--format", "svg")
    assert said.code == 0
    assert said.error == "driftline: nothing in snapshot 2 fits\n"


def test_a_picture_that_no_one_could_read_is_not_drawn(tmp_path: Path, line: CommandLine) -> None:
    estate = Estate()
    table = estate.table("public.customers", "db.example")
    for number in range(60):
        estate.reads(estate.root(estate.service(f"s{number}"), "GET /"), table, "email")
    config = installed(tmp_path, "", estate)
    said = line(config, "paths", "--format", "svg")
    assert said.code == 2
    assert "would have 61 boxes, and at most 60 can be read" in " ".join(said.error.replace("│", "").split())
    some = line(config, "paths", "--format", "svg", "--limit", "7")
    assert (some.code, "7 paths to personal data" in some.output) == (0, True)


def test_one_path_is_explained_by_its_id_a_line_and_a_part(
    config: Path, line: CommandLine, golden: Golden
) -> None:
    said = line(config, "explain", "archive")
    assert (said.code, said.error) == (0, "")
    golden.check("explain.txt", said.output)
    asked = line(config, "explain", "archive", "--json").output
    golden.check("explain.json", asked)
    told = json.loads(asked)["data"]
    assert line(config, "explain", told["id"]).output == said.output
    alone = json.loads(line(config, "explain", told["ids"][0], "--json").output)["data"]
    assert alone["ids"] == told["ids"]


def test_what_goes_into_a_topic_is_explained(config: Path, line: CommandLine) -> None:
    chosen = json.loads(line(config, "paths", "--store", "letters", "--json").output)["data"]
    said = line(config, "explain", chosen[0]["id"])
    assert (said.code, said.error) == (0, "")
    assert "publishes to topic letters" in said.output
    assert "no database" not in said.output


def test_what_a_report_told_of_a_line_still_names_it(config: Path, line: CommandLine) -> None:
    new = json.loads(line(config, "paths", "--new", "1", "2", "--json").output)["data"]
    assert new, "the second day brought a path"
    for told in new:
        said = json.loads(line(config, "explain", told["id"], "--json").output)["data"]
        assert {path["identity"]["id"] for path in told["paths"]} <= set(said["ids"])
    both = json.loads(line(config, "paths", "--json").output)["data"]
    several = next(each for each in both if len(each["paths"]) > 1)
    one = several["paths"][0]["identity"]["id"]
    assert json.loads(line(config, "explain", f"[{one}]", "--json").output)["data"]["ids"] == [one]


def test_what_is_meant_by_several_or_none_is_said(config: Path, line: CommandLine) -> None:
    said = line(config, "explain", "customers")
    assert said.code == 2
    assert "is part of" in said.error
    assert "Write the id of one of them" in said.error
    said = line(config, "explain", "00000000")
    assert said.code == 3
    assert "no data path with the id or part" in said.error
    assert "`driftline diff --json`" in said.error, "it may be an id that a report printed of something else"
    assert "diff --json" not in line(config, "explain", "nobody").error
    said = line(config, "flows", "--verb", "read")
    assert said.code == 2
    assert "did you mean reads?" in said.error
    said = line(config, "paths", "--class", "user.contact.e_mail")
    assert said.code == 2
    assert "did you mean user.contact.email?" in said.error
    said = line(config, "services", "nobody")
    assert (said.code, said.error) == (0, "driftline: nothing in snapshot 2 fits\n")
    said = line(config, "flows", "1", "2")
    assert said.code == 2
    assert "add --new" in said.error


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An installation whose names mean harm."""
    return installed(tmp_path_factory.mktemp("evil"), "", evil())


@pytest.mark.parametrize(
    "arguments",
    [["services"], ["flows"], ["paths"], ["explain", "public.customers"]],
    ids=lambda each: each[0],
)
def test_hostile_names_steer_nothing(hostile: Path, line: CommandLine, arguments: list[str]) -> None:
    for format in ([], ["--json"]):
        said = line(hostile, *arguments, *format)
        assert said.code == 0, said.error
        assert EVIL not in said.output
        assert all(each.isprintable() or each == "\n" for each in said.output)
        assert "evil" in said.output


def test_without_a_snapshot_they_say_so(tmp_path: Path, line: CommandLine) -> None:
    config = installed(tmp_path, "")
    for command in (["services"], ["flows"], ["explain", "x"]):
        said = line(config, *command)
        assert said.code == 3
        assert "there is no snapshot yet" in said.error


def test_where_no_service_was_heard_of_they_say_what_to_do(tmp_path: Path, line: CommandLine) -> None:
    config = installed(tmp_path, "", Estate())
    for command in ("services", "flows", "paths"):
        said = line(config, command)
        assert said.code == 0
        assert said.error.startswith(
            "driftline: no service was heard of by snapshot 1: `driftline doctor` says"
        )
