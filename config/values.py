"""How single values are written: durations, sizes, addresses, URLs; a refusal says what to write instead."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable
from datetime import time, timedelta
from typing import Annotated
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BeforeValidator, PlainSerializer, WithJsonSchema

_UNITS = {
    "ms": timedelta(milliseconds=1),
    "s": timedelta(seconds=1),
    "m": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "d": timedelta(days=1),
    "w": timedelta(weeks=1),
}
_DURATION = r"(?:[0-9]+(?:ms|s|m|h|d|w))+"
_SIZES = {
    "B": 1,
    "KiB": 2**10,
    "MiB": 2**20,
    "GiB": 2**30,
    "kB": 10**3,
    "MB": 10**6,
    "GB": 10**9,
}
_SIZE = r"[0-9]+(?:B|KiB|MiB|GiB|kB|MB|GB)"
_HOST = r"[A-Za-z0-9_](?:[A-Za-z0-9_-]*[A-Za-z0-9_])?(?:\.[A-Za-z0-9_](?:[A-Za-z0-9_-]*[A-Za-z0-9_])?)*"
_LONGEST = timedelta(days=36_500)


def parse_duration(value: object) -> timedelta:
    """`"90s"`, `"1h30m"`, `"7d"`. Units: ms, s, m, h, d, w. Raises ValueError."""
    if isinstance(value, timedelta):
        return value
    if not isinstance(value, str) or not re.fullmatch(_DURATION, value):
        raise ValueError('must be a duration in quotes, as "30s", "5m", "1h30m" or "7d"')
    steps = re.findall(r"([0-9]+)([a-z]+)", value)
    if any(len(number) > 12 for number, _ in steps):
        raise ValueError("must be at most 36500d")
    total = sum((int(number) * _UNITS[unit] for number, unit in steps), timedelta())
    if total > _LONGEST:
        raise ValueError("must be at most 36500d")
    return total


def format_duration(value: timedelta) -> str:
    """The shortest writing that `parse_duration` reads back: `timedelta(minutes=90)` is `"1h30m"`."""
    rest, text = value, ""
    for unit in ("d", "h", "m", "s", "ms"):
        count, rest = divmod(rest, _UNITS[unit])
        text += f"{count}{unit}" if count else ""
    return text or "0s"


def parse_size(value: object) -> int:
    """`"16MiB"`, `"500kB"`, or a plain number of bytes. Raises ValueError."""
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return value
    found = re.fullmatch(r"([0-9]{1,18})([A-Za-z]*)", value) if isinstance(value, str) else None
    if not found or (found[2] or "B") not in _SIZES:
        raise ValueError('must be a size in quotes, as "512KiB" or "16MiB" (B, kB, MB, GB, KiB, MiB, GiB)')
    return int(found[1]) * _SIZES[found[2] or "B"]


def format_size(value: int) -> str:
    """The largest binary unit that divides the number: 16777216 is `"16MiB"`."""
    unit = next(
        unit for unit in ("GiB", "MiB", "KiB", "B") if (value and value % _SIZES[unit] == 0) or unit == "B"
    )
    return f"{value // _SIZES[unit]}{unit}"


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


def _zone(value: str) -> str:
    if not zone_known(value):
        raise ValueError('is not a known time zone; write an IANA name, as "UTC" or "Europe/Berlin"')
    return value


def _text(value: str) -> str:
    if not value.strip():
        raise ValueError("must not be empty")
    return value


Duration = Annotated[
    timedelta,
    BeforeValidator(parse_duration),
    PlainSerializer(format_duration, return_type=str),
    WithJsonSchema({"type": "string", "pattern": f"^{_DURATION}$"}),
]
Size = Annotated[
    int,
    BeforeValidator(parse_size),
    PlainSerializer(format_size, return_type=str),
    WithJsonSchema(
        {"anyOf": [{"type": "string", "pattern": f"^{_SIZE}$"}, {"type": "integer", "minimum": 0}]}
    ),
]
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
Domain = Annotated[str, AfterValidator(_domain)]
Zone = Annotated[str, AfterValidator(_zone)]
Text = Annotated[str, AfterValidator(_text)]
