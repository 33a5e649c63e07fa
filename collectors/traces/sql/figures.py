"""Measures how well statements are read: against labels, per system, with what was got wrong."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from collectors.traces.sql.labelled import Column, Labelled
from collectors.traces.sql.reading import parse
from collectors.traces.sql.statement import Statement

_ROLE_OF = {"reads": "read", "writes": "written"}


@dataclass(frozen=True, slots=True)
class Scored:
    """One statement beside its labels: which tables and columns were missed, and which were made up."""

    labelled: Labelled
    found: Statement
    tables_right: int
    tables_missed: tuple[str, ...]
    tables_made_up: tuple[str, ...]
    columns_right: int
    columns_missed: tuple[Column, ...]
    columns_made_up: tuple[Column, ...]

    @property
    def exact(self) -> bool:
        """Whether the tables are exactly those of the label."""
        return not self.tables_missed and not self.tables_made_up

    @property
    def right(self) -> bool:
        """Whether nothing was missed or made up."""
        return self.exact and not self.columns_missed and not self.columns_made_up


@dataclass(frozen=True, slots=True)
class Figures:
    """Figures of several statements, each between 0 and 1.

    `columns`: of all columns labelled or found, the share that both name, with the same table and role as far
    as the labels say; None where no statement has labelled columns.
    """

    statements: int
    exact: float
    precision: float
    recall: float
    columns: float | None


def score(each: Labelled) -> Scored:
    """Reads one statement and compares."""
    statement = parse(each.text, each.system)
    names = {f"{use.schema}.{use.table}" if use.schema else use.table for use in statement.tables}
    pairs = _paired(each.tables, names)
    missed = tuple(sorted(each.tables - pairs.keys()))
    made_up = tuple(sorted(names - set(pairs.values())))
    columns = each.columns or frozenset()
    wanted = {_alike(column, pairs) for column in columns}
    found = _columns(statement, columns) if each.columns is not None else set()
    return Scored(
        each,
        statement,
        len(pairs),
        missed,
        made_up,
        len(wanted & found),
        tuple(sorted(wanted - found)),
        tuple(sorted(found - wanted)),
    )


def figures(scored: Sequence[Scored]) -> Figures:
    """The figures of statements that were scored."""
    right = sum(each.tables_right for each in scored)
    wanted = right + sum(len(each.tables_missed) for each in scored)
    found = right + sum(len(each.tables_made_up) for each in scored)
    with_columns = [each for each in scored if each.labelled.columns is not None]
    columns = sum(each.columns_right for each in with_columns)
    all_columns = columns + sum(len(each.columns_missed) + len(each.columns_made_up) for each in with_columns)
    return Figures(
        statements=len(scored),
        exact=_share(sum(each.exact for each in scored), len(scored)),
        precision=_share(right, found),
        recall=_share(right, wanted),
        columns=_share(columns, all_columns) if with_columns else None,
    )


def by_system(scored: Iterable[Scored]) -> dict[str, list[Scored]]:
    """Scored statements by their system, sorted by name."""
    found: dict[str, list[Scored]] = {}
    for each in scored:
        found.setdefault(each.labelled.system or "unknown", []).append(each)
    return dict(sorted(found.items()))


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 1.0


def _paired(wanted: Iterable[str], found: Iterable[str]) -> dict[str, str]:
    """Labelled name -> found name. One may say more of the schema than the other."""
    free = sorted(found)
    pairs: dict[str, str] = {}
    for name in sorted(wanted, key=lambda each: (-each.count("."), each)):
        same = next((one for one in free if _same(name, one)), None)
        if same is not None:
            pairs[name] = same
            free.remove(same)
    return pairs


def _same(one: str, other: str) -> bool:
    ours, theirs = one.lower().split("."), other.lower().split(".")
    parts = min(len(ours), len(theirs))
    return ours[-parts:] == theirs[-parts:]


def _alike(column: Column, pairs: dict[str, str]) -> Column:
    return Column(pairs.get(column.table, column.table).lower(), column.name.lower(), column.role)


def _columns(statement: Statement, labels: frozenset[Column]) -> set[Column]:
    """The columns found, with as much about each as the labels have."""
    tables, roles = (
        any(each.table for each in labels) or not labels,
        any(each.role for each in labels) or not labels,
    )
    found = set()
    for use in statement.tables:
        name = f"{use.schema}.{use.table}" if use.schema else use.table
        for role, columns in ((_ROLE_OF[use.verb], use.columns), ("lookup", use.lookups)):
            for column in columns:
                if column != "*" or any(each.name == "*" for each in labels) or roles:
                    found.add(Column(name.lower() if tables else "", column.lower(), role if roles else ""))
    used = {(each.table, each.name) for each in found if each.role != "lookup"}
    return {each for each in found if each.role != "lookup" or (each.table, each.name) not in used}
