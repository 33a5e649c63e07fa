"""From an asset as it comes over the wire to the item that a row describes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from collectors.model import Json

Item = dict[str, Any]  # what Google's JSON says

PROJECT_IN_NAME = re.compile(r"/projects/([^/]+)")
PLACE_IN_NAME = re.compile(r"/(?:locations|zones|regions)/([^/]+)")
DEEPEST = 100
"""Levels of a document beyond which nothing is read: protobuf's own limit."""


def document(struct: Any, depth: int = 0) -> dict[str, Json]:  # google.protobuf.Struct
    """A Struct as JSON. Its numbers are all floats; whole ones are integers again."""
    return {key: _value(value, depth) for key, value in struct.fields.items()} if depth < DEEPEST else {}


def _value(value: Any, depth: int) -> Json:  # google.protobuf.Value
    kind = value.WhichOneof("kind")
    if kind == "string_value":
        return str(value.string_value)
    if kind == "struct_value":
        return document(value.struct_value, depth + 1)
    if kind == "list_value":
        return [_value(each, depth + 1) for each in value.list_value.values] if depth < DEEPEST else []
    if kind == "bool_value":
        return bool(value.bool_value)
    if kind == "number_value":
        number = float(value.number_value)
        return int(number) if number.is_integer() else number
    return None


def item(asset: Any, projects: Mapping[str, str]) -> Item:  # google.cloud.asset.v1.Asset
    """The asset's document with what the inventory says of it. `projects`: ids by number."""
    data = document(asset.resource.data)
    name = str(asset.name)
    said = _project(asset)
    number = said if said.isdigit() else next((one for one, id in projects.items() if id == said), "")
    project = projects.get(said, said)
    location = str(asset.resource.location) or _place(name)
    return {
        **data,
        "asset": {
            "name": name,
            "relative": name.removeprefix("//").partition("/")[2],
            "type": str(asset.asset_type),
            "project": project,
            "number": number,
            "location": "" if location == "global" else location.lower(),
        },
        "account": project,
        "region": "" if location == "global" else location.lower(),
    }


def _project(asset: Any) -> str:  # google.cloud.asset.v1.Asset
    """The project as the asset names it, by id or number; a folder or organization where it is in none."""
    for ancestor in asset.ancestors:
        if ancestor.startswith("projects/"):
            return str(ancestor.partition("/")[2])
    found = PROJECT_IN_NAME.search(asset.name) or PROJECT_IN_NAME.search(asset.resource.parent)
    if found and found[1] != "_":
        return found[1]
    return str(asset.ancestors[0]) if asset.ancestors else ""


def _place(name: str) -> str:
    found = PLACE_IN_NAME.search(name)
    return found[1] if found else ""
