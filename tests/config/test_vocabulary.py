"""Vocabularies know the fideslang keys, the clouds' regions and the vendors, and judge by whole labels."""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from importlib import resources
from pathlib import Path
from typing import get_args

import pytest
from fideslang.default_taxonomy import DEFAULT_TAXONOMY
from publicsuffixlist import PublicSuffixList

from config import vocabulary
from config.vocabulary import Sensitivity, Severity
from daemon.analysis.hosts import CLOUD_SUFFIXES


def test_every_data_class_is_a_key_of_fideslang() -> None:
    taxonomy = {category.fides_key for category in DEFAULT_TAXONOMY.data_category}
    assert set(vocabulary.data_classes()) <= taxonomy


def test_every_key_of_fideslang_about_people_is_known() -> None:
    taxonomy = {category.fides_key for category in DEFAULT_TAXONOMY.data_category}
    assert {key for key in taxonomy if key.startswith("user")} <= set(vocabulary.data_classes())


def test_every_data_class_has_a_label_and_a_known_sensitivity() -> None:
    for found in vocabulary.data_classes().values():
        assert found.label
        assert found.sensitivity in get_args(Sensitivity)


@pytest.mark.parametrize(
    ("key", "sensitivity"),
    [
        ("user.contact.email", "personal"),
        ("user.government_id", "restricted"),
        ("user.authorization.password", "restricted"),
        ("user.contact.address.city", "indirect"),
    ],
)
def test_a_class_says_how_much_harm_it_does(key: str, sensitivity: str) -> None:
    assert vocabulary.data_class(key).sensitivity == sensitivity


def test_an_unknown_class_takes_after_its_parent() -> None:
    found = vocabulary.data_class("user.government_id.tax_number")
    assert (found.key, found.label, found.sensitivity) == (
        "user.government_id.tax_number",
        "tax number",
        "restricted",
    )
    assert vocabulary.data_class("other").sensitivity == "personal"


@pytest.mark.parametrize(
    ("host", "name"),
    [
        ("api.stripe.com", "Stripe"),
        ("stripe.com", "Stripe"),
        ("API.Stripe.COM.", "Stripe"),
        ("my-company.openai.azure.com", "Azure OpenAI"),
        ("o1.ingest.de.sentry.io", "Sentry"),
        ("hooks.slack.com", "Slack"),
        ("eu.i.posthog.com", "PostHog"),
        ("acme.zendesk.com", "Zendesk"),
        ("rest.fra-02.braze.eu", "Braze"),
        ("api-m.paypal.com", "PayPal"),
        ("api.eu.onfido.com", "Onfido"),
        ("acme-x1.snowflakecomputing.com", "Snowflake"),
        ("europe-west4-aiplatform.googleapis.com", "Google Vertex AI"),
        ("dashscope-intl.aliyuncs.com", "Alibaba DashScope"),
    ],
)
def test_a_vendor_is_known_by_its_host(host: str, name: str) -> None:
    found = vocabulary.vendor(host)
    assert found
    assert found.name == name


@pytest.mark.parametrize(
    "host", ["notstripe.com", "stripe.com.evil.example", "com", "", "stripe", "10.0.0.1"]
)
def test_a_likeness_is_no_vendor(host: str) -> None:
    assert vocabulary.vendor(host) is None


def test_the_longest_suffix_wins() -> None:
    found, other = vocabulary.vendor("x.webhook.office.com"), vocabulary.vendor("x.office.com")
    assert found
    assert other
    assert (found.name, other.name) == ("Microsoft Teams", "Microsoft 365")


def test_vendors_are_lower_case_host_suffixes_of_two_labels_or_more() -> None:
    assert [
        suffix for suffix in vocabulary.vendors() if not re.fullmatch(r"[a-z0-9-]+(\.[a-z0-9-]+)+", suffix)
    ] == []
    assert len(vocabulary.vendors()) >= 1_500


def test_every_suffix_is_listed_once_and_none_is_needless() -> None:
    rows = _listed()
    suffixes = Counter(suffix for _, _, _, suffix in rows)
    assert [suffix for suffix, times in suffixes.items() if times > 1] == []
    known = {suffix: (category, name) for category, name, _, suffix in rows}
    assert [
        suffix
        for suffix, meant in known.items()
        if any(known.get(suffix.split(".", cut)[cut]) == meant for cut in range(1, suffix.count(".")))
    ] == []


def test_no_suffix_is_open_to_everyone() -> None:
    public = PublicSuffixList(accept_unknown=False, only_icann=True)
    assert [suffix for suffix in vocabulary.vendors() if public.is_public(suffix)] == []
    assert [suffix for suffix in vocabulary.vendors() if not public.privatesuffix(suffix)] == []


def test_names_that_a_cloud_gives_to_everyones_resources_are_no_vendors() -> None:
    # What runs under these may be our own. (Services of the clouds themselves have names of their own below them.)
    given = {
        *CLOUD_SUFFIXES,
        "herokuapp.com",
        "vercel.app",
        "netlify.app",
        "onrender.com",
        "fly.dev",
        "workers.dev",
    }
    assert [suffix for suffix in vocabulary.vendors() if suffix in given] == []


def test_seats_are_countries_and_a_vendor_has_one_seat() -> None:
    seats: dict[str, set[str]] = defaultdict(set)
    for _, name, seat, _ in _listed():
        seats[name].add(seat)
    assert {seat for known in seats.values() for seat in known} - {""} <= COUNTRIES
    assert {name: known for name, known in seats.items() if len(known) > 1} == {}


