"""What a resource type of AWS is: a row."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, fields
from datetime import timedelta

from collectors.model import Json, Role
from collectors.spec import Call, Link, Reported

ENGINE = 1
"""Raised when the engine itself shapes content differently: what changes by it is restated, not drift."""

Refine = Callable[[dict[str, Json]], dict[str, Json]]


@dataclass(frozen=True, slots=True, kw_only=True)
class AwsResourceType:
    """One resource type: how it is listed, what is kept, what it leads to.

    `list`: the listing. Urn and name are made of it alone, so that a denied detail loses no resource.
    `over`: the row whose items this row is listed for, one call each, as `{parent....}`.
    `detail`: further calls for each item, in order. A denied one leaves its fields unobserved.
    `urn`, `name`: templates. `aliases`: templates `namespace|kind|value`. `namespaces`: where it looks up names.
    `keep`: the attributes, each a field or `Name: path`. Lists are put in order, except those in `ordered`.
    `tags`: path of a map, or of a list of keys and values.
    `public`: path that is true where the internet reaches it.
    `environment`: path of variables, which are read for the hosts and ARNs they name and kept as names only.
    `worldwide`: listed once for the account, not by region. `located`: template of the region it lives in.
    `refine`: for an answer that no path can describe; changes the item after all calls.
    """

    type: str
    service: str
    list: Call
    urn: str
    name: str
    role: Role = Role.OTHER
    over: AwsResourceType | None = None
    detail: tuple[Call, ...] = ()
    keep: tuple[str, ...] = ()
    ordered: tuple[str, ...] = ()
    tags: str = "Tags"
    aliases: tuple[str, ...] = ()
    namespaces: tuple[str, ...] = ()
    links: tuple[Link, ...] = ()
    public: str = ""
    environment: str = ""
    worldwide: bool = False
    located: str = ""
    refine: Refine | None = None
    report: Reported = Reported.ALWAYS
    every: timedelta = timedelta(0)

    @property
    def calls(self) -> tuple[Call, ...]:
        """Every call of the row, the listing first."""
        return (self.list, *self.detail)

    def service_of(self, call: Call) -> str:
        """The service a call goes to."""
        return call.service or self.service

    @property
    def fingerprint(self) -> str:
        """Names the rules that shape the content, this row's and the engine's."""
        words = [str(ENGINE)]
        for each in fields(self):
            value = getattr(self, each.name)
            if each.name == "over":
                value = value.fingerprint if value else ""
            elif each.name == "refine":
                value = value.__qualname__ if value else ""
            elif each.name in {"report", "every"}:
                continue  # they shape when and how it is told, not what it is
            words.append(repr(value))
        return hashlib.sha256("\n".join(words).encode()).hexdigest()[:16]
