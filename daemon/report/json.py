"""Renders values as JSON documents, `{"format_version", "kind", "data"}`: equal values, equal bytes."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime

from collectors.model import Json
from daemon.values.drift import Drift, PathChange
from daemon.values.path import PathIdentity

FORMAT_VERSION = "1.0"


def render_json(drift: Drift) -> str:
    """A whole drift, nothing left out."""
    return document("drift", drift)


def render_paths_json(paths: Sequence[PathChange], more: int = 0) -> str:
    """Standing data paths. `more`: how many a limit left out."""
    return document("paths", paths, more)


def document(kind: str, value: object, more: int = 0) -> str:
    """One document of values (dataclasses, mappings, sequences, times), ending in a newline.

    `more`: of a list, how many a limit left out; named only if there are any.
    Only ASCII is written: a document that is printed cannot steer a terminal, and is read back unchanged.
    """
    envelope = {"format_version": FORMAT_VERSION, "kind": kind, "data": plain(value)}
    if more:
        envelope["more"] = more
    return json.dumps(envelope, ensure_ascii=True, indent=2, sort_keys=True) + "\n"


def plain(value: object) -> Json:
    """A value as JSON. Times are RFC 3339 in UTC. Raises TypeError for what has no JSON form."""
    match value:
        case None | bool() | int() | float():
            return value
        case str():
            return str(value)
        case datetime():
            return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
        case Mapping():
            return {str(key): plain(content) for key, content in value.items()}
        case list() | tuple():
            return [plain(content) for content in value]
        case PathIdentity():
            return {
                "id": value.id,
                **{field.name: plain(getattr(value, field.name)) for field in fields(value)},
            }
        case _ if is_dataclass(value):
            return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    raise TypeError(f"{type(value).__name__} has no JSON form")
