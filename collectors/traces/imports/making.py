"""Makes spans of what a format says, put into OpenTelemetry's names: the one way for all but OTLP itself."""

from __future__ import annotations

import binascii
from collections.abc import Mapping, Sequence

import orjson

from collectors.traces.otlp.origins import Origins
from collectors.traces.semconv import (
    RESOURCE_NAMES,
    RESOURCE_READERS,
    SPAN_NAMES,
    SPAN_READERS,
    STATEMENT_KEYS,
    STATEMENT_LIMIT,
    Pair,
    Value,
)
from collectors.traces.spans import LINKS_KEPT, NO_ID, Origin, Place, Span, fault

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
RESOURCE_KEYS = frozenset(name.decode() for name in RESOURCE_READERS)
"""Names of attributes that belong to a resource: formats without resources carry them on each span."""


class Maker:
    """Makes spans; one origin for each resource. May be used by several threads."""

    def __init__(self, remembered: int = 50_000) -> None:
        self._origins = Origins(remembered)
        self._remembered = remembered
        self._seen: dict[tuple[tuple[str, str | Sequence[str]], ...], Origin] = {}
        self._pairs: dict[tuple[str, str], Pair] = {}

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
        links: Sequence[Place] = (),
        remote: bool = False,
        weight: int = 1,
    ) -> Span | str:
        """A span, or what makes it unusable. `times`: beginning and end in nanoseconds."""
        trace, id = place
        wrong = fault(trace, id, *times)
        if wrong:
            return wrong
        return Span(
            trace,
            id,
            b"" if parent in (id, NO_ID) else parent,
            kind,
            name,
            *times,
            remote,
            self.origin(resource),
            tuple(self._read(attributes)),
            _statement(attributes),
            tuple(link for link in links if len(link[0]) == 16 and len(link[1]) == 8)[:LINKS_KEPT],
            weight,
        )

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


def plain(value: object) -> str:
    """A tag's value as text; "" for what has none."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, int) else ""
