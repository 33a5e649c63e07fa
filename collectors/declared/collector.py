"""Answers one extent for each declared document: its operations, or why it cannot be used."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from collectors.contract import Request
from collectors.declared import openapi, proto
from collectors.declared.declaration import DeclarationError, Declared
from collectors.declared.text import text_of
from collectors.model import Answer, Extent, Gap, Json, Listing, Relation, Resource, Role, Scope, Why
from config.shape import Declaration

TYPE = "declared.operation"
FINGERPRINT = "declared.operation/1"


class DeclaredCollector:
    """Reads files that the settings name, and nothing else."""

    name = "declared"

    def __init__(self, declarations: Sequence[Declaration]) -> None:
        self._of = {_extent(each): each for each in declarations}

    def plan(self) -> Iterator[Request]:
        """One request for each document."""
        for extent in sorted(self._of):
            yield Request(self.name, (extent,))

    def asked(self) -> frozenset[Extent]:
        """Every document."""
        return frozenset(self._of)

    def answer(self, request: Request) -> Iterator[Answer]:
        """All operations of a document, or none: one that is broken is no evidence that any is gone."""
        for extent in request.extents:
            declaration = self._of[extent]
            try:
                found = read(declaration.file)
            except DeclarationError as error:
                yield Gap(extent, Why.FAILED, str(error))
                continue
            resources = tuple(
                sorted((_resource(declaration, each) for each in found), key=lambda each: each.urn)
            )
            service = service_urn(declaration)
            relations = tuple(Relation(service, "declares", each.urn) for each in resources)
            yield Listing(extent, resources, relations, FINGERPRINT)

    def close(self) -> None:
        """Nothing is held open."""


def read(file: str) -> tuple[Declared, ...]:
    """The operations of a file, by what its name ends in. Raises DeclarationError."""
    operations = proto.operations if file.endswith(".proto") else openapi.operations
    return operations(file, text_of(file))


def service_urn(declaration: Declaration) -> str:
    """The urn of the service that declares, as its spans would make it."""
    namespace, _, name = declaration.service.rpartition("/")
    return "service://" + "/".join(map(_part, (declaration.environment, namespace, name)))


def _extent(declaration: Declaration) -> Extent:
    place = f"{declaration.service} {declaration.file}"
    return Extent(TYPE, Scope("declared", declaration.environment, place))


def _resource(declaration: Declaration, each: Declared) -> Resource:
    owner = service_urn(declaration).removeprefix("service://")
    attributes: dict[str, Json] = {"origin": "declared", "place": each.place}
    if each.base:
        attributes["base"] = each.base
    if each.returns:
        attributes["returns"] = list(each.returns)
    name = _placed(each)
    return Resource(
        urn=f"declared://{owner}/{name}",
        type=TYPE,
        name=name,
        scope=Scope("declared", declaration.environment),
        role=Role.OPERATION,
        attributes=attributes,
    )


def _placed(each: Declared) -> str:
    method, space, path = each.name.partition(" ")
    return f"{method} {each.base}{path}" if space else each.name


def _part(text: str) -> str:
    return text.replace("/", "%2F").replace("?", "%3F").replace("|", "%7C")
