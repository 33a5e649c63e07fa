"""Joins runs of different traces that name each other by span links."""

from __future__ import annotations

from collectors.traces.pairing.tally import LINKED, Tally, publishes, receives, topics_of
from collectors.traces.shape import Shape

Known = tuple[str, Shape]
"""The operation of a span, and the span's shape."""


class Link:
    """A link from one span to another, as far as both are known."""

    __slots__ = ("_from", "_start", "_to", "_weight")

    def __init__(self, start: int, weight: int) -> None:
        self._start = start
        self._weight = weight
        self._from: Known | None = None
        self._to: Known | None = None

    def known(self, holds: bool, operation: str, shape: Shape, tally: Tally) -> None:
        """One end is known: the span that has the link if `holds`, else the one that it names."""
        if holds:
            self._from = (operation, shape)
        else:
            self._to = (operation, shape)
        self._join(tally)

    def _join(self, tally: Tally) -> None:
        if self._from is None or self._to is None:
            return
        # A link names the cause, except where a sender names its receiver.
        backwards = self._from[1].act.outgoing and self._to[1].act.begins
        cause, effect = (self._from, self._to) if backwards else (self._to, self._from)
        tally = tally.of(self._weight)
        received = receives(effect[1])
        if received:
            for topic in dict.fromkeys((*received, *topics_of(cause[1]))):
                tally.consumed[topic, effect[0], LINKED].append(self._start)
            if effect[1].act.by_topic and cause[1].act.outgoing and publishes(cause[1], effect[1]):
                tally.published[cause[0], effect[1].act.topic, LINKED].append(self._start)
        elif cause[0] != effect[0]:
            tally.calls[cause[0], effect[0], LINKED].append(self._start)
