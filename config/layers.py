"""Reads the four sources of settings, weakest first, and remembers which one each value came from."""

from __future__ import annotations

import json
import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic.fields import FieldInfo
from pydantic_settings import EnvSettingsSource, TomlConfigSettingsSource

from config.defaults import PREFIX, Table, defaults, variables
from config.errors import Problem, SettingsError, nearest
from config.lines import KeyPath, find_lines
from config.shape import Settings

RESERVED = frozenset({"DRIFTLINE_CONFIG"})
"""Variables with our prefix that are no setting."""


@dataclass(frozen=True, slots=True)
class Layer:
    """One source: its values, and the words for where each of them stands."""

    name: str
    values: Table
    places: Mapping[KeyPath, str] = field(default_factory=dict)

    def place(self, path: KeyPath) -> str:
        """Where a value of this layer stands: its own place, or that of the nearest table around it."""
        for end in range(len(path), 0, -1):
            if path[:end] in self.places:
                return self.places[path[:end]]
        return self.name

    def holds(self, path: KeyPath) -> bool:
        here: Any = self.values
        for step in path:
            if isinstance(here, dict):
                if step not in here:
                    return False
                here = here[step]
            elif isinstance(here, list) and isinstance(step, int) and step < len(here):
                here = here[step]
            else:
                return False
        return True


def read_file(path: Path) -> Layer:
    """A settings file. Raises SettingsError if it cannot be read or is not TOML."""

    def refusal(line: int | None, message: str) -> SettingsError:
        return SettingsError((Problem(f"{path}:{line}" if line else str(path), "", message),))

    try:
        # First by bytes: the same text serves the parser, the line numbers and the message.
        text = path.read_bytes().decode("utf-8").replace("\r\n", "\n")
        values = TomlConfigSettingsSource(Settings, toml_file=path).toml_data
        places = {key: f"{path}:{line}" for key, line in find_lines(text).items()}
    except FileNotFoundError:
        raise refusal(None, 'no such file; create one with "driftline config init"') from None
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise refusal(line, "is not UTF-8 text; save the file as UTF-8") from None
    except OSError as error:
        raise refusal(None, f"cannot be read: {error.strerror}; let the service's user read it") from None
    except RecursionError:
        raise refusal(None, "is nested too deeply to be a settings file") from None
    except tomllib.TOMLDecodeError as error:
        found = re.search(r" \(at line ([0-9]+), column ([0-9]+)\)", str(error))
        line = int(found[1]) if found else text.count("\n") + 1
        words = re.sub(r" \(at .*\)$", "", str(error), flags=re.DOTALL)
        column = f" at column {found[2]}" if found else " at the end of the file"
        raise refusal(line, f"is not TOML{column}: {words}") from None
    return Layer(str(path), values, places)


def read_environment() -> tuple[Layer, tuple[Problem, ...]]:
    """DRIFTLINE_SECTION__KEY variables, and those among them that name no section."""
    places: dict[KeyPath, str] = {}
    problems = []
    for variable in sorted(os.environ):
        if not variable.upper().startswith(PREFIX) or variable in RESERVED:
            continue
        path = tuple(variable[len(PREFIX) :].lower().split("__"))
        if path[0] in Settings.model_fields:
            places[path] = f"environment {variable}"
        else:
            problems.append(Problem(f"environment {variable}", "", _unknown_variable(variable)))
    values = _Environment(Settings)()
    for place in places:
        # The library decodes no empty variable; for a list, empty means none.
        if len(place) == 2 and _is_list(place) and values[str(place[0])][place[1]] == "":
            values[str(place[0])][place[1]] = []
    return Layer("environment", values, places), tuple(problems)


def read_overrides(overrides: Mapping[str, str]) -> Layer:
    """Values of the command line: `{"schedule.threads": "4"}`. Lists as JSON or separated by commas."""
    values: Table = {}
    for dotted, text in overrides.items():
        *parents, last = dotted.split(".")
        table = values
        for step in parents:
            table = table.setdefault(step, {})
        table[last] = _decoded(text) if _is_list(tuple(dotted.split("."))) else text
    return Layer("command line", values)


def merge(layers: tuple[Layer, ...]) -> Table:
    """The values of all layers over the defaults, the last one strongest. Lists replace, tables merge."""
    merged: Table = {}
    for values in (defaults().values, *(layer.values for layer in layers)):
        merged = _over(merged, values)
    for (*parents, last), element in defaults().elements.items():
        table: Any = merged
        for step in parents:
            table = table.get(step) if isinstance(table, dict) else None
        if isinstance(table, dict) and isinstance(table.get(last), list):
            table[last] = [{**element, **one} if isinstance(one, dict) else one for one in table[last]]
    return merged


class _Environment(EnvSettingsSource):
    """The library's source, but what is not JSON goes on to the model, whose errors name the variable."""

    def decode_complex_value(self, field_name: str, field: FieldInfo, value: Any) -> Any:  # noqa: ARG002
        return _decoded(value)


def _decoded(text: str) -> object:
    """A list or table given as text: JSON, or words separated by commas."""
    if not text.strip():
        return []
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text if text.lstrip()[0] in "[{" else [word.strip() for word in text.split(",")]


def _is_list(path: KeyPath) -> bool:
    here: Any = defaults().values
    for step in path:
        here = here.get(step) if isinstance(here, dict) else None
    return isinstance(here, list)


def _over(below: Table, above: Table) -> Table:
    result = dict(below)
    for key, value in above.items():
        under = result.get(key)
        result[key] = _over(under, value) if isinstance(under, dict) and isinstance(value, dict) else value
    return result


def _unknown_variable(variable: str) -> str:
    known = {name.removeprefix(PREFIX): name for name in variables()}
    guess = nearest(variable.upper().removeprefix(PREFIX), known)
    return "is no setting" + (
        f"; did you mean {known[guess]}?" if guess else "; see docs/settings.md for all"
    )
