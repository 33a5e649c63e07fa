"""What is answered about images that workloads use, by a registry that behaves."""

from __future__ import annotations

import base64
import gzip
import pickle
import tracemalloc
from typing import Any

import orjson
import pytest

from collectors.contract import Follower
from collectors.images.collector import ImagesCollector
from collectors.images.registry import Access, Limits
from collectors.model import Alias, Extent, Gap, Listing, Role, Scope, Why
from collectors.redaction import scrub_json
from tests.support.images_view import ImagesInUse, answers, listing
from tests.support.registry_fake import OCI_INDEX, OCI_MANIFEST, FakeRegistry, digest_of

LOG4J = "pkg:maven/org.apache.logging.log4j/log4j-core@2.14.1"
CYCLONEDX: dict[str, Any] = {
    "bomFormat": "CycloneDX",
    "specVersion": "1.5",
    "components": [{"type": "library", "name": "log4j-core", "version": "2.14.1", "purl": LOG4J}],
}
SPDX: dict[str, Any] = {
    "spdxVersion": "SPDX-2.3",
    "packages": [
        {
            "name": "log4j-core",
            "versionInfo": "2.14.1",
            "externalRefs": [{"referenceType": "purl", "referenceLocator": LOG4J}],
        }
    ],
}
CYCLONEDX_TYPE, SPDX_TYPE = "application/vnd.cyclonedx+json", "application/spdx+json"


def attribute(answer: Listing, name: str) -> Any:
    (resource,) = [each for each in answer.resources if each.type == "image"]
    return resource.attributes.get(name)


def purls(answer: Listing) -> list[str]:
    (content,) = answer.contents
    assert isinstance(content.document, list)
    return [each["purl"] for each in content.document if isinstance(each, dict)]  # type: ignore[misc]


def statement(predicate: object, kind: str, *digests: str) -> dict[str, Any]:
    return {
        "_type": "https://in-toto.io/Statement/v1",
        "predicateType": kind,
        "subject": [
            {"name": "x", "digest": {"sha256": digest.removeprefix("sha256:")}} for digest in digests
        ],
        "predicate": predicate,
    }


def test_it_follows_others_and_plans_nothing_by_itself() -> None:
    collector = ImagesCollector()
    assert isinstance(collector, Follower)
    assert list(collector.plan()) == []
    assert collector.asked() is None
    assert list(collector.follow(ImagesInUse(()))) == []
    assert collector.asked() == frozenset()
    collector.close()
    collector.close()


def test_an_image_in_use_is_listed_by_digest_with_the_names_it_is_used_by(
    fake: FakeRegistry, collector: ImagesCollector
) -> None:
    image = fake.image(
        "1", "stable", Labels={"org.opencontainers.image.revision": "abc"}, Env=["A=1"], User="app",
        ExposedPorts={"8080/tcp": {}},
    )  # fmt: skip
    names = [f"{fake.host}/shop/api:1", f"{fake.host}/shop/api:stable"]
    answer = listing(collector, *names)
    assert answer.extent == Extent("image", Scope("images", f"{fake.host}/shop/api"))
    (resource,) = answer.resources
    assert resource.urn == f"image://{fake.host}/shop/api@{image['digest']}"
    assert (resource.type, resource.role, resource.scope) == ("image", Role.IMAGE, Scope("images", fake.host))
    assert {Alias("public", "image_name", name) for name in names} < set(resource.aliases)
    assert Alias("public", "image", image["digest"]) in resource.aliases
    assert resource.attributes["platforms"] == ["linux/amd64"]
    assert resource.attributes["labels"] == {"org.opencontainers.image.revision": "abc"}
    assert resource.attributes["variables"] == ["A"]
    assert resource.attributes["ports"] == ["8080/tcp"]
    assert resource.attributes["user"] == "app"
    assert resource.attributes["layers"] == 1


def test_the_same_world_gives_the_same_answer_whatever_is_remembered(
    fake: FakeRegistry, collector: ImagesCollector
) -> None:
    fake.image("1")
    names = (f"{fake.host}/shop/api:1", f"{fake.host}/web:1")
    first = answers(collector, *names)
    assert answers(collector, *names) == first
    access = Access(fake.host, plain_http=True, allow_private=True)
    assert answers(ImagesCollector(lambda: [access]), *reversed(names)) == first
    assert pickle.loads(pickle.dumps(first)) == first


def test_what_is_stored_by_digest_is_not_fetched_again(
    fake: FakeRegistry, collector: ImagesCollector
) -> None:
    image = fake.image("1")
    fake.attach(image, CYCLONEDX, CYCLONEDX_TYPE)
    name = f"{fake.host}/shop/api:1"
    first = listing(collector, name)
    assert purls(first) == [LOG4J]
    assert len(fake.heard) == 5
    fake.heard.clear()
    second = listing(collector, name, stored=frozenset({image["digest"]}))
    assert [method for method, _, _ in fake.heard] == ["HEAD"]
    assert (second.resources, second.contents) == (first.resources, ())


