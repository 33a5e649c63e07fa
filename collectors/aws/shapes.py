"""What a path gives, judged from the vendor's model alone: the types behind the lint of rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from collectors.errors import RowError
from collectors.expressions import compiled


@dataclass(frozen=True, slots=True)
class Unknown:
    """A value about which nothing can be said."""


@dataclass(frozen=True, slots=True)
class Text:
    """A scalar."""


@dataclass(frozen=True, slots=True)
class ListOf:
    """A list."""

    of: Kind


@dataclass(frozen=True, slots=True)
class MapOf:
    """A map with keys that no model knows."""

    of: Kind


@dataclass(frozen=True, slots=True)
class Fields:
    """A structure: its fields, made when they are asked for, because the vendor's shapes nest without end."""

    names: frozenset[str]
    get: Callable[[str], Kind]

    @classmethod
    def of(cls, members: Mapping[str, Kind]) -> Fields:
        """A structure of known fields."""
        return cls(frozenset(members), members.__getitem__)

    def with_fields(self, members: Mapping[str, Kind]) -> Fields:
        """This structure and further fields, which win."""
        return Fields(
            self.names | members.keys(), lambda name: members[name] if name in members else self.get(name)
        )


Kind = Unknown | Text | ListOf | MapOf | Fields


def of_shape(shape: Any) -> Kind:  # a botocore shape
    """The kind of a shape of the vendor's model."""
    if shape is None:
        return Fields.of({})
    if shape.type_name == "structure":
        if getattr(shape, "is_document_type", False):
            return Unknown()
        return Fields(frozenset(shape.members), lambda name: of_shape(shape.members[name]))
    if shape.type_name == "list":
        return ListOf(of_shape(shape.member))
    if shape.type_name == "map":
        return MapOf(of_shape(shape.value))
    return Text()


def kind_of(path: str, start: Kind) -> Kind:
    """What the path gives. Raises RowError naming the first field that the model does not have."""
    try:
        tree = compiled(path).parsed
    except Exception as error:  # jmespath's parser raises several kinds, all meaning the same
        raise RowError(f"`{path}` is no path: {error}") from error
    try:
        return _kind(tree, start)
    except RowError as error:
        raise RowError(f"`{path}`: {error}") from error


def _kind(tree: Mapping[str, Any], start: Kind) -> Kind:
    inner = tree["children"]
    match tree["type"]:
        case "field":
            return _field(start, tree["value"])
        case "current" | "identity":
            return start
        case "subexpression" | "pipe" | "index_expression":
            for child in inner:
                start = _kind(child, start)
            return start
        case "index":
            return _element(start)
        case "slice":
            return start
        case "flatten":
            listed = _kind(inner[0], start)
            return listed.of if isinstance(listed, ListOf) and isinstance(listed.of, ListOf) else listed
        case "projection":
            return ListOf(_kind(inner[1], _element(_kind(inner[0], start))))
        case "filter_projection":
            element = _element(_kind(inner[0], start))
            _kind(inner[2], element)
            return ListOf(_kind(inner[1], element))
        case "value_projection":
            values = _kind(inner[0], start)
            return ListOf(_kind(inner[1], values.of if isinstance(values, MapOf) else Unknown()))
        case "multi_select_dict":
            return Fields.of({child["value"]: _kind(child["children"][0], start) for child in inner})
        case "or_expression" | "and_expression":
            kinds = [_kind(child, start) for child in inner]
            return next((kind for kind in reversed(kinds) if not isinstance(kind, Unknown)), Unknown())
        case "function_expression":
            kinds = [_kind(child, start) for child in inner]
            return ListOf(Text()) if tree["value"] in {"keys", "sort"} else Unknown()
        case "literal":
            return Unknown()
        case _:
            for child in inner:
                if isinstance(child, dict):
                    _kind(child, start)
            return Unknown()


def _field(kind: Kind, name: str) -> Kind:
    match kind:
        case Fields():
            if name == "null":
                return Unknown()  # how a path says "nothing"
            if name not in kind.names:
                known = ", ".join(sorted(kind.names)[:40])
                raise RowError(f"there is no field {name}; there are {known}")
            return kind.get(name)
        case MapOf():
            return kind.of
        case Unknown():
            return kind
        case _:
            raise RowError(f"{name} is asked of something that has no fields")


def _element(kind: Kind) -> Kind:
    match kind:
        case ListOf():
            return kind.of
        case Unknown():
            return kind
        case _:
            raise RowError("a list is expected where there is none")
