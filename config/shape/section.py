"""A section of the settings: its keys and no others, each one line, and no two that exclude each other."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Annotated, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, field_validator, model_validator
from pydantic_core import PydanticCustomError

from config.units import Duration
from config.values import NO_BOOLEAN

Conflict = tuple[tuple[str, ...], str]
"""Keys of a section that do not fit together (the first is to be changed), and what to do about it."""

Port = Annotated[int, Field(ge=1, le=65535), NO_BOOLEAN]


def at_least_a_minute(value: timedelta) -> timedelta:
    """The value; ValueError when it is shorter than a minute."""
    if value < timedelta(minutes=1):
        raise ValueError('must be at least one minute, as "1m"')
    return value


def _longer_than_nothing(value: timedelta) -> timedelta:
    if not value:
        raise ValueError("must be longer than 0s")
    return value


SomeTime = Annotated[Duration, AfterValidator(_longer_than_nothing)]


class Section(BaseModel):
    """Keys and their types; `conflicts` says what does not fit together."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    def conflicts(self) -> Iterator[Conflict]:
        """What is wrong with the values taken together."""
        yield from ()

    @field_validator("*", mode="before")
    @classmethod
    def _refuse_control_characters(cls, value: object) -> object:
        # A newline in a name or an address would begin a mail header or a log line of its own.
        parts = value if isinstance(value, list | tuple) else (value,)
        if any(isinstance(part, str) and not part.isprintable() for part in parts):
            raise ValueError("must be one line of printable characters")
        return value

    @model_validator(mode="after")
    def _refuse_conflicts(self) -> Self:
        found = tuple(self.conflicts())
        if found:
            words = "; ".join(f"{keys[0]}: {message}" for keys, message in found)
            raise PydanticCustomError("conflicts", "{words}", {"words": words, "conflicts": found})
        return self
