"""Whatever the weather: what it meets is a gap with a reason and advice, the rest is listed, and nothing is half."""

from __future__ import annotations

import time

import pytest

from collectors.azure.transport import ATTEMPTS
from collectors.contract import ANYWHERE
from collectors.model import Extent, Gap, Listing, Scope, Why
from tests.support.azure_asking import Answers, collector, cycle, gap, listed, of
from tests.support.azure_estate import OTHER, SHOP
from tests.support.azure_fake import (
    CLIENT,
    SECRET,
    TENANT,
    AzureFake,
    Effect,
    cut_off,
    failing,
    refusing,
    saying,
    silent,
)

APP, GROUP, REST = "azure.containerapps.app", "azure.resource_group", "azure.resource"
QUICK = {"Retry-After": "0"}


def gaps(answers: Answers, subscription: str = SHOP) -> set[tuple[Why, str]]:
    """Why and what to do, of every extent of a subscription that is a gap."""
    return {
        (answer.why, answer.detail)
        for extent, answer in answers.items()
        if extent.scope.account == subscription and isinstance(answer, Gap)
    }


def whole(answers: Answers, subscription: str) -> bool:
    return all(
        isinstance(answer, Listing)
        for extent, answer in answers.items()
        if extent.scope.account == subscription
    )


@pytest.mark.parametrize("page", [1, 2, 3])
@pytest.mark.parametrize("operation", ["graph", "resources"])
def test_a_page_that_fails_leaves_no_type_half_listed(fake: AzureFake, operation: str, page: int) -> None:
    fake.rule(operation, failing(400, "BadRequest"), subscription=SHOP, after=page - 1)
    with collector(fake) as made:
        answers = cycle(made)
    assert {type(of(answers, extent.type)) for extent in answers if extent.scope.account == SHOP} == {
        Gap,
        Listing,
    }
    assert isinstance(of(answers, APP), Gap)
    assert isinstance(of(answers, REST), Gap)
    assert isinstance(of(answers, GROUP), Listing)
    assert len(gaps(answers)) == 1
    assert whole(answers, OTHER)


@pytest.mark.parametrize("page", [1, 2, 3])
@pytest.mark.parametrize("effect", [failing(500, "InternalServerError", QUICK), cut_off])
def test_a_page_that_fails_once_is_asked_again(fake: AzureFake, effect: Effect, page: int) -> None:
    rule = fake.rule("graph", effect, subscription=SHOP, after=page - 1, times=1)
    with collector(fake, subscriptions=[SHOP]) as made:
        answers = cycle(made)
    assert rule.fired == 1
    assert whole(answers, SHOP)
    assert len(listed(answers, REST).resources) == 2


def test_a_stale_token_begins_the_traversal_anew(fake: AzureFake) -> None:
    rule = fake.rule("graph", failing(400, "BadRequest", inner="InvalidSkipToken"), after=1, times=1)
    with collector(fake, subscriptions=[SHOP]) as made:
        assert whole(cycle(made), SHOP)
    assert rule.met > 4


def test_tokens_without_an_end_are_noticed(fake: AzureFake) -> None:
    page = b'{"totalRecords": 9, "count": 0, "resultTruncated": "false", "data": [], "$skipToken": "7"}'
    rule = fake.rule("graph", saying(page))
    with collector(fake, subscriptions=[SHOP]) as made:
        answers = cycle(made)
    assert gaps(answers) == {(Why.FAILED, "Azure Resource Graph gives pages without an end")}
    assert rule.fired < 6


def test_a_next_link_without_an_end_is_noticed(fake: AzureFake) -> None:
    link = f"{fake.url}/subscriptions/{SHOP}/resources?skip=7"
    fake.rule("resources", saying(f'{{"value": [], "nextLink": "{link}"}}'.encode()))
    with collector(fake, subscriptions=[SHOP]) as made:
        assert gaps(cycle(made)) == {(Why.FAILED, "Azure gives pages without an end")}


def test_no_token_goes_to_another_host(fake: AzureFake) -> None:
    fake.rule("groups", saying(b'{"value": [], "nextLink": "https://127.0.0.2:1/subscriptions"}'))
    with collector(fake, subscriptions=[SHOP]) as made:
        found = gap(cycle(made), GROUP)
    assert found.why is Why.FAILED
    assert "another host, which is not asked" in found.detail


