"""Turns spans of Zipkin's first format into those of the second: one for each side that annotations tell of.

Source: Zipkin API v1, https://zipkin.io/zipkin-api/zipkin-api.yaml (Span, Annotation, BinaryAnnotation).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from collectors.traces.imports.making import member, members, plain, text

Raw = dict[str, object]

_SIDES = {"CLIENT": ("cs", "cr"), "SERVER": ("sr", "ss"), "PRODUCER": ("ms",), "CONSUMER": ("mr",)}
"""Kinds of spans, and the annotations that say when one began and ended."""
_PEERS = {"CLIENT": "sa", "SERVER": "ca", "PRODUCER": "ma", "CONSUMER": "ma"}
"""The annotations that name the other side."""
_ADDRESSES = frozenset(_PEERS.values())


def is_first_format(raw: Mapping[str, object]) -> bool:
    """Whether a span is in the first format: nothing in it says whose it is but the ends of its annotations."""
    told = (*members(raw, "annotations"), *members(raw, "binaryAnnotations"))
    return "localEndpoint" not in raw and any("endpoint" in one for one in told)


def second_format(raw: Mapping[str, object]) -> Iterator[Raw]:
    """The same in the second format."""
    times = {text(one, "value"): one for one in members(raw, "annotations")}
    kinds = [kind for kind, marks in _SIDES.items() if any(mark in times for mark in marks)]
    for kind in kinds:
        marked = [times[mark] for mark in _SIDES[kind] if mark in times]
        began, ended = (_moment(one.get("timestamp")) for one in (marked[0], marked[-1]))
        whole = _moment(raw.get("timestamp")) if kind == kinds[0] else 0
        took = _moment(raw.get("duration")) if kind == kinds[0] else 0
        own = member(marked[0], "endpoint")
        yield _part(raw, own, kind, whole or began, took or max(ended - began, 0))
    if not kinds:
        told = (*members(raw, "binaryAnnotations"), *members(raw, "annotations"))
        own = next((found for one in told if (found := member(one, "endpoint"))), {})
        yield _part(raw, own, "", _moment(raw.get("timestamp")), _moment(raw.get("duration")))


def _part(raw: Mapping[str, object], own: Mapping[str, object], kind: str, began: int, took: int) -> Raw:
    found: Raw = {key: raw[key] for key in ("traceId", "id", "parentId", "name") if key in raw}
    tags: dict[str, str] = {}
    for one in members(raw, "binaryAnnotations"):
        key, whose = text(one, "key"), member(one, "endpoint")
        if key in _ADDRESSES:
            if key == _PEERS.get(kind):
                found["remoteEndpoint"] = whose
        elif not whose or whose.get("serviceName") == own.get("serviceName"):
            tags[key] = plain(one.get("value"))
    return {
        **found,
        **({"kind": kind} if kind else {}),
        "localEndpoint": own,
        "timestamp": began,
        "duration": took,
        "tags": tags,
    }


def _moment(value: object) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) else 0
