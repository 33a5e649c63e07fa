"""Data paths as boxes and arrows, before anything is drawn."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What a box stands for."""

    INTERNET = "internet"
    OPERATION = "operation"
    TOPIC = "topic"
    TABLE = "table"
    THIRD_PARTY = "third party"


@dataclass(frozen=True, slots=True)
class Box:
    """One place that data is or passes. `chips`: columns with their data class, as `email: user.contact.email`."""

    key: str  # urn
    kind: Kind
    title: str
    subtitle: str = ""
    chips: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Arrow:
    """One hop, in the direction of the call. `border`: `EU/EEA -> US` if one is crossed. `observed`: by some path."""

    source: str
    target: str
    verb: str
    evidence: str
    border: str = ""
    observed: bool = True


@dataclass(frozen=True, slots=True)
class Picture:
    """Boxes and arrows, sorted; every end of an arrow is a box."""

    title: str
    boxes: tuple[Box, ...]
    arrows: tuple[Arrow, ...]
