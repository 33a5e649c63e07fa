"""Holds spans that were read together by columns: most are looked at column by column, and never one by one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import compress
from typing import overload

from collectors.traces.spans import Form, Origin, Place, Span


class Portion(Sequence[Span]):
    """Spans; each is made when it is asked for. A row of the columns is a span.

    What few spans have is by their rows: `statements`, `links`, `weights` other than 1, and which are `remote`. Spans
    that came one by one, which may have no form, are kept as they are.
    """

    __slots__ = (
        "_whole",
        "ends",
        "forms",
        "ids",
        "links",
        "parents",
        "remote",
        "starts",
        "statements",
        "traces",
        "weights",
    )

    def __init__(self) -> None:
        self.traces: list[bytes] = []
        self.ids: list[bytes] = []
        self.parents: list[bytes] = []
        self.starts: list[int] = []
        self.ends: list[int] = []
        self.forms: list[Form | None] = []
        self.statements: dict[int, str] = {}
        self.remote: set[int] = set()
        self.links: dict[int, tuple[Place, ...]] = {}
        self.weights: dict[int, int] = {}
        self._whole: Sequence[Span] | None = None

    @classmethod
    def of(cls, spans: Sequence[Span]) -> Portion:
        """These spans, in this order."""
        if isinstance(spans, Portion):
            return spans
        portion = cls()
        portion._whole = spans
        if spans:
            columns = [[*column] for column in zip(*spans, strict=True)]
            portion.traces, portion.ids, portion.parents, _, _, portion.starts, *others = columns
            portion.ends, remotes, _, _, statements, links, weights, portion.forms = others
            rows = range(len(spans))
            portion.remote = {*compress(rows, remotes)}
            portion.statements = {row: statements[row] for row in compress(rows, statements)}
            portion.links = {row: links[row] for row in compress(rows, links)}
            portion.weights = {row: weight for row, weight in enumerate(weights) if weight != 1}
        return portion

    def add(
        self,
        traces: Iterable[bytes],
        ids: Iterable[bytes],
        parents: Iterable[bytes],
        starts: Iterable[int],
        ends: Iterable[int],
        forms: Iterable[Form | None],
    ) -> None:
        """More rows. What few of them have is put beside them by who calls."""
        self.traces += traces
        self.ids += ids
        self.parents += parents
        self.starts += starts
        self.ends += ends
        self.forms += forms

    def formed(self) -> Portion:
        """The spans that have a form."""
        return self if all(self.forms) else self.only([form is not None for form in self.forms])

    def only(self, wanted: Sequence[bool]) -> Portion:
        """The spans that are wanted."""
        if self._whole is not None:
            return Portion.of([*compress(self._whole, wanted)])
        portion = Portion()
        portion.add(
            compress(self.traces, wanted),
            compress(self.ids, wanted),
            compress(self.parents, wanted),
            compress(self.starts, wanted),
            compress(self.ends, wanted),
            compress(self.forms, wanted),
        )
        rows = {row: place for place, row in enumerate(compress(range(len(self)), wanted))}
        portion.remote = {rows[row] for row in self.remote & rows.keys()}
        portion.statements = {rows[row]: text for row, text in self.statements.items() if row in rows}
        portion.links = {rows[row]: links for row, links in self.links.items() if row in rows}
        portion.weights = {rows[row]: weight for row, weight in self.weights.items() if row in rows}
        return portion

    def origins(self) -> Iterator[Origin]:
        """Where each span comes from."""
        if self._whole is not None:
            return (span.origin for span in self._whole)
        return (form.origin for form in self.forms if form is not None)

    def __len__(self) -> int:
        return len(self.ids)

    @overload
    def __getitem__(self, row: int) -> Span: ...
    @overload
    def __getitem__(self, row: slice) -> Sequence[Span]: ...
    def __getitem__(self, row: int | slice) -> Span | Sequence[Span]:
        if isinstance(row, slice):
            return [self[one] for one in range(*row.indices(len(self)))]
        if self._whole is not None:
            return self._whole[row]
        form = self.forms[row]
        assert form is not None  # only spans that came one by one may lack it
        return Span(
            self.traces[row],
            self.ids[row],
            self.parents[row],
            form.kind,
            form.name,
            self.starts[row],
            self.ends[row],
            row in self.remote,
            form.origin,
            form.attributes,
            self.statements.get(row, ""),
            self.links.get(row, ()),
            self.weights.get(row, 1),
            form,
        )
