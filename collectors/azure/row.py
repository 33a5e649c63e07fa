"""What a resource type of Azure is: a row."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, fields

from collectors.model import Role
from collectors.spec import Link, Reported

ENGINE = 1
"""Raised when the engine itself shapes content differently: what changes by it is restated, not drift."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AzureResourceType:
    """One resource type: which documents are of it, what is kept of them, what they lead to.

    `kind`: Azure's own name of the type, in lower case. All documents come in one traversal; a row takes its own.
    `inside`: path of the items within such a document, where Azure lists the type only as a part of another.
    An item has `id`, `name`, `kind`, `sku`, `zones`, `managedBy`, `tags`, `properties` as Azure says them, with
    every Azure id in lower case, and `region` ("" where it is in none), `identities` (the ids of those assigned),
    `up` (the document around it, for `inside`).
    `keep`: the attributes, each a field or `Name: path`. Lists are put in order, except those in `ordered`.
    `public`: path that is true where the internet reaches it.
    `environment`: path of variables, which are read for the hosts and ids they name and kept as names only.
    """

    type: str
    kind: str
    urn: str = "{id}"
    name: str = "{name}"
    role: Role = Role.OTHER
    inside: str = ""
    keep: tuple[str, ...] = ()
    ordered: tuple[str, ...] = ()
    tags: str = "tags"
    aliases: tuple[str, ...] = ()
    namespaces: tuple[str, ...] = ()
    links: tuple[Link, ...] = ()
    public: str = ""
    environment: str = ""
    located: str = ""
    report: Reported = Reported.ALWAYS

    @property
    def fingerprint(self) -> str:
        """Names the rules that shape the content, this row's and the engine's."""
        words = [str(ENGINE)]
        words += [repr(getattr(self, each.name)) for each in fields(self) if each.name != "report"]
        return hashlib.sha256("\n".join(words).encode()).hexdigest()[:16]


GENERIC = AzureResourceType(
    type="azure.resource",
    kind="*",
    keep=(
        "Kind: kind",
        "ManagedBy: managedBy",
        "Properties: properties",
        "Sku: sku",
        "Type: type",
        "Zones: zones",
    ),
    links=(Link("assumes", "{identities}"),),
)
"""Every resource without a row of its own: the whole document, but for what is volatile or secret."""

SUBSCRIPTION = AzureResourceType(
    type="azure.subscription",
    kind="microsoft.resources/subscriptions",
    keep=("State: state", "Tenant: tenantId"),
)

RESOURCE_GROUP = AzureResourceType(
    type="azure.resource_group",
    kind="microsoft.resources/subscriptions/resourcegroups",
    keep=("ManagedBy: managedBy",),
    links=(Link("part_of", "{subscription}"),),
)
