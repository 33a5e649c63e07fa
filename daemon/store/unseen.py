"""What a detail that could not be read leaves of a resource: its earlier value, or the word that it was never seen.

A document names in `unobserved` only what was never seen of its resource. That it comes to light is no change.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from collectors.model import Json
from daemon.store.documents import Document

_WHOLE = ("public", "tags", "aliases", "namespaces")
_NAMES = "unobserved"


def carried(before: Mapping[str, Json], after: Document, unobserved: Collection[str]) -> Document:
    """The document with its earlier values where nothing could be seen now."""
    for name in unobserved:
        for part in ("attributes", "tags"):
            old, new = before[part], after[part]
            if isinstance(old, dict) and isinstance(new, dict) and name in old:
                new[name] = old[name]
        if name in _WHOLE:
            after[name] = before[name]
    never = sorted(_never_seen(before) & set(unobserved))
    rest = {name: value for name, value in after.items() if name != _NAMES}
    return {**rest, _NAMES: list[Json](never)} if never else rest


def learnt(before: Mapping[str, Json], after: Mapping[str, Json]) -> tuple[frozenset[str], bool]:
    """What came to light, by name, and whether nothing else is different."""
    unknown = _never_seen(before)
    return unknown - _never_seen(after), _apart_from(unknown, before) == _apart_from(unknown, after)


def _never_seen(document: Mapping[str, Json]) -> frozenset[str]:
    names = document.get(_NAMES)
    return frozenset(str(name) for name in names) if isinstance(names, list) else frozenset()


def _apart_from(names: frozenset[str], document: Mapping[str, Json]) -> Document:
    attributes = document["attributes"]
    assert isinstance(attributes, dict)
    rest = {name: value for name, value in document.items() if name not in names and name != _NAMES}
    return rest | {"attributes": {name: value for name, value in attributes.items() if name not in names}}
