"""A question of the cookbook: its SQL, what has to be filled in, and how it is asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, text

from daemon.store.public.shape import SNAPSHOT, TIME


@dataclass(frozen=True, slots=True)
class Parameter:
    """What is filled in for `:name`. `unit`: as of a column."""

    name: str
    meaning: str
    example: str
    unit: str = "text"


@dataclass(frozen=True, slots=True)
class Question:
    """One query that runs as it stands on both engines. `name`: for commands; `note`: what else to know."""

    name: str
    title: str
    sql: str
    parameters: tuple[Parameter, ...] = ()
    note: str = ""

    def ask(self, connection: Connection, values: Mapping[str, str]) -> list[dict[str, Any]]:
        """The rows that answer it. Raises ValueError if `values` are not what it needs."""
        wanted = {parameter.name: parameter for parameter in self.parameters}
        if values.keys() != wanted.keys():
            needed = (
                ", ".join(f"{each.name} (such as {each.example})" for each in self.parameters) or "nothing"
            )
            given = ", ".join(sorted(values)) or "nothing"
            raise ValueError(f"{self.name} needs {needed}; given: {given}")
        bound = {name: _value(wanted[name], value) for name, value in values.items()}
        return [dict(row) for row in connection.execute(text(self.sql), bound).mappings()]


def _value(parameter: Parameter, given: str) -> str | int:
    if parameter.unit != SNAPSHOT:
        return given
    if not given.isdecimal() or len(given) > 18:
        raise ValueError(f'{parameter.name} is a number such as {parameter.example}, not "{given}"')
    return int(given)


def since(meaning: str = "Not before this time") -> Parameter:
    """A time from which on something counts."""
    return Parameter("since", meaning, "2026-11-15T00:00:00Z", TIME)


def until(meaning: str = "Before this time") -> Parameter:
    """A time up to which something counts."""
    return Parameter("until", meaning, "2026-11-22T00:00:00Z", TIME)
