"""An operation as it was seen, as it is declared, or both."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class OperationSheet:
    """One operation of a service. `seen`: its urn where spans showed it, else "".

    `declared`: urns of the declarations that fit it, sorted. `undeclared`: the service declares others, and not this
    one. `public`: the internet can call it. `returns`: what a declared answer holds. Times are RFC 3339, or "".
    """

    service: str  # urn; of a gateway, where it is not known which service it leads to
    environment: str
    name: str
    seen: str
    declared: tuple[str, ...]
    undeclared: bool
    public: bool
    returns: tuple[str, ...]
    first_seen: str
    last_seen: str

    @property
    def unseen(self) -> bool:
        """Declared, and no span has shown it."""
        return not self.seen