def test_an_answer_that_was_cut_short_is_not_complete(fake: AzureFake) -> None:
    fake.truncated = "true"
    with collector(fake, subscriptions=[SHOP]) as made:
        answers = cycle(made)
    assert gap(answers, APP).why is Why.PARTIAL
    assert isinstance(of(answers, GROUP), Listing)


def test_fewer_rows_than_were_counted_are_not_complete(fake: AzureFake) -> None:
    fake.rule("graph", saying(b'{"totalRecords": 3, "count": 0, "resultTruncated": "false", "data": []}'))
    with collector(fake, subscriptions=[SHOP]) as made:
        assert gap(cycle(made), APP).why is Why.PARTIAL


@pytest.mark.parametrize("operation", ["graph", "resources", "groups", "subscription", "permissions"])
@pytest.mark.parametrize(
    "body", [b"<html>log in</html>", b"", b"{}", b"[]", b'{"value": {}}', b'{"data": [1], "totalRecords": 1}']
)
def test_a_page_of_a_proxy_is_never_an_empty_cloud(fake: AzureFake, operation: str, body: bytes) -> None:
    fake.rule(operation, saying(body))
    with collector(fake, subscriptions=[SHOP]) as made:
        answers = cycle(made)
    for why, detail in gaps(answers):
        assert why is Why.FAILED
        assert "not Azure's" in detail or "not its own" in detail
    assert gaps(answers)


def test_a_huge_answer_is_not_read(fake: AzureFake, monkeypatch: pytest.MonkeyPatch) -> None:
    fake.rule("groups", saying(b'{"value": [' + b" " * (33 << 20) + b"]}"))
    with collector(fake, GROUP, subscriptions=[SHOP]) as made:
        found = gap(cycle(made), GROUP)
    assert (found.why, found.detail) == (Why.FAILED, "the answer is larger than 32 MiB")


def test_a_passing_throttle_is_waited_out(fake: AzureFake) -> None:
    rule = fake.rule("graph", failing(429, "RateLimiting", QUICK), times=2)
    with collector(fake, subscriptions=[SHOP]) as made:
        assert whole(cycle(made), SHOP)
    assert rule.fired == 2


def test_a_throttle_beyond_the_deadline_is_a_gap_at_once(fake: AzureFake) -> None:
    fake.rule("graph", failing(429, "RateLimiting", {"Retry-After": "3600"}), subscription=SHOP)
    begin = time.monotonic()
    with collector(fake, deadline=5) as made:
        answers = cycle(made)
    assert time.monotonic() - begin < 4
    assert gap(answers, APP).why is Why.THROTTLED
    assert whole(answers, OTHER)


def test_a_lasting_throttle_is_a_gap(fake: AzureFake) -> None:
    rule = fake.rule("graph", failing(429, "RateLimiting", QUICK))
    with collector(fake, subscriptions=[SHOP]) as made:
        assert gap(cycle(made), APP).why is Why.THROTTLED
    assert rule.fired == ATTEMPTS


def test_a_quota_that_is_used_up_is_waited_for(fake: AzureFake) -> None:
    fake.graph_headers = {"x-ms-user-quota-remaining": "0", "x-ms-user-quota-resets-after": "00:00:01"}
    begin = time.monotonic()
    with collector(fake, subscriptions=[OTHER, SHOP]) as made:
        for request in made.plan():
            assert all(isinstance(answer, Listing) for answer in made.answer(request))
    assert time.monotonic() - begin > 2  # pages two and three of the shop


def test_a_quota_that_opens_after_the_deadline_is_a_gap(fake: AzureFake) -> None:
    fake.graph_headers = {"x-ms-user-quota-remaining": "0", "x-ms-user-quota-resets-after": "01:00:00"}
    with collector(fake, subscriptions=[SHOP], deadline=5) as made:
        assert gap(cycle(made), APP).why is Why.THROTTLED


def test_a_subscription_without_access_is_a_gap_of_its_own(fake: AzureFake) -> None:
    gone = "cccccccc-0000-4000-8000-000000000003"
    with collector(fake, subscriptions=[SHOP, gone]) as made:
        answers = cycle(made)
    assert whole(answers, SHOP)
    [(why, detail)] = gaps(answers, gone)
    assert why is Why.DENIED
    assert "no role is assigned there" in detail


