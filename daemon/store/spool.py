"""The private file that answers go to as they come, so that memory is bounded and a commit can be replayed.

An answer is a few blocks, each of some rows of one kind: a line with what identifies them, column by column, their
digests, and their canonical documents, a line each. So a commit reads hundreds of rows as cheaply as one, and
documents only where something is different.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from threading import Lock
from typing import Any, BinaryIO, Literal, NamedTuple, cast

import orjson

from collectors.model import Alias, Answer, Content, Extent, Gap, Listing, Relation, Resource, Seen
from daemon.store import documents
from daemon.store.errors import SpoolUnusable

Shape = Callable[[documents.Document], documents.Document]
"""Redacts a document and puts it into canonical form."""

Kind = Literal["resource", "relation", "content"]
BLOCK = 500  # rows; what a commit holds of an answer at once, besides keys and digests
_DIGEST = 32  # bytes


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


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one extent was answered; `state` is `listed`, `sighted` or a gap's reason.

    `answer`: digest of all that a listing says and of the rules that shaped it; empty if it may never be taken for
    the same.
    """

    extent: Extent
    state: str
    detail: str = ""
    fingerprint: str = ""
    details_failed: int = 0
    position: int = 0
    count: int = 0  # resources
    confirm: int = 1
    answer: bytes = b""


class Block(NamedTuple):
    """Some rows of one kind. `columns`: as long as the digests each, in the order of the kind's own tuple.

    `bodies`: reads their documents.
    """

    columns: tuple[Sequence[Any], ...]
    digests: list[bytes]
    bodies: Callable[[], list[bytes]]


class _Place(NamedTuple):
    """Where a block lies in the file, and how long its parts are."""

    kind: Kind
    start: int
    head: int
    rows: int
    bodies: int


