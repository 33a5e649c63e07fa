"""Whatever the weather: the traversal it meets is gaps, every other is listed, and nothing is half."""

from __future__ import annotations

import json
import socket
import time
from dataclasses import replace
from pathlib import Path

import pytest

from collectors.gcp.collector import GcpCollector
from collectors.model import Gap, Listing, Why
from tests.collectors.gcp.conftest import Make
from tests.support.conformance import Answers, cycle
from tests.support.gcp_fake import Fake

TOPIC, QUEUE_LIKE = "gcp.pubsub.topic", "dataflow.googleapis.com/Job"
EVERYTHING = "gcp.*"


def gaps(answers: Answers) -> list[Gap]:
    return [each for each in answers.values() if isinstance(each, Gap)]


def only_gap(collector: GcpCollector) -> Gap:
    """The one gap of a cycle in which all extents met the same."""
    answers = cycle(collector)
    found = {(each.why, each.detail) for each in gaps(answers)}
    assert len(gaps(answers)) == len(answers)
    assert len(found) == 1, found
    return gaps(answers)[0]


DETAILS = {
    "PERMISSION_DENIED": (
        Why.DENIED,
        (
            "denied: cloudasset.assets.listResource on organizations/1, or there is no such organization; "
            "`driftline permissions gcp` prints the role that allows it"
        ),
    ),
    "SERVICE_DISABLED": (
        Why.DISABLED,
        (
            "the Cloud Asset API is not enabled in projects/42: "
            "`gcloud services enable cloudasset.googleapis.com --project 42`"
        ),
    ),
    "RESOURCE_EXHAUSTED": (
        Why.THROTTLED,
        (
            "cloudasset.googleapis.com was throttled for organizations/1 to the last attempt: collect less often, "
            "or ask for a higher quota"
        ),
    ),
    "UNAVAILABLE": (
        Why.UNREACHABLE,
        (
            "cloudasset.googleapis.com gave no answer (ServiceUnavailable): check route, DNS, "
            "proxy and firewall of this host"
        ),
    ),
    "UNAUTHENTICATED": (
        Why.EXPIRED,
        "Google does not accept the credentials for organizations/1: renew or correct them",
    ),
    "NOT_FOUND": (Why.FAILED, "there is no organizations/1: correct scope in [[gcp.accounts]]"),
    "INTERNAL": (Why.FAILED, "listing organizations/1 failed at Google (InternalServerError)"),
}


@pytest.mark.parametrize("effect", sorted(DETAILS))
def test_each_refusal_is_a_gap_that_says_what_to_do(fake: Fake, make: Make, effect: str) -> None:
    fake.world.rule(effect)
    found = only_gap(make())
    assert (found.why, found.detail) == DETAILS[effect]


def test_a_denial_is_not_repeated(fake: Fake, make: Make) -> None:
    rule = fake.world.rule("PERMISSION_DENIED")
    cycle(make())
    assert rule.fired == 1


@pytest.mark.parametrize("effect", ["RESOURCE_EXHAUSTED", "UNAVAILABLE"])
def test_passing_weather_is_waited_out(fake: Fake, make: Make, effect: str) -> None:
    collector = make(patience=10)
    before = cycle(make())
    rule = fake.world.rule(effect, page=2, times=2)
    assert cycle(collector) == before
    assert rule.fired == 2


@pytest.mark.parametrize("effect", ["INTERNAL", "INVALID_ARGUMENT", "loop", "UNKNOWN", "ABORTED"])
@pytest.mark.parametrize("page", [2, 3])
def test_a_page_that_breaks_once_begins_the_listing_anew(
    fake: Fake, make: Make, effect: str, page: int
) -> None:
    before = cycle(make())
    rule = fake.world.rule(effect, page=page, times=1)
    assert cycle(make()) == before
    assert rule.fired == 1


