"""Decides in how few words a resource, a flow or a field is told in a line of a report."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from itertools import islice

from collectors.model import Json
from daemon.values.drift import FieldChange

_TARGET = re.compile(r"[a-z][a-z0-9+.-]*://|arn:|caller:|[^\s|]+\|")
"""How a urn or an alias begins."""

_EVERYONE = (" 0.0.0.0/0]", " ::/0]")
_PERMISSION = re.compile(r"IpPermissions(Egress)?\[(\S+(?: \S+)?) (\S+)\]")

_DEPTH = {"declared": 3, "ingress": 2, "operation": 3, "service": 2, "table": 4, "topic": 3, "host": 1}
"""How many parts of a urn of traces stand before the name."""

_TELLING = (
    "DBInstanceClass",
    "InstanceClass",
    "InstanceType",
    "CacheNodeType",
    "NodeType",
    "Runtime",
    "Engine",
    "EngineVersion",
    "Scheme",
    "LaunchType",
    "BillingMode",
    "image",
    "Image",
    "ImageUri",
    "Type",
    "Protocol",
    "Port",
    "language",
    "region",
)
"""Attributes that say most about a resource somebody has never seen, the most telling first."""

_IMAGES = ("Containers", "containerDefinitions", "containers")
_LONGEST = 60
_SHOWN = 2
_WORTH_CUTTING = 12


def short_name(urn: str) -> str:
    """`GET /orders/{id}`, `public.customers`, `orders-db`: the name alone, of a urn or an alias."""
    kind, found, rest = urn.partition("://")
    if found:
        depth = _DEPTH.get(kind, 0)
        parts = rest.split("/", depth)
        return parts[depth] if depth and len(parts) > depth else urn
    if urn.count("|") >= 2 and not urn.startswith("arn:"):
        return short_name(urn.split("|", 2)[2])
    if urn.startswith("arn:"):
        return urn.rpartition(":")[2].rpartition("/")[2] or urn
    return urn


def service_urn(urn: str) -> str:
    """The urn of the service an operation belongs to; other urns as they are."""
    if not urn.startswith("operation://"):
        return urn
    parts = urn.removeprefix("operation://").split("/", 3)
    return "service://" + "/".join(parts[:3])


def full_name(urn: str) -> str:
    """`checkout GET /orders/{id}` for an operation, else its short name."""
    name = short_name(urn)
    if not urn.startswith("operation://"):
        return name
    return f"{short_name(service_urn(urn))} {name}"


def ends(key: str, verb: str) -> tuple[str, str]:
    """Source and target of a relation's key `source verb target`; names may hold spaces and verbs."""
    middle = f" {verb} "
    place = key.find(middle)
    while place >= 0:
        target = key[place + len(middle) :]
        if _TARGET.match(target):
            return key[:place], target
        place = key.find(middle, place + 1)
    source, _, target = key.partition(middle)
    return source, target


def flow(source: str, verb: str, target: str, columns: Iterable[str] = ()) -> str:
    """`checkout calls accounts GET /x`, `orders reads public.orders(id, total)`."""
    from_whom = short_name(service_urn(source))
    carried = ", ".join(sorted(set(columns)))
    what = full_name(target) + (f"({carried})" if carried else "")
    return f"{from_whom} {verb.replace('_', ' ')} {what}"


def attributes_told(public: Json, attributes: Mapping[str, Json]) -> tuple[FieldChange, ...]:
    """What a line says of a resource that was added: that it is public, and at most two attributes."""
    told: list[tuple[str, Json]] = [
        (name, attributes[name])
        for name in _TELLING
        if isinstance(attributes.get(name), str | int) and attributes[name] not in ("", None)
    ]
    told += [(f"{name}.image", image) for name in _IMAGES for image in _images(attributes.get(name))]
    first: list[tuple[str, Json]] = [("public", True)] if public is True else []
    return tuple(FieldChange(path, None, value) for path, value in (*first, *islice(told, _SHOWN)))


