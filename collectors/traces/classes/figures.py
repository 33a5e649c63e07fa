"""Measures how well columns are judged: against labels, per class, with what was got wrong."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from collectors.traces.classes.judging import Verdict, classify, explain
from collectors.traces.classes.labelled import Labelled
from config.vocabulary import data_class


@dataclass(frozen=True, slots=True)
class Scored:
    """One labelled column and the verdict on it. `reason`: why there is none."""

    labelled: Labelled
    verdict: Verdict | None
    reason: str

    @property
    def found(self) -> str:
        """The class found, "" if none."""
        return self.verdict.data_class if self.verdict else ""

    @property
    def wanted(self) -> str:
        """The class that was right, or the first of those that would have been; "" if none."""
        classes = self.labelled.classes
        return self.found if self.found in classes else next(iter(classes), "")

    @property
    def right(self) -> bool:
        return self.found == self.wanted

    @property
    def near(self) -> bool:
        """Right, or too wide or too narrow."""
        return self.right or any(
            f"{one}.".startswith(f"{other}.")
            for key in self.labelled.classes
            for one, other in ((key, self.found), (self.found, key))
            if one and other
        )


@dataclass(frozen=True, slots=True)
class Figures:
    """Of columns with a class: how many were found rightly, found at all, and wanted."""

    right: int
    found: int
    wanted: int

    @property
    def precision(self) -> float:
        return self.right / self.found if self.found else float(not self.wanted)

    @property
    def recall(self) -> float:
        return self.right / self.wanted if self.wanted else float(not self.found)

    @property
    def f1(self) -> float:
        both = self.found + self.wanted
        return 2 * self.right / both if both else 1.0


def score(columns: Iterable[Labelled]) -> tuple[Scored, ...]:
    """Judges labelled columns; all columns of a table are each other's siblings."""
    tables: dict[tuple[str, str], list[Labelled]] = defaultdict(list)
    for each in columns:
        tables[each.schema, each.table].append(each)
    found = []
    for (schema, table), rows in tables.items():
        names = tuple(dict.fromkeys(row.column for row in rows))
        siblings = tuple(dict.fromkeys(name for row in rows for name in row.siblings))
        verdicts = classify(table, names, schema=schema, siblings=siblings)
        for row in rows:
            verdict = verdicts.get(row.column)
            others = (*names, *siblings)
            reason = "" if verdict else explain(table, row.column, schema=schema, siblings=others)
            found.append(Scored(row, verdict, reason if isinstance(reason, str) else ""))
    return tuple(found)


def strict(scored: Sequence[Scored]) -> Figures:
    """Only the very class is right."""
    return _figures(scored, sum(bool(each.found) and each.right for each in scored))


def lenient(scored: Sequence[Scored]) -> Figures:
    """A class above or below the right one is right as well."""
    return _figures(scored, sum(bool(each.found) and each.near for each in scored))


def personal(scored: Sequence[Scored]) -> Figures:
    """Any class is right where there is one."""
    return _figures(scored, sum(bool(each.found) and bool(each.wanted) for each in scored))


def by_class(scored: Sequence[Scored]) -> dict[str, Figures]:
    """The strict figures of each class that is wanted or found, by its key."""
    keys = {key for each in scored for key in (each.found, each.wanted) if key}
    return {
        key: Figures(
            right=sum(each.found == key and each.right for each in scored),
            found=sum(each.found == key for each in scored),
            wanted=sum(each.wanted == key for each in scored),
        )
        for key in sorted(keys)
    }


def macro(classes: Iterable[Figures]) -> tuple[float, float, float]:
    """Mean precision, recall and F1 of the classes that labels name."""
    wanted = [each for each in classes if each.wanted]
    count = len(wanted) or 1
    return (
        sum(each.precision for each in wanted) / count,
        sum(each.recall for each in wanted) / count,
        sum(each.f1 for each in wanted) / count,
    )


def mistakes(scored: Iterable[Scored]) -> list[Scored]:
    """What was got wrong, worst first: sure and wrong, then missed by the harm its loss would do."""
    harms = ("restricted", "personal", "indirect")

    def weight(each: Scored) -> tuple[bool, float, int, str, str]:
        harm = harms.index(data_class(each.wanted).sensitivity) if each.wanted else 0
        sure = -each.verdict.confidence if each.verdict else 0.0
        return each.verdict is None, sure, harm, each.labelled.table, each.labelled.column

    return sorted((each for each in scored if not each.right), key=weight)


def _figures(scored: Sequence[Scored], right: int) -> Figures:
    return Figures(right, sum(bool(each.found) for each in scored), sum(bool(each.wanted) for each in scored))
