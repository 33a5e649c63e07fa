"""Debian's registry, which is a real one, with images pushed by its API and one that buildah built."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest

from collectors.images.collector import ImagesCollector
from collectors.images.registry import Access
from collectors.model import Why
from tests.support.images_view import answers, gap, listing
from tests.support.registry_fake import OCI_INDEX, OCI_MANIFEST
from tests.support.registry_real import RealRegistry, build, real_registry

LOG4J = "pkg:maven/org.apache.logging.log4j/log4j-core@2.14.1"


@pytest.fixture(scope="module")
def registry() -> Iterator[RealRegistry]:
    with real_registry() as running:
        yield running


@pytest.fixture
def collector(registry: RealRegistry) -> ImagesCollector:
    access = Access(registry.host, plain_http=True, allow_private=True)
    return ImagesCollector(lambda: [access], deadline=20.0)


def test_an_image_that_buildah_built_is_read(
    registry: RealRegistry, collector: ImagesCollector, tmp_path: Path
) -> None:
    build(
        registry,
        "shop/built",
        "1",
        "FROM scratch\nCOPY app.txt /app.txt\nENV MODE=fast PASSWORD=hunter2\nEXPOSE 8080\nUSER 65534\n"
        "LABEL org.opencontainers.image.revision=abc custom=hunter2\nCMD serve\n",
        tmp_path,
    )
    (resource,) = listing(collector, f"{registry.host}/shop/built:1").resources
    shown = dict(resource.attributes)
    assert {"MODE", "PASSWORD"} <= set(shown["variables"])  # type: ignore[arg-type]
    assert shown["ports"] == ["8080/tcp"]
    assert shown["user"] == "65534"
    assert shown["labels"] == {"org.opencontainers.image.revision": "abc"}
    assert shown["layers"] == 1
    assert str(shown["platforms"]).startswith("['linux/")
    assert shown["components"] == "unknown"
    assert "hunter2" not in repr(resource)


def test_components_are_found_by_the_tag_in_place_of_referrers(
    registry: RealRegistry, collector: ImagesCollector
) -> None:
    digest = registry.push("shop/api", "1", {"Labels": {"org.opencontainers.image.version": "1"}})
    bom = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "components": [{"type": "library", "name": "log4j-core", "version": "2.14.1", "purl": LOG4J}],
    }
    artifact: dict[str, Any] = {
        "schemaVersion": 2,
        "mediaType": OCI_MANIFEST,
        "config": registry.blob("shop/api", b"{}", "application/vnd.oci.empty.v1+json"),
        "layers": [registry.blob("shop/api", orjson.dumps(bom), "application/vnd.cyclonedx+json")],
    }
    entry = registry.manifest("shop/api", "", artifact)
    index = {
        "schemaVersion": 2,
        "mediaType": OCI_INDEX,
        "manifests": [{**entry, "artifactType": "application/vnd.cyclonedx+json"}],
    }
    registry.manifest("shop/api", digest.replace(":", "-"), index)
    answer = listing(collector, f"{registry.host}/shop/api:1")
    (content,) = answer.contents
    assert content.digest == digest
    assert content.document == [
        {
            "purl": LOG4J,
            "name": "org.apache.logging.log4j/log4j-core",
            "version": "2.14.1",
            "origin": "attached cyclonedx",
        }
    ]


def test_repositories_and_tags_that_are_not_there_are_told_apart(
    registry: RealRegistry, collector: ImagesCollector
) -> None:
    registry.push("shop/web", "1")
    assert listing(collector, f"{registry.host}/shop/web:2").resources == ()
    assert listing(collector, f"{registry.host}/shop/web@sha256:{'0' * 64}").resources == ()
    (unknown,) = answers(collector, f"{registry.host}/no/such:1").values()
    assert getattr(unknown, "resources", ()) == ()


def test_a_registry_with_a_password_denies_whoever_has_none(tmp_path: Path) -> None:
    # the bcrypt hash of "hunter2"
    (tmp_path / "htpasswd").write_text("robot:$2b$04$abcdefghijklmnopqrstuuM7C4NuHR0nsRrVrWAdFDQTmECCn5Ocq\n")
    with real_registry(f"auth: {{htpasswd: {{realm: x, path: {tmp_path / 'htpasswd'}}}}}\n") as closed:
        open_to_none = Access(closed.host, plain_http=True, allow_private=True)
        found = gap(ImagesCollector(lambda: [open_to_none]), f"{closed.host}/shop/api:1")
        assert found.why is Why.DENIED
        assert f"set images.registries for {closed.host}" in found.detail
        wrong = Access(closed.host, "robot", "wrong", plain_http=True, allow_private=True)
        found = gap(ImagesCollector(lambda: [wrong]), f"{closed.host}/shop/api:1")
        assert "the password of" in found.detail