def added(fields: Iterable[FieldChange]) -> str:
    """`public, db.r7g.large`."""
    words = [
        "public" if field.path == "public" else value(field.after)
        for field in fields
        if field.path not in ("columns", "lookups")
    ]
    return ", ".join(words)


def altered(fields: tuple[FieldChange, ...]) -> str:
    """`Runtime  python3.11 -> python3.13`; of several fields the first two, and how many more."""
    loud = sorted(fields, key=_quiet)
    words = [field_change(field) for field in loud[:_SHOWN]]
    more = len(fields) - _SHOWN
    return "; ".join(words) + (f" and {more} more" if more > 0 else "")


def _quiet(field: FieldChange) -> tuple[bool, bool]:
    """That it became public is said first, then what is open to everyone."""
    return field.path != "public", not field.path.endswith(_EVERYONE)


def field_change(field: FieldChange) -> str:
    """One field: `tag CostCentre  12 -> 14`, `columns  + email, ssn`, `now public`."""
    if field.path == "public":
        if field.after is True:
            return "now public"
        return "no longer public" if field.before is True else f"public  {_pair(field)}"
    path = f"tag {field.path.removeprefix('tags.')}" if field.path.startswith("tags.") else _rule(field.path)
    if field.before is None and isinstance(field.after, list):
        return f"{path}  + {value(field.after)}"
    if field.after is None and isinstance(field.before, list):
        return f"{path}  - {value(field.before)}"
    if field.before is None and isinstance(field.after, dict):
        return f"{path}  added"
    if field.after is None and isinstance(field.before, dict):
        return f"{path}  removed"
    return f"{path}  {_pair(field)}"


def _rule(path: str) -> str:
    """`ingress tcp 22 from 0.0.0.0/0` for a permission of a security group, named as its fields are told apart."""
    found = _PERMISSION.fullmatch(path)
    if not found:
        return path
    outward, ports, peer = found.groups()
    return f"egress {ports} to {peer}" if outward else f"ingress {ports} from {peer}"


def value(content: Json) -> str:
    """A value on one line, cut to a length that leaves room for another."""
    text = whole(content)
    return text if len(text) <= _LONGEST else text[: _LONGEST - 3] + "..."


def whole(content: Json) -> str:
    """A value on one line, all of it."""
    if content is None:
        return "none"
    if isinstance(content, bool):
        return "yes" if content else "no"
    if isinstance(content, str):
        return content or '""'
    if isinstance(content, list) and all(isinstance(member, str) for member in content):
        return ", ".join(str(member) for member in content)
    return json.dumps(content, sort_keys=True, ensure_ascii=False)


def moment(time: datetime) -> str:
    """`2026-11-22 06:00Z`."""
    return time.astimezone(UTC).strftime("%Y-%m-%d %H:%MZ")


def counted(number: int, nouns: str) -> str:
    """`1 operation`, `3 operations`; `nouns` is the plural in s."""
    return f"{number:,} {nouns.removesuffix('s') if number == 1 else nouns}"


def _pair(field: FieldChange) -> str:
    """`12 -> 14`; of long names that begin alike, such as ARNs and images, only what differs."""
    if isinstance(field.before, str) and isinstance(field.after, str):
        shared = next(
            (i for i, pair in enumerate(zip(field.before, field.after, strict=False)) if len(set(pair)) > 1),
            0,
        )
        cut = field.before.rfind("/", 0, shared) + 1
        if cut > _WORTH_CUTTING:
            return f"...{value(field.before[cut:])} -> ...{value(field.after[cut:])}"
    before, after = value(field.before), value(field.after)
    if before == after:  # equal only because both were cut
        return "differs"
    return f"{before} -> {after}"


def _images(containers: Json) -> list[str]:
    if not isinstance(containers, list):
        return []
    found = [one.get("image") or one.get("Image") for one in containers if isinstance(one, dict)]
    return [image.rpartition("/")[2].partition("@")[0] for image in found if isinstance(image, str)]
