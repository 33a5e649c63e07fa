"""Collects when things were sighted, and makes facts of that once for a batch."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import TypeVar

from collectors.traces.carried import CARRIED
from collectors.traces.said import Said, detail, named_by, read_detail
from collectors.traces.shape import Shape, Use, flow, said_by

Key = TypeVar("Key")

Times = list[int]
"""Earliest time, latest time, count: a mutable triple because it is updated for every sighting."""

Sightings = defaultdict[Key, list[int]]
"""What was sighted -> the times."""

Begin = Callable[[Shape], tuple[str, tuple[Said, ...]]]
"""Names the operation that a span starts, and says what that means."""

PAIRED = "paired"
ANCESTOR = "ancestor"
LINKED = "linked"

_ROOT = detail(root=True)


class Tally:
    """Sightings on their way to facts, all of spans that stand for `weight` spans each.

    `shapes`: spans. `begun`: operations that a span of this shape began. `roots`: operations begun without a
    parent. `met`: a child's and its parent's shape; `carried`: of a call and of the tool's for which it was
    made. `used`: an operation and the shape of a span by which it used
    something; `reached`: the same of one that it called, directly or not. `told`, `told_below`: operation, host or
    topic, and what had been read before. `calls`: caller, called and evidence. `consumed`: topic, operation,
    evidence. `published`: operation, topic, evidence, where only who consumes the message names its topic.
    """

    __slots__ = (
        "begun",
        "calls",
        "carried",
        "consumed",
        "heavier",
        "met",
        "published",
        "reached",
        "roots",
        "shapes",
        "told",
        "told_below",
        "used",
        "weight",
    )

    def __init__(self, weight: int = 1) -> None:
        self.weight = weight
        self.heavier: dict[int, Tally] = {}
        self.shapes: Sightings[Shape] = defaultdict(list)
        self.begun: Sightings[Shape] = defaultdict(list)
        self.roots: Sightings[str] = defaultdict(list)
        self.met: Sightings[tuple[Shape, Shape]] = defaultdict(list)
        self.carried: Sightings[tuple[Shape, Shape]] = defaultdict(list)
        self.used: Sightings[tuple[str, Shape]] = defaultdict(list)
        self.reached: Sightings[tuple[str, Shape]] = defaultdict(list)
        self.told: Sightings[tuple[str, str, str]] = defaultdict(list)
        self.told_below: Sightings[tuple[str, str, str]] = defaultdict(list)
        self.calls: Sightings[tuple[str, str, str]] = defaultdict(list)
        self.consumed: Sightings[tuple[str, str, str]] = defaultdict(list)
        self.published: Sightings[tuple[str, str, str]] = defaultdict(list)

    def of(self, weight: int) -> Tally:
        """The tally of spans that stand for `weight` spans each."""
        if weight == self.weight:
            return self
        found = self.heavier.get(weight)
        if found is None:
            found = self.heavier[weight] = Tally(weight)
        return found

    def expand(self, begin: Begin) -> dict[Said, Times]:
        """Every fact once."""
        facts: dict[Said, Times] = {}
        for tally in (self, *self.heavier.values()):
            tally.add_to(facts, begin)
        return facts

    def add_to(self, facts: dict[Said, Times], begin: Begin) -> None:
        """Adds its facts to others."""
        seen: list[int] = []
        first = last = count = 0
        for said, starts in self._said(begin):
            if starts is not seen:  # what says several facts says them one after the other
                seen, first, last, count = starts, min(starts), max(starts), len(starts) * abs(self.weight)
            add(facts, said, first, last, count)

    def _said(self, begin: Begin) -> Iterator[tuple[Said, list[int]]]:
        for shape, starts in self.shapes.items():
            for said in said_by(shape):
                yield said, starts
        for shape, starts in self.begun.items():
            for said in begin(shape)[1]:
                yield said, starts
        for operation, starts in self.roots.items():
            yield Said(_environment(operation), operation, "is", "", _ROOT), starts
            if self.weight > 0:
                # Who begins a trace decides whether it is sampled: one in so many, as a power of two.
                rate = detail(sampling=1 << (self.weight.bit_length() - 1))
                yield Said(_environment(operation), _service(operation), "is", "", rate), starts
        for (child, parent), starts in self.met.items():
            for said in _met(child, parent, begin):
                yield said, starts
        for (child, parent), starts in self.carried.items():
            for said in _carried(child, parent):
                yield said, starts
        for (operation, shape), starts in self.used.items():
            environment = _environment(operation)
            for use in shape.act.uses:
                yield flow(environment, operation, use), starts
                if use.verb in _REACHING:
                    yield Said(environment, operation, "reaches", use.target, _of_reached(use)), starts
        for (operation, shape), starts in self.reached.items():
            environment = _environment(operation)
            for use in shape.act.uses:
                if use.verb in _REACHING:
                    yield Said(environment, operation, "reaches", use.target, _of_reached(use)), starts
        for (operation, host, read), starts in self.told.items():
            yield Said(_environment(operation), operation, "discloses", host, read), starts
        for (operation, host, read), starts in self.told_below.items():
            yield Said(_environment(operation), operation, "reaches", host, read), starts
        for (caller, called, evidence), starts in self.calls.items():
            yield Said(_environment(caller), caller, "calls", called, detail(evidence=evidence)), starts
        for (topic, operation, evidence), starts in self.consumed.items():
            known = detail(evidence=evidence)
            yield Said(_environment(operation), topic, "consumed_by", operation, known), starts
        for (operation, topic, evidence), starts in self.published.items():
            known = detail(evidence=evidence)
            yield Said(_environment(operation), operation, "publishes_to", topic, known), starts


_REACHING = frozenset({"reads", "writes", "sends_to"})


def add(tally: dict[Key, Times], key: Key, first: int, last: int, count: int = 1) -> None:
    """Counts one more sighting."""
    known = tally.get(key)
    if known is None:
        tally[key] = [first, last, count]
        return
    known[0] = min(known[0], first)
    known[1] = max(known[1], last)
    known[2] += count


def differ(one: Shape, other: Shape) -> bool:
    """Whether two spans are of different services."""
    return one.service is not other.service and not one.service.may_be(other.service)


def evidence_of(parent: Shape) -> str:
    """What a child says of a call to it by its parent."""
    return PAIRED if parent.act.outgoing else ANCESTOR


def topics_of(parent: Shape) -> tuple[str, ...]:
    """The topics that a span names as where its message goes."""
    return tuple(urn for urn in parent.act.sends if urn.startswith("topic://"))


def receives(shape: Shape) -> tuple[str, ...]:
    """The topics that a span consumes, whether it begins an operation by that or asks for messages within one."""
    asked = tuple(use.target for use in shape.act.uses if use.verb == "consumed_by")
    return (shape.act.topic, *asked) if shape.act.by_topic else asked


def publishes(parent: Shape, child: Shape) -> bool:
    """Whether the message that a span consumes is its parent's, which does not say where it goes."""
    other = parent.act.outgoing or differ(child, parent)
    silent = not parent.act.sends and all(use.verb == "leaks" for use in parent.act.uses)
    return other and silent and parent.act.topic != child.act.topic


