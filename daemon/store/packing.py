"""Puts answers into the blocks of the spool: redacted, in canonical form, sorted, column by column."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

from collectors.model import Alias, Content, Relation, Resource
from daemon.store import documents
from daemon.store.spooled import Kind

Shape = Callable[[documents.Document], documents.Document]
"""Redacts a document and puts it into canonical form."""

BLOCK = 500  # rows; what a commit holds of an answer at once, besides keys and digests

Encoded = tuple[Kind, int, tuple[bytes, bytes, bytes]]
"""Kind, number of rows, and the three parts of a block: head, digests, bodies."""


@dataclass(frozen=True, slots=True)
class Packing:
    """Puts answers into blocks. `rename`: for urns, names and aliases."""

    shape: Shape
    rename: Callable[[str], str] = str

    def resources(self, answered: Iterable[Resource]) -> Iterator[Encoded]:
        """Sorted by urn; of several with one urn, the last."""
        return _blocks("resource", self._resources(answered), self._resource_columns)

    def relations(self, answered: Iterable[Relation]) -> Iterator[Encoded]:
        """Sorted by what identifies them."""
        return _blocks("relation", self._relations(answered), self._relation_columns)

    def contents(self, answered: Sequence[Content]) -> Iterator[Encoded]:
        """In the order in which they were answered."""
        return _blocks("content", answered, self._content_columns)

    def _resources(self, answered: Iterable[Resource]) -> list[Resource]:
        by_urn = {
            each.urn: each for each in (answered if self.rename is str else map(self._renamed, answered))
        }
        return [by_urn[urn] for urn in sorted(by_urn)]

    def _renamed(self, resource: Resource) -> Resource:
        name = self.rename
        aliases = tuple(Alias.parse(name(str(alias))) for alias in resource.aliases)
        return replace(resource, urn=name(resource.urn), name=name(resource.name), aliases=aliases)

    def _relations(self, answered: Iterable[Relation]) -> list[tuple[tuple[str, str, str], Relation]]:
        name = self.rename
        return sorted(
            {(name(each.source), each.verb, name(str(each.target))): each for each in answered}.items(),
            key=lambda pair: pair[0],
        )

    def _resource_columns(self, rows: Sequence[Resource]) -> tuple[list[bytes], list[list[Any]]]:
        bodies = [documents.encode(self.shape(documents.of_resource(each))) for each in rows]
        return bodies, [
            [each.urn for each in rows],
            [each.type for each in rows],
            [each.role.value for each in rows],
            [each.scope.provider for each in rows],
            [each.scope.account for each in rows],
            [each.scope.region for each in rows],
            [each.name for each in rows],
            [each.public for each in rows],
            [each.unobserved for each in rows],
        ]

    def _relation_columns(
        self, rows: Sequence[tuple[tuple[str, str, str], Relation]]
    ) -> tuple[list[bytes], list[list[Any]]]:
        bodies = [documents.encode(self.shape(dict(each.attributes))) for _, each in rows]
        return bodies, [
            [key[0] for key, _ in rows],
            [key[1] for key, _ in rows],
            [key[2] for key, _ in rows],
            [not isinstance(each.target, str) for _, each in rows],
            [each.seen and (each.seen.first, each.seen.last, each.seen.count) for _, each in rows],
        ]

    def _content_columns(self, rows: Sequence[Content]) -> tuple[list[bytes], list[list[Any]]]:
        bodies = [documents.encode(self.shape({"document": each.document})) for each in rows]
        return bodies, [[each.kind for each in rows], [each.digest for each in rows]]


def _blocks(
    kind: Kind, rows: Sequence[Any], columns: Callable[[Any], tuple[list[bytes], list[list[Any]]]]
) -> Iterator[Encoded]:
    iterator = iter(rows)
    while some := list(islice(iterator, BLOCK)):
        bodies, read = columns(some)
        # Most columns say the same in each row: said once, they cost next to nothing.
        packed = [each[:1] if each.count(each[0]) == len(each) else each for each in read]
        digests = b"".join([documents.digest(body) for body in bodies])
        yield kind, len(some), (documents.to_json(packed), digests, b"\n".join(bodies))


def answer_digest(fingerprint: str, blocks: Iterable[Encoded]) -> bytes:
    """Of all that an answer says, and of the rules that shaped it."""
    hasher = hashlib.sha256(documents.to_json(fingerprint))
    for kind, rows, (head, digests, _) in blocks:
        hasher.update(f"{kind} {rows} {len(head)}\n".encode())
        hasher.update(head)
        hasher.update(digests)
    return hasher.digest()
