"""What a name in a statement may mean: the sources of a query, and the base columns behind their outputs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from collectors.traces.sql.statement import TableName, Verb

STAR = "*"
ROW_IMAGES = frozenset({"excluded", "inserted", "deleted", "new", "old"})
"""Names under which a statement sees the rows it writes."""


@dataclass(frozen=True, slots=True)
class Reference:
    """A base column; `target`: of the table that the statement writes to."""

    table: TableName
    column: str
    target: bool = False


References = frozenset[Reference]
NONE: References = frozenset()


@dataclass(frozen=True, slots=True)
class Source:
    """What a member of FROM offers: a base table, or a query's outputs in order.

    `rest`: references (to `*`) that stand behind outputs whose names are not known. `made_of`: what a function
    makes every output of. `hidden`: it has columns that nobody knows, as a temporary table.
    """

    table: TableName | None = None
    target: bool = False
    outputs: tuple[tuple[str, References], ...] = ()
    rest: References = NONE
    made_of: References = NONE
    hidden: bool = False

    def get(self, name: str) -> References | None:
        """The base columns behind an output, None if this source cannot have it."""
        if self.table is not None:
            return frozenset({Reference(self.table, name, self.target)})
        for output, references in self.outputs:
            if output == name:
                return references
        behind = frozenset(Reference(star.table, name, star.target) for star in self.rest)
        return behind | self.made_of or None

    def offers(self, name: str, alias: str) -> bool:
        """Whether an unqualified name may mean this source: functions go by their alias, or by known outputs."""
        named = name == alias or any(output == name for output, _ in self.outputs)
        return not self.made_of or named or not alias.strip("0123456789 ")

    def goes_by(self, name: str) -> bool:
        """Whether a name may be a column here rather than the whole row under its alias."""
        if self.table is not None:
            return self.table.table.lower() == name
        return (
            bool(self.made_of) or not self.everything() or any(output == name for output, _ in self.outputs)
        )

    def doubts(self, name: str) -> bool:
        """Whether an output could come from any of several tables, all behind one `*`."""
        return len(self.rest) > 1 and all(output != name for output, _ in self.outputs)

    def everything(self) -> References:
        """All base columns behind this source."""
        if self.table is not None:
            return frozenset({Reference(self.table, STAR, self.target)})
        return self.rest.union(self.made_of, *(references for _, references in self.outputs))

    def as_star(self) -> tuple[tuple[tuple[str, References], ...], References]:
        """What `*` over this source puts out."""
        if self.table is None:
            return (self.outputs, self.rest | self.made_of)
        return ((), self.everything())


OPAQUE = Source()
HIDDEN = Source(hidden=True)
Queries = dict[str, Source]


@dataclass(frozen=True, slots=True)
class Scope:
    """The sources that a name may mean, the innermost query first."""

    sources: dict[str, Source]
    queries: Queries
    parent: Scope | None = None
    aliases: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Known:
    """What is known beside the statement in hand.

    `temporary`: the temporary tables of statements before it. `variables`: those of the routine it stands in.
    """

    temporary: set[str]
    variables: frozenset[str]


@dataclass(slots=True)
class Ledger:
    """What the walk has found so far."""

    known: Known
    found: dict[tuple[TableName, Verb], tuple[set[str], set[str]]] = field(default_factory=dict)
    partial: bool = False

    def _use(self, table: TableName, verb: Verb) -> tuple[set[str], set[str]]:
        return self.found.setdefault((table, verb), (set(), set()))

    def met(self, table: TableName, verb: Verb) -> None:
        self._use(table, verb)

    def looked_up(self, references: Iterable[Reference]) -> None:
        for reference in references:
            if reference.column != STAR:
                verb: Verb = "writes" if reference.target else "reads"
                self._use(reference.table, verb)[1].add(reference.column)

    def read(self, references: Iterable[Reference]) -> None:
        for reference in references:
            self._use(reference.table, "reads")[0].add(reference.column)

    def read_turned_write(self, table: TableName) -> None:
        """A table met in FROM turns out to be the target: what was looked up so far belongs to the write."""
        columns, lookups = self.found.pop((table, "reads"), (set(), set()))
        if columns:
            self.found[table, "reads"] = (columns, set())
        self._use(table, "writes")[1].update(lookups)

    def wrote(self, table: TableName, columns: Iterable[str]) -> None:
        self._use(table, "writes")[0].update(column for column in columns if column)


def find(key: str, scope: Scope) -> Source | None:
    here: Scope | None = scope
    while here is not None:
        if key in here.sources:
            return here.sources[key]
        here = here.parent
    return None


def merged(left: Source, right: Source) -> Source:
    """The outputs of a UNION: by position, or all together where a star hides the positions."""
    if left.rest or right.rest or len(left.outputs) != len(right.outputs):
        return together((left, right))
    pairs = zip(left.outputs, right.outputs, strict=True)
    return Source(outputs=tuple((name, ours | theirs) for (name, ours), (_, theirs) in pairs))


def together(sources: Iterable[Source]) -> Source:
    outputs: list[tuple[str, References]] = []
    rest: set[Reference] = set()
    for source in sources:
        more, behind = source.as_star()
        outputs.extend(more)
        rest.update(behind)
    return Source(outputs=tuple(outputs), rest=frozenset(rest))
