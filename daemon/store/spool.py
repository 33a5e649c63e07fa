"""The private file that answers go to as they come, so that memory is bounded and a commit can be replayed.

An answer is a few blocks, each of some rows of one kind: a line with what identifies them, column by column, their
digests, and their canonical documents, a line each. So a commit reads hundreds of rows as cheaply as one, and
documents only where something is different.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Lock
from typing import BinaryIO, NamedTuple

import orjson

from collectors.model import Answer, Extent, Gap, Listing
from daemon.store.errors import SpoolUnusable
from daemon.store.packing import Packing, Shape, answer_digest
from daemon.store.spooled import Block, Kind, Spooled, contents_of, relations_of, resources_of

_DIGEST = 32  # bytes


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
        self._packing = Packing(shape, rename)
        self._form = form
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
        resources = [*self._packing.resources(answer.resources)]
        blocks = [*resources, *self._packing.relations(answer.relations)]
        count = sum(rows for _, rows, _ in resources)
        outcome = Outcome(extent, "listed", fingerprint=fingerprint, count=count)
        if isinstance(answer, Listing):
            blocks += self._packing.contents(answer.contents)
            flows = any(each.seen for each in answer.relations)  # when they were seen last is told each time
            outcome = replace(
                outcome,
                details_failed=answer.details_failed,
                confirm=answer.confirm,
                answer=b"" if flows else answer_digest(fingerprint, blocks),
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


def _order(extent: Extent) -> tuple[str, str, str, str]:
    """As extents are sorted, at a tenth of the cost."""
    scope = extent.scope
    return extent.type, scope.provider, scope.account, scope.region