def test_a_subscription_that_disappears_is_a_gap_and_not_forgotten(fake: AzureFake) -> None:
    with collector(fake) as made:
        before = cycle(made)
        del fake.world[OTHER]
        after = cycle(made)
        asked = made.asked()
    anywhere = {Extent(extent.type, Scope("azure", ANYWHERE)) for extent in before}
    assert asked == frozenset(before) | anywhere
    assert after.keys() == before.keys()
    assert {why for why, _ in gaps(after, OTHER)} == {Why.DENIED}
    assert whole(after, SHOP)


def test_a_type_that_may_not_be_seen_is_a_gap_although_azure_leaves_it_out_silently(fake: AzureFake) -> None:
    fake.world[SHOP].permissions = (
        {"actions": ["Microsoft.App/*", "Microsoft.Sql/*/read"], "notActions": ["*/databases/read"]},
    )
    with collector(fake) as made:
        answers = cycle(made)
    assert isinstance(of(answers, APP), Listing)
    assert isinstance(of(answers, "azure.sql.server"), Listing)
    denied = gap(answers, "azure.sql.database")
    assert (denied.why, denied.detail) == (
        Why.DENIED,
        "denied: microsoft.sql/servers/databases/read; `driftline permissions azure` prints the role that allows it",
    )
    assert gap(answers, REST).detail.startswith("denied: */read; ")
    assert whole(answers, OTHER)


@pytest.mark.parametrize(
    ("status", "code", "why", "words"),
    [
        (
            403,
            "AuthorizationFailed",
            Why.DENIED,
            "denied: Microsoft.ResourceGraph/resources/read; `driftline",
        ),
        (403, "Strange", Why.DENIED, "denied: Microsoft.ResourceGraph/resources/read; `driftline"),
        (409, "MissingSubscriptionRegistration", Why.DISABLED, "register the resource provider"),
        (409, "SubscriptionNotRegistered", Why.DISABLED, "register the resource provider"),
        (409, "ReadOnlyDisabledSubscription", Why.DISABLED, "the subscription is disabled"),
        (401, "InvalidAuthenticationTokenTenant", Why.DENIED, "belongs to another tenant"),
        (401, "InvalidAuthenticationToken", Why.EXPIRED, "does not accept the token"),
        (404, "SubscriptionNotFound", Why.DENIED, "does not exist in this tenant"),
        (418, "Teapot", Why.FAILED, "failed with Teapot (HTTP 418)"),
        (418, "<b>x</b>", Why.FAILED, "failed with an unknown code (HTTP 418)"),
    ],
)
def test_a_refusal_says_why_and_what_to_do(
    fake: AzureFake, status: int, code: str, why: Why, words: str
) -> None:
    rule = fake.rule("graph", failing(status, code))
    with collector(fake, subscriptions=[SHOP]) as made:
        found = gap(cycle(made), APP)
    assert found.why is why
    assert words in found.detail
    assert "example.org" not in found.detail
    assert rule.fired == (2 if why is Why.EXPIRED else 1)


def test_nothing_is_registered_with_a_subscription(fake: AzureFake) -> None:
    fake.rule("graph", failing(409, "MissingSubscriptionRegistration"))
    with collector(fake) as made:
        cycle(made)
    assert {call.split()[0] for call in fake.calls if "graph" not in call and "token" not in call} == {"GET"}


@pytest.mark.parametrize(
    ("code", "why", "words"),
    [
        ("AADSTS7000215", Why.EXPIRED, "the client secret is wrong"),
        ("AADSTS7000222", Why.EXPIRED, "the client secret has expired"),
        ("AADSTS700016", Why.DENIED, "no application with this client_id"),
        ("AADSTS7000112", Why.DISABLED, "the application is disabled"),
        ("AADSTS53003", Why.DENIED, "Conditional Access"),
        ("AADSTS99999", Why.EXPIRED, "refuses the sign-in"),
    ],
)
def test_a_sign_in_that_is_refused_says_why(fake: AzureFake, code: str, why: Why, words: str) -> None:
    fake.rule("token", refusing(code))
    with collector(fake, subscriptions=[SHOP]) as made:
        [(found, detail)] = gaps(cycle(made))
    assert found is why
    assert words in detail
    assert f"({code})" in detail
    assert "example.org" not in detail


def test_a_wrong_secret_is_named(fake: AzureFake) -> None:
    with collector(fake, subscriptions=[SHOP], client_secret="wrong-Secret~1") as made:
        [(why, detail)] = gaps(cycle(made))
    assert why is Why.EXPIRED
    assert "the client secret is wrong" in detail
    assert "wrong-Secret" not in detail