@pytest.mark.parametrize(
    "effect", ["INTERNAL", "INVALID_ARGUMENT", "loop", "PERMISSION_DENIED", "UNAUTHENTICATED", "UNAVAILABLE"]
)
@pytest.mark.parametrize("page", [1, 2, 3])
def test_a_page_that_keeps_breaking_is_a_gap_for_every_extent_of_the_traversal(
    fake: Fake, make: Make, effect: str, page: int
) -> None:
    fake.world.rule(effect, page=page)
    answers = cycle(make())
    assert len(gaps(answers)) == len(answers) > 30


def test_tokens_without_end_are_a_gap_at_the_deadline(fake: Fake, make: Make) -> None:
    fake.world.rule("endless")
    begun = time.monotonic()
    found = only_gap(make(TOPIC, deadline=1.5))
    assert time.monotonic() - begun < 10
    assert found.why is Why.UNREACHABLE
    assert found.detail == ("listing organizations/1 did not end before its deadline: raise gcp.deadline")


def test_a_slow_answer_is_a_gap_at_the_deadline(fake: Fake, make: Make) -> None:
    fake.world.rule("slow", value="3", times=2)
    begun = time.monotonic()
    found = only_gap(make(TOPIC, deadline=1))
    assert time.monotonic() - begun < 3
    assert found.why is Why.UNREACHABLE


def test_nobody_at_the_address_is_a_gap(fake: Fake, make: Make) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    account = replace(fake.account(), endpoint=f"127.0.0.1:{port}")
    assert only_gap(make(TOPIC, accounts=[account])).why is Why.UNREACHABLE


def test_an_address_that_does_not_answer_costs_one_wait_and_not_one_for_each_scope(
    fake: Fake, make: Make
) -> None:
    fake.world.rule("UNAVAILABLE")
    collector = make(TOPIC, accounts=[fake.account(f"projects/p{n}") for n in range(5)], patience=1.5)
    begun = time.monotonic()
    answers = [answer for request in collector.plan() for answer in collector.answer(request)]
    assert time.monotonic() - begun < 4
    assert {each.why for each in answers if isinstance(each, Gap)} == {Why.UNREACHABLE}
    fake.world.clear()
    (healed,) = (answer for request in list(collector.plan())[:1] for answer in collector.answer(request))
    assert isinstance(healed, Gap)
    assert healed.why is Why.DENIED  # it is asked again in the next cycle


def test_a_server_that_is_not_trusted_is_a_gap(fake: Fake, make: Make, tmp_path: Path) -> None:
    fake_ca = tmp_path / "other.pem"
    fake_ca.write_bytes(fake.ca_file.read_bytes())
    cycle(collector := make(TOPIC))  # the token is had while the certificate is trusted
    collector.close()
    trusting_nobody = replace(fake.account(), ca_file="")
    found = only_gap(make(TOPIC, accounts=[trusting_nobody]))
    assert found.why is Why.UNREACHABLE
    assert "ca_file" in found.detail


def test_a_huge_page_is_a_gap_and_is_not_read(fake: Fake, make: Make) -> None:
    fake.world.rule("huge", asking="pubsub.googleapis.com/Topic")
    begun = time.monotonic()
    found = only_gap(make(TOPIC))
    assert time.monotonic() - begun < 15
    assert (found.why, found.detail) == (Why.FAILED, "a page of organizations/1 is larger than 32 MiB")


def test_an_asset_without_a_name_is_no_listing(fake: Fake, make: Make) -> None:
    fake.world.rule("nameless")
    assert only_gap(make(TOPIC)).detail == "Google listed an asset without a name in organizations/1"


def test_a_scope_that_is_not_ours_harms_no_other(fake: Fake, make: Make) -> None:
    answers = cycle(make(TOPIC, accounts=[fake.account("organizations/99"), fake.account()]))
    wrong, right = sorted(answers.values(), key=lambda each: each.extent.scope, reverse=True)
    assert isinstance(wrong, Gap)
    assert wrong.why is Why.DENIED
    assert "on organizations/99, or there is no such organization" in wrong.detail
    assert isinstance(right, Listing)
    assert right.resources


