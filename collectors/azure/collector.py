"""Answers the extents of Azure: each row in each subscription, whole or as a gap."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from fnmatch import fnmatchcase

from collectors.azure.documents import urn
from collectors.azure.environment import TONGUE
from collectors.azure.inventory import Inventory
from collectors.azure.look import NOT_DESCRIBED, Look
from collectors.azure.resources import ROWS
from collectors.azure.row import GENERIC, AzureResourceType
from collectors.azure.sessions import AzureAccount, Session
from collectors.azure.transport import deadline
from collectors.contract import ANYWHERE, Request
from collectors.errors import NotListed
from collectors.model import Answer, Extent, Gap, Listing, Relation, Resource, Scope, Why
from collectors.shaping import shaped

CONNECT_TIMEOUT = 5.0
READ_TIMEOUT = 30.0
LISTINGS = 2
"""Azure's inventories lag behind: so many in a row must lack what counts as removed."""

ALL = "all"


class AzureCollector:
    """Rows x subscriptions; one request for each subscription. Safe to call from many threads."""

    name = "azure"

    def __init__(
        self,
        accounts: Sequence[AzureAccount],
        *,
        types: Sequence[str] = (),
        skip_types: Sequence[str] = (),
        deadline: float = 300.0,
        threads: int = 16,
        rows: Sequence[AzureResourceType] = ROWS,
    ) -> None:
        self._rows = {row.type: row for row in rows if _wanted(row.type, types, skip_types)}
        self._described = frozenset(row.kind for row in rows if row.kind != GENERIC.kind and not row.inside)
        self._deadline = deadline
        self._sessions = {
            each.name: Session(
                each,
                connect=min(CONNECT_TIMEOUT, deadline / 2),
                read=min(READ_TIMEOUT, deadline / 2),
                connections=2 * threads,
            )
            for each in accounts
        }
        self.inventories = {name: Inventory(session) for name, session in self._sessions.items()}
        self._known: dict[str, frozenset[str]] = {}
        self._asked: frozenset[Extent] | None = None

    def plan(self) -> Iterable[Request]:
        """One request for each subscription; its traversal answers every row.

        A subscription that was seen once and is not any more is asked for still: without access Azure leaves it
        out of the list as if it were gone.
        """
        requests: dict[str, Request] = {}
        complete = True
        for name, session in self._sessions.items():
            self.inventories[name].new_cycle()
            named, entered = self._subscriptions(name, session.account)
            complete &= entered
            for each in sorted(named):
                scope = Scope("azure", each)
                extents = tuple(Extent(type, scope) for type in sorted(self._rows))
                parameters = {"account": name, "subscription": each if entered else ""}
                requests.setdefault(each, Request(self.name, extents, parameters, self._deadline))
        asked = {extent for request in requests.values() for extent in request.extents}
        if any(ALL in session.account.subscriptions for session in self._sessions.values()):
            asked |= {Extent(type, Scope("azure", ANYWHERE)) for type in self._rows}
        self._asked = frozenset(asked) if complete else None
        return list(requests.values())

    def asked(self) -> frozenset[Extent] | None:
        """Every extent of the settings; None while a tenant with `subscriptions = ["all"]` was not entered.

        With "all", each type is asked for anywhere: a subscription that is not shown may be hidden only.
        """
        return self._asked

    def _subscriptions(self, name: str, account: AzureAccount) -> tuple[frozenset[str], bool]:
        """The ids to ask for, and whether they are subscriptions; a gap must name the extents it stands for."""
        if ALL not in account.subscriptions:
            return frozenset(each.lower() for each in account.subscriptions), True
        known = self._known.get(name, frozenset())
        try:
            with deadline(time.monotonic() + self._deadline):
                listed = self.inventories[name].subscriptions()
        except NotListed:
            return known or frozenset({account.tenant.lower() or name}), bool(known)
        self._known[name] = known | {urn(each["id"]).rpartition("/")[2] for each in listed}
        return self._known[name], True

    def answer(self, request: Request) -> Iterator[Answer]:
        """A listing or a gap for each extent of the request."""
        inventory = self.inventories[str(request.parameters["account"])]
        rows = [self._rows[extent.type] for extent in request.extents]
        look = Look(inventory, str(request.parameters["subscription"]), rows, self._described)
        until = time.monotonic() + request.deadline
        for extent, row in zip(request.extents, rows, strict=True):
            try:
                with deadline(until):
                    answer: Answer = _listing(extent, row, look)
            except NotListed as error:
                answer = Gap(extent, error.why, error.detail)
            except Exception as error:  # noqa: BLE001 - a defect in one row must not take the other extents along
                answer = Gap(
                    extent,
                    Why.FAILED,
                    f"{type(error).__name__} while listing {extent.type}: a defect of this program, please report it",
                )
            yield answer

    def close(self) -> None:
        """Ends connections."""
        for session in self._sessions.values():
            session.close()


def _listing(extent: Extent, row: AzureResourceType, look: Look) -> Listing:
    """One row of a subscription, whole. Raises NotListed."""
    resources: dict[str, Resource] = {}
    relations: dict[tuple[str, str, str], Relation] = {}
    undescribed = 0
    for item in look.items(row):
        unknown = NOT_DESCRIBED if item.get("undescribed") else frozenset[str]()
        result = shaped(row, item, Scope("azure", extent.scope.account, item["region"]), TONGUE, unknown)
        if result is None:
            continue
        resource, leads = result
        undescribed += bool(unknown)
        resources[resource.urn] = resource
        relations |= {(each.source, each.verb, str(each.target)): each for each in leads}
    return Listing(
        extent,
        tuple(resources[urn] for urn in sorted(resources)),
        tuple(relations[identity] for identity in sorted(relations)),
        row.fingerprint,
        undescribed,
        confirm=LISTINGS,
    )


def _wanted(type: str, types: Sequence[str], skip_types: Sequence[str]) -> bool:
    included = not types or any(fnmatchcase(type, glob) for glob in types)
    return included and not any(fnmatchcase(type, glob) for glob in skip_types)
