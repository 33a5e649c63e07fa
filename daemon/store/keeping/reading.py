"""Reads every stored version once: what is wrong with it by itself, and what each snapshot opened and ended."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from sqlalchemy import Connection

from daemon.store import chain
from daemon.store.keeping import proofs
from daemon.store.keeping.derived import Damage, resources
from daemon.store.keeping.proofs import COVERED, Row, Versioned

Advance = Callable[[int], None]
"""Told that so many more rows are read."""

_STEP = 1000


@dataclass(slots=True)
class Reading:
    """The rows as they are read once. `first_*`: sums under the first scheme."""

    connection: Connection
    kept: set[int]
    schemes: Mapping[int, str]
    advance: Advance
    done: int = 0
    damages: list[Damage] = field(default_factory=list)
    ledgers: defaultdict[int, chain.Ledger] = field(default_factory=lambda: defaultdict(chain.Ledger))
    first_roots: defaultdict[int, int] = field(default_factory=lambda: defaultdict(int))
    first_coverage: list[tuple[int, int | None, tuple[int, str, str]]] = field(default_factory=list)

    @property
    def first_until(self) -> int:
        """The newest kept snapshot of the first scheme."""
        return max((n for n in self.kept if self.schemes[n] == chain.FIRST_SCHEME), default=0)

    def versions(self, of: Versioned) -> None:
        """All versions of one kind, with their documents."""
        first_until = self.first_until
        for group in self._groups(of):
            for row, _ in group:
                element = of.element(row.parts)
                for number in (row.since, row.until):
                    if number is not None:
                        self.ledgers[number]  # that it was named
                self.ledgers[row.since].opened(element, row.origin, row.fingerprint)
                if row.until is not None:
                    self.ledgers[row.until].closed(element, row.ended)
                if row.since <= first_until:
                    element = proofs.first_element(of, row)
                    self.first_roots[row.since] += element
                    if row.until is not None:
                        self.first_roots[row.until] -= element
            if of.name == "resource":
                self.damages += resources(group)

    def coverage(self) -> None:
        """All coverage."""
        first_until = self.first_until
        for group in self._groups(COVERED):
            for row, _ in group:
                element = COVERED.element(row.parts)
                self.ledgers[row.since].covered(element)
                if row.until is not None:
                    self.ledgers[row.until].uncovered(element)
                if row.since <= first_until:
                    told = (row.extent_id, row.parts[4], row.parts[5])
                    self.first_coverage.append((row.since, row.until, told))

    def _groups(self, of: Versioned) -> Iterator[list[tuple[Row, Any]]]:
        """The versions of one row after the other, without those that name what is not there.

        With each what was read beside it; None if there is something wrong with it.
        """
        for _, group in groupby(proofs.documented(self.connection, of), key=lambda pair: pair[0].row):
            sound: list[tuple[Row, Any]] = []
            last: dict[int, Row] = {}
            for row, found in group:
                self._progress()
                problem = self._problem(of, row, found, last.get(row.extent_id))
                if problem:
                    self.damages.append(Damage(row.since, f"{_called(of, row)} {problem}"))
                last[row.extent_id] = row
                if problem is not _LACKING:
                    sound.append((row, None if problem else found))
            yield sound

    def _problem(self, of: Versioned, row: Row, found: Any, last: Row | None) -> str:
        """What is wrong with a version by itself and beside the one before it; "" if nothing is."""
        if _lacking(of, row):
            return _LACKING
        for number in (row.since, row.until):
            if number is not None and number not in self.kept:
                said = "was pruned" if number in self.schemes else "does not exist"
                return f"names snapshot {number}, which {said}"
        if row.until is None and row.ended:
            return "says how it ended, and it did not"
        if row.until is not None and row.until <= row.since:
            return f"ends in snapshot {row.until}, before it begins"
        if last is not None and (last.until is None or last.until > row.since):
            return f"overlaps with {_called(of, last)}, which holds at the same time"
        if row.digest is not None:
            return proofs.wrong_document(row.digest, found)
        return ""

    def _progress(self) -> None:
        self.done += 1
        if self.done % _STEP == 0:
            self.advance(_STEP)


def _lacking(of: Versioned, row: Row) -> bool:
    """A column that may not be null is: the outer join found nothing."""
    if None not in row.parts:
        return False
    return any(part is None for part, column in zip(row.parts, of.parts, strict=True) if not column.nullable)


_LACKING = "names a resource, relation, path, finding or extent that is not there"


def _called(of: Versioned, row: Row) -> str:
    words = {"resource": 4, "relation": 4, "binding": 0, "path": 0, "finding": 0, "coverage": 0}
    name = row.parts[words[of.name]]
    return f"{of.name} version {row.id} ({name})" if of.name != "coverage" else f"coverage {row.id} ({name})"