def test_credentials_of_the_environment_are_taken_where_none_are_set(
    fake: AzureFake, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in (("TENANT_ID", TENANT), ("CLIENT_ID", CLIENT), ("CLIENT_SECRET", SECRET)):
        monkeypatch.setenv(f"AZURE_{name}", value)
    with collector(fake, subscriptions=[SHOP], client_secret="", client_id="") as made:
        assert whole(cycle(made), SHOP)


def test_no_credentials_at_all_is_a_gap_that_says_so(
    fake: AzureFake, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("AZURE_TOKEN_CREDENTIALS", "EnvironmentCredential")  # no metadata address is asked
    with collector(fake, subscriptions=[SHOP, OTHER], client_secret="", client_id="") as made:
        [(why, detail)] = gaps(cycle(made))
    assert why is Why.EXPIRED
    assert "no credentials were found" in detail
    assert caplog.records == []


def test_a_tenant_that_does_not_exist_is_a_gap_and_retires_nothing(fake: AzureFake) -> None:
    tenant = "dddddddd-0000-4000-8000-000000000004"
    with collector(fake, tenant=tenant) as made:
        answers = cycle(made)
        assert made.asked() is None
    assert {extent.scope.account for extent in answers} == {tenant}
    [(why, detail)] = gaps(answers, tenant)
    assert why is Why.DENIED
    assert "the tenant does not exist" in detail


def test_a_token_that_ended_is_renewed_once(fake: AzureFake) -> None:
    def expire(call: object) -> bool:
        fake.valid = fake.tokens
        return False

    fake.rule("graph", expire, after=1, times=1)
    with collector(fake, subscriptions=[SHOP]) as made:
        assert whole(cycle(made), SHOP)
    assert fake.tokens == 2


def test_no_listener_is_unreachable(fake: AzureFake) -> None:
    with collector(fake, subscriptions=[SHOP], endpoint="https://127.0.0.1:9", deadline=6) as made:
        [(why, detail)] = gaps(cycle(made))
    assert why is Why.UNREACHABLE
    assert "check route, DNS, proxy and firewall" in detail


def test_a_silent_endpoint_costs_no_more_than_the_deadline(fake: AzureFake) -> None:
    fake.rule("graph", silent, subscription=SHOP)
    begin = time.monotonic()
    with collector(fake, deadline=2) as made:
        answers = cycle(made)
    assert time.monotonic() - begin < 6
    assert gap(answers, APP).why is Why.UNREACHABLE
    assert whole(answers, OTHER)


def test_a_certificate_that_is_not_trusted_is_told_apart(fake: AzureFake) -> None:
    with collector(fake, subscriptions=[SHOP], ca_file="") as made:
        [(why, detail)] = gaps(cycle(made))
    assert why is Why.UNREACHABLE
    assert "certificate that is not trusted: set ca_file" in detail


def test_a_tenant_that_cannot_be_entered_costs_one_wait_for_all_its_subscriptions(fake: AzureFake) -> None:
    rule = fake.rule("openid", silent)
    with collector(fake, subscriptions=[SHOP, OTHER], deadline=2) as made:
        begin = time.monotonic()
        answers = [answer for request in made.plan() for answer in made.answer(request)]
        assert time.monotonic() - begin < 4
        assert {answer.why for answer in answers if isinstance(answer, Gap)} == {Why.UNREACHABLE}
        fake.rules.remove(rule)
        assert whole(cycle(made), SHOP)


def test_a_network_that_is_not_described_yet_leaves_its_subnets_open(fake: AzureFake) -> None:
    network = next(each for each in fake.world[SHOP].resources if each["type"].endswith("virtualNetworks"))
    fake.world[SHOP].hidden_from_graph = {network["id"].lower()}
    with collector(fake) as made:
        answers = cycle(made)
    assert gap(answers, "azure.network.subnet").why is Why.PARTIAL
    assert isinstance(of(answers, "azure.network.network"), Listing)


def test_an_answer_too_large_for_azure_is_asked_for_in_smaller_pages(fake: AzureFake) -> None:
    rule = fake.rule("graph", failing(400, "BadRequest", inner="ResponsePayloadTooLarge"), times=3)
    with collector(fake, subscriptions=[SHOP]) as made:
        assert whole(cycle(made), SHOP)
    assert rule.fired == 3
