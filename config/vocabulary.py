"""What words mean to judgements: data classes, vendors, jurisdictions, borders, read from vocabularies/."""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any, Literal

from config.errors import VocabularyError

Sensitivity = Literal["restricted", "personal", "indirect"]
Severity = Literal["high", "medium", "low"]


@dataclass(frozen=True, slots=True)
class DataClass:
    """A kind of personal data: its fideslang key, a label for people, and the harm its loss does."""

    key: str
    label: str
    sensitivity: Sensitivity


@dataclass(frozen=True, slots=True)
class Vendor:
    """A well-known third party: the host suffix that shows it, its name, and what it is used for.

    `country`: of its seat, whose law it answers to; "" if that is not known.
    """

    suffix: str
    name: str
    category: str
    country: str = ""


@dataclass(frozen=True, slots=True)
class Border:
    """A transfer between two jurisdictions: how much it matters, and the words that say why.

    `held`: the words for data that is not moved there now, but is there for an application here.
    """

    source: str
    target: str
    severity: Severity
    words: str
    held: str


_LONGEST = 8
"""Labels of a host name that are looked at, from its end: no vendor's suffix has as many."""


def data_class(key: str) -> DataClass:
    """The class of a key; a key outside our selection takes the harm of its nearest parent."""
    known = data_classes()
    parts = key.split(".")
    for end in range(len(parts), 0, -1):
        if found := known.get(".".join(parts[:end])):
            if end == len(parts):
                return found
            return DataClass(key, " ".join(parts[end:]).replace("_", " "), found.sensitivity)
    return DataClass(key, key, "personal")


@cache
def data_classes() -> Mapping[str, DataClass]:
    """Every class of our selection, by key."""
    return {
        key: DataClass(key, values["label"], values["sensitivity"])
        for key, values in _read("data_classes.toml").items()
    }


def vendor(host: str) -> Vendor | None:
    """The vendor that a host name (without port) belongs to; the longest known suffix wins."""
    known = vendors()
    labels = host.lower().rstrip(".").split(".")[-_LONGEST:]
    if labels[-2:] == ["googleapis", "com"]:
        labels[-3:-2] = [each.rpartition("-")[2] for each in labels[-3:-2]]  # europe-west4-aiplatform
    for start in range(len(labels)):
        if found := known.get(".".join(labels[start:])):
            return found
    return None


@cache
def label_words() -> Mapping[str, str]:
    """What others call the kinds of personal data -> the class of ours, "" if not personal; by `label_word`."""
    return labels_of(_read("labels.toml"))


def labels_of(file: Mapping[str, Mapping[str, Sequence[str]]]) -> dict[str, str]:
    """The words of a file in the form of labels.toml, by `label_word`."""
    return {
        label_word(word): key for groups in file.values() for key, words in groups.items() for word in words
    }


def label_word(text: str) -> str:
    """A label as it is compared: its letters and digits, in lower case."""
    return "".join(sign for sign in text.lower() if sign.isalnum())


@cache
def vendors() -> Mapping[str, Vendor]:
    """Every vendor, by host suffix."""
    return {
        suffix: Vendor(suffix, name, category, seat)
        for category, rows in _read("vendors.toml").items()
        for name, (seat, *suffixes) in rows.items()
        for suffix in suffixes
    }


def country(provider: str, region: str) -> str:
    """ISO 3166-1 code of the country of a cloud's region or zone; "" if unknown.

    `provider` as OpenTelemetry's `cloud.provider`: aws, gcp, azure. Zones (`eu-central-1a`, `europe-west1-b`)
    count as their region, Azure's display names (`West Europe`) as their name.
    """
    rows: Mapping[str, str] = _read("jurisdictions.toml")["regions"].get(provider, {})
    name = region.lower().replace(" ", "") if provider == "azure" else region.lower()
    if provider == "aws":
        name = re.sub(r"(?<=[0-9])[a-z]$", "", name)
    if provider == "gcp":
        name = re.sub(r"(?<=[0-9])-[a-z]$", "", name)
    return rows.get(name, "")


def country_of(region: str) -> str:
    """The country of a region, whosever cloud it is of; "" if unknown."""
    return next((code for cloud in ("aws", "gcp", "azure") if (code := country(cloud, region))), "")


def jurisdiction(provider: str, region: str) -> str:
    """`EU/EEA`, `UK`, or the code of a country: whose law a region lies under; "" if unknown."""
    return jurisdiction_of(country(provider, region))


def jurisdiction_of(code: str) -> str:
    """The jurisdiction of a country by its ISO code; "" for ""."""
    groups: Mapping[str, list[str]] = _read("jurisdictions.toml")["jurisdictions"]
    return next((name for name, members in groups.items() if code in members), code)


def border(source: str, target: str) -> Border | None:
    """What crossing from one jurisdiction to another means; None within one, or where one is unknown ("")."""
    if not source or not target or source == target:
        return None
    for rule in _read("jurisdictions.toml")["borders"]:
        if rule["from"] in {source, "*"} and (target in rule["to"] or "*" in rule["to"]):
            return Border(source, target, rule["severity"], rule["words"], rule["held"])
    raise VocabularyError(
        f"jurisdictions.toml: no border rule fits {source} to {target}; end with a rule for *"
    )


@cache
def version() -> str:
    """A digest of every vocabulary file: when it changes, what was judged by the old words is restated."""
    folder = resources.files("config").joinpath("vocabularies")
    return digest_of(
        {file.name: file.read_bytes() for file in folder.iterdir() if file.name.endswith(".toml")}
    )


def digest_of(files: Mapping[str, bytes]) -> str:
    """16 hexadecimal digits that change with the name or content of any file."""
    digest = hashlib.sha256()
    for name, content in sorted(files.items()):
        digest.update(f"{name} {len(content)}\n".encode())
        digest.update(content)
    return digest.hexdigest()[:16]


@cache
def _read(name: str) -> dict[str, Any]:
    file = resources.files("config").joinpath("vocabularies", name)
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise VocabularyError(f"vocabulary {name}: {error}; install the program again") from error