class Spool:
    """Write with `add` from any thread; then read, in order of extent, as often as needed."""

    def __init__(self, path: Path, shape: Shape, rename: Callable[[str], str] = str, form: str = "") -> None:
        """Creates the file, readable by its owner alone. `rename`: for urns, names and aliases.

        `form`: names the rules of `shape`; it becomes a part of each answer's fingerprint.
        Raises SpoolUnusable, as all that writes or reads it.
        """
        self._shape = shape
        self._form = form
        self._rename = rename
        self._lock = Lock()
        self._path = path
        self._end = 0
        self._index: dict[Extent, tuple[Outcome, tuple[_Place, ...]]] = {}
        with self._plain_words():
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o750)
            path.unlink(missing_ok=True)
            descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR | os.O_CLOEXEC, 0o600)
        self._file: BinaryIO = os.fdopen(descriptor, "w+b", buffering=1 << 20)

    def add(self, answer: Answer) -> Outcome:
        """Appends an answer. A second answer for an extent replaces the first."""
        extent = answer.extent
        if isinstance(answer, Gap):
            outcome = Outcome(extent, answer.why.value, answer.detail)
            with self._lock:
                self._index[extent] = (outcome, ())
            return outcome
        fingerprint = " ".join(filter(None, (answer.fingerprint, self._form)))
        resources = self._resources(answer.resources)
        relations = self._relations(answer.relations)
        blocks = [
            *_blocks("resource", resources, self._resource_columns),
            *_blocks("relation", relations, self._relation_columns),
        ]
        outcome = Outcome(extent, "listed", fingerprint=fingerprint, count=len(resources))
        if isinstance(answer, Listing):
            blocks += _blocks("content", answer.contents, self._content_columns)
            flows = any(each.seen for _, each in relations)  # when they were seen last is told each time
            outcome = replace(
                outcome,
                details_failed=answer.details_failed,
                confirm=answer.confirm,
                answer=b"" if flows else _answer(fingerprint, blocks),
            )
        else:
            outcome = replace(outcome, state="sighted", position=answer.position)
        with self._lock, self._plain_words():
            places = []
            for kind, rows, (head, digests, bodies) in blocks:
                places.append(_Place(kind, self._end, len(head), rows, len(bodies)))
                self._file.seek(self._end)
                self._file.writelines((head, digests, bodies))
                self._end += len(head) + len(digests) + len(bodies)
            self._index[extent] = (outcome, tuple(places))
        return outcome

    def outcomes(self) -> tuple[Outcome, ...]:
        """How each extent was answered, sorted by extent."""
        return tuple(self._index[extent][0] for extent in sorted(self._index, key=_order))

    def blocks(self, extent: Extent, kind: Kind) -> Iterator[Block]:
        """The rows of this kind of a listing or of sightings, sorted; none for a gap."""
        places = [place for place in self._index[extent][1] if place.kind == kind]
        if not places:
            return
        with self._lock, self._plain_words():
            self._file.flush()
        for place in places:
            yield self._block(place)

    def rows(self, extent: Extent) -> Iterator[Spooled]:
        """The resources, relations and contents of a listing or of sightings, in this order; none for a gap."""
        for block in self.blocks(extent, "resource"):
            yield from resources_of(block, range(len(block.digests)))
        for block in self.blocks(extent, "relation"):
            yield from relations_of(block, range(len(block.digests)))
        for block in self.blocks(extent, "content"):
            yield from contents_of(block)

    def close(self) -> None:
        """Drops the file; safe to call twice. Where that fails, the next cycle drops it."""
        with suppress(OSError):  # what could not be written is not needed any more
            self._file.close()
        with suppress(OSError):
            self._path.unlink(missing_ok=True)

    def _read(self, count: int, start: int) -> bytes:
        with self._plain_words():
            return os.pread(self._file.fileno(), count, start)

    @contextmanager
    def _plain_words(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise SpoolUnusable(
                f"cannot keep the answers of this cycle in {self._path}: {error.strerror or error}. "
                "Check the folder's room and rights; nothing already stored is lost."
            ) from error

    def _block(self, place: _Place) -> Block:
        begin = place.start + place.head + place.rows * _DIGEST
        read = self._read(begin - place.start, place.start)
        packed = orjson.loads(read[: place.head])
        columns = tuple(column * place.rows if len(column) == 1 else column for column in packed)
        digests = [read[at : at + _DIGEST] for at in range(place.head, len(read), _DIGEST)]
        return Block(columns, digests, lambda: self._read(place.bodies, begin).splitlines())

    def _resources(self, answered: Iterable[Resource]) -> list[Resource]:
        by_urn = {
            each.urn: each for each in (answered if self._rename is str else map(self._renamed, answered))
        }
        return [by_urn[urn] for urn in sorted(by_urn)]

    def _renamed(self, resource: Resource) -> Resource:
        name = self._rename
        aliases = tuple(Alias.parse(name(str(alias))) for alias in resource.aliases)
        return replace(resource, urn=name(resource.urn), name=name(resource.name), aliases=aliases)

    def _relations(self, answered: Iterable[Relation]) -> list[tuple[tuple[str, str, str], Relation]]:
        name = self._rename
        return sorted(
            {(name(each.source), each.verb, name(str(each.target))): each for each in answered}.items(),
            key=lambda pair: pair[0],
        )

    def _resource_columns(self, rows: Sequence[Resource]) -> tuple[list[bytes], list[list[Any]]]:
        bodies = [documents.encode(self._shape(documents.of_resource(each))) for each in rows]
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
        bodies = [documents.encode(self._shape(dict(each.attributes))) for _, each in rows]
        return bodies, [
            [key[0] for key, _ in rows],
            [key[1] for key, _ in rows],
            [key[2] for key, _ in rows],
            [not isinstance(each.target, str) for _, each in rows],
            [each.seen and (each.seen.first, each.seen.last, each.seen.count) for _, each in rows],
        ]

    def _content_columns(self, rows: Sequence[Content]) -> tuple[list[bytes], list[list[Any]]]:
        bodies = [documents.encode(self._shape({"document": each.document})) for each in rows]
        return bodies, [[each.kind for each in rows], [each.digest for each in rows]]


def _order(extent: Extent) -> tuple[str, str, str, str]:
    """As extents are sorted, at a tenth of the cost."""
    scope = extent.scope
    return extent.type, scope.provider, scope.account, scope.region


_Encoded = tuple[Kind, int, tuple[bytes, bytes, bytes]]


def _blocks(
    kind: Kind, rows: Sequence[Any], columns: Callable[[Any], tuple[list[bytes], list[list[Any]]]]
) -> Iterator[_Encoded]:
    """Kind, number of rows, and the three parts of each block."""
    iterator = iter(rows)
    while some := list(islice(iterator, BLOCK)):
        bodies, read = columns(some)
        # Most columns say the same in each row: said once, they cost next to nothing.
        packed = [each[:1] if each.count(each[0]) == len(each) else each for each in read]
        digests = b"".join([documents.digest(body) for body in bodies])
        yield kind, len(some), (documents.to_json(packed), digests, b"\n".join(bodies))


def _answer(fingerprint: str, blocks: Iterable[_Encoded]) -> bytes:
    hasher = hashlib.sha256(documents.to_json(fingerprint))
    for kind, rows, (head, digests, _) in blocks:
        hasher.update(f"{kind} {rows} {len(head)}\n".encode())
        hasher.update(head)
        hasher.update(digests)
    return hasher.digest()


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
