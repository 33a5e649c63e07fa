"""Makes spans of what a format says, put into OpenTelemetry's names: the one way for all but OTLP itself.

What a format says beside attributes (texts of events, annotations) is only looked through for personal values.
"""

from __future__ import annotations

import binascii
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice

import orjson

from collectors.traces.leaks import LEAKS, Examined
from collectors.traces.otlp.origins import Origins
from collectors.traces.semconv import (
    RESOURCE_NAMES,
    RESOURCE_READERS,
    SPAN_NAMES,
    SPAN_READERS,
    STATEMENT_KEYS,
    STATEMENT_LIMIT,
    STATEMENT_NAMES,
    Pair,
    Value,
)
from collectors.traces.spans import LINKS_KEPT, LONGEST_NAME, NO_ID, Origin, Place, Span, fault

Texts = Mapping[str, str | Sequence[str]]

_LISTS = frozenset(
    name
    for table, meaning in (
        (SPAN_NAMES, "aws.tables"),
        (SPAN_NAMES, "aws.columns"),
        (RESOURCE_NAMES, "image.digests"),
    )
    for name in table[meaning]
)
_READERS = {name.decode(): reader for name, reader in SPAN_READERS.items()}
_LONGEST_REMEMBERED = 256
# Nearly every value of these is another one, or belongs to a person: read each time, never remembered.
_VARIED = frozenset(
    name
    for meaning in ("url", "url.path", "client.address", "network.peer.address")
    for name in SPAN_NAMES[meaning]
)
MOST_BESIDE = 256
"""Texts beside its attributes that are looked at of one span."""

RESOURCE_KEYS = frozenset(name.decode() for name in RESOURCE_READERS)
"""Names of attributes that belong to a resource: formats without resources carry them on each span."""


class Maker:
    """Makes spans; one origin for each resource. May be used by several threads."""

    def __init__(self, remembered: int = 50_000) -> None:
        self._origins = Origins(remembered)
        self._remembered = remembered
        self._seen: dict[tuple[tuple[str, str | Sequence[str]], ...], Origin] = {}
        self._pairs: dict[tuple[str, str], Pair] = {}
        self._examined = Examined(remembered)

    def origin(self, resource: Texts) -> Origin:
        """The origin with these attributes; those that nobody reads make no difference."""
        known = {name: value for name, value in resource.items() if name in RESOURCE_KEYS and value}
        key = tuple(known.items())
        origin = self._seen.get(key)
        if origin is None:
            if len(self._seen) >= self._remembered:
                self._seen.clear()
            origin = self._seen[key] = self._origin(known)
        return origin

    def _origin(self, known: Texts) -> Origin:
        raw = orjson.dumps(known, option=orjson.OPT_SORT_KEYS, default=list)
        return self._origins.known(raw) or self._origins.keep(
            raw, ((name, _value(name, value)) for name, value in known.items())
        )

    def span(
        self,
        place: Place,
        parent: bytes,
        kind: int,
        name: str,
        times: tuple[int, int],
        resource: Texts,
        attributes: Texts,
        *,
        beside: Iterable[tuple[str, str]] = (),
        links: Sequence[Place] = (),
        remote: bool = False,
        weight: int = 1,
    ) -> Span | str:
        """A span, or what makes it unusable. `times`: beginning and end in nanoseconds.

        `beside`: what else the format says of it, with the name to tell it by; read only if its turn comes.
        """
        trace, id = place
        wrong = fault(trace, id, *times)
        if wrong:
            return wrong
        origin, called = self.origin(resource), name[:LONGEST_NAME]
        return Span(
            trace,
            id,
            b"" if parent in (id, NO_ID) else parent,
            kind,
            called,
            *times,
            remote,
            origin,
            (
                *self._read(attributes),
                *self._leaks((origin, kind, called, len(attributes)), attributes, beside),
            ),
            _statement(attributes),
            tuple(link for link in links if len(link[0]) == 16 and len(link[1]) == 8)[:LINKS_KEPT],
            weight,
        )

    def _leaks(
        self, alike: tuple[Origin, int, str, int], attributes: Texts, beside: Iterable[tuple[str, str]]
    ) -> Iterator[Pair]:
        """What is found in the span, if it is one of those that are looked at."""
        if not self._examined.due(alike):
            return
        texts = [
            (name, value)
            for name, value in attributes.items()
            if isinstance(value, str) and name not in RESOURCE_KEYS
        ]
        told = {value for _, value in texts}
        more = [each for each in islice(beside, MOST_BESIDE) if each[1] not in told]
        found = self._examined.texts(alike, [*texts, ("span.name", alike[2]), *more])
        if found:
            yield LEAKS, found

    def _read(self, attributes: Texts) -> list[Pair]:
        """The attributes that are read, reduced."""
        found = []
        for key, value in attributes.items():
            reader = _READERS.get(key)
            if not reader or not value:
                continue
            pair = self._pairs.get((key, value)) if isinstance(value, str) else None
            if pair is None:
                pair = (key, reader(_value(key, value)))
                if isinstance(value, str) and key not in _VARIED and len(value) <= _LONGEST_REMEMBERED:
                    if len(self._pairs) >= self._remembered:
                        self._pairs.clear()
                    self._pairs[key, value] = pair
            found.append(pair)
        return found


