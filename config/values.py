"""How addresses, URLs, names and times of day are written; a refusal says what to write instead."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable
from datetime import time
from typing import Annotated
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BeforeValidator, PlainSerializer, WithJsonSchema

_HOST = r"[A-Za-z0-9_](?:[A-Za-z0-9_-]*[A-Za-z0-9_])?(?:\.[A-Za-z0-9_](?:[A-Za-z0-9_-]*[A-Za-z0-9_])?)*"


def split_address(value: str) -> tuple[str, int]:
    """Host and port of `"127.0.0.1:4317"`, `"[::1]:4317"` or `"name:4317"`; port 0 asks for a free one.

    Raises ValueError.
    """
    found = re.fullmatch(r"(?:\[([0-9A-Fa-f:.]+)\]|([^\[\]:]+)):([0-9]{1,5})", value)
    if not found or int(found[3]) > 65535:
        raise ValueError('must be "host:port", as "127.0.0.1:4317" or "[::1]:4317", or "" for none')
    host = found[1] or found[2]
    if found[1]:
        try:
            ipaddress.IPv6Address(host)
        except ValueError:
            raise ValueError(f"[{host}] is not an IPv6 address") from None
    elif not re.fullmatch(_HOST, host):
        raise ValueError(f'"{host}" is not a host name or an address; write "host:port"')
    return host, int(found[3])


def is_loopback(address: str) -> bool:
    """Whether only this machine can reach a `host:port`."""
    host, _ = split_address(address)
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def mask_user(text: str) -> str:
    """The text with user names and passwords in URLs hidden; safe to print."""
    return re.sub(r"(?<=://)[^/?#\s]*@", "***@", text)


def zone_known(name: str) -> bool:
    """Whether a time zone's name can be used on this machine; UTC always can."""
    if name == "UTC":
        return True
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return False
    return True


def _address(value: str) -> str:
    if value:
        split_address(value)
    return value


def _web_url(value: str) -> str:
    if not value:
        return value
    try:
        parts = urlsplit(value)
        port = parts.port
    except ValueError:
        raise ValueError('is not a URL; write it as "https://host:port/path"') from None
    if parts.scheme not in {"http", "https"} or not parts.hostname or port == 0:
        raise ValueError('must be a URL that begins with http:// or https://, as "https://host:port"')
    if "@" in parts.netloc:
        raise ValueError("must not hold a user name or password; keep secrets in files")
    return value


def _matching(pattern: str, refusal: str) -> Callable[[str], str]:
    def check(value: str) -> str:
        if value and not re.fullmatch(pattern, value):
            raise ValueError(refusal)
        return value

    return check


def _account(value: object) -> object:
    if isinstance(value, int) and not isinstance(value, bool):
        raise ValueError(  # noqa: TRY004 - pydantic gathers ValueError only
            'must be a string of 12 digits in quotes, as "012345678901": a TOML number loses leading zeros'
        )
    if isinstance(value, str) and value and not re.fullmatch(r"[0-9]{12}", value):
        raise ValueError('must be a string of 12 digits in quotes, as "012345678901"')
    return value


def _clock(value: object) -> object:
    if isinstance(value, time):
        return value
    if not isinstance(value, str) or not re.fullmatch(r"(?:[01][0-9]|2[0-3]):[0-5][0-9]", value):
        raise ValueError('must be a time of day as "HH:MM" in quotes, from "00:00" to "23:59"')
    return time.fromisoformat(value)


def _domain(value: str) -> str:
    domain = value.lower().strip(".")
    if not re.fullmatch(_HOST, domain):
        raise ValueError('must be host suffixes, as "example.com", without scheme, port or path')
    return domain


def _host(value: str) -> str:
    if value and not re.fullmatch(_HOST, value) and not re.fullmatch(r"[0-9A-Fa-f]*:[0-9A-Fa-f:.]+", value):
        raise ValueError('must be a host name or an address, as "smtp.example.com", without scheme or port')
    return value


def _number(value: object) -> object:
    if isinstance(value, bool):
        raise ValueError("must be a whole number")  # noqa: TRY004 - pydantic gathers ValueError only
    return value


def _zone(value: str) -> str:
    if not zone_known(value):
        raise ValueError('is not a known time zone; write an IANA name, as "UTC" or "Europe/Berlin"')
    return value


def _text(value: str) -> str:
    if not value.strip():
        raise ValueError("must not be empty")
    return value


Address = Annotated[str, AfterValidator(_address)]
WebUrl = Annotated[str, AfterValidator(_web_url)]
Account = Annotated[str, BeforeValidator(_account)]
RoleArn = Annotated[
    str,
    AfterValidator(
        _matching(
            r"arn:aws[a-z-]*:iam::[0-9]{12}:role/[\w+=,.@/-]+",
            'must be a role\'s ARN, as "arn:aws:iam::123456789012:role/name"',
        )
    ),
]
Region = Annotated[
    str,
    AfterValidator(_text),
    AfterValidator(
        _matching(r"all|[a-z]{2,}(?:-[a-z]+)+-[0-9]+", 'is not a region\'s name, as "eu-central-1", or "all"')
    ),
]
GcpScope = Annotated[
    str,
    AfterValidator(_text),
    AfterValidator(
        _matching(
            r"organizations/[0-9]+|folders/[0-9]+|projects/[a-z0-9.:-]+",
            'must be what to list, as "organizations/123456789012", "folders/123456789012" or "projects/my-project"',
        )
    ),
]
Subscription = Annotated[
    str,
    AfterValidator(_text),
    AfterValidator(
        _matching(
            r"all|[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}",
            'is not a subscription\'s id, as "00000000-0000-0000-0000-000000000000", or "all"',
        )
    ),
]
Clock = Annotated[
    time,
    BeforeValidator(_clock),
    PlainSerializer(lambda value: f"{value:%H:%M}", return_type=str),
    WithJsonSchema({"type": "string", "pattern": "^([01][0-9]|2[0-3]):[0-5][0-9]$"}),
]
Mailbox = Annotated[
    str,
    AfterValidator(_matching(r"[^@<>\s]+@[^@<>\s]+|[^@<>]*<[^@<>\s]+@[^@<>\s]+>", "is not a mail address")),
]
HostName = Annotated[str, AfterValidator(_host)]
RegistryHost = Annotated[
    str,
    AfterValidator(
        _matching(
            rf"(?:{_HOST}|\[[0-9A-Fa-f:.]+\])(?::[0-9]{{1,5}})?",
            'must be a registry\'s host as it stands in image names, as "ghcr.io", "docker.io" or '
            '"registry.example.com:5000", without scheme or path',
        )
    ),
    AfterValidator(_text),
]
NO_BOOLEAN = BeforeValidator(_number)
Domain = Annotated[str, AfterValidator(_domain)]
Zone = Annotated[str, AfterValidator(_zone)]
Text = Annotated[str, AfterValidator(_text)]
TracePath = Annotated[
    str,
    AfterValidator(_text),
    AfterValidator(
        _matching(
            r"/.*|s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/.*)?",
            'must be an absolute path, or a bucket and a prefix, as "s3://bucket/traces/"',
        )
    ),
]
TableName = Annotated[
    str,
    AfterValidator(
        _matching(
            r"(?:\w+\.)?\w+",
            'must be a table\'s name, as "otel_traces" or "otel.otel_traces", without quotes',
        )
    ),
]
