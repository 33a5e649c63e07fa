"""Walks over Kubernetes manifests: lists unfolded, and every place known by file, document and line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from collectors.declared.declaration import DeclarationError
from collectors.declared.text import line_of
from collectors.model import Json

MOST = 20_000
"""Objects of a file."""

_DEEPEST = 4


@dataclass(frozen=True, slots=True)
class Source:
    """The file that is read."""

    file: str
    text: str

    def wrong(self, document: int, pointer: str, what: str) -> DeclarationError:
        """What to raise about a place of it."""
        place = f"document {document + 1} {pointer}" if document else pointer
        return DeclarationError(self.file, what, line_of(self.text, pointer, document), place)


@dataclass(frozen=True, slots=True)
class At:
    """A mapping within a manifest, and where it stands. What is of another type raises DeclarationError.

    What is missing or null reads as empty, as the API server has it.
    """

    source: Source
    document: int
    pointer: str
    value: Mapping[str, Json]

    def text(self, key: str) -> str:
        found = self.value.get(key)
        if found is not None and not isinstance(found, str):
            raise self.wrong(key, "is not a text")
        return found or ""

    def inner(self, key: str) -> At:
        found = self.value.get(key)
        if found is not None and not isinstance(found, dict):
            raise self.wrong(key, "is not a mapping")
        return At(self.source, self.document, f"{self.pointer}/{_escaped(key)}", found or {})

    def each(self, key: str) -> Iterator[At]:
        """The mappings of a list."""
        for place, found in enumerate(self._list(key)):
            if not isinstance(found, dict):
                raise self.wrong(f"{key}/{place}", "is not a mapping")
            yield At(self.source, self.document, f"{self.pointer}/{key}/{place}", found)

    def texts(self, key: str) -> tuple[str, ...]:
        """The texts of a list."""
        found = self._list(key)
        for place, one in enumerate(found):
            if not isinstance(one, str):
                raise self.wrong(f"{key}/{place}", "is not a text")
        return tuple(str(one) for one in found)

    def wrong(self, key: str, what: str) -> DeclarationError:
        """What to raise about a place within this one."""
        return self.source.wrong(self.document, f"{self.pointer}/{key}" if key else self.pointer, what)

    def _list(self, key: str) -> Sequence[Json]:
        found = self.value.get(key)
        if found is not None and not isinstance(found, list):
            raise self.wrong(key, "is not a list")
        return found or ()

    @property
    def kind(self) -> str:
        return self.text("kind")

    @property
    def group(self) -> str:
        """Of its API: `networking.k8s.io`."""
        return self.text("apiVersion").rpartition("/")[0]

    @property
    def named(self) -> tuple[str, str]:
        """Namespace, "" for none, and name."""
        metadata = self.inner("metadata")
        return metadata.text("namespace"), metadata.text("name")

    @property
    def annotations(self) -> Mapping[str, str]:
        known = self.inner("metadata").inner("annotations").value
        return {key: value for key, value in known.items() if isinstance(value, str)}


def are_manifests(documents: Sequence[Json]) -> bool:
    """Whether the documents of a file are Kubernetes' own: each that is not empty names its version and kind."""
    stated = [each for each in documents if each is not None]
    return bool(stated) and all(
        isinstance(each, dict) and "apiVersion" in each and "kind" in each for each in stated
    )


def objects(file: str, text: str, documents: Sequence[Json]) -> tuple[At, ...]:
    """Every object in them, those within lists too. Raises DeclarationError."""
    source = Source(file, text)
    found: list[At] = []
    for number, document in enumerate(documents):
        if not isinstance(document, dict):
            continue
        for each in _unfolded(At(source, number, "#", document), 0):
            found.append(each)
            if len(found) > MOST:
                raise each.wrong("", f"is one object too many: at most {MOST:,} are read")
    return tuple(found)


def _unfolded(one: At, depth: int) -> Iterator[At]:
    if not (one.kind.endswith("List") and "items" in one.value):
        yield one
        return
    if depth >= _DEEPEST:
        raise one.wrong("", "is a list within too many lists")
    for each in one.each("items"):
        yield from _unfolded(each, depth + 1)


def _escaped(key: str) -> str:
    return key.replace("~", "~0").replace("/", "~1")
