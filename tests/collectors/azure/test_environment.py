"""What the values of a workload's variables name, without being kept."""

from __future__ import annotations

import pytest

from collectors.azure.environment import TONGUE
from collectors.mentions import mentions

URN = "/subscriptions/a0/resourcegroups/shop/providers/microsoft.app/containerapps/cart"
GROUP = "/subscriptions/aaaaaaaa-0000-4000-8000-000000000001/resourceGroups/Shop"
VAULT = f"{GROUP}/providers/Microsoft.KeyVault/vaults/V1"


@pytest.mark.parametrize(
    ("value", "target"),
    [
        ("Server=tcp:shop.database.windows.net,1433;Password=x", "public|host|shop.database.windows.net"),
        (
            "Endpoint=sb://bus.servicebus.windows.net/;SharedAccessKey=x",
            "public|host|bus.servicebus.windows.net",
        ),
        (
            "DefaultEndpointsProtocol=https;AccountName=Files;AccountKey=x/y==;EndpointSuffix=core.windows.net",
            "public|host|files.blob.core.windows.net",
        ),
        (
            "AccountEndpoint=https://c.documents.azure.com:443/;AccountKey=x",
            "public|host|c.documents.azure.com",
        ),
        ("shop-vault.vault.azure.net", "public|host|shop-vault.vault.azure.net"),
        (f"ref:{VAULT}", VAULT.lower()),
        ("shop.redis.cache.windows.net:6380,password=x", "public|host|shop.redis.cache.windows.net"),
        ("orders", None),
    ],
)
def test_a_value_names_hosts_and_ids(value: str, target: str | None) -> None:
    found = mentions(URN, {"THING": [value]}, TONGUE)
    assert [str(each.target) for each in found] == ([target] if target else [])
    assert all(each.attributes == {"variables": ["THING"]} for each in found)