def _value(name: str, value: str | Sequence[str]) -> Value:
    """A value as text. Where attributes are only ever text, lists came as JSON."""
    if not isinstance(value, str):
        return tuple(value)
    if name in _LISTS and value.startswith("["):
        try:
            listed = orjson.loads(value)
        except orjson.JSONDecodeError:
            return value
        if isinstance(listed, list):
            return tuple(one for one in listed if isinstance(one, str))
    return value


def _statement(attributes: Texts) -> str:
    ranked = {
        rank: value
        for name, rank in STATEMENT_KEYS.items()
        if isinstance(value := attributes.get(name.decode()), str) and value
    }
    return ranked[min(ranked)][:STATEMENT_LIMIT] if ranked else ""


def store_named(called: str, tags: Texts) -> dict[str, str]:
    """What is called where no tag tells its kind: `mysql` and `mysql-shop` are names of stores to those who query."""
    if any(tags.get(name) for name in SPAN_NAMES["db.system"]):
        return {}
    word, _, rest = called.lower().replace("_", "-").partition("-")
    queried = any(tags.get(name) for name in STATEMENT_NAMES)
    spoken = any(tags.get(name) for name in (*SPAN_NAMES["http.method"], *SPAN_NAMES["rpc.system"]))
    system = _STORES.get(word, "")
    if not system or spoken or (rest and not queried):
        return {}
    return {"db.system": system, **({"db.name": called[len(word) + 1 :]} if rest else {})}


_STORES = {
    "cassandra": "cassandra",
    "cockroachdb": "cockroachdb",
    "couchbase": "couchbase",
    "dynamodb": "dynamodb",
    "elasticsearch": "elasticsearch",
    "mariadb": "mariadb",
    "memcache": "memcached",
    "memcached": "memcached",
    "mongo": "mongodb",
    "mongodb": "mongodb",
    "mssql": "mssql",
    "mysql": "mysql",
    "oracle": "oracle",
    "postgres": "postgresql",
    "postgresql": "postgresql",
    "redis": "redis",
    "sqlite": "sqlite",
    "sqlserver": "mssql",
}
"""Stores by what they are called where no convention names their kind."""


def hex_id(value: object, width: int) -> bytes:
    """An id of so many hexadecimal digits; zeros in front may be missing. Raises ValueError if it is none."""
    if not isinstance(value, str) or not value:
        return b""
    return binascii.unhexlify(value.rjust(width, "0"))


def trace_id(value: object) -> bytes:
    """A trace id of 16 or, as long ago, 8 bytes; always as 16, for so OpenTelemetry has it. Raises ValueError."""
    return hex_id(value, 32)


def text(holder: Mapping[str, object], key: str) -> str:
    """A member that is text, "" if it is not."""
    found = holder.get(key)
    return found if isinstance(found, str) else ""


def member(holder: Mapping[str, object], key: str) -> Mapping[str, object]:
    """A member that is an object, an empty one if it is not."""
    found = holder.get(key)
    return found if isinstance(found, dict) else {}


def members(holder: Mapping[str, object], key: str) -> list[dict[str, object]]:
    """The objects in a member that is a list."""
    found = holder.get(key)
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def inner_texts(value: object, name: str, deepest: int = 4) -> Iterator[tuple[str, str]]:
    """All texts within a value, with dotted names."""
    if isinstance(value, str | int):
        yield name, plain(value)
    elif isinstance(value, dict) and deepest:
        for key, one in value.items():
            yield from inner_texts(one, f"{name}.{key}" if name else str(key), deepest - 1)
    elif isinstance(value, list) and deepest:
        for one in value:
            yield from inner_texts(one, name, deepest - 1)


def plain(value: object) -> str:
    """A tag's value as text; "" for what has none."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, int) else ""
