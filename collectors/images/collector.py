"""Answers what the images are that workloads use: one extent for each repository, whole or as a gap.

It follows the other collectors: their `uses_image` relations say which images there are to ask about.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import cast

from collectors.contract import Request, View
from collectors.errors import Gone, NotListed
from collectors.images import references
from collectors.images.attachments import attached
from collectors.images.connection import Network
from collectors.images.described import (
    IMAGE,
    NAME,
    Known,
    child_of,
    children_of,
    configuration_of,
    preferred,
    resource_of,
)
from collectors.images.documents import Manifest
from collectors.images.references import Reference
from collectors.images.registry import Access, Limits, Repository
from collectors.images.sbom import Component
from collectors.model import (
    Alias,
    Answer,
    Content,
    Extent,
    Gap,
    Json,
    Listing,
    Relation,
    Resource,
    Scope,
    Why,
)
from collectors.redaction import scrub

USES = "uses_image"
COMPONENTS = "components"
FINGERPRINT = "images-1"
_LONGEST_PAUSE = 86_400.0  # seconds
_KEPT = 4096  # images whose manifest and configuration need not be read again


class ImagesCollector:
    """Repositories in use x their images in use. Safe to call from many threads."""

    name = "images"

    def __init__(
        self,
        accesses: Callable[[], Sequence[Access]] = tuple,
        *,
        deadline: float = 120.0,
        limits: Limits | None = None,
        network: Network | None = None,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`accesses`: how each configured registry may be asked, read anew in each cycle."""
        self._read_accesses = accesses
        self._deadline = deadline
        self._limits = limits or Limits()
        self._network = network or Network()
        self._sleep = sleep
        self._clock = clock
        self._accesses: Mapping[str, Access] = {}
        self._stored: frozenset[str] = frozenset()
        self._asked: frozenset[Extent] | None = None
        self._dead: dict[str, NotListed] = {}
        self._known: OrderedDict[str, Known] = OrderedDict()
        self._seen: set[Reference] = set()  # those that led to an image already
        self._lock = threading.Lock()
        self._without: dict[str, tuple[float, float]] = {}  # digest to when first and last none was attached
        self.requests = 0

    def plan(self) -> Iterable[Request]:
        """Nothing: what there is to ask is known when the others have answered."""
        return ()

    def follow(self, view: View) -> Iterable[Request]:
        """One request for each repository that a workload uses an image of."""
        self._accesses = {access.host.lower(): access for access in self._read_accesses()}
        self._stored = view.stored(COMPONENTS)
        self._dead = {}
        named: dict[Extent, set[str]] = defaultdict(set)
        for relation in view.relations(USES):
            target = relation.target
            if isinstance(target, Alias) and target.kind == NAME and target.value:
                named[_extent(target.value)].add(target.value)
        self._asked = frozenset(named)
        return [
            Request(self.name, (extent,), {"names": list[Json](sorted(named[extent]))}, self._deadline)
            for extent in sorted(named)
        ]

    def asked(self) -> frozenset[Extent] | None:
        """The repositories of the last `follow`; None before the first."""
        return self._asked

    def answer(self, request: Request) -> Iterator[Answer]:
        """A listing or a gap for the repository of the request."""
        names = cast("list[str]", request.parameters["names"])
        for extent in request.extents:
            try:
                yield self._listed(extent, names, request.deadline)
            except NotListed as error:
                yield Gap(extent, error.why, error.detail)
            except Exception as error:  # noqa: BLE001 - a defect met in one repository must not take the others along
                yield Gap(
                    extent,
                    Why.FAILED,
                    f"{type(error).__name__} while reading images: a defect of this program, please report it",
                )

    def close(self) -> None:
        """Nothing is held open between answers."""

    def _listed(self, extent: Extent, names: Sequence[str], seconds: float) -> Listing:
        parsed = {name: _parsed(name) for name in names}
        first = next(iter(parsed.values()))
        if fault := self._dead.get(first.host):
            raise fault
        access = self._accesses.get(first.host, Access(first.host))
        until = time.monotonic() + seconds
        repository = Repository(access, first.repository, self._network, self._limits, until, self._sleep)
        try:
            return self._read(extent, repository, parsed)
        except NotListed as error:
            if error.code in {
                "connect",
                "dns",
            }:  # nobody listens: each further repository would cost the same wait
                self._dead[first.host] = error
            raise
        finally:
            repository.close()
            with self._lock:
                self.requests += repository.requests

    def _read(self, extent: Extent, repository: Repository, parsed: Mapping[str, Reference]) -> Listing:
        by_digest: dict[str, list[str]] = defaultdict(list)
        known: dict[str, Known] = {}
        for name, reference in parsed.items():
            try:
                one = self._image(repository, reference)
            except Gone:
                continue  # the registry knows the repository and has no such image: it is not there
            known[one.manifest.digest] = one
            by_digest[one.manifest.digest].append(name)
        resources: dict[str, Resource] = {}
        relations: list[Relation] = []
        contents: list[Content] = []
        failed = 0
        for digest, one in known.items():
            reference = next(iter(parsed.values()))
            resource = resource_of(reference, one, by_digest[digest])
            state, content, unknown = self._components(repository, one.manifest)
            failed += bool(unknown)
            attributes: dict[str, Json] = {**resource.attributes, **state}
            resources[resource.urn] = replace(resource, attributes=attributes, unobserved=unknown)
            contents += content
            for child in children_of(one.manifest):
                below = child_of(reference, child)
                resources.setdefault(below.urn, below)
                relations.append(
                    Relation(resource.urn, "has_manifest", below.urn, {"platform": child.platform})
                )
        return Listing(
            extent,
            tuple(resources[urn] for urn in sorted(resources)),
            tuple(sorted(relations, key=lambda each: (each.source, str(each.target)))),
            FINGERPRINT,
            failed,
            confirm=2,  # registries with replicas are eventually consistent
            contents=tuple(sorted(contents, key=lambda each: each.digest)),
        )

    def _image(self, repository: Repository, reference: Reference) -> Known:
        digest = ""
        if reference in self._seen:
            try:
                said = repository.resolve(reference.digest or reference.tag)
                digest = reference.digest or said
            except Gone:
                digest = ""  # a GET says in words whether it is absent
        with self._lock:
            if digest in self._known:
                self._known.move_to_end(digest)
                return self._known[digest]
        manifest = repository.manifest(reference.digest or digest or reference.tag)
        shown = manifest
        if manifest.is_index and (children := children_of(manifest)):
            shown = repository.manifest(preferred(children).digest)
        one = Known(manifest, shown, configuration_of(repository, shown))
        with self._lock:
            self._known[manifest.digest] = one
            if len(self._known) > _KEPT:
                self._known.popitem(last=False)
                self._seen.clear()
                self._without.clear()
            self._seen.add(reference)
        return one

    def _components(
        self, repository: Repository, manifest: Manifest
    ) -> tuple[dict[str, Json], list[Content], tuple[str, ...]]:
        """What is said of an image's components, the list itself if it is not stored, and what is not known."""
        if manifest.digest in self._stored:
            return {"components": "attached"}, [], ()
        if not self._look_again(manifest.digest):
            return {"components": "unknown"}, [], ()
        try:
            found = attached(repository, manifest)
        except Gone:
            return _unreadable("a list of components is named but not there"), [], ()
        except NotListed as error:
            if error.why is not Why.FAILED:
                return {}, [], ("components",)
            return _unreadable(error.detail), [], ()
        if found is None:
            now = self._clock()
            with self._lock:
                self._without[manifest.digest] = (self._without.get(manifest.digest, (now, now))[0], now)
            return {"components": "unknown"}, [], ()
        return {"components": "attached"}, [_content(manifest.digest, found)], ()

    def _look_again(self, digest: str) -> bool:
        """Lists are attached soon after an image is pushed, or never: it is looked for after growing pauses."""
        with self._lock:
            if digest not in self._without:
                return True
            first, last = self._without[digest]
        return self._clock() - last >= min(last - first, _LONGEST_PAUSE)


def _content(digest: str, found: Sequence[Component]) -> Content:
    return Content(COMPONENTS, digest, [each.document() for each in found])


def _unreadable(words: str) -> dict[str, Json]:
    return {"components": "unreadable", "components_fault": words}


def _extent(name: str) -> Extent:
    try:
        reference = references.parse(name)
    except ValueError:
        return Extent(IMAGE, Scope("images", "unreadable names"))
    return Extent(IMAGE, Scope("images", f"{reference.host}/{reference.repository}"))


def _parsed(name: str) -> Reference:
    try:
        return references.parse(name)
    except ValueError as error:
        shown = scrub("".join(c if c.isprintable() else "?" for c in name[:80]))
        raise NotListed(
            Why.FAILED, f'the image name "{shown}" {error}: correct it where the workload is defined'
        ) from None
