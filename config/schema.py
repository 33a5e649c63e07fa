"""The JSON Schema of a settings file, for completion in editors: the model, worded by defaults.toml."""

from __future__ import annotations

import tomllib
from typing import Any

from config.description import sections
from config.shape import Settings

Schema = dict[str, Any]
"""JSON Schema, draft 2020-12."""


def schema() -> Schema:
    """The schema of a whole file. A key without which the program does not start is required, no other."""
    whole: Schema = Settings.model_json_schema(mode="validation")
    whole = {"$schema": "https://json-schema.org/draft/2020-12/schema", **whole}
    whole.pop("required")
    whole["title"] = "Driftline settings"
    whole["description"] = "A settings file of Driftline (TOML)."
    for section in sections():
        *parents, last = section.name.split(".")
        around = whole
        for step in parents:
            around = _resolved(whole, around["properties"][step])
        place = around["properties"][last]
        table = _resolved(whole, place["items"] if section.repeated else place)
        if section.words:
            table["description"] = section.words
        table["required"] = [key.name for key in section.keys if key.required]
        for key in section.keys:
            described = table["properties"][key.name]
            described["description"] = key.words
            if not key.required:
                described["default"] = tomllib.loads(f"x = {key.example}")["x"]
    return whole


def _resolved(whole: Schema, place: Schema) -> Schema:
    name = place.get("$ref", "").removeprefix("#/$defs/")
    found: Schema = whole["$defs"][name] if name else place
    return found
