"""One spelling of ids and regions, and what is taken out of a document that is kept whole."""

from __future__ import annotations

import pytest

from collectors.azure.documents import prepared, pruned, region, without_secrets

ID = "/subscriptions/A0/resourceGroups/Shop/providers/Microsoft.Web/sites/X"


def test_ids_have_one_spelling_wherever_they_stand() -> None:
    item = prepared(
        {"id": ID + "/", "properties": {"list": [{"id": ID}], "text": "Not /subscriptions/An/Id"}}
    )
    assert item["id"] == ID.lower()
    assert item["properties"] == {"list": [{"id": ID.lower()}], "text": "Not /subscriptions/An/Id"}


@pytest.mark.parametrize(
    ("location", "expected"),
    [("westeurope", "westeurope"), ("West Europe", "westeurope"), ("global", ""), ("Global", ""), (None, "")],
)
def test_regions_have_one_spelling(location: str | None, expected: str) -> None:
    assert region(location) == expected


def test_a_document_nested_without_end_is_cut() -> None:
    deep: dict[str, object] = {}
    for _ in range(5000):
        deep = {"in": deep}
    assert "in" in prepared({"id": ID, "properties": deep})["properties"]


@pytest.mark.parametrize(
    "name",
    [
        "administratorLoginPassword",
        "accessKey",
        "primaryKey",
        "primaryMasterKey",
        "sharedKey",
        "connectionString",
        "primaryConnectionString",
        "clientSecret",
        "secrets",
        "sasToken",
        "InstrumentationKey",
        "customData",
        "protectedSettings",
        "settings",
        "parameterValues",
        "environmentVariables",
        "credentials",
        "etag",
        "provisioningState",
        "createdAt",
        "lastModifiedTimeUtc",
    ],
)
def test_what_is_secret_or_volatile_is_taken_out_at_any_depth(name: str) -> None:
    assert pruned({"a": [{name: "x", "b": 1}]}) == {"a": [{"b": 1}]}


@pytest.mark.parametrize(
    "name", ["keyVaultUri", "keyName", "keySource", "disableLocalAuth", "publicKeyType", "tokenStoreEnabled"]
)
def test_what_says_where_a_key_is_stays(name: str) -> None:
    assert pruned({name: "x"}) == {name: "x"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("https://u:p@shop.example/a?sig=x#y", "https://shop.example/a"),
        ("Endpoint=sb://bus.example/;SharedAccessKeyName=a;SharedAccessKey=x", ""),
        ("Server=tcp:db.example,1433;User ID=a;Password=x", ""),
        ("https://[half", ""),
        ("plain", "plain"),
    ],
)
def test_urls_lose_user_and_query(text: str, expected: str) -> None:
    assert without_secrets(text) == expected
