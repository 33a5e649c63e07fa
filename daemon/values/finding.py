"""A finding: a service runs a component with a known vulnerability."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class FindingIdentity:
    """What makes a finding the same from one snapshot to the next, whatever the image and version.

    `subject`: urn of the service, or of the workload if no service is known to run on it.
    `package`: package URL without version. `advisory`: the CVE where there is one, else the advisory's own id.
    """

    subject: str
    package: str
    advisory: str


@dataclass(frozen=True, slots=True)
class Finding:
    """A finding and its content at one snapshot. Everything but `identity` may change.

    `image`: urn. `severity`: critical, high, medium, low or unknown. `fixed`: versions that mend it.
    `summary`: the advisory's own words, one line.
    """

    identity: FindingIdentity
    component: str
    version: str
    image: str
    severity: str = "unknown"
    fixed: tuple[str, ...] = ()
    summary: str = ""
