"""How Azure names things within the values of environment variables: ids, and hosts of its own services."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from collectors.mentions import Tongue
from collectors.model import Alias

ID = re.compile(
    r"/subscriptions/[0-9a-f-]{36}/resourcegroups/[\w.()-]{1,90}/providers/[\w.]{1,100}(?:/[\w.()-]{1,260}){2,8}",
    re.IGNORECASE,
)
ACCOUNT = re.compile(
    r"(?:^|;)AccountName=([a-z0-9]{3,24});(?:.{0,400}?;)?EndpointSuffix=([\w.-]{1,60})", re.IGNORECASE
)
"""A storage account's connection string names its host in two parts."""
DOMAINS = (
    ".azure.com",
    ".azure.net",
    ".azurewebsites.net",
    ".windows.net",
    ".azurecontainerapps.io",
    ".azurecr.io",
)


def _identifiers(value: str) -> Sequence[str | Alias]:
    ids = [each.lower() for each in ID.findall(value)]
    return ids or [
        Alias("public", "host", f"{name}.blob.{suffix}".lower()) for name, suffix in ACCOUNT.findall(value)
    ]


def _names(_variable: str, _value: str) -> Iterator[str | Alias]:
    yield from ()  # a bare name says nothing: Azure's names are unique only as hosts and ids


TONGUE = Tongue(_identifiers, _names, DOMAINS)
