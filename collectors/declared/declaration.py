"""What a document declares, and what is wrong with one that declares nothing.

Errors:
    DeclarationError   the document cannot be used; names file, line and the place within it
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from collectors.errors import CollectorError

LONGEST = 256


class DeclarationError(CollectorError):
    """A document is no declaration. `line`: from 1, 0 if unknown; `place`: a JSON pointer, or a name."""

    def __init__(self, file: str, what: str, line: int = 0, place: str = "") -> None:
        self.line, self.place = line, place
        where = f"{file}:{line}" if line else file
        super().__init__(f"{where}: {f'{place} ' if place else ''}{what}")


@dataclass(frozen=True, slots=True)
class Declared:
    """One operation. `name`: `GET /orders/{id}`, or `shop.Orders/Get`. `base`: what the server adds before it.

    `returns`: the fields that a good answer may hold, dotted, sorted. `place`: where in its document it stands.
    """

    name: str
    base: str
    returns: tuple[str, ...]
    place: str


def sorted_once(found: Sequence[Declared]) -> tuple[Declared, ...]:
    """One of each name and base, in order; of several the first."""
    chosen: dict[tuple[str, str], Declared] = {}
    for each in found:
        chosen.setdefault((each.name, each.base), each)
    return tuple(chosen[key] for key in sorted(chosen))
