"""The demo's registry, asked by the client that asks every registry, and its images, held to their formats."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from urllib.error import HTTPError
from urllib.request import ProxyHandler, Request, build_opener

import pytest

from collectors.errors import Gone
from collectors.images.attachments import attached
from collectors.images.connection import Network
from collectors.images.documents import configuration
from collectors.images.registry import Access, Limits, Repository
from demo import canaries, images
from demo.bills import INSIDE
from demo.registry import INDEX, Registry

VERSIONS = sorted(INSIDE)


@pytest.fixture(scope="module")
def registry() -> Iterator[Registry]:
    with Registry() as registry:
        for service, version in VERSIONS:
            registry.push(service, version, images.build(service, version))
        yield registry


@pytest.fixture
def orders(registry: Registry) -> Iterator[Repository]:
    repository = _repository(registry, "orders")
    yield repository
    repository.close()


@pytest.mark.parametrize(("service", "version"), VERSIONS)
def test_our_client_pulls_each_image_and_what_is_inside(
    registry: Registry, service: str, version: str
) -> None:
    repository = _repository(registry, service)
    try:
        manifest = repository.manifest(version)
        assert (
            manifest.digest == repository.resolve(version) == images.build(service, version).manifest.digest
        )
        assert manifest.config is not None
        config = configuration(repository.blob(manifest.config, 1 << 20))
        assert config.labels["org.opencontainers.image.version"] == version
        assert {"PAYMENT_KEY", "DATABASE_URL"} <= set(config.variables)
        assert all(repository.blob(layer, 1 << 20) for layer in manifest.layers)
        found = attached(repository, manifest)
    finally:
        repository.close()
    assert found is not None
    assert {each.purl for each in found} == set(INSIDE[service, version])
    assert {each.origin for each in found} == {
        "attached spdx" if service == "accounts" else "attached cyclonedx"
    }


def test_only_the_deployed_orders_contain_the_library(orders: Repository) -> None:
    def libraries(tag: str) -> set[str]:
        return {each.purl for each in attached(orders, orders.manifest(tag)) or ()}

    brought = libraries("2.0.0") - libraries("1.0.0")
    assert "pkg:maven/org.apache.logging.log4j/log4j-core@2.14.1" in brought


def test_an_image_is_the_same_in_every_run() -> None:
    assert images.build("orders", "2.0.0") == images.build("orders", "2.0.0")
    digests = {images.build(*each).manifest.digest for each in VERSIONS}
    assert len(digests) == len(VERSIONS)


def test_values_that_belong_nowhere_are_really_in_the_configurations() -> None:
    """Else a test that looks for them in what the product wrote could not fail."""
    contents = b"".join(blob.content for blob in images.build("orders", "1.0.0").blobs)
    for value in (canaries.EMAIL, canaries.API_KEY, canaries.DATABASE_PASSWORD):
        assert value.encode() in contents


def test_a_tag_that_nobody_pushed_is_unknown(orders: Repository) -> None:
    with pytest.raises(Gone):
        orders.manifest("9.9.9")


def test_referrers_are_filtered_by_their_type(registry: Registry) -> None:
    digest = images.build("orders", "1.0.0").manifest.digest
    url = f"http://{registry.host}/v2/shop/orders/referrers/{digest}"
    whole, none = _json(url), _json(f"{url}?artifactType=application/spdx%2Bjson")
    assert whole["manifests"]
    assert _json(f"{url}?artifactType=application/vnd.cyclonedx%2Bjson") == whole
    assert none == {"schemaVersion": 2, "mediaType": INDEX, "manifests": []}


@pytest.mark.parametrize(
    "path", ["", "v2/_catalog", "v2/shop/orders/blobs/sha256:00", "v2/shop/none/manifests/1"]
)
def test_what_is_not_there_is_not_found(registry: Registry, path: str) -> None:
    with pytest.raises(HTTPError) as caught:
        _json(f"http://{registry.host}/{path}")
    caught.value.close()
    assert caught.value.code == 404


def test_nothing_can_be_changed_by_a_request(registry: Registry) -> None:
    with pytest.raises(HTTPError) as caught:
        _json(f"http://{registry.host}/v2/shop/orders/manifests/1.0.0", method="PUT")
    caught.value.close()
    assert caught.value.code == 501


def _repository(registry: Registry, service: str) -> Repository:
    access = Access(registry.host, plain_http=True, allow_private=True)
    return Repository(access, f"shop/{service}", Network(), Limits(), time.monotonic() + 20)


def _json(url: str, method: str = "GET") -> dict[str, object]:
    opener = build_opener(ProxyHandler({}))
    with opener.open(Request(url, method=method), timeout=10) as answer:
        found: dict[str, object] = json.load(answer)
        return found
