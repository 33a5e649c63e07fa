"""Turns what pydantic refuses into problems that name place, key, fault and remedy, but no secret."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, cast, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from config.defaults import Table, defaults
from config.errors import Problem, nearest
from config.layers import Layer
from config.lines import KeyPath
from config.shape import Conflict, Settings
from config.values import mask_user

_WORDS = {
    "missing": "is required and missing",
    "bool_parsing": "must be true or false",
    "bool_type": "must be true or false",
    "int_parsing": "must be a whole number",
    "int_from_float": "must be a whole number",
    "int_type": "must be a whole number",
    "tuple_type": "must be a list in brackets",
    "string_type": "must be text in quotes",
    "path_type": "must be a path in quotes",
    "greater_than_equal": "must be at least {ge}",
    "less_than_equal": "must be at most {le}",
    "date_type": "must be a date as 2027-01-31",
    "date_parsing": "must be a date as 2027-01-31",
    "date_from_datetime_parsing": "must be a date as 2027-01-31",
    "date_from_datetime_inexact": "must be a date as 2027-01-31, without a time",
    "model_type": "must be a table of keys",
    "model_attributes_type": "must be a table of keys",
}


def check(merged: Table, layers: tuple[Layer, ...]) -> Settings | tuple[Problem, ...]:
    """The settings, or every fault in them.

    pydantic compares the values of a section only when each is right by itself. So after a first refusal the
    refused values are replaced by their defaults, and what is then refused for its company is told as well,
    unless a replaced value had a part in it.
    """
    try:
        return Settings.model_validate(merged)
    except ValidationError as error:
        first = error.errors(include_url=False)
    problems = list(_problems(first, layers, frozenset()))
    replaced = frozenset(tuple(fault["loc"]) for fault in first if fault["type"] != "conflicts")
    if replaced:
        mended = cast("Table", _without(merged, replaced, ()))
        try:
            Settings.model_validate(mended)
        except ValidationError as error:
            problems += _problems(error.errors(include_url=False), layers, replaced)
    return tuple(dict.fromkeys(problems))


def place_of(path: KeyPath, layers: tuple[Layer, ...]) -> str:
    """Where the strongest layer that holds this path has it: `file:line`, `environment VAR`, or `default`."""
    for layer in reversed(layers):
        if layer.holds(path):
            return layer.place(path)
        if _list_of(path, layer):
            break  # a weaker layer's list was replaced as a whole
    return "default"


def dotted(path: KeyPath) -> str:
    """`("ignore", 0, "reason")` as `ignore[0].reason`."""
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path).lstrip(".")


def _problems(
    faults: list[ErrorDetails], layers: tuple[Layer, ...], replaced: frozenset[KeyPath]
) -> Iterator[Problem]:
    for fault in faults:
        loc = tuple(fault["loc"])
        if fault["type"] == "conflicts":
            for names, message in cast("tuple[Conflict, ...]", fault["ctx"]["conflicts"]):
                involved = {(*loc, name) if name else loc for name in names}
                if not any(path[: len(key)] == key for key in involved if key != loc for path in replaced):
                    path = (*loc, names[0]) if names[0] else loc
                    written = [place_of((*loc, name), layers) for name in names if name]
                    place = next((place for place in written if place != "default"), "")
                    yield Problem(place or _nearest_place(path, layers), dotted(path), message)
        elif loc not in replaced:
            yield Problem(_nearest_place(loc, layers), dotted(loc), _message(fault, loc))


def _nearest_place(path: KeyPath, layers: tuple[Layer, ...]) -> str:
    """The place of a key, or, where it is left to its default, of the nearest table around it."""
    for end in range(len(path), 0, -1):
        place = place_of(path[:end], layers)
        if place != "default":
            return place
    return ""


def _message(fault: ErrorDetails, loc: KeyPath) -> str:
    kind, given = fault["type"], fault["input"]
    context = fault.get("ctx", {})
    if kind == "extra_forbidden":
        known = _siblings(loc)
        guess = nearest(str(loc[-1]), known)
        what = "section" if len(loc) == 1 else "key"
        return f"is no known {what}; " + (
            f"did you mean {guess}?" if guess else f"known are {', '.join(known)}"
        )
    if kind == "value_error":
        return f"{context['error']}{_given(loc, given)}"
    if kind == "literal_error":
        return f"must be {context['expected']}".replace("'", '"') + _given(loc, given)
    words = _WORDS.get(kind, fault["msg"])
    return words.format(**context) + ("" if kind == "missing" else _given(loc, given))


def _given(loc: KeyPath, given: object) -> str:
    """What was written instead, where it is short and cannot be a secret."""
    name = next((step for step in reversed(loc) if isinstance(step, str)), "")
    if isinstance(given, dict | list | tuple) or name.endswith("_file") or loc == ("database", "url"):
        return ""
    if isinstance(given, bool):
        return f" (it is {str(given).lower()})"
    text = mask_user(f'"{given}"' if isinstance(given, str) else str(given))
    return (
        f" (it is {text})"
        if len(text) <= 80 and text.isprintable() and "@" not in text.replace("***@", "")
        else ""
    )


def _siblings(loc: KeyPath) -> list[str]:
    """The keys that are known where this one stands."""
    model: type[BaseModel] = Settings
    for step in loc[:-1]:
        if isinstance(step, str):
            annotation = model.model_fields[step].annotation
            inner = get_args(annotation)[0] if get_args(annotation) else annotation
            model = cast("type[BaseModel]", inner)
    return list(model.model_fields)


def _list_of(path: KeyPath, layer: Layer) -> bool:
    """Whether this layer holds the list that the path leads through."""
    return any(isinstance(step, int) and layer.holds(path[:end]) for end, step in enumerate(path))


def _without(value: object, paths: frozenset[KeyPath], here: KeyPath) -> Any:
    """The values with each refused one replaced by its default; unknown keys are dropped."""
    if isinstance(value, dict):
        kept = {}
        for key, inner in value.items():
            path = (*here, key)
            if path in paths:
                default = _default(path)
                if default is not None:
                    kept[key] = default
            else:
                kept[key] = _without(inner, paths, path)
        return kept
    if isinstance(value, list | tuple):
        steps = ((*here, index) for index in range(len(value)))
        return [
            _without(inner, paths, path)
            for path, inner in zip(steps, value, strict=True)
            if path not in paths
        ]
    return value


def _default(path: KeyPath) -> object | None:
    elements = {
        (*key, step): values
        for key, values in defaults().elements.items()
        for step in path
        if isinstance(step, int)
    }
    if path[:-1] in elements:
        return cast("object", elements[path[:-1]].get(str(path[-1])))
    here: Any = defaults().values
    for step in path:
        if not isinstance(here, dict) or step not in here:
            return None
        here = here[step]
    return cast("object", here)