def test_an_image_named_by_digest_is_read_once_and_missed_when_it_is_gone(
    fake: FakeRegistry, collector: ImagesCollector
) -> None:
    image = fake.image()
    name, stored = f"{fake.host}/shop/api@{image['digest']}", frozenset({image["digest"]})
    first = listing(collector, name, stored=stored)
    fake.heard.clear()
    assert listing(collector, name, stored=stored) == first
    assert [method for method, _, _ in fake.heard] == ["HEAD"]
    del fake.manifests[image["digest"]]
    assert listing(collector, name, stored=stored).resources == ()


def test_a_tag_that_moved_leads_to_the_new_image(fake: FakeRegistry, collector: ImagesCollector) -> None:
    fake.image("1")
    name = f"{fake.host}/shop/api:1"
    listing(collector, name)
    moved = fake.image("1", Env=["NEW=1"])
    assert attribute(listing(collector, name), "digest") == moved["digest"]


def test_an_image_that_the_registry_lost_is_absent_and_needs_two_listings_to_be_removed(
    fake: FakeRegistry, collector: ImagesCollector
) -> None:
    fake.image("1")
    answer = listing(collector, f"{fake.host}/shop/api:1", f"{fake.host}/shop/api:2")
    assert len(answer.resources) == 1
    assert answer.confirm == 2


@pytest.mark.parametrize("api", [True, False])
@pytest.mark.parametrize(
    ("document", "kind"), [(CYCLONEDX, CYCLONEDX_TYPE), (SPDX, SPDX_TYPE)], ids=["cyclonedx", "spdx"]
)
def test_an_attached_list_is_found_by_the_referrers_api_and_by_the_tag_in_its_place(
    fake: FakeRegistry, collector: ImagesCollector, api: bool, document: object, kind: str
) -> None:
    fake.referrers = {} if api else None
    fake.attach(fake.image("1"), document, kind)
    answer = listing(collector, f"{fake.host}/shop/api:1")
    assert purls(answer) == [LOG4J]
    assert attribute(answer, "components") == "attached"
    assert answer.contents[0].digest == attribute(answer, "digest")


@pytest.mark.parametrize("wrap", ["statement", "envelope", "bundle", "gzip"])
def test_a_list_is_read_through_its_wrappings(
    fake: FakeRegistry, collector: ImagesCollector, wrap: str
) -> None:
    image = fake.image("1")
    inner: Any = statement(CYCLONEDX, "https://cyclonedx.org/bom", image["digest"])
    envelope = {"payloadType": "x", "payload": base64.b64encode(orjson.dumps(inner)).decode()}
    document, kind = {
        "statement": (inner, "application/vnd.in-toto+json"),
        "envelope": (envelope, "application/vnd.dsse.envelope.v1+json"),
        "bundle": ({"dsseEnvelope": envelope}, "application/vnd.dev.sigstore.bundle.v0.3+json"),
        "gzip": (gzip.compress(orjson.dumps(CYCLONEDX)), "application/vnd.cyclonedx+json+gzip"),
    }[wrap]
    fake.attach(image, document, kind)
    assert purls(listing(collector, f"{fake.host}/shop/api:1")) == [LOG4J]


def test_a_statement_about_another_image_is_no_list_of_this_one(
    fake: FakeRegistry, collector: ImagesCollector
) -> None:
    other = statement(CYCLONEDX, "https://cyclonedx.org/bom", digest_of(b"other"))
    fake.attach(fake.image("1"), other, "application/vnd.in-toto+json")
    assert attribute(listing(collector, f"{fake.host}/shop/api:1"), "components") == "unknown"


def buildkit_index(fake: FakeRegistry, *tags: str) -> dict[str, Any]:
    """As BuildKit pushes a single-platform image by default: an index with an attestation beside the image."""
    child = fake.image()
    layer = {
        **fake.blob(
            orjson.dumps(statement(SPDX, "https://spdx.dev/Document", child["digest"])),
            "application/vnd.in-toto+json",
        ),
        "annotations": {"in-toto.io/predicate-type": "https://spdx.dev/Document"},
    }
    provenance = {
        **fake.blob(b"{}", "application/vnd.in-toto+json"),
        "annotations": {"in-toto.io/predicate-type": "https://slsa.dev/provenance/v1"},
    }
    attestation = fake.put(
        {
            "schemaVersion": 2,
            "mediaType": OCI_MANIFEST,
            "config": fake.blob(b"{}", "application/vnd.oci.image.config.v1+json"),
            "layers": [provenance, layer],
        }
    )
    return fake.put(
        {
            "schemaVersion": 2,
            "mediaType": OCI_INDEX,
            "manifests": [
                {**child, "platform": {"os": "linux", "architecture": "amd64"}},
                {
                    **attestation,
                    "platform": {"os": "unknown", "architecture": "unknown"},
                    "annotations": {
                        "vnd.docker.reference.type": "attestation-manifest",
                        "vnd.docker.reference.digest": child["digest"],
                    },
                },
            ],
        },
        *tags,
    )


