"""The estate at one snapshot as one graph, and what its raw targets turned out to be."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from collectors.model import Alias, Extent, Relation, Resource


class Bound(StrEnum):
    """What is known of a raw target."""

    RESOLVED = "resolved"  # one resource answers to this name
    AMBIGUOUS = "ambiguous"  # several do; see candidates
    UNRESOLVED = "unresolved"  # none does, and that proves nothing
    THIRD_PARTY = "third_party"  # known not to be ours


@dataclass(frozen=True, slots=True)
class Binding:
    """What one alias, as it stands in relations, means at one snapshot.

    `urn`: the resource if resolved, else "". `reason`: one plain sentence saying why.
    """

    alias: str
    state: Bound
    urn: str = ""
    candidates: tuple[str, ...] = ()
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Graph:
    """Resources by urn, relations with raw targets, and the bindings of aliases.

    `unlisted`: extents without a complete answer in this snapshot. What they own may be missing here.
    """

    resources: Mapping[str, Resource]
    relations: tuple[Relation, ...]
    bindings: Mapping[str, Binding] = field(default_factory=dict)
    unlisted: frozenset[Extent] = frozenset()

    def target(self, relation: Relation) -> str:
        """The urn a relation leads to; "" if its target is not resolved."""
        if isinstance(relation.target, str):
            return relation.target
        binding = self.bindings.get(str(relation.target))
        return binding.urn if binding else ""


def raw_targets(relations: Iterable[Relation]) -> tuple[Alias, ...]:
    """Every alias that stands as a target, once, sorted."""
    return tuple(sorted({r.target for r in relations if isinstance(r.target, Alias)}))
