from __future__ import annotations

import json
from datetime import UTC, datetime
from importlib import resources
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft7Validator
from referencing import Registry, Resource

from collectors.images.documents import Malformed
from collectors.images.sbom import Component, components, cyclonedx

AT = datetime(2026, 11, 22, tzinfo=UTC)
LOG4J = "pkg:maven/org.apache.logging.log4j/log4j-core@2.14.1"


def bundled(name: str) -> dict[str, Any]:
    text = resources.files("cyclonedx.schema").joinpath("_res", name).read_text(encoding="utf-8")
    document: dict[str, Any] = json.loads(text)
    return document


@pytest.fixture(scope="module")
def official() -> Draft7Validator:
    """CycloneDX 1.6's own schema, as the library carries it."""
    whole = bundled("bom-1.6.SNAPSHOT.schema.json")
    base = whole["$id"].rpartition("/")[0]
    parts: Registry[Any] = Registry()
    for name in ("spdx.SNAPSHOT.schema.json", "jsf-0.82.SNAPSHOT.schema.json"):
        part = Resource.from_contents(bundled(name))
        plain = name.replace(".SNAPSHOT", "")
        parts = parts.with_resources(
            [(f"{base}/{plain}", part), (f"{base}/{name}", part), (name, part), (plain, part)]
        )
    return Draft7Validator(whole, registry=parts)


def test_cyclonedx_is_read_with_nested_components_and_without_the_image_itself() -> None:
    found = components(
        {
            "bomFormat": "CycloneDX",
            "metadata": {"component": {"purl": "pkg:oci/api@sha256:00"}},
            "components": [
                {"purl": LOG4J, "components": [{"purl": "pkg:npm/%40babel/core@7.0.0"}]},
                {"purl": LOG4J},
                {"purl": "pkg:npm/no-version"},
                {"name": "without a package url"},
                {"purl": 5},
                "text",
            ],
        }
    )
    assert found == (
        Component(LOG4J, "org.apache.logging.log4j/log4j-core", "2.14.1", "attached cyclonedx"),
        Component("pkg:npm/%40babel/core@7.0.0", "@babel/core", "7.0.0", "attached cyclonedx"),
    )


def test_spdx_is_read_by_its_references() -> None:
    found = components(
        {
            "spdxVersion": "SPDX-2.3",
            "packages": [
                {
                    "externalRefs": [
                        {"referenceType": "cpe23Type", "referenceLocator": "cpe:2.3:a:x"},
                        {
                            "referenceType": "purl",
                            "referenceLocator": "pkg:deb/debian/libc6@2.36-9%2Bdeb12u4?arch=amd64&distro=debian-12"
                            "&upstream=glibc&download_url=https://u:p@x.example",
                        },
                    ]
                },
                {"name": "no reference"},
                None,
            ],
        }
    )
    assert found == (
        Component(
            "pkg:deb/debian/libc6@2.36-9%2Bdeb12u4?arch=amd64&distro=debian-12&upstream=glibc",
            "debian/libc6",
            "2.36-9+deb12u4",
            "attached spdx",
        ),
    )


@pytest.mark.parametrize("document", [{}, {"spdxVersion": 3}, {"bomFormat": "Other"}, {"@context": "spdx 3"}])
def test_another_document_is_refused(document: dict[str, Any]) -> None:
    with pytest.raises(Malformed, match="is neither CycloneDX nor SPDX"):
        components(document)


def test_endless_nesting_is_refused() -> None:
    nested: dict[str, Any] = {}
    for _ in range(200):
        nested = {"components": [nested]}
    with pytest.raises(Malformed, match="nests components deeper than 64"):
        components({"bomFormat": "CycloneDX", **nested})


JSON = st.recursive(
    st.none() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(
        ["components", "packages", "purl", "externalRefs", "referenceType", "referenceLocator"]), inner, max_size=4),
    max_leaves=12,
)  # fmt: skip


@given(JSON, st.sampled_from([{"bomFormat": "CycloneDX"}, {"spdxVersion": "SPDX-2.3"}]))
def test_whatever_a_document_holds_it_is_read_or_refused(value: Any, head: dict[str, Any]) -> None:
    found = components({**head, "components": value, "packages": value})
    assert list(found) == sorted(found)


LISTED = (
    {"purl": LOG4J, "name": "org.apache.logging.log4j/log4j-core", "version": "2.14.1"},
    {"purl": "pkg:npm/%40babel/core@7.0.0", "name": "@babel/core", "version": "7.0.0"},
    {"purl": "pkg:deb/debian/libc6@2.36-9?arch=amd64&distro=debian-12", "name": "debian/libc6", "version": "2.36-9"},
    {"purl": "not a purl", "name": "<script>\u202e", "version": "\x1b[31m1"},
)  # fmt: skip


def test_what_is_written_is_valid_by_the_official_schema(official: Draft7Validator) -> None:
    written = json.loads(cyclonedx("sha256:" + "0a" * 32, "ghcr.io/shop/api", LISTED, AT))
    assert [error.message for error in official.iter_errors(written)] == []
    assert written["specVersion"] == "1.6"
    assert written["metadata"]["component"]["name"] == "ghcr.io/shop/api"
    assert LOG4J in [each.get("purl") for each in written["components"]]
    broken = {**written, "components": [{"name": 5}]}
    assert list(official.iter_errors(broken))


def test_an_empty_list_is_valid_too(official: Draft7Validator) -> None:
    written = json.loads(cyclonedx("sha256:" + "0a" * 32, "api", (), AT))
    assert [error.message for error in official.iter_errors(written)] == []


def test_the_same_components_give_the_same_bytes() -> None:
    first = cyclonedx("sha256:" + "0a" * 32, "api", LISTED, AT)
    assert cyclonedx("sha256:" + "0a" * 32, "api", LISTED[::-1], AT) == first


def test_what_is_written_can_be_read_back() -> None:
    read = components(json.loads(cyclonedx("sha256:" + "0a" * 32, "api", LISTED, AT)))
    assert [each.purl for each in read] == sorted(each["purl"] for each in LISTED[:3])
