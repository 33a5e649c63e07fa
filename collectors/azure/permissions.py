"""The least a role must allow for the rows to be listed, and whether what was granted allows it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from collectors.azure.row import GENERIC, RESOURCE_GROUP, SUBSCRIPTION, AzureResourceType
from collectors.model import Json

EVERYTHING = "*/read"
PERMISSIONS = "Microsoft.Authorization/permissions/read"
"""What is granted is asked first: Azure leaves out what may not be seen, and does not say so."""

QUERY = "Microsoft.ResourceGraph/resources/read"
RESOURCES = "Microsoft.Resources/subscriptions/resources/read"
SUBSCRIPTIONS = "Microsoft.Resources/subscriptions/read"
GROUPS = "Microsoft.Resources/subscriptions/resourceGroups/read"

ALWAYS = (SUBSCRIPTIONS, RESOURCES, PERMISSIONS, QUERY)
"""What the engine asks beside the rows."""

_OWN = {
    SUBSCRIPTION.kind: SUBSCRIPTIONS,
    RESOURCE_GROUP.kind: GROUPS,
    GENERIC.kind: EVERYTHING,
}


def needed(row: AzureResourceType) -> str:
    """The action that shows the resources of a row."""
    return _OWN.get(row.kind, f"{row.kind}/read")


def actions(rows: Iterable[AzureResourceType]) -> tuple[str, ...]:
    """Every action that listing the rows needs, sorted; `*/read` stands for all of them."""
    every = {needed(row) for row in rows}
    return (EVERYTHING,) if EVERYTHING in every else tuple(sorted(every.union(ALWAYS)))


def role(
    rows: Iterable[AzureResourceType], scopes: Sequence[str], more: Iterable[str] = ()
) -> dict[str, Json]:
    """A role definition, as `az role definition create` takes it. It reads settings, never data or keys.

    `scopes`: ids of the subscriptions or management groups that it is to be assigned in. `more`: actions for the
    traces that are pulled.
    """
    every = actions(rows)
    traces = sorted(more)
    return {
        "Name": "Driftline",
        "IsCustom": True,
        "Description": "Lists resources and their settings. Reads "
        + ("traces, else no data," if traces else "no data,")
        + " lists no keys, changes nothing.",
        "Actions": [*every, *(() if EVERYTHING in every else traces)],
        "NotActions": [],
        "DataActions": [],
        "NotDataActions": [],
        "AssignableScopes": [*scopes],
    }


@dataclass(frozen=True, slots=True)
class Granted:
    """What the caller may do in a subscription: pairs of allowed patterns and patterns taken away again."""

    grants: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]

    @classmethod
    def parse(cls, permissions: Iterable[Mapping[str, Any]]) -> Granted:
        """From the answer of Azure. Patterns of another shape allow nothing."""
        return cls(
            tuple((_texts(each.get("actions")), _texts(each.get("notActions"))) for each in permissions)
        )

    def allows(self, action: str) -> bool:
        """Whether some role allows the action everywhere in the subscription."""
        return any(
            _matches(action, allowed) and not _touches(action, denied) for allowed, denied in self.grants
        )


def _texts(value: object) -> tuple[str, ...]:
    return tuple(each for each in value if isinstance(each, str)) if isinstance(value, list) else ()


def _matches(action: str, patterns: Iterable[str]) -> bool:
    return any(_shape(pattern).fullmatch(action) for pattern in patterns)


def _touches(action: str, patterns: Iterable[str]) -> bool:
    """Whether a pattern takes any of the action away: `*/read` is no longer everything without one kind of it."""
    if action == EVERYTHING:
        return any(pattern.lower().endswith(("/read", "*")) for pattern in patterns)
    return _matches(action, patterns)


def _shape(pattern: str) -> re.Pattern[str]:
    return re.compile(".*".join(re.escape(part) for part in pattern.split("*")), re.IGNORECASE | re.DOTALL)
