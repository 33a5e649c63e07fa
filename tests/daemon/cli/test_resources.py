"""`driftline resource` and `driftline inventory` on both engines, with names that mean harm."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from collectors.model import Alias, Extent, Relation, Resource, Role, Scope, Seen, Sightings
from daemon.cli import main
from tests.support.golden import Golden
from tests.support.snapshots import (
    ELSEWHERE,
    START,
    VIRGINIA,
    Snapshots,
    denied,
    listing,
    queue,
)

Told = Callable[..., tuple[object, str, str]]

PROD = Extent("service", Scope("traces", "prod"))
EVIL = "\x1b[2J\u202eevil\x9b31m\nname"
POLICY = {"Statement": [{"Effect": "Allow", "Action": "sqs:*", "Principal": {"AWS": "111122223333"}}]}


@pytest.fixture
def told(
    store: Snapshots, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Told:
    """Runs the command line on the database: exit code, output, errors."""
    url = store.database.url.render_as_string(hide_password=False)
    file = tmp_path / "driftline.toml"
    file.write_text(
        f'[driftline]\nstate_directory = "{tmp_path}"\n[database]\nurl = "{url}"\n[traces]\nenabled = false\n'
    )

    def run(*arguments: str) -> tuple[object, str, str]:
        monkeypatch.setattr(sys, "argv", ["driftline", "--config", str(file), *arguments])
        with pytest.raises(SystemExit) as left:
            main()
        return left.value.code, *capsys.readouterr()

    return run


def mail(**attributes: Any) -> Resource:
    """A queue with something of everything."""
    one = queue("mail", KmsMasterKeyId="alias/aws/sqs", Policy=POLICY, Fifo=False, Labels=[], **attributes)
    return replace(
        one,
        public=False,
        tags={"Owner": "post", "Cost": "12"},
        aliases=(Alias("public", "queue", "https://sqs.example/mail"),),
    )


def evil() -> Resource:
    """One whose name, tags and attributes would steer a terminal."""
    attributes: dict[str, Any] = {"Note": EVIL, EVIL: [{EVIL: EVIL}]}
    return replace(queue("evil", **attributes), name=EVIL, tags={EVIL: EVIL, "Owner": "nobody"})


def flows(*relations: Relation) -> Sightings:
    service = Resource("service://prod/shop/web", "service", "web", PROD.scope, Role.SERVICE)
    seen = START.timestamp()
    return Sightings(PROD, (service,), relations, seen, seen)


def publishes(count: int) -> Relation:
    seen = Seen(START.timestamp(), START.timestamp() + 60, count)
    return Relation("service://prod/shop/web", "publishes_to", mail().urn, {"evidence": "paired"}, seen)


@pytest.fixture
def lived(store: Snapshots) -> Snapshots:
    """Ten snapshots of two queues: altered, dark twice, restated, removed, shown again and retired."""
    links = (
        Relation(mail().urn, "routes_to", queue("dead").urn),
        Relation(mail().urn, "encrypted_by", Alias("aws:111122223333:eu-central-1", "kms", "alias/aws/sqs")),
    )
    east = listing(queue("far", VIRGINIA), extent=ELSEWHERE)
    store.take(listing(mail(Delay=0), evil(), relations=links), east, flows(publishes(3)))
    store.take(listing(mail(Delay=5, Long="x" * 300), evil(), relations=links), east, flows(publishes(3)))
    store.take(denied(), east, flows(publishes(3)))
    store.take(replace(denied(), detail="AssumeRole is\x1b[1m denied"), east, flows(publishes(4)))
    store.take(
        listing(mail(Delay=5, Long="x" * 300), evil(), relations=links),
        denied(ELSEWHERE),
        flows(publishes(5)),
    )
    store.take(
        listing(mail(Delay=5), evil(), relations=links, fingerprint="rules 2"),
        denied(ELSEWHERE),
        flows(publishes(6)),
    )
    retagged = replace(mail(Delay=5), tags={"Owner": "post", "Cost": "14", "New": "yes"}, public=True)
    store.take(
        listing(retagged, relations=links, fingerprint="rules 2"), denied(ELSEWHERE), flows(publishes(7))
    )
    return store


def test_a_resource_is_shown_whole(lived: Snapshots, told: Told, golden: Golden) -> None:
    code, shown, said = told("resource", "show", mail().urn)
    assert (code, said) == (0, "")
    golden.check("resource_show.txt", shown)
    code, shown, said = told("resource", "show", "mail", "--json")
    assert (code, said) == (0, "")
    golden.check("resource_show.json", re.sub(r"[0-9a-f]{64}", "HEADER", shown))


def test_a_resource_that_is_gone_is_shown_as_it_was_and_cannot_steer_the_terminal(
    lived: Snapshots, told: Told, golden: Golden
) -> None:
    code, shown, said = told("resource", "show", evil().urn)
    assert (code, said) == (0, "")
    golden.check("resource_show_gone.txt", shown)
    assert shown.isascii()
    assert all(character.isprintable() for line in shown.splitlines() for character in line)
    assert told("resource", "show", evil().urn, "--at", "6")[1] != shown
    data = json.loads(told("resource", "show", "sqs:eu-central-1:111122223333:evil", "--json")[1])["data"]
    assert data["gone"] == {"snapshot": 7, "time": "2026-11-22T12:00:00Z"}
    assert data["snapshot"]["number"] == 6
    assert data["name"] == EVIL


def test_what_happened_to_a_resource_is_told_newest_first(
    lived: Snapshots, told: Told, golden: Golden
) -> None:
    code, shown, said = told("resource", "history", mail().urn)
    assert (code, said) == (0, "")
    golden.check("resource_history.txt", shown)
    golden.check("resource_history.json", told("resource", "history", "mail", "--json")[1])
    golden.check("resource_history_gone.txt", told("resource", "history", evil().urn)[1])


def test_an_extent_in_gap_keeps_its_resources_and_says_since_when(lived: Snapshots, told: Told) -> None:
    (presence,) = json.loads(told("resource", "show", "far", "--json")[1])["data"]["presences"]
    assert presence["state"] == "denied"
    assert presence["state_since"] == {"snapshot": 5, "time": "2026-11-22T10:00:00Z"}
    assert presence["confirmed"] == "2026-11-22T09:00:00Z"
    shown = told("resource", "show", "far")[1]
    assert "unobserved since snapshot 5 (2026-11-22 10:00Z)" in shown
    assert "last confirmed 2026-11-22 09:00Z" in shown
    (first, last) = json.loads(told("resource", "history", "far", "--json")[1])["data"]["stages"]
    assert (first["event"], first["until"], last["event"]) == ("unobserved", None, "baseline")
    before = json.loads(told("resource", "show", "far", "--at", "3", "--json")[1])["data"]["presences"][0]
    assert (before["state"], before["confirmed"]) == ("listed", "2026-11-22T08:00:00Z")


def test_two_extents_that_show_a_resource_are_told_apart(store: Snapshots, told: Told) -> None:
    one, far = queue("shared"), listing(queue("shared"), extent=ELSEWHERE)
    store.take(listing(queue("other")), listing(extent=ELSEWHERE))
    store.take(listing(queue("other"), one), listing(extent=ELSEWHERE))
    store.take(listing(queue("other"), one), far)
    store.take(listing(queue("other")), far)
    store.take(listing(queue("other")), listing(extent=ELSEWHERE))
    stages = json.loads(told("resource", "history", "shared", "--json")[1])["data"]["stages"]
    assert [(each["event"], each["at"]["snapshot"]) for each in stages] == [
        ("removed", 5), ("no_longer_shown", 4), ("also_shown", 3), ("added", 2),
    ]  # fmt: skip
    assert (
        len(json.loads(told("resource", "show", "shared", "--at", "3", "--json")[1])["data"]["presences"])
        == 2
    )


def test_what_settings_no_longer_ask_for_is_retired_and_not_removed(store: Snapshots, told: Told) -> None:
    both = listing(queue("a")), listing(queue("b", VIRGINIA), extent=ELSEWHERE)
    store.take(*both)
    store.take(both[0])
    stages = json.loads(told("resource", "history", "b", "--json")[1])["data"]["stages"]
    assert [(each["event"], each["at"]["snapshot"]) for each in stages] == [("retired", 2), ("baseline", 1)]


def test_a_name_of_several_lists_them_and_a_name_of_none_the_nearest(lived: Snapshots, told: Told) -> None:
    code, shown, said = told("resource", "show", "queue")
    assert (code, shown) == (3, "")
    code, shown, said = told("resource", "history", "aws:sqs")
    assert (code, shown) == (2, "")
    assert "is the name, or part of it, of 3 resources:" in said
    assert mail().urn in said
    assert "\x1b" not in said
    code, shown, said = told("resource", "show", "maill")
    assert (code, shown) == (3, "")
    assert said == 'driftline: no resource with the urn or name "maill": did you mean mail?\n'
    assert told("resource", "show", "sqs.example%")[0] == 3


def names(printed: str) -> list[str]:
    return [row["name"] for row in json.loads(printed)["data"]]


CHOICES: tuple[tuple[list[str], list[str]], ...] = (
    ([], ["mail", EVIL, "far", "web"]),
    (["MAI"], ["mail"]),
    (["m*l"], ["mail"]),
    (["m_il"], []),
    (["%"], []),
    (["--type", "aws.sqs.queue"], ["mail", EVIL, "far"]),
    (["--type", "aws.*"], ["mail", EVIL, "far"]),
    (["--account", "prod"], ["web"]),
    (["--region", "us-*"], ["far"]),
    (["--role", "service"], ["web"]),
    (["--tag", "Owner"], ["mail", EVIL]),
    (["--tag", "Owner=post"], ["mail"]),
    (["--tag", "Own*=p*t"], ["mail"]),
    (["--tag", "Owner=p"], []),
    (["--tag", "Owner", "--tag", "Cost=12"], ["mail"]),
    (["--tag", EVIL], [EVIL]),
    (["--not-public"], ["mail"]),
    (["--public"], []),
)


def test_the_inventory_is_chosen(lived: Snapshots, told: Told) -> None:
    for choice, expected in CHOICES:
        code, shown, said = told("inventory", *choice, "--at", "6", "--json")
        assert code == 0, choice
        assert sorted(names(shown)) == sorted(expected), choice
        assert said == ("" if expected else "driftline: nothing in snapshot 6 fits\n"), choice
    assert names(told("inventory", "--public", "--json")[1]) == ["mail"]
    assert told("inventory", "%") == (0, "", "driftline: nothing in snapshot 7 fits\n")


def test_a_limit_says_how_much_more_there_is(store: Snapshots, told: Told) -> None:
    store.take(listing(*(queue(f"q{number:04}") for number in range(1_250))))
    code, shown, said = told("inventory", "--limit", "10")
    assert (code, said) == (0, "")
    assert shown.splitlines()[-1] == "… and 1,240 more, 1,250 in all"
    assert len(shown.splitlines()) == 12
    document = json.loads(told("inventory", "--limit", "10", "--json")[1])
    assert (len(document["data"]), document["more"]) == (10, 1_240)
    assert told("inventory")[1].splitlines()[-1] == "1,250 in all"


def test_a_table_shows_hostile_names_as_they_are_written(lived: Snapshots, told: Told) -> None:
    shown = told("inventory", "--at", "6")[1]
    assert r"\x1b[2J\u202eevil\x9b31m\nname" in shown
    assert all(character.isprintable() for line in shown.splitlines() for character in line)
    assert told("inventory", "--at", "6", "--json")[1].isascii()
