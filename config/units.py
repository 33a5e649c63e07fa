"""How durations and sizes are written: `"1h30m"`, `"16MiB"`."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Annotated

from pydantic import BeforeValidator, PlainSerializer, WithJsonSchema

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
_LONGEST = timedelta(days=36_500)
FOREVER = "forever"


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


def parse_age(value: object) -> timedelta:
    """A duration, or "forever". Raises ValueError."""
    if value == FOREVER:
        return _LONGEST
    try:
        return parse_duration(value)
    except ValueError as error:
        raise ValueError(f'{error}, or "{FOREVER}"') from None


def format_age(value: timedelta) -> str:
    """The inverse of `parse_age`."""
    return FOREVER if value >= _LONGEST else format_duration(value)


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
Age = Annotated[
    timedelta,
    BeforeValidator(parse_age),
    PlainSerializer(format_age, return_type=str),
    WithJsonSchema({"type": "string", "pattern": f"^(?:{FOREVER}|{_DURATION})$"}),
]
