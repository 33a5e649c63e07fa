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


def detail(**attributes: Json) -> str:
    """Canonical JSON of what is known, without empty values."""
    known = {key: value for key, value in attributes.items() if value not in (None, "", [], {})}
    # Most details are said of thousands of sources: one text serves all.
    return sys.intern(orjson.dumps(known, option=orjson.OPT_SORT_KEYS).decode()) if known else ""


def read_detail(text: str) -> Mapping[str, Json]:
    """The inverse of `detail`."""
    return orjson.loads(text) if text else {}
