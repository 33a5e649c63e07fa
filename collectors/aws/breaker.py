"""Remembers which endpoints do not answer, so that each costs one wait and not one for every type."""

from __future__ import annotations

from collectors.errors import NotListed
from collectors.model import Why


class Breaker:
    """The endpoints of one cycle. Three dead services of a region in which nothing answered condemn the region."""

    def __init__(self) -> None:
        self._dead: dict[tuple[str, str], NotListed] = {}
        self._alive: set[str] = set()

    def check(self, service: str, region: str) -> None:
        """Raises what the endpoint's first caller met."""
        fault = self._dead.get((service, region)) or self._dead.get(("", region))
        if fault:
            raise NotListed(fault.why, fault.detail, fault.code)

    def broke(self, service: str, region: str, fault: NotListed) -> None:
        """An endpoint did not answer, after every attempt of the SDK."""
        self._dead[service, region] = fault
        silent = {name for name, where in list(self._dead) if where == region}
        if region not in self._alive and len(silent) >= 3:
            self._dead["", region] = NotListed(
                Why.UNREACHABLE,
                f"nothing in {region} answers: check route, DNS, proxy and firewall",
                fault.code,
            )

    def worked(self, region: str) -> None:
        """An endpoint in the region answered."""
        self._alive.add(region)
