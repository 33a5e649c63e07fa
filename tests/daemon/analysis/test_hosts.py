"""When a host is a third party, and above all when it is not."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collectors.model import Role
from config import vocabulary
from daemon.analysis import hosts
from daemon.values.graph import Bound
from tests.support.graphs import Estate


def verdict(estate: Estate, name: str) -> tuple[Bound, str]:
    estate.host(name)
    found = estate.bindings()[f"public|host|{name}"]
    return found.state, found.reason


@pytest.mark.parametrize(
    ("name", "state", "reason"),
    [
        ("api.stripe.com", Bound.THIRD_PARTY, "api.stripe.com belongs to Stripe (payment)"),
        ("api.mailer.example", Bound.THIRD_PARTY, "mailer.example is a public domain outside ours"),
        ("api.partner.co.uk", Bound.THIRD_PARTY, "partner.co.uk is a public domain outside ours"),
        (
            "www.shop.example",
            Bound.UNRESOLVED,
            "shop.example is one of our domains, and nothing listed answers to www.shop.example",
        ),
        (
            "x.eu-west-1.rds.amazonaws.com",
            Bound.UNRESOLVED,
            "amazonaws.com names are given to everyone's resources, ours among them",
        ),
        (
            "d1.cloudfront.net",
            Bound.UNRESOLVED,
            "cloudfront.net names are given to everyone's resources, ours among them",
        ),
        (
            "checkout.happysea-1.westeurope.azurecontainerapps.io",
            Bound.UNRESOLVED,
            "azurecontainerapps.io names are given to everyone's resources, ours among them",
        ),
        (
            "x.lambda-url.eu-west-1.on.aws",
            Bound.UNRESOLVED,
            "on.aws names are given to everyone's resources, ours among them",
        ),
        ("db.staging-eu", Bound.UNRESOLVED, "db.staging-eu is no public name"),
        (
            "orders.shop.svc.cluster.local",
            Bound.UNRESOLVED,
            "orders.shop.svc.cluster.local is no public name",
        ),
        ("example", Bound.UNRESOLVED, "example is no public name"),
        ("com", Bound.UNRESOLVED, "com is no public name"),
    ],
)
def test_verdicts(name: str, state: Bound, reason: str) -> None:
    assert verdict(Estate(), name) == (state, reason)


def test_a_suffix_is_whole_labels() -> None:
    assert verdict(Estate(), "api.notshop.example")[0] is Bound.THIRD_PARTY
    assert verdict(Estate(), "fake-amazonaws.com")[0] is Bound.THIRD_PARTY


def test_our_word_is_stronger_than_the_list_of_vendors() -> None:
    assert verdict(Estate(own_domains=("stripe.com",)), "api.stripe.com")[0] is Bound.UNRESOLVED


def test_our_zones_make_their_domains_ours() -> None:
    estate = Estate(own_domains=())
    estate.zone("eu.partner.com.")
    assert verdict(estate, "api.partner.com") == (
        Bound.UNRESOLVED,
        "zone eu.partner.com is ours, and nothing listed answers to api.partner.com",
    )


def test_a_private_zone_makes_only_itself_ours() -> None:
    estate = Estate()
    estate.zone("internal.partner.com", private=True)
    assert verdict(estate, "db.internal.partner.com")[0] is Bound.UNRESOLVED
    assert verdict(estate, "api.partner.com")[0] is Bound.THIRD_PARTY
    estate.zone("stripe.com", private=True)
    assert verdict(estate, "api.stripe.com")[0] is Bound.THIRD_PARTY


def test_a_name_that_a_resource_of_ours_has_makes_its_domain_ours() -> None:
    estate = Estate(own_domains=())
    estate.resource(
        "aws.cloudfront.distribution", "web", Role.ENTRY, aliases=("public|host|www.partner.com",)
    )
    assert verdict(estate, "api.partner.com")[0] is Bound.UNRESOLVED
    assert verdict(estate, "api.other.com")[0] is Bound.THIRD_PARTY


def test_as_long_as_no_domain_is_known_to_be_ours_no_name_is_foreign() -> None:
    estate = Estate(own_domains=())
    estate.database("orders-db")  # its name is the cloud's, not ours
    state, reason = verdict(estate, "api.partner.com")
    assert state is Bound.UNRESOLVED
    assert "traces.own_domains" in reason
    assert verdict(estate, "api.stripe.com")[0] is Bound.THIRD_PARTY


@pytest.mark.parametrize(
    "type",
    [
        "aws.route53.zone",
        "aws.route53.record",
        "aws.cloudfront.distribution",
        "aws.apigateway.domain_name",
        "aws.opensearch.domain",
        "gcp.dns.managed_zone",
        "aws.plan",
    ],
)
def test_what_could_own_the_name_must_have_been_listed(type: str) -> None:
    estate = Estate().gap(type)
    state, reason = verdict(estate, "api.partner.com")
    assert state is Bound.UNRESOLVED
    assert type in reason
    assert verdict(estate, "api.stripe.com")[0] is Bound.THIRD_PARTY


def test_what_cannot_own_a_name_of_choice_need_not_have_been_listed() -> None:
    estate = Estate().gap("aws.rds.instance").gap("aws.sqs.queue")
    assert verdict(estate, "api.partner.com")[0] is Bound.THIRD_PARTY


def test_a_type_seen_with_names_of_choice_must_have_been_listed_everywhere() -> None:
    estate = Estate()
    estate.resource("aws.mq.broker", "one", aliases=("public|host|mq.shop.example",))
    estate.gap("aws.mq.broker", "us-east-1")
    assert verdict(estate, "api.partner.com")[0] is Bound.UNRESOLVED


@pytest.mark.parametrize(
    ("name", "region"),
    [
        ("orders-db.c1.eu-central-1.rds.amazonaws.com", "eu-central-1"),
        ("search-x.us-gov-west-1.es.amazonaws.com", "us-gov-west-1"),
        ("receipts.s3-eu-west-1.amazonaws.com", "eu-west-1"),
        ("x.lambda-url.us-east-1.on.aws", "us-east-1"),
        ("receipts.s3.amazonaws.com", ""),
        ("db.eu-central-1.shop.example", ""),
    ],
)
def test_a_cloud_writes_the_region_into_its_names(name: str, region: str) -> None:
    assert hosts.region_in(name) == region


_TYPES = ("aws.route53.zone", "aws.cloudfront.distribution", "aws.rds.instance", "aws.ec2.instance")
_DOMAINS = ("partner.com", "shop.example", "other.co.uk")


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from(_TYPES), st.sampled_from(_DOMAINS)), max_size=6),
    st.sets(st.sampled_from(_TYPES)),
    st.sets(st.sampled_from(_DOMAINS), max_size=1),
)
def test_no_gap_makes_a_third_party(owned: list[tuple[str, str]], gaps: set[str], declared: set[str]) -> None:
    """What a gap hides is absent (a first cycle) or carried on: neither may turn a host into a third party."""

    def third(*, hidden: set[str], unlisted: set[str]) -> set[str]:
        estate = Estate(own_domains=tuple(declared))
        for number, (type, domain) in enumerate(owned):
            if type in hidden:
                continue
            if type == "aws.route53.zone":
                estate.zone(domain)
            elif type == "aws.rds.instance":
                estate.database(f"db-{number}")
            else:
                custom = type == "aws.cloudfront.distribution"
                alias = f"public|host|www.{domain}" if custom else f"public|host|ec2-{number}.amazonaws.com"
                estate.resource(type, f"r{number}", Role.ENTRY, aliases=(alias,))
        for type in unlisted:
            estate.gap(type)
        for domain in (*_DOMAINS, "stripe.com"):
            estate.host(f"api.{domain}")
            estate.host(f"www.{domain}")
        for name in ("db-0.c1.eu-central-1.rds.amazonaws.com", "ec2-0.amazonaws.com"):
            estate.host(name)
        return {alias for alias, each in estate.bindings().items() if each.state is Bound.THIRD_PARTY}

    everything = third(hidden=set(), unlisted=set())
    assert third(hidden=gaps, unlisted=gaps) <= everything
    assert third(hidden=set(), unlisted=gaps) <= everything


@pytest.mark.parametrize(
    ("zone", "state"), [("stripe.com", Bound.UNRESOLVED), ("a.stripe.com", Bound.THIRD_PARTY)]
)
def test_a_vendor_of_whose_name_we_hold_the_zone_is_ourselves(zone: str, state: Bound) -> None:
    estate = Estate(own_domains=())
    estate.zone(zone)
    owned = hosts.ours(estate.graph(), ())
    assert hosts.judge("api.stripe.com", owned, vocabulary.vendor).state is state
