"""Reads OpenAPI 2 and 3 documents: their operations, and the fields of their good answers.

Source: https://spec.openapis.org/oas/v3.1.0 and https://swagger.io/specification/v2/
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from urllib.parse import urlsplit

from collectors.declared.declaration import LONGEST, DeclarationError, Declared, sorted_once
from collectors.declared.text import line_of, parse
from collectors.model import Json
from collectors.redaction import scrub

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace", "query")
_DEEPEST = 12
_MOST_FIELDS = 2_000
_MOST_OPERATIONS = 20_000
_GOOD = re.compile(r"2(?:\d\d|XX)|default", re.IGNORECASE)
_VARIABLE = re.compile(r"\{([^{}]*)\}")


def operations(file: str, text: str) -> tuple[Declared, ...]:
    """The operations of a document, sorted. Raises DeclarationError."""
    return operations_of(file, text, parse(file, text))


def operations_of(file: str, text: str, root: Json) -> tuple[Declared, ...]:
    """The same of what a document holds. `text`: to say where something is wrong."""

    def wrong(pointer: str, what: str) -> DeclarationError:
        return DeclarationError(file, what, line_of(text, pointer), pointer)

    if not isinstance(root, dict) or not ("openapi" in root or "swagger" in root):
        raise DeclarationError(file, 'is no OpenAPI document: it has neither "openapi" nor "swagger"', 1, "#")
    paths = root.get("paths", {})
    if not isinstance(paths, dict):
        raise wrong("#/paths", "is not a mapping of paths")
    bases = _bases(root)
    found: list[Declared] = []
    for path, stated in paths.items():
        pointer = f"#/paths/{_escaped(str(path))}"
        if str(path).startswith("x-"):
            continue
        if not str(path).startswith("/"):
            raise wrong(pointer, "is no path: it does not begin with /")
        item = _resolved(root, stated)
        if not isinstance(item, dict):
            raise wrong(pointer, "is not a mapping of methods")
        for method in METHODS:
            if method not in item:
                continue
            operation = item[method]
            here = f"{pointer}/{method}"
            if not isinstance(operation, dict):
                raise wrong(here, "is not an operation")
            fields = tuple(sorted(_returned(root, operation)))
            name = f"{method.upper()} {scrub(str(path))[:LONGEST]}"
            found += [Declared(name, base, fields, here) for base in bases]
            if len(found) > _MOST_OPERATIONS:
                raise wrong(here, f"is one operation too many: at most {_MOST_OPERATIONS:,} are read")
    return sorted_once(found)


def _bases(root: Mapping[str, Json]) -> tuple[str, ...]:
    """The paths that the servers add before each path, "" for none."""
    base = root.get("basePath")
    urls = [base] if isinstance(base, str) else []
    servers = root.get("servers")
    for server in servers if isinstance(servers, list) else []:
        url = server.get("url") if isinstance(server, dict) else None
        if isinstance(url, str):
            urls.append(_filled(url, server.get("variables") if isinstance(server, dict) else None))
    return tuple(sorted({_path(url) for url in urls})) or ("",)


def _filled(url: str, variables: Json) -> str:
    """A server's URL with the defaults of its variables."""

    def default(found: re.Match[str]) -> str:
        variable = variables.get(found[1]) if isinstance(variables, dict) else None
        return str(variable.get("default", "x")) if isinstance(variable, dict) else "x"

    return _VARIABLE.sub(default, url)


def _path(url: str) -> str:
    try:
        return scrub(urlsplit(url).path.rstrip("/"))[:LONGEST]
    except ValueError:
        return ""


def _returned(root: Mapping[str, Json], operation: Mapping[str, Json]) -> set[str]:
    found: set[str] = set()
    responses = operation.get("responses")
    for status, stated in responses.items() if isinstance(responses, dict) else ():
        response = _resolved(root, stated)
        if not _GOOD.fullmatch(str(status)) or not isinstance(response, dict):
            continue
        schemas = [response.get("schema")]
        content = response.get("content")
        if isinstance(content, dict):
            schemas += [media.get("schema") for media in content.values() if isinstance(media, dict)]
        for schema in schemas:
            for field in _fields(root, schema, "", frozenset(), 0):
                found.add(field)
                if len(found) >= _MOST_FIELDS:
                    return found
    return found


def _fields(
    root: Mapping[str, Json], schema: Json, prefix: str, above: frozenset[str], depth: int
) -> Iterator[str]:
    """The dotted names of a schema's fields. `above`: the references that led here, which are not followed again."""
    if not isinstance(schema, dict) or depth > _DEEPEST:
        return
    reference = schema.get("$ref")
    if isinstance(reference, str):
        if reference not in above:
            yield from _fields(root, _at(root, reference), prefix, above | {reference}, depth + 1)
        return
    properties = schema.get("properties")
    for name, field in properties.items() if isinstance(properties, dict) else ():
        if isinstance(field, dict) and field.get("writeOnly") is True:
            continue
        dotted = f"{prefix}{scrub(str(name))[:64]}"
        below = tuple(_fields(root, field, f"{dotted}.", above, depth + 1))
        yield from below or (dotted,)
    for key in ("items", "additionalProperties"):
        yield from _fields(root, schema.get(key), prefix, above, depth + 1)
    for key in ("allOf", "anyOf", "oneOf"):
        some = schema.get(key)
        for each in some if isinstance(some, list) else ():
            yield from _fields(root, each, prefix, above, depth + 1)


def _resolved(root: Mapping[str, Json], value: Json) -> Json:
    """What a reference within the document leads to; the value itself if it is none."""
    for _ in range(_DEEPEST):
        reference = value.get("$ref") if isinstance(value, dict) else None
        if not isinstance(reference, str):
            return value
        value = _at(root, reference)
    return None


def _at(root: Mapping[str, Json], reference: str) -> Json:
    """The place a pointer names; None for another document's, or for none at all."""
    if not reference.startswith("#"):
        return None
    here: Json = dict(root)
    for part in reference.removeprefix("#").split("/")[1:]:
        key = part.replace("~1", "/").replace("~0", "~")
        here = here.get(key) if isinstance(here, dict) else None
    return here


def _escaped(key: str) -> str:
    return key.replace("~", "~0").replace("/", "~1")
