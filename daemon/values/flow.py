"""A flow as people ask for it: who does what to whom, with which data, and since when."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Flow:
    """One observed edge. `columns`: those it touches. `classes`: the kinds of personal data among them, sorted.

    `target`: a urn, or the name as it was found while nothing is known by it. Times are RFC 3339 in UTC, or empty.
    Of a host, `binding` says what its name was found to be (resolved, ambiguous, unresolved, third_party), `peers`
    which resources it may mean (one if it is resolved), and `binding_reason` why.
    """

    environment: str
    source: str
    verb: str
    target: str
    columns: tuple[str, ...]
    classes: tuple[str, ...]
    evidence: str
    first_seen: str
    last_seen: str
    times: int
    binding: str = ""
    binding_reason: str = ""
    peers: tuple[str, ...] = ()