def _met(child: Shape, parent: Shape, begin: Begin) -> Iterator[Said]:
    """What a child and its parent say of their services, though their operations may not be known."""
    environment = parent.service.environment
    if not child.act.by_topic:
        known = detail(evidence=evidence_of(parent))
        yield Said(environment, parent.service.urn, "calls", begin(child)[0], known)
    else:
        known = detail(evidence=evidence_of(parent))
        # An exchange has a name, and a queue that is bound to it another: each end of a message says its own.
        for topic in (each for each in topics_of(parent) if each != child.act.topic):
            yield Said(environment, topic, "consumed_by", begin(child)[0], known)
        if publishes(parent, child):
            yield Said(environment, parent.service.urn, "publishes_to", child.act.topic, known)
    if parent.act.outgoing and parent.act.peer:
        own = True if child.service.may_be(parent.service) else None
        known = detail(port=parent.act.port, own=own)
        peer = named_by(parent.service.urn, parent.act.peer)
        yield Said(environment, child.service.urn, "answers_for", peer, known)


def _carried(child: Shape, parent: Shape) -> Iterator[Said]:
    """What a call below that of a tool says of where this went."""
    service, known = parent.service, detail(tool=parent.act.tool, port=child.act.port)
    for host in child.act.sends:
        if host.startswith("host://"):
            yield Said(service.environment, service.urn, CARRIED, host, known)


def _of_reached(use: Use) -> str:
    if use.verb == "sends_to":
        return ""
    return detail(**{use.verb: read_detail(use.detail).get("columns"), "verb": use.verb})


def _environment(operation: str) -> str:
    return operation.split("/", 3)[2]


def _service(operation: str) -> str:
    return f"service://{'/'.join(operation.split('/', 5)[2:5])}"
