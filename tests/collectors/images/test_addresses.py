from __future__ import annotations

import pytest

from collectors.images.addresses import refusal

PRIVATE = (
    "10.0.0.5",
    "127.0.0.1",
    "192.168.1.1",
    "172.16.0.1",
    "100.64.0.1",
    "::1",
    "fd12::1",
    "::ffff:10.0.0.5",
)
NEVER = (
    "169.254.169.254", "169.254.170.2", "168.63.129.16", "100.100.100.200", "fe80::1", "fd00:ec2::254",
    "::ffff:169.254.169.254", "64:ff9b::a9fe:a9fe", "2002:a9fe:a9fe::1", "0.0.0.0", "::", "224.0.0.1",
    "255.255.255.255", "ff02::1",
)  # fmt: skip


@pytest.mark.parametrize("address", PRIVATE)
def test_a_private_address_is_asked_only_if_that_is_configured(address: str) -> None:
    assert "not a public address" in refusal(address, allow_private=False)
    assert refusal(address, allow_private=True) == ""


@pytest.mark.parametrize("address", NEVER)
@pytest.mark.parametrize("allow_private", [False, True])
def test_a_clouds_own_services_are_never_asked(address: str, allow_private: bool) -> None:
    assert refusal(address, allow_private=allow_private)


@pytest.mark.parametrize("address", ["140.82.121.34", "2606:50c0:8000::154", "64:ff9b::8c52:7922"])
def test_public_addresses_are_asked(address: str) -> None:
    assert refusal(address, allow_private=False) == ""
