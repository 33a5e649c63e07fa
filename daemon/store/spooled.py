"""Rows of an answer on their way to the store, in blocks: what a commit reads of the spool."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Literal, NamedTuple, cast

from collectors.model import Seen

Kind = Literal["resource", "relation", "content"]


# Tuples, since one is made for each row that is different: a frozen dataclass costs ten times as much.


class SpooledResource(NamedTuple):
    """A resource on its way to the store. `body`: canonical JSON, `digest`: of it."""

    urn: str
    type: str
    role: str
    provider: str
    account: str
    region: str
    name: str
    public: bool | None
    unobserved: Sequence[str]
    digest: bytes
    body: bytes

    @property
    def key(self) -> str:
        """What makes it the same resource in the next snapshot."""
        return self.urn


class SpooledRelation(NamedTuple):
    """A relation on its way to the store."""

    source: str
    verb: str
    target: str
    raw: bool
    seen: Seen | None
    digest: bytes
    body: bytes

    @property
    def key(self) -> tuple[str, str, str]:
        """What makes it the same relation in the next snapshot."""
        return (self.source, self.verb, self.target)


class SpooledContent(NamedTuple):
    """What is inside a digest, on its way to the store."""

    kind: str
    subject: str
    digest: bytes
    body: bytes


Spooled = SpooledResource | SpooledRelation | SpooledContent


class Block(NamedTuple):
    """Some rows of one kind. `columns`: as long as the digests each, in the order of the kind's own tuple.

    `bodies`: reads their documents.
    """

    columns: tuple[Sequence[Any], ...]
    digests: list[bytes]
    bodies: Callable[[], list[bytes]]


def resources_of(block: Block, chosen: Sequence[int]) -> list[SpooledResource]:
    """The resources at these places of a block, with their documents."""
    return list(map(SpooledResource._make, _chosen(block, chosen)))


def relations_of(block: Block, chosen: Sequence[int]) -> list[SpooledRelation]:
    """The relations at these places of a block, with their documents."""
    rows = map(SpooledRelation._make, _chosen(block, chosen))
    return [row._replace(seen=Seen(*cast("list[Any]", row.seen))) if row.seen else row for row in rows]


def contents_of(block: Block) -> list[SpooledContent]:
    """All contents of a block."""
    return list(map(SpooledContent._make, _chosen(block, range(len(block.digests)))))


def relations_block(relations: Sequence[SpooledRelation]) -> Block:
    """Relations of our own making, as if they had been spooled."""
    columns = (
        [getattr(each, name) for each in relations] for name in ("source", "verb", "target", "raw", "seen")
    )
    return Block(
        tuple(columns), [each.digest for each in relations], lambda: [each.body for each in relations]
    )


def _chosen(block: Block, chosen: Sequence[int]) -> Iterable[tuple[Any, ...]]:
    columns = (*block.columns, block.digests, block.bodies())
    if len(chosen) == len(block.digests):
        return zip(*columns, strict=True)
    return (tuple([column[at] for column in columns]) for at in chosen)
