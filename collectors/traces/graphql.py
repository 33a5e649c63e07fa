"""Decides what spans of GraphQL say: which fields an operation answers with, and which it obtains of a public API."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping

from collectors.traces import destinations, names
from collectors.traces.destinations import Address, Destination
from collectors.traces.origins import Service
from collectors.traces.said import detail
from collectors.traces.semconv import SPAN_NAMES, Value, read, read_all
from collectors.traces.shape import Use
from collectors.traces.spans import Kind, Span

RETURNS = "returns"
"""The verb from an operation to its answer."""

ANSWER = "answer://graphql"


def returned(span: Span, attributes: Mapping[str, Value]) -> tuple[Use, ...]:
    """What was asked of the operation that this span is, or belongs to."""
    fields = read_all(attributes, SPAN_NAMES, "graphql.fields")
    # Spans of resolvers have a piece of the document, which does not say what it is a part of.
    a_piece = read(attributes, SPAN_NAMES, "graphql.resolved")
    if not fields or a_piece or span.kind not in (Kind.SERVER, Kind.INTERNAL):
        return ()
    return (Use(RETURNS, ANSWER, detail(columns=[*fields])),)


def obtained(
    service: Service, attributes: Mapping[str, Value], address: Address
) -> Iterator[tuple[Destination, Use]]:
    """What a call reads of an API that others may serve, as of tables. A service of one's own tells what it reads."""
    fields = read_all(attributes, SPAN_NAMES, "graphql.fields")
    if not fields or not names.is_public(address.host):
        return
    of: dict[str, list[str]] = defaultdict(list)
    for field in fields:
        way, _, name = field.rpartition(".")
        of[way.rpartition(".")[2] or "query"].append(name)
    for parent, columns in sorted(of.items()):
        where = destinations.table(service, "graphql", address, "", "", parent)
        yield where, Use("reads", "", detail(columns=[*sorted({*columns})]))


def operation(attributes: Mapping[str, Value]) -> str:
    """`query Customer`: what an operation is called by who asks for it; "" if the span tells no name."""
    name = read(attributes, SPAN_NAMES, "graphql.name")
    return f"{read(attributes, SPAN_NAMES, 'graphql.type').lower() or 'query'} {name}" if name else ""