def test_buildkits_attestations_in_the_index_are_read(fake: FakeRegistry, collector: ImagesCollector) -> None:
    index = buildkit_index(fake, "1")
    answer = listing(collector, f"{fake.host}/shop/api:1")
    assert purls(answer) == [LOG4J]
    assert answer.contents[0].digest == index["digest"]
    assert attribute(answer, "kind") == "index"
    assert attribute(answer, "platforms") == ["linux/amd64"]
    (child,) = [each for each in answer.resources if each.type == "image.manifest"]
    assert [(each.verb, each.target) for each in answer.relations] == [("has_manifest", child.urn)]


def test_a_list_attached_to_a_platform_of_an_index_counts(
    fake: FakeRegistry, collector: ImagesCollector
) -> None:
    children = [fake.image(User=str(number)) for number in range(2)]
    platforms = [{"os": "linux", "architecture": name} for name in ("arm64", "amd64")]
    fake.put(
        {
            "schemaVersion": 2,
            "mediaType": OCI_INDEX,
            "manifests": [
                {**child, "platform": platform} for child, platform in zip(children, platforms, strict=True)
            ],
        },
        "1",
    )
    fake.attach(children[0], CYCLONEDX, CYCLONEDX_TYPE)
    answer = listing(collector, f"{fake.host}/shop/api:1")
    assert purls(answer) == [LOG4J]
    assert attribute(answer, "platforms") == ["linux/amd64", "linux/arm64"]
    assert attribute(answer, "user") == "1"


def test_cosigns_older_tag_is_read(fake: FakeRegistry, collector: ImagesCollector) -> None:
    image = fake.image("1")
    fake.put(
        {
            "schemaVersion": 2,
            "mediaType": OCI_MANIFEST,
            "config": fake.blob(b"{}", "application/vnd.oci.image.config.v1+json"),
            "layers": [fake.blob(orjson.dumps(SPDX), "text/spdx+json")],
        },
        image["digest"].replace(":", "-") + ".sbom",
    )
    assert purls(listing(collector, f"{fake.host}/shop/api:1")) == [LOG4J]


def test_without_a_list_components_are_unknown_and_never_none(
    fake: FakeRegistry, collector: ImagesCollector
) -> None:
    fake.image("1")
    answer = listing(collector, f"{fake.host}/shop/api:1")
    assert attribute(answer, "components") == "unknown"
    assert answer.contents == ()


def test_a_list_that_is_not_there_is_looked_for_after_growing_pauses(fake: FakeRegistry) -> None:
    image = fake.image("1")
    now = [0.0]
    access = Access(fake.host, plain_http=True, allow_private=True)
    collector = ImagesCollector(lambda: [access], clock=lambda: now[0])
    looked = []
    for hour in range(10):
        now[0] = hour * 3600.0
        fake.heard.clear()
        assert attribute(listing(collector, f"{fake.host}/shop/api:1"), "components") == "unknown"
        looked += [hour] if any("/referrers/" in path for _, path, _ in fake.heard) else []
    assert looked == [0, 1, 2, 4, 8]
    fake.attach(image, CYCLONEDX, CYCLONEDX_TYPE)
    now[0] = 16 * 3600.0
    assert purls(listing(collector, f"{fake.host}/shop/api:1")) == [LOG4J]


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"{", "is not JSON"),
        (b"[" * 1000 + b"]" * 1000, "holds no object"),
        (orjson.dumps({"bomFormat": "CycloneDX", "components": "x" * 2048}), "is larger than 2000 bytes"),
    ],
)
def test_an_unreadable_list_is_said_to_be_so_and_the_image_is_listed(
    fake: FakeRegistry, body: bytes, words: str
) -> None:
    fake.attach(fake.image("1"), body, CYCLONEDX_TYPE)
    access = Access(fake.host, plain_http=True, allow_private=True)
    collector = ImagesCollector(lambda: [access], limits=Limits(sbom=2000))
    answer = listing(collector, f"{fake.host}/shop/api:1")
    assert words in attribute(answer, "components_fault")
    assert attribute(answer, "components") == "unreadable"
    assert answer.contents == ()


