"""One subscription in one cycle: each question is put once, and its fault holds for every row that needs it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from collectors.azure.documents import Item, prepared, pruned
from collectors.azure.faults import HINT
from collectors.azure.inventory import Inventory
from collectors.azure.permissions import Granted, needed
from collectors.azure.row import GENERIC, RESOURCE_GROUP, SUBSCRIPTION, AzureResourceType
from collectors.errors import NotListed
from collectors.expressions import find
from collectors.model import Why

NOT_DESCRIBED = frozenset({"properties", "sku", "kind", "managedBy", "zones", "identities"})
"""What is not known of a resource that Azure lists and does not describe yet."""


class Look:
    """The items of each row. Not shared between threads."""

    def __init__(
        self,
        inventory: Inventory,
        subscription: str,
        rows: Sequence[AzureResourceType],
        described: frozenset[str],
    ) -> None:
        """`subscription`: "" where it is not known because the tenant could not be entered."""
        self._inventory = inventory
        self._subscription = subscription
        self._described = described
        kinds = {row.kind for row in rows} - {SUBSCRIPTION.kind, RESOURCE_GROUP.kind}
        self._kinds = () if GENERIC.kind in kinds else tuple(sorted(kinds))
        self._answers: dict[str, Any] = {}
        self._faults: dict[str, Exception] = {}

    def items(self, row: AzureResourceType) -> Iterable[Item]:
        """What the subscription has of a row. Raises NotListed, for what may not be seen too."""
        if not self._subscription:
            self._once("tenant", self._inventory.subscriptions)
            raise NotListed(Why.FAILED, "the tenant could not be entered when the cycle began")
        granted: Granted = self._once("granted", lambda: self._inventory.granted(self._subscription))
        if not granted.allows(needed(row)):
            raise NotListed(Why.DENIED, f"denied: {needed(row)}; {HINT}", "NotGranted")
        if row.kind == SUBSCRIPTION.kind:
            return [_of_subscription(self._inventory.subscription(self._subscription))]
        if row.kind == RESOURCE_GROUP.kind:
            whole = f"/subscriptions/{self._subscription}"
            return [
                prepared(each) | {"subscription": whole}
                for each in self._inventory.groups(self._subscription)
            ]
        by_kind: dict[str, list[Item]] = self._once("documents", self._documents)
        if row.kind == GENERIC.kind:
            return _whole(each for kind in sorted(by_kind.keys() - self._described) for each in by_kind[kind])
        items = by_kind.get(row.kind, [])
        return _within(row, items) if row.inside else items

    def _documents(self) -> dict[str, list[Item]]:
        """By kind, what Azure lists or describes: each of its two inventories may lag behind the other."""
        listed = {each["id"].lower(): each for each in self._inventory.resources(self._subscription)}
        found: dict[str, list[Item]] = defaultdict(list)
        for document in self._inventory.documents(self._subscription, self._kinds):
            listed.pop(document["id"].lower(), None)
            item = prepared({"properties": {}, **document})
            found[item["type"]].append(item)
        for document in listed.values():
            item = prepared(document) | {"undescribed": True}
            if not self._kinds or item["type"] in self._kinds:
                found[item["type"]].append(item)
        return found

    def _once(self, question: str, ask: Callable[[], Any]) -> Any:  # what the question asks for
        if question in self._faults:
            raise self._faults[question]
        if question not in self._answers:
            try:
                self._answers[question] = ask()
            except Exception as fault:
                self._faults[question] = fault
                raise
        return self._answers[question]


def _of_subscription(document: Mapping[str, Any]) -> Item:
    return prepared({**document, "name": document.get("displayName")})


def _whole(items: Iterable[Item]) -> Iterator[Item]:
    """The items as the generic row keeps them: all of their properties that last and tell no secret."""
    for item in items:
        yield {**item, "properties": pruned(item.get("properties"))}


def _within(row: AzureResourceType, items: Iterable[Item]) -> Iterator[Item]:
    """What is a part of other items."""
    for item in items:
        if item.get("undescribed"):
            raise NotListed(
                Why.PARTIAL,
                f"{item['name']} is listed and not described yet: what is within it will be seen in a later cycle",
            )
        for part in find(row.inside, item) or []:
            yield {**prepared(part), "region": item["region"], "up": item}
