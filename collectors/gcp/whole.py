"""What of a whole document is kept where no one has chosen: all but what is volatile, secret or a value of code."""

from __future__ import annotations

import re

from collectors.model import Json

VOLATILE = re.compile(
    r"^(?:etag|self_?links?.*|.*fingerprint|.*generation|resource_?version|uid|server_?ca_?cert|conditions|"
    r"observed.*|num_?(?:bytes|rows|long_?term_?bytes|.*_?bytes|.*_?rows)|(?:current|available|ready|used|total).*"
    r"(?:count|replicas|nodes?|bytes|size)|satisfies_?pz[is]|metrics?|usage|progress|last_?.*)$",
    re.IGNORECASE,
)
"""Names of fields that change without anyone changing anything."""
MOMENT = re.compile(r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}")
MOMENT_NAME = re.compile(r"(?:time|timestamp|date|millis|_at)$", re.IGNORECASE)
VALUES = re.compile(
    r"^(?:env|envs|.*environment_?variables|variables|sensitive.*|user_?data|startup_?script|metadata_?items)$",
    re.IGNORECASE,
)
"""Names of fields that hold a workload's values: their names are kept."""
METADATA = frozenset({"metadata", "commoninstancemetadata"})
LONGEST = 2048
"""Characters beyond which a text is a script or a certificate."""


def kept(document: dict[str, Json]) -> dict[str, Json]:
    """The document without what is volatile, and with names in place of a workload's values."""
    return {
        key: small for key, value in document.items() if (small := _field(key, value)) not in (None, {}, [])
    }


def _field(key: str, value: Json) -> Json:
    if VOLATILE.match(key) or _moment(key, value):
        return None
    if VALUES.match(key):
        return _names(value)
    if key.lower() in METADATA and isinstance(value, dict) and isinstance(value.get("items"), list):
        return {**kept(value), "items": _names(value["items"])}
    return _small(value)


def _small(value: Json) -> Json:
    if isinstance(value, dict):
        return kept(value)
    if isinstance(value, list):
        return [_small(each) for each in value]
    if isinstance(value, str) and len(value) > LONGEST:
        return f"[{len(value)} characters]"
    return value


def _moment(key: str, value: Json) -> bool:
    named = MOMENT_NAME.search(key) is not None
    if isinstance(value, str):
        return MOMENT.match(value) is not None or (named and value.isdigit() and len(value) > 8)
    return named and isinstance(value, int) and not isinstance(value, bool) and value > 10**8


def _names(value: Json) -> Json:
    """The names of variables, from a map or a list of names and values."""
    if isinstance(value, dict):
        return [*sorted(value)]
    if isinstance(value, list):
        found: list[Json] = [
            str(each.get("name") or each.get("key")) for each in value if isinstance(each, dict)
        ]
        return sorted(found, key=str)
    return None
