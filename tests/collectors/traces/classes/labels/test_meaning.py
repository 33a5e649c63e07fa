"""What labels, tags and comments mean; what nobody mapped is named, and nothing is read into a sentence."""

from __future__ import annotations

import pytest

from collectors.traces.classes.labels import Label, Meaning, Meant
from config.vocabulary import label_words

MEANING = Meaning(label_words())


def of(**said: object) -> Meant | None:
    return MEANING.of(Label("people", "c1", "dbt", **said), "f.json")  # type: ignore[arg-type]  # a test's words


def class_of(**said: object) -> str | None:
    meant = of(**said)
    return meant.data_class if meant is not None else None


@pytest.mark.parametrize(
    ("name", "value", "wanted"),
    [
        ("data_class", "user.contact.email", "user.contact.email"),
        ("pii_type", "phone", "user.contact.phone_number"),
        ("SEMANTIC_CATEGORY", "DATE_OF_BIRTH", "user.demographic.date_of_birth"),
        ("PRIVACY_CATEGORY", "QUASI_IDENTIFIER", "user"),
        ("pii", "true", "user"),
        ("contains_pii", "yes", "user"),
        ("is_email", "true", "user.contact.email"),
        ("pii", "false", ""),
        ("pii", "", "user"),
        ("email", "", "user.contact.email"),
        ("policy_tag", "Email address", "user.contact.email"),
        ("PRIVACY_CATEGORY", "INSENSITIVE", ""),
        ("data_class", "none", ""),
        ("classification", "date", None),
        ("owner", "person", None),
        ("source", "email", None),
        ("nightly", "", None),
        ("nullable", "no", None),
        ("cost_center", "17", None),
    ],
)
def test_tags(name: str, value: str, wanted: str | None) -> None:
    assert class_of(tags=((name, value),)) == wanted


@pytest.mark.parametrize(
    ("comment", "wanted"),
    [
        ("E-mail address of the customer", "user.contact.email"),
        ("The home phone number, as entered", "user.contact.phone_number"),
        ("Geburtsdatum des Kunden", "user.demographic.date_of_birth"),
        ("PII: email", "user.contact.email"),
        ("Date of birth [PII]", "user.demographic.date_of_birth"),
        ("[PII] free text", "user"),
        ("holds user.contact.email", "user.contact.email"),
        ('{"pii": true, "pii_type": "phone"}', "user.contact.phone_number"),
        ("Non-PII", ""),
        ("contains no personal data", ""),
        ("Whether the e-mail was verified", None),
        ("Number of phone calls", None),
        ("SHA-256 hash of the e-mail address", None),
        ("not the email", None),
        ("id of the row", None),
        ("", None),
    ],
)
def test_comments(comment: str, wanted: str | None) -> None:
    assert class_of(comment=comment) == wanted


def test_a_scanner_comes_before_a_tag_and_that_before_a_comment() -> None:
    said = {"comment": "Home phone number", "tags": (("pii", "email"),), "found": ("PASSPORT", "x")}
    kinds = []
    for gone in ("", "found", "tags"):
        said.pop(gone, None)
        kinds.append(class_of(**said))
    assert kinds == [
        "user.government_id.passport_number",
        "user.contact.email",
        "user.contact.phone_number",
    ]


@pytest.mark.parametrize(
    ("found", "wanted"),
    [
        ("GERMANY_PASSPORT", "user.government_id.passport_number"),
        ("MICROSOFT.GOVERNMENT.POLAND.PASSPORT_NUMBER", "user.government_id.passport_number"),
        ("US_DRIVERS_LICENSE_NUMBER", "user.government_id.drivers_license_number"),
        ("SPAIN_DNI_NUMBER", "user.government_id.national_identification_number"),
        ("COST_CENTER_NAME", None),
        ("DATE", None),
        ("URL", None),
    ],
)
def test_what_scanners_find(found: str, wanted: str | None) -> None:
    assert class_of(found=(found,)) == wanted


def test_each_reason_says_its_source_and_quotes_no_comment() -> None:
    reasons = [
        meant.reason
        for said in (
            {"found": ("EMAIL_ADDRESS",)},
            {"tags": (("pii_type", "phone"),)},
            {"comment": "Phone number of Erika Mustermann"},
        )
        if (meant := of(**said))
    ]
    assert reasons == [
        "dbt says: EMAIL_ADDRESS (f.json)",
        "tagged pii_type=phone, says dbt (f.json)",
        "its comment tells of phone number (f.json)",
    ]


def test_what_is_understood_and_says_nothing_is_not_unknown() -> None:
    assert MEANING.unknown(Label("t", "c", "x", found=("DATE", "URL"))) == ()
    assert of(found=("DATE", "EMAIL_ADDRESS")) is not None


def test_words_that_nobody_mapped_are_named_and_those_of_other_things_are_not() -> None:
    label = Label(
        "t", "c", "x", found=("EMAIL_ADDRESS", "member number"), tags=(("pii", "level-3"), ("team", "a"))
    )
    assert MEANING.unknown(label) == ("member number", "level-3")
    own = Meaning({**label_words(), "membernumber": "user.unique_id"})
    assert own.of(Label("t", "c", "x", found=("Member Number",))) is not None
