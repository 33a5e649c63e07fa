"""Holds rows against the vendor's bundled models, offline: a row that passes can be executed as it stands."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import botocore.exceptions  # type: ignore[import-untyped]  # has no types
import botocore.session  # type: ignore[import-untyped]  # has no types

from collectors.aws.actions import action
from collectors.aws.row import AwsResourceType
from collectors.aws.shapes import Fields, Kind, ListOf, Text, Unknown, kind_of, of_shape
from collectors.errors import RowError
from collectors.expressions import FILTERS, RESERVED, holes, literals, template_roots
from collectors.shaping import keeps
from collectors.spec import Call, Parameter

READING = ("List", "Describe", "Get", "BatchGet")

FORBIDDEN = frozenset(
    {
        "BatchGetItem",
        "BatchGetSecretValue",
        "GetAuthorizationToken",
        "GetConsoleOutput",
        "GetFederationToken",
        "GetItem",
        "GetObject",
        "GetParameter",
        "GetParameterHistory",
        "GetParameters",
        "GetParametersByPath",
        "GetPasswordData",
        "GetRandomPassword",
        "GetRecords",
        "GetSecretValue",
        "GetSessionToken",
    }
)
"""Operations that read, but read what is inside: data, secrets, tokens."""

OLD_CODES = frozenset({"AWS.SimpleQueueService.NonExistentQueue"})
"""Codes that services still send for the sake of old clients, and that their models no longer name."""

PAGE_TOKENS = frozenset({"NextToken", "nextToken", "NextMarker", "Marker", "position", "IsTruncated"})


class Models:
    """The vendor's models, each loaded once."""

    def __init__(self) -> None:
        self._session = botocore.session.Session()

    def operation(self, service: str, operation: str) -> Any:  # a botocore operation model
        """The model of an operation. Raises RowError if there is none."""
        try:
            return self._session.get_service_model(service).operation_model(operation)
        except botocore.exceptions.UnknownServiceError as error:
            raise RowError(f"there is no service {service}") from error
        except botocore.model.OperationNotFoundError as error:
            raise RowError(f"{service} has no operation {operation}") from error

    def paged(self, service: str, operation: str) -> bool:
        """Whether the vendor says how the operation is paged."""
        try:
            self._session.get_paginator_model(service).get_paginator(operation)
        except (botocore.exceptions.UnknownServiceError, ValueError):
            return False
        return True


def faults(row: AwsResourceType, models: Models) -> list[str]:
    """Everything that is wrong with a row, each as one sentence that begins with its type; [] if it is sound."""
    return [f"{row.type}: {fault}" for fault in _faults(row, models)]


def _faults(row: AwsResourceType, models: Models) -> Iterator[str]:
    listed = list(_listing(row, models))
    yield from (each for each in listed if isinstance(each, str))
    item = next((each for each in listed if isinstance(each, Fields)), None)
    if item is None:
        return
    yield from (
        f"the field {name} of its items hides the engine's own word" for name in _own(item, row) & RESERVED
    )
    for template in (row.urn, row.name):
        for fault in _in_template(template, item.with_fields({"tag": Unknown()})):
            yield f"{fault} (urn and name are made of the listing alone)"
    whole = item
    for call in row.detail:
        added = list(_detail(call, row, whole, models))
        yield from (each for each in added if isinstance(each, str))
        for each in added:
            if isinstance(each, Fields):
                whole = each
    known = whole.with_fields({"tag": Unknown()})
    templates = [row.name, row.located, *row.aliases, *row.namespaces, *(link.target for link in row.links)]
    for template in templates:
        yield from _in_template(template, known, refined=row.refine is not None)
    paths = [path for _, path in keeps(row)] + [row.tags, row.public, row.environment]
    for path in filter(None, paths):
        yield from _in_path(path, known, refined=row.refine is not None)
    names = [name for name, _ in keeps(row)]
    yield from (f"keeps {name} twice" for name in sorted({name for name in names if names.count(name) > 1}))
    yield from (f"puts {name} in order but does not keep it" for name in row.ordered if name not in names)
    for alias in row.aliases:
        if alias.count("|") < 2:
            yield f"alias `{alias}` has not the three parts namespace|kind|value"


def _own(item: Fields, row: AwsResourceType) -> frozenset[str]:
    added = {"region", "account", "partition"} | ({"parent"} if row.over else set())
    return item.names - added - ({"up"} if len(row.list.steps) > 1 else set())


def item_of(row: AwsResourceType, models: Models) -> Fields:
    """The kind of a row's listed items. Raises RowError."""
    found = list(_listing(row, models))
    for each in found:
        if isinstance(each, Fields):
            return each
    raise RowError("; ".join(each for each in found if isinstance(each, str)))