def test_a_gzip_bomb_for_a_list_is_not_inflated(fake: FakeRegistry, collector: ImagesCollector) -> None:
    body = gzip.compress(b" " * (96 << 20), 1)
    fake.attach(fake.image("1"), body, "application/vnd.cyclonedx+json+gzip")
    tracemalloc.start()
    try:
        answer = listing(collector, f"{fake.host}/shop/api:1")
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert "larger than 33554432 bytes when inflated" in attribute(answer, "components_fault")
    assert peak < 80 << 20  # what may be, once in pieces and once whole; not all that is in it


def test_a_list_that_cannot_be_had_for_now_keeps_what_is_known(
    fake: FakeRegistry, collector: ImagesCollector
) -> None:
    image = fake.image("1")
    fake.answers[f"/v2/shop/api/referrers/{image['digest']}"] = lambda _: (429, {}, b"")
    answer = listing(collector, f"{fake.host}/shop/api:1")
    assert answer.resources[0].unobserved == ("components",)
    assert "components" not in answer.resources[0].attributes
    assert answer.details_failed == 1


def test_a_name_that_is_none_is_a_gap_and_the_others_go_on(
    fake: FakeRegistry, collector: ImagesCollector
) -> None:
    fake.image("1")
    found = answers(collector, f"{fake.host}/shop/api:1", "${IMAGE} mail@example.com\x1b[31m")
    (gap,) = [each for each in found.values() if isinstance(each, Gap)]
    assert (gap.why, gap.extent.scope.account) == (Why.FAILED, "unreadable names")
    assert "mail@example.com" not in gap.detail
    assert "\x1b" not in gap.detail
    assert [each for each in found.values() if isinstance(each, Listing)]


def test_a_password_that_cannot_be_read_is_a_gap_that_says_so(fake: FakeRegistry) -> None:
    access = Access(
        fake.host, "robot", fault="secret /run/x: no such file", plain_http=True, allow_private=True
    )
    (found,) = answers(ImagesCollector(lambda: [access]), f"{fake.host}/shop/api:1").values()
    assert isinstance(found, Gap)
    assert (found.why, found.detail) == (Why.DENIED, "secret /run/x: no such file")
    assert fake.heard == []


def test_nothing_but_get_and_head_is_sent(fake: FakeRegistry, collector: ImagesCollector) -> None:
    fake.attach(fake.image("1"), CYCLONEDX, CYCLONEDX_TYPE)
    for _ in range(2):
        listing(collector, f"{fake.host}/shop/api:1")
    assert {method for method, _, _ in fake.heard} == {"GET", "HEAD"}


def test_planted_secrets_are_nowhere_once_answers_are_spooled(
    fake: FakeRegistry, collector: ImagesCollector
) -> None:
    canaries = (
        *(f"hunter2-in-{place}" for place in ("env", "history", "label", "cmd", "annotation", "bom")),
        "AKIAIOSFODNN7EXAMPLE",
        "anna.b@example.com",
    )
    image = fake.image(
        "1",
        Env=["PASSWORD=hunter2-in-env", "KEY=AKIAIOSFODNN7EXAMPLE"],
        Cmd=["serve", "--password", "hunter2-in-cmd"],
        Secret="hunter2-in-history",
        Labels={
            "custom": "hunter2-in-label",
            "org.opencontainers.image.source": "https://u:hunter2-in-label@x.example/r?token=hunter2-in-label#x",
            "org.opencontainers.image.vendor": "anna.b@example.com",
            "org.opencontainers.image.authors": "anna.b@example.com",
            "anna.b@example.com": "x",
            "AKIAIOSFODNN7EXAMPLE": "x",
        },
    )
    bom = {
        **CYCLONEDX,
        "metadata": {"authors": [{"email": "anna.b@example.com"}]},
        "components": [
            *CYCLONEDX["components"],
            {"purl": "pkg:npm/AKIAIOSFODNN7EXAMPLE@1.0.0"},
            {"purl": "pkg:npm/left@1.0.0?vcs_url=https://u:hunter2-in-bom@x.example"},
            {"purl": "pkg:npm/anna.b@example.com"},
            {
                "name": "hunter2-in-bom",
                "version": "1",
                "properties": [{"name": "x", "value": "hunter2-in-bom"}],
            },
        ],
    }
    fake.attach(image, bom, CYCLONEDX_TYPE, annotations={"note": "hunter2-in-annotation"})
    answer = listing(collector, f"{fake.host}/shop/api:1")
    spooled = [scrub_json(dict(each.attributes)) for each in answer.resources]
    spooled += [scrub_json(each.document) for each in answer.contents]
    text = orjson.dumps(spooled).decode() + repr([(r.urn, r.name, r.aliases) for r in answer.resources])
    assert not [canary for canary in canaries if canary in text]
    assert purls(answer) == [LOG4J, "pkg:npm/left@1.0.0"]
