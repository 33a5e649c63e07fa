"""Addresses that others can reach need a token or mutual TLS."""

from __future__ import annotations

import pytest

from collectors.traces.memory import MemoryFacts
from collectors.traces.receiver import Receiver, TokenRequired
from collectors.traces.receiver.addresses import is_open
from config.errors import SettingsError
from tests.support.receiving import traces

OPEN = (
    "0.0.0.0:4317",
    "[::]:4317",
    "10.0.0.5:4317",
    "[fd00::1]:4317",
    "[::ffff:10.0.0.5]:4317",
    "[::ffff:0.0.0.0]:4317",
    "0:4317",
    "0x0:4317",
    "2130706433:4317",  # 127.0.0.1 as one number: not worth a rule
    "receiver.example.com:4317",
    "localhost.example.com:4317",
    "another-host:4317",
)


@pytest.mark.parametrize("address", OPEN)
@pytest.mark.parametrize("protocol", ["grpc", "http"])
def test_without_a_token_an_address_for_others_is_refused(protocol: str, address: str) -> None:
    with pytest.raises(SettingsError, match=rf"traces\.{protocol}.*token_file or traces\.client_ca_file"):
        traces(**{protocol: address})
    # And once more where it is bound, whoever made the settings.
    unchecked = traces().model_copy(update={protocol: address})
    with pytest.raises(TokenRequired, match=rf"traces\.{protocol}\).*without a token or mutual TLS"):
        Receiver(unchecked, MemoryFacts())


@pytest.mark.parametrize("address", ["127.0.0.1:0", "127.8.8.8:0", "[::1]:0"])
def test_this_machine_alone_needs_none(address: str) -> None:
    assert not is_open(address)


def test_localhost_counts_as_far_as_it_leads_nowhere_else() -> None:
    assert not is_open("localhost:4317", lambda _: {"127.0.0.1", "::1"})
    assert is_open("localhost:4317", lambda _: {"127.0.0.1", "192.0.2.7"})
    assert is_open("localhost:4317", lambda _: {"fe80::1%eth0"})
