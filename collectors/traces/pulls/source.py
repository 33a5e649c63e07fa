"""What a source of traces promises, and what stands between it and the facts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from collectors.errors import NotListed
from collectors.model import Why
from collectors.traces.semconv import RESOURCE_NAMES
from collectors.traces.spans import Batch, Origin, Span

STEP = 50_000
"""Spans of a file that are in memory together."""

Found = Sequence[Span] | str
"""Spans, or what could not be read."""


@dataclass(frozen=True, slots=True)
class Step:
    """A portion of spans. `bookmark`: from where to go on once their facts are durable.

    `faults`: what could not be read; it is named once and not tried again.
    """

    spans: Sequence[Span]
    bookmark: str
    faults: tuple[str, ...] = ()


def spans_of(batch: Batch) -> Iterator[Found]:
    """What a reader made of an answer."""
    yield batch.spans
    if batch.rejected:
        yield f"{batch.rejected} spans ({batch.reason})"


class TooMuch(NotListed):
    """What was asked for at once is more than can be answered; less of it may be answered."""


def behind(what: str) -> NotListed:
    """A look was bounded by `what`, and knows where to go on."""
    return NotListed(
        Why.PARTIAL,
        f"stopped after {what} and goes on from there in the next cycle: collect more often, or raise "
        "max_spans and deadline",
        "Behind",
    )


class Source(Protocol):
    """Where traces are kept. Used by one thread at a time."""

    @property
    def kind(self) -> str:
        """Its name in `imports.lacks.LACKS`."""
        ...

    def steps(self, bookmark: str, until: float) -> Iterator[Step]:
        """What is new behind a bookmark ("" for the very first time), oldest first.

        What was given before may come again. `until`: monotonic seconds at which every wait ends. Raises NotListed.
        """
        ...


_ENVIRONMENT = RESOURCE_NAMES["environment"]


class Within:
    """Puts spans that name no environment into one."""

    def __init__(self, environment: str) -> None:
        self._environment = environment
        self._origins: dict[Origin, Origin] = {}

    def __call__(self, spans: Sequence[Span]) -> Sequence[Span]:
        """The same spans."""
        return [self._placed(span) for span in spans] if self._environment else spans

    def _placed(self, span: Span) -> Span:
        if any(span.origin.attributes.get(name) for name in _ENVIRONMENT):
            return span
        origin = self._origins.get(span.origin)
        if origin is None:
            if len(self._origins) >= 50_000:
                self._origins.clear()
            origin = Origin({**span.origin.attributes, _ENVIRONMENT[0]: self._environment})
            self._origins[span.origin] = origin
        return span._replace(origin=origin, form=None)
