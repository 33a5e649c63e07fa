"""What a fact says, apart from when and how often: the identity of a `Fact`."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import NamedTuple

import orjson

from collectors.contract import Fact
from collectors.model import Json


class Said(NamedTuple):
    """Identity of a fact. A named tuple because every span looks several of them up."""

    environment: str
    source: str
    verb: str
    target: str = ""
    detail: str = ""

    def fact(self, first: int, last: int, count: int) -> Fact:
        """The fact, from times in nanoseconds."""
        return Fact(*self, first=first / 1e9, last=last / 1e9, count=count)


ITSELF, OPERATION, CALLER = "service:", "operation:", "caller:"
"""What stands in `Told` for the service, for its operation, and for the alias namespace of its networks."""


class Told(NamedTuple):
    """A fact as any service may say it: its own names are left open, so that one value serves all of them."""

    source: str
    verb: str
    target: str = ""
    detail: str = ""

    def by(self, environment: str, service: str, operation: str) -> Said:
        """The fact as a service says it of itself or of an operation, given their urns."""
        source, verb, target, known = self
        if source == ITSELF:
            source = service
        elif source == OPERATION:
            source = operation
        if target == OPERATION:
            target = operation
        return Said(environment, source, verb, named_by(service, target), known)


def named_by(service: str, target: str) -> str:
    """An alias as it is for this service: a name in the networks of the caller belongs to who calls."""
    return f"{CALLER}{service}{target[len(CALLER) :]}" if target.startswith(_CALLER) else target


_CALLER = f"{CALLER}|"


def detail(**attributes: Json) -> str:
    """Canonical JSON of what is known, without empty values."""
    known = {key: value for key, value in attributes.items() if value not in (None, "", [], {})}
    # Most details are said of thousands of sources: one text serves all.
    return sys.intern(orjson.dumps(known, option=orjson.OPT_SORT_KEYS).decode()) if known else ""


def read_detail(text: str) -> Mapping[str, Json]:
    """The inverse of `detail`."""
    return orjson.loads(text) if text else {}