def _listing(row: AwsResourceType, models: Models) -> Iterator[str | Fields]:
    words: dict[str, Kind] = {name: Text() for name in ("region", "account", "partition")}
    if row.over is not None:
        try:
            words["parent"] = item_of(row.over, models)
        except RowError as error:
            yield f"is listed over {row.over.type}, which is wrong: {error}"
            return
    try:
        yield from _call(row.list, row.service_of(row.list), Fields.of(words), models, detail=False)
        kind = of_shape(models.operation(row.service_of(row.list), row.list.operation).output_shape)
        for step in row.list.steps:
            outer, kind = kind, kind_of(step, kind)
            if not isinstance(kind, ListOf):
                yield f"`{step}` gives no list of items"
                return
            kind = kind.of
            if len(row.list.steps) > 1:
                words["up"] = outer
    except RowError as error:
        yield str(error)
        return
    if not isinstance(kind, Fields):
        yield "its items have no fields: write `{Name: @}` after the list"
        return
    yield kind.with_fields(words)


def _detail(call: Call, row: AwsResourceType, item: Fields, models: Models) -> Iterator[str | Fields]:
    service = row.service_of(call)
    yield from _call(call, service, item, models, detail=True)
    try:
        kind = kind_of(call.steps[-1], of_shape(models.operation(service, call.operation).output_shape))
    except RowError as error:
        yield str(error)
        return
    if call.chunk:
        parameter, _ = call.chunk
        template = call.parameters.get(parameter)
        if not isinstance(template, str) or len(holes(template)) != 1:
            yield f"{call.operation} is asked in chunks, so {parameter} must be a template with one path"
            return
        if not isinstance(kind, ListOf):
            yield f"{call.operation} is asked in chunks, so its path must give a list"
            return
        kind = kind.of
        yield from _in_path(holes(template)[0][0], kind)
        if call.into and isinstance(kind, Fields) and call.into in kind.names:
            kind = kind.get(call.into)
    if call.into:
        yield item.with_fields({call.into: kind})
    elif isinstance(kind, Fields):
        yield item.with_fields({name: kind.get(name) for name in kind.names - RESERVED})
    else:
        yield f"{call.operation} gives no fields to merge: name a field with into="


def _call(call: Call, service: str, item: Fields, models: Models, *, detail: bool) -> Iterator[str]:
    if not call.operation.startswith(READING) or call.operation in FORBIDDEN:
        yield f"{call.operation} is not an operation that only lists or describes"
    try:
        model = models.operation(service, call.operation)
        action(service, call.operation)
    except RowError as error:
        yield str(error)
        return
    if model.http.get("method") not in {"GET", "HEAD", "POST"}:
        yield f"{call.operation} is sent with {model.http.get('method')}, which may change something"
    yield from _parameters(call.parameters, model.input_shape, call.operation, item)
    yield from _in_template(call.region, item)
    yield from _codes(call, model)
    shape = model.input_shape
    for name in sorted(set(shape.required_members if shape else ()) - call.parameters.keys()):
        yield f"{call.operation} needs the parameter {name}"
    outputs = set(model.output_shape.members) if model.output_shape else set()
    if outputs & PAGE_TOKENS and not call.pages and not models.paged(service, call.operation) and not detail:
        yield f"{call.operation} has pages, and nothing says how to ask for the next: write pages="
    if call.pages:
        given, path = call.pages
        if shape is None or given not in shape.members:
            yield f"{call.operation} has no parameter {given} to ask for a page with"
        yield from _in_path(path, of_shape(model.output_shape))
    if call.failures:
        yield from _in_path(call.failures, of_shape(model.output_shape))


def _codes(call: Call, model: Any) -> Iterator[str]:  # a botocore operation model
    named = {name for shape in model.error_shapes for name in (shape.name, shape.error_code)}
    if named and not call.failures:  # a failure's reason is in no model, nor are the errors of S3
        for code in sorted({*call.absent, *call.gone} - named - OLD_CODES):
            yield f"{call.operation} has no error {code}; it has {', '.join(sorted(named))}"


def _parameters(
    parameters: Mapping[str, Parameter],
    shape: Any,
    operation: str,
    item: Fields,  # a botocore shape
) -> Iterator[str]:
    members = shape.members if shape is not None else {}
    for name, value in parameters.items():
        if name not in members:
            yield f"{operation} has no parameter {name}; it has {', '.join(sorted(members))}"
        for text in _strings(value):
            yield from _in_template(text, item)


def _strings(value: Parameter) -> Iterable[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, Mapping):
        return [text for each in value.values() for text in _strings(each)]
    if isinstance(value, Sequence):
        return [text for each in value for text in _strings(each)]
    return []


def _in_template(template: str, item: Fields, *, refined: bool = False) -> Iterator[str]:
    if any("{" in text or "}" in text for text in literals(template)):
        yield f"`{template}` has a brace that belongs to no path"
    for path, filters in holes(template):
        yield from (f"`{template}`: there is no filter {name}" for name in filters if name not in FILTERS)
        yield from _in_path(path, item, refined=refined)


def _in_path(path: str, kind: Kind, *, refined: bool = False) -> Iterator[str]:
    if refined and isinstance(kind, Fields) and not _roots_of(path) <= kind.names:
        return  # what `refine` adds, no model knows; its own test does
    try:
        kind_of(path, kind)
    except RowError as error:
        yield str(error)


def _roots_of(path: str) -> frozenset[str]:
    return template_roots(f"{{{path}}}")
