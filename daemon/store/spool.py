"""The private file that answers go to as they come, so that memory is bounded and a commit can be replayed.

One block an answer: a header line, then two lines a resource or relation (what identifies it, and its
canonical document), then an end line.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Lock
from typing import Any, BinaryIO, NamedTuple

import orjson

from collectors.model import Alias, Answer, Extent, Gap, Json, Listing, Relation, Resource, Scope, Seen
from daemon.store import documents

Shape = Callable[[documents.Document], documents.Document]
"""Redacts a document and puts it into canonical form."""


# Tuples, since one is made for each row of the estate in each cycle: a frozen dataclass costs ten times as much.


class SpooledResource(NamedTuple):
    """A resource on its way to the store. `body`: canonical JSON, `digest`: of it."""

    urn: str
    digest: bytes
    type: str
    role: str
    provider: str
    account: str
    region: str
    name: str
    public: bool | None
    unobserved: tuple[str, ...]
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
    digest: bytes
    seen: Seen | None
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
    """How one extent was answered; `state` is `listed`, `sighted` or a gap's reason."""

    extent: Extent
    state: str
    detail: str = ""
    fingerprint: str = ""
    details_failed: int = 0
    position: int = 0
    count: int = 0  # resources
    confirm: int = 1


class Spool:
    """Write with `add` from any thread; then read, in order of extent, as often as needed."""

    def __init__(self, path: Path, shape: Shape, rename: Callable[[str], str] = str) -> None:
        """Creates the file, readable by its owner alone. `rename`: for urns, names and aliases. Raises OSError."""
        self._shape = shape
        self._rename = rename
        self._lock = Lock()
        self._path = path
        self._index: dict[Extent, tuple[Outcome, int]] = {}
        path.unlink(missing_ok=True)
        descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR | os.O_CLOEXEC, 0o600)
        self._file: BinaryIO = os.fdopen(descriptor, "w+b", buffering=1 << 20)

    def add(self, answer: Answer) -> Outcome:
        """Appends an answer. A second answer for an extent replaces the first."""
        outcome, block = self._block(answer)
        with self._lock:
            self._file.seek(0, os.SEEK_END)
            start = self._file.tell()
            self._file.writelines(block)
            self._index[outcome.extent] = (outcome, start)
        return outcome

    def outcomes(self) -> tuple[Outcome, ...]:
        """How each extent was answered, sorted by extent."""
        return tuple(self._index[extent][0] for extent in sorted(self._index))

    def rows(self, extent: Extent) -> Iterator[Spooled]:
        """The resources, relations and contents of a listing or of sightings, in this order; none for a gap."""
        _, start = self._index[extent]
        with self._lock:
            self._file.flush()
        with self._path.open("rb") as file:
            file.seek(start)
            file.readline()
            while (head := orjson.loads(file.readline()))[0] != "end":
                body = file.readline().rstrip(b"\n")
                yield _READ[head[0]](head, body)

    def close(self) -> None:
        """Drops the file; safe to call twice."""
        self._file.close()
        self._path.unlink(missing_ok=True)

    def _block(self, answer: Answer) -> tuple[Outcome, list[bytes]]:
        extent = answer.extent
        head = [extent.type, extent.scope.provider, extent.scope.account, extent.scope.region]
        if isinstance(answer, Gap):
            outcome = Outcome(extent, answer.why.value, answer.detail)
            return outcome, [_line(["gap", *head, answer.why.value, answer.detail]), _line(["end", 0])]
        name = self._rename
        resources = sorted(
            {r.urn: r for r in map(self._renamed, answer.resources)}.values(), key=lambda r: r.urn
        )
        relations = {(name(r.source), r.verb, name(str(r.target))): r for r in answer.relations}
        lines = [_line([type(answer).__name__, *head])]
        for resource in resources:
            lines += self._resource_lines(resource)
        for key in sorted(relations):
            lines += self._relation_lines(key, relations[key])
        for content in answer.contents if isinstance(answer, Listing) else ():
            body = documents.encode(self._shape({"document": content.document}))
            digest = documents.digest(body).hex()
            lines += (_line(["c", content.kind, content.digest, digest]), body + b"\n")
        lines.append(_line(["end", len(resources) + len(relations)]))
        outcome = Outcome(extent, "listed", fingerprint=answer.fingerprint, count=len(resources))
        if isinstance(answer, Listing):
            details = answer.details_failed
            return replace(outcome, details_failed=details, confirm=answer.confirm), lines
        return replace(outcome, state="sighted", position=answer.position), lines

    def _renamed(self, resource: Resource) -> Resource:
        name = self._rename
        if name is str:
            return resource
        aliases = tuple(Alias.parse(name(str(alias))) for alias in resource.aliases)
        return replace(resource, urn=name(resource.urn), name=name(resource.name), aliases=aliases)

    def _resource_lines(self, resource: Resource) -> tuple[bytes, bytes]:
        body = documents.encode(self._shape(documents.of_resource(resource)))
        scope: Scope = resource.scope
        head: list[Json] = [
            "r", resource.urn, documents.digest(body).hex(), resource.type, resource.role.value,
            scope.provider, scope.account, scope.region, resource.name, resource.public,
            list(resource.unobserved),
        ]  # fmt: skip
        return _line(head), body + b"\n"

    def _relation_lines(self, key: tuple[str, str, str], relation: Relation) -> tuple[bytes, bytes]:
        body = documents.encode(self._shape(dict(relation.attributes)))
        seen = relation.seen
        head: list[Json] = [
            "l", *key, not isinstance(relation.target, str), documents.digest(body).hex(),
            [seen.first, seen.last, seen.count] if seen else None,
        ]  # fmt: skip
        return _line(head), body + b"\n"


def _line(value: object) -> bytes:
    return documents.to_json(value) + b"\n"


def _resource(head: list[Any], body: bytes) -> SpooledResource:
    _, urn, digest, kind, role, provider, account, region, name, public, unobserved = head
    return SpooledResource(
        urn, bytes.fromhex(digest), kind, role, provider, account, region, name, public, tuple(unobserved), body
    )  # fmt: skip


def _relation(head: list[Any], body: bytes) -> SpooledRelation:
    _, source, verb, target, raw, digest, seen = head
    return SpooledRelation(
        source, verb, target, raw, bytes.fromhex(digest), Seen(*seen) if seen else None, body
    )


def _content(head: list[Any], body: bytes) -> SpooledContent:
    _, kind, subject, digest = head
    return SpooledContent(kind, subject, bytes.fromhex(digest), body)


_READ: dict[str, Callable[[list[Any], bytes], Spooled]] = {"r": _resource, "l": _relation, "c": _content}
