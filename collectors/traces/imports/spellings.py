"""Decides how JSON that only resembles OTLP's is spelled in OTLP's way: older names, snake case, ids in base64."""

from __future__ import annotations

import base64
import binascii
import re

_IDS = frozenset({"traceId", "spanId", "parentSpanId"})
_RENAMED = {
    "batches": "resourceSpans",  # Tempo
    "instrumentationLibrarySpans": "scopeSpans",  # before OTLP 0.15
    "instrumentationLibrary": "scope",
}
DEEPEST = 64
"""Levels of a document that are looked at."""

_UNDERSCORE = re.compile(r"_([a-z0-9])")


def otlp_spelling(value: object, deepest: int = DEEPEST) -> object:
    """The same with the member names and ids that OTLP asks for: plain protobuf JSON writes ids in base64."""
    if isinstance(value, list) and deepest:
        return [otlp_spelling(one, deepest - 1) for one in value]
    if isinstance(value, dict) and deepest:
        return dict(_member(key, one, deepest - 1) for key, one in value.items())
    return value


def _member(key: str, value: object, deepest: int) -> tuple[str, object]:
    name = _name(key)
    return name, _hex(value) if name in _IDS else otlp_spelling(value, deepest)


def _name(key: str) -> str:
    camel = _UNDERSCORE.sub(lambda found: found[1].upper(), key)
    return _RENAMED.get(camel, camel)


def _hex(id: object) -> object:
    if not isinstance(id, str) or len(id) in (16, 32):
        return id
    try:
        return base64.b64decode(id, validate=True).hex()
    except binascii.Error:
        return id