def test_categories_are_words_for_people_and_each_holds_vendors() -> None:
    listed = Counter(category for category, *_ in _listed())
    assert [each for each in listed if not re.fullmatch(r"[a-z]+(_[a-z]+)*", each)] == []
    assert set(listed) == CATEGORIES
    assert min(listed.values()) >= 8


def test_a_host_of_endless_labels_is_looked_at_to_a_bound() -> None:
    longest = max(suffix.count(".") + 1 for suffix in vocabulary.vendors())
    assert longest < vocabulary._LONGEST
    assert vocabulary.vendor("a." * 100_000 + "stripe.com")


def _listed() -> list[tuple[str, str, str, str]]:
    """Category, name, seat and suffix of everything in the file."""
    return [
        (category, name, seat, suffix)
        for category, vendors in vocabulary._read("vendors.toml").items()
        for name, (seat, *suffixes) in vendors.items()
        for suffix in suffixes
    ]


_CATEGORIES = (
    "accounting advertising analytics automation banking communication consent content_delivery credit crm "
    "data_enrichment data_warehouse database developer_tools e_commerce error_tracking feature_flags fraud "
    "generative_ai health human_resources identity identity_verification logistics mail maps marketing messaging "
    "monitoring payment productivity search security signing social storage support surveys translation travel"
)
CATEGORIES = set(_CATEGORIES.split())
# ISO 3166-1 alpha-2
_COUNTRIES = (
    "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ "
    "CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO "
    "FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE "
    "JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO "
    "MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW "
    "PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM "
    "TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW"
)
COUNTRIES = set(_COUNTRIES.split())


@pytest.mark.parametrize(
    ("provider", "region", "expected"),
    [
        ("aws", "eu-central-1", "EU/EEA"),
        ("aws", "eu-central-1a", "EU/EEA"),
        ("aws", "eu-central-2", "CH"),
        ("aws", "eu-west-2", "UK"),
        ("aws", "us-east-1", "US"),
        ("aws", "us-gov-west-1", "US"),
        ("gcp", "europe-west1-b", "EU/EEA"),
        ("gcp", "europe-west10", "EU/EEA"),
        ("gcp", "europe-west6", "CH"),
        ("gcp", "eu", "EU/EEA"),
        ("azure", "westeurope", "EU/EEA"),
        ("azure", "West Europe", "EU/EEA"),
        ("azure", "norwayeast", "EU/EEA"),
        ("azure", "ukwest", "UK"),
        ("aws", "ap-southeast-2", "AU"),
        ("aws", "mars-1", ""),
        ("aws", "", ""),
        ("other", "eu-central-1", ""),
    ],
)
def test_a_region_lies_under_a_jurisdiction(provider: str, region: str, expected: str) -> None:
    assert vocabulary.jurisdiction(provider, region) == expected


def test_every_region_of_aws_is_known() -> None:
    partitions = json.loads(resources.files("botocore").joinpath("data", "partitions.json").read_text())
    regions = {
        region
        for partition in partitions["partitions"]
        for region in partition["regions"]
        if "global" not in region
    }
    # The place of this secret region is not public.
    assert {region for region in regions if not vocabulary.country("aws", region)} == {"eu-isoe-west-1"}


@pytest.mark.parametrize(
    ("source", "target", "severity"),
    [
        ("EU/EEA", "US", "high"),
        ("EU/EEA", "UK", "medium"),
        ("EU/EEA", "IN", "high"),
        ("UK", "EU/EEA", "medium"),
        ("US", "EU/EEA", "medium"),
        ("US", "CN", "high"),
    ],
)
def test_a_transfer_between_jurisdictions_is_a_border(source: str, target: str, severity: str) -> None:
    found = vocabulary.border(source, target)
    assert found
    assert (found.source, found.target, found.severity) == (source, target, severity)
    assert found.words
    assert found.held.startswith("personal data ")


@pytest.mark.parametrize(("source", "target"), [("EU/EEA", "EU/EEA"), ("US", "US"), ("", "US"), ("US", "")])
def test_staying_within_or_not_knowing_is_no_border(source: str, target: str) -> None:
    assert vocabulary.border(source, target) is None


def test_every_pair_of_jurisdictions_has_a_rule_with_a_known_severity() -> None:
    regions = {
        (provider, region)
        for provider, rows in vocabulary._read("jurisdictions.toml")["regions"].items()
        for region in rows
    }
    places = {vocabulary.jurisdiction(provider, region) for provider, region in regions}
    assert "" not in places
    for source in places:
        for target in places - {source}:
            found = vocabulary.border(source, target)
            assert found
            assert found.severity in get_args(Severity)


def test_the_version_is_a_digest_of_every_vocabulary() -> None:
    folder = Path(str(resources.files("config").joinpath("vocabularies")))
    assert re.fullmatch(r"[0-9a-f]{16}", vocabulary.version())
    assert (
        vocabulary.digest_of({file.name: file.read_bytes() for file in folder.glob("*.toml")})
        == vocabulary.version()
    )
    assert vocabulary.digest_of({"a.toml": b"x"}) != vocabulary.digest_of({"a.toml": b"y"})
    assert vocabulary.digest_of({"a.toml": b"x"}) != vocabulary.digest_of({"b.toml": b"x"})
