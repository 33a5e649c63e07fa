"""What spans of one shape have in common, and the facts that they say without any other span.

Thousands of services do the same: what they do is one value, an act, and a shape is whose act it is.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from collectors.traces.origins import Service
from collectors.traces.said import Said, Told, detail
from collectors.traces.sql.statement import Statement


class Use(NamedTuple):
    """What an operation does with one destination: the part of a fact that its spans share."""

    verb: str
    target: str
    detail: str


@dataclass(frozen=True, slots=True)
class Act:
    """What spans do, whoever's they are.

    `name`: of the operation that one is, or starts if no other does. `begins`: it does so by its kind, and `role`:
    as what. `timed`: when it was matters to what others say. `uses`: what the enclosing operation does through it.
    `told`: facts known without any other span, beside those that are made of the rest (see `said_by`).
    `reads`: the columns it obtains, as details of a disclosure. `sends`: the hosts it calls and the topics it
    publishes to. `peer`: the alias of the host it calls, "" if it calls none, `port` with it. `topic`: the topic it
    consumes. `tool`: the urn of a tool that it calls at an address which only a span below it may tell.
    """

    name: str
    begins: bool
    role: str
    outgoing: bool
    timed: bool
    by_topic: bool
    topic: str
    told: tuple[Told, ...]
    uses: tuple[Use, ...]
    reads: tuple[str, ...]
    sends: tuple[str, ...]
    peer: str
    port: str
    statement: Statement | None
    tool: str


@dataclass(slots=True, eq=False)
class Shape:
    """Whose spans these are, and what they do. `operation`: the urn of the one that they begin, "" if they do not.

    Not frozen for its `number` among shapes at rest, which is kept here for want of a table that would take more.
    """

    service: Service
    act: Act
    operation: str
    number: int = -1


def said_by(shape: Shape) -> Iterator[Said]:
    """The facts that each span of a shape says, each once.

    They are made when they are said: of a hundred thousand shapes, a few hundred are in a message.
    """
    service, act = shape.service, shape.act
    environment, urn = service.environment, service.urn
    yield from service.said
    if act.role:
        yield from begun(service, shape.operation, act.role)
    for use in act.uses:
        yield flow(environment, urn, use)
    for told in act.told:
        yield told.by(environment, urn, shape.operation)


_ROLES = {role: detail(kind=role) for role in ("server", "consumer", "job")}


def begun(service: Service, operation: str, role: str) -> tuple[Said, Said]:
    """What it says that a service begins an operation, as a server, a consumer or a job."""
    environment = service.environment
    return (
        Said(environment, service.urn, "has", operation),
        Said(environment, operation, "is", "", _ROLES[role]),
    )


def flow(environment: str, source: str, use: Use) -> Said:
    """The fact that a service or operation does something with a destination."""
    if use.verb == "consumed_by":
        return Said(environment, use.target, "consumed_by", source, use.detail)
    return Said(environment, source, use.verb, use.target, use.detail)
