"""Holds the spans of one message while they are read, and finds those of one kind and name."""

from __future__ import annotations

import struct
from collections import defaultdict
from collections.abc import Iterator, Sequence

from collectors.traces.otlp import usual
from collectors.traces.otlp.learned import Home
from collectors.traces.otlp.usual import CHILD, STATE
from collectors.traces.portion import Portion
from collectors.traces.spans import Place, weight_of


class Message:
    """Spans by their places in a message.

    `sent`: as they came; `homes`: of each, where it comes from. `weights`: for how many spans those stand that do not
    stand for one; `links`: of those spans that have any; `leaks`: what was found behind the
    attributes of some. `read`: the spans that were made of them, in another order, and why of the `wrong` none.
    """

    __slots__ = ("homes", "leaks", "links", "read", "sent", "weights", "wrong")

    def __init__(self) -> None:
        self.sent: list[bytes] = []
        self.homes: list[Home] = []
        self.leaks: dict[int, tuple[str, ...]] = {}
        self.links: dict[int, tuple[Place, ...]] = {}
        self.weights: dict[int, int] = {}
        self.read = Portion()
        self.wrong: dict[int, str] = {}

    def add(self, sent: Sequence[bytes], home: Home) -> None:
        """Takes in spans that come from there."""
        self.sent += sent
        self.homes += [home] * len(sent)

    def alike(self) -> Iterator[tuple[bool, bytes, list[int]]]:
        """The places of spans that have a parent, or have none, with the bytes of name and kind that they share.

        Under b"" are those of which that cannot be told. What their trace states say is put aside.
        """
        children: defaultdict[bytes, list[int]] = defaultdict(list)
        roots: defaultdict[bytes, list[int]] = defaultdict(list)
        unusual: list[int] = []
        for place, sent in enumerate(self.sent):
            try:
                raw, follows = sent, sent[28]
                if follows == STATE:
                    raw = self._without_state(place, sent)
                    follows = raw[28]
                if follows == CHILD:
                    found, at = children, 38
                else:
                    found, at = roots, 28
                size = raw[at + 1]
                if size > 127:
                    size = usual.size_at(raw, at + 1)
                key = raw[at : at + size + 5]
                found[key].append(place)
            except (IndexError, ValueError, struct.error):
                unusual.append(place)
        if unusual:
            yield False, b"", unusual
        for key, places in roots.items():
            yield False, key, places
        for key, places in children.items():
            yield True, key, places

    def _without_state(self, place: int, sent: bytes) -> bytes:
        raw, state = usual.without_state(sent)
        if state:
            self.sent[place] = raw
            self.weights[place] = weight_of(state)
        return raw