def test_a_type_google_does_not_know_harms_no_other(fake: Fake, make: Make) -> None:
    fake.world.unknown = ("dataflow.googleapis.com/Jub",)
    answers = cycle(make(EVERYTHING, "dataflow.googleapis.com/Jub"))
    (found,) = gaps(answers)
    assert found.extent.type == "gcp.dataflow.jub"
    assert found.detail == (
        "Google does not know the asset type dataflow.googleapis.com/Jub, or organizations/1: "
        "correct gcp.types or gcp.accounts"
    )


def test_a_refused_token_is_a_gap(fake: Fake, make: Make) -> None:
    fake.world.refuse_tokens = "invalid_grant"
    found = only_gap(make(TOPIC))
    assert found.why is Why.EXPIRED
    assert found.detail.startswith("Google gives no token for the credentials: the key was deleted")


def test_a_token_that_ends_in_mid_run_is_renewed_once(fake: Fake, make: Make) -> None:
    rule = fake.world.rule("UNAUTHENTICATED", page=3, times=1)
    assert not gaps(cycle(make()))
    assert rule.fired == 1
    assert fake.world.tokens["asked"] == 2


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"type": "rhubarb"}', '{"type": "service_account"}'])
def test_a_file_without_credentials_is_a_gap(fake: Fake, make: Make, tmp_path: Path, text: str) -> None:
    file = tmp_path / "key.json"
    file.write_text(text)
    found = only_gap(make(TOPIC, accounts=[replace(fake.account(), credentials_file=str(file))]))
    assert found.why is Why.EXPIRED
    assert found.detail == (
        f"{file} holds no credentials that can be read: correct credentials_file in [[gcp.accounts]]"
    )


def test_a_file_that_is_not_there_is_a_gap(fake: Fake, make: Make, tmp_path: Path) -> None:
    missing = str(tmp_path / "none")
    for account in (
        replace(fake.account(), credentials_file=missing),
        replace(fake.account(), ca_file=missing),
    ):
        found = only_gap(make(TOPIC, accounts=[account]))
        assert missing in found.detail
        assert "[[gcp.accounts]]" in found.detail


def test_a_bare_name_is_a_systemd_credential(
    fake: Fake, make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "google-key").write_bytes(Path(fake.account().credentials_file).read_bytes())
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    answers = cycle(make(TOPIC, accounts=[replace(fake.account(), credentials_file="google-key")]))
    assert all(isinstance(answer, Listing) for answer in answers.values())


def test_application_default_credentials_are_found(
    fake: Fake, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(fake.credentials_file))
    answers = cycle(make(TOPIC, accounts=[replace(fake.account(), credentials_file="")]))
    assert not gaps(answers)


def test_without_any_credentials_there_is_a_gap(
    fake: Fake, make: Make, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("GOOGLE_APPLICATION_CREDENTIALS", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("CLOUDSDK_CONFIG", str(tmp_path))
    monkeypatch.setenv("NO_GCE_CHECK", "true")
    found = only_gap(make(TOPIC, accounts=[replace(fake.account(), credentials_file="")]))
    assert found.why is Why.EXPIRED
    assert found.detail.startswith("no valid credentials were found: set credentials_file")


def test_no_gap_tells_what_google_said(fake: Fake, make: Make) -> None:
    for effect in DETAILS:
        fake.world.clear()
        fake.world.rule(effect)
        assert "weather" not in json.dumps([each.detail for each in gaps(cycle(make(TOPIC)))])


def test_an_asset_that_is_late_counts_as_removed_only_the_second_time(fake: Fake, make: Make) -> None:
    before = cycle(make(TOPIC))
    name = next(one for each in before.values() if isinstance(each, Listing) for one in each.resources).urn
    fake.world.rule("drop", value=name)
    (late,) = cycle(make(TOPIC)).values()
    assert isinstance(late, Listing)
    assert (late.resources, late.confirm) == ((), 2)
