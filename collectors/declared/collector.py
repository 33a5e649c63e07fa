"""Answers one extent for each declared document: its operations or ingresses, or why it cannot be used."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from collectors.contract import Request
from collectors.declared import openapi, proto
from collectors.declared.declaration import DeclarationError, Declared
from collectors.declared.ingress import Ingress
from collectors.declared.ingresses import ingresses
from collectors.declared.manifests import are_manifests, objects
from collectors.declared.text import line_of, parse_all, text_of
from collectors.model import Alias, Answer, Extent, Gap, Json, Listing, Relation, Resource, Role, Scope, Why
from config.shape import Declaration

TYPE = "declared.operation"
INGRESS = "declared.ingress"
FINGERPRINT = "declared.operation/1"

NO_SERVICE = "declares operations of a service: name it by service in its block of [[declared]]"


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
        """All that a document declares, or nothing: one that is broken is no evidence that any is gone."""
        for extent in request.extents:
            declaration = self._of[extent]
            try:
                found = _read(declaration)
            except DeclarationError as error:
                yield Gap(extent, Why.FAILED, str(error))
                continue
            resources: dict[str, Resource] = {}
            relations: list[Relation] = []
            for each in found:
                if isinstance(each, Ingress):
                    resource = _entry(declaration, each)
                    relations += _led(declaration, resource.urn, each)
                else:
                    resource = _resource(declaration, each)
                    relations.append(Relation(service_urn(declaration), "declares", resource.urn))
                resources[resource.urn] = resource
            yield Listing(
                extent,
                tuple(resources[urn] for urn in sorted(resources)),
                tuple(sorted(relations, key=lambda each: (each.source, each.verb, str(each.target)))),
                FINGERPRINT,
            )

    def close(self) -> None:
        """Nothing is held open."""


def read(file: str) -> tuple[Declared, ...] | tuple[Ingress, ...]:
    """The operations of a file, or the ingresses of manifests: by what its name ends in, and what it holds.

    Raises DeclarationError.
    """
    text = text_of(file)
    if file.endswith(".proto"):
        return proto.operations(file, text)
    documents = parse_all(file, text)
    if are_manifests(documents):
        return ingresses(objects(file, text, documents))
    if len(documents) > 1:
        raise DeclarationError(
            file,
            "holds several documents, and not each is a Kubernetes manifest with apiVersion and kind: "
            "write each OpenAPI document into a file of its own",
            line_of(text, "#", 1),
        )
    return openapi.operations_of(file, text, documents[0] if documents else None)


def service_urn(declaration: Declaration) -> str:
    """The urn of the service that declares, as its spans would make it."""
    namespace, _, name = declaration.service.rpartition("/")
    return "service://" + "/".join(map(_part, (declaration.environment, namespace, name)))


def _extent(declaration: Declaration) -> Extent:
    place = f"{declaration.service} {declaration.file}"
    return Extent(TYPE, Scope("declared", declaration.environment, place))


def _read(declaration: Declaration) -> tuple[Declared, ...] | tuple[Ingress, ...]:
    """Raises DeclarationError also where nothing says whose operations they are."""
    found = read(declaration.file)
    if not declaration.service and found and isinstance(found[0], Declared):
        raise DeclarationError(declaration.file, NO_SERVICE)
    return found


def _entry(declaration: Declaration, each: Ingress) -> Resource:
    attributes: dict[str, Json] = {"kind": each.kind, "place": each.place}
    if each.hosts:
        attributes["hosts"] = [*each.hosts]
    if each.internal:
        attributes["internal"] = each.internal
    place = "/".join(map(_part, (declaration.environment, each.kind, each.namespace, each.name)))
    return Resource(
        urn=f"ingress://{place}",
        type=INGRESS,
        name=f"{each.namespace}/{each.name}".removeprefix("/"),
        scope=Scope("declared", declaration.environment),
        role=Role.ENTRY,
        public=not each.internal,
        attributes=attributes,
    )


def _led(declaration: Declaration, urn: str, each: Ingress) -> Iterator[Relation]:
    """Where an ingress leads to, and the names under which it is called."""
    around = f"environment:{declaration.environment}"
    routes: dict[str | Alias, dict[str, Json]] = {}
    for led in each.led:
        names = ",".join(dict.fromkeys((led.backend.name, *led.backend.names)))
        backend = Alias(around, "backend", f"{led.backend.namespace}/{names}")
        target = service_urn(declaration) if declaration.service else backend
        known = routes.setdefault(target, {"operations": []})
        operations = known["operations"]
        assert isinstance(operations, list)
        known["operations"] = [*sorted({*map(str, operations), *led.operations})]
        if led.rewritten:
            known["rewritten"] = True
    for target, attributes in routes.items():
        yield Relation(urn, "routes_to", target, attributes)
    for host in each.hosts:
        yield Relation(urn, "answers_for", Alias("public" if "." in host else around, "host", host))


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
