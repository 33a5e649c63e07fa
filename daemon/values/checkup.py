"""What a look at the installation found: one line for each thing that can be wrong."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """How something is."""

    OK = "ok"
    ADVICE = "advice"  # works, but could be better
    PROBLEM = "problem"  # does not work


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at. `said`: what was found; where it is not ok, with what to do."""

    name: str
    state: State
    said: str
