"""Answers the extents of Google Cloud: one traversal of a scope answers all types that have a row."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from fnmatch import fnmatchcase

from collectors.contract import Request
from collectors.errors import NotListed
from collectors.gcp.content import resource_of
from collectors.gcp.inventory import PAGE, PATIENCE, Inventory, Keep
from collectors.gcp.resources import ROWS, generic
from collectors.gcp.row import GcpResourceType
from collectors.gcp.sessions import GcpAccount, Session
from collectors.model import Answer, Extent, Gap, Listing, Relation, Resource, Scope, Why

CONFIRM = 2
"""The inventory is eventually consistent: what is missing once may only be late."""


class GcpCollector:
    """Rows x scopes. Safe to call from many threads."""

    name = "gcp"

    def __init__(
        self,
        accounts: Sequence[GcpAccount],
        *,
        types: Sequence[str] = (),
        skip_types: Sequence[str] = (),
        deadline: float = 300.0,
        page: int = PAGE,
        patience: float = PATIENCE,
        rows: Sequence[GcpResourceType] = ROWS,
    ) -> None:
        self._listed = [row for row in rows if _wanted(row, types, skip_types)]
        own = {row.asset_type for row in rows}
        asked = [each for each in dict.fromkeys(types) if "/" in each and not set(each) & set("*?[")]
        self._generic = [
            row for each in asked if each not in own and not _skipped(row := generic(each), skip_types)
        ]
        self._rows = {row.type: row for row in (*self._listed, *self._generic)}
        self._deadline = deadline
        self._sessions = {each.scope: Session(each) for each in accounts}
        self.inventory = Inventory(page, patience)

    def plan(self) -> Iterable[Request]:
        """One request a scope for all rows, and one for each asset type that only the settings name.

        Google refuses a request as a whole when it does not know one of its types: a misspelt one must not
        take the others along.
        """
        self.inventory.new_cycle()
        return [
            Request(self.name, extents, {"scope": scope}, self._deadline)
            for scope in self._sessions
            for extents in self._together(scope)
        ]

    def _together(self, scope: str) -> Iterator[tuple[Extent, ...]]:
        place = Scope(self.name, scope)
        if self._listed:
            yield tuple(Extent(row.type, place) for row in self._listed)
        for row in self._generic:
            yield (Extent(row.type, place),)

    def asked(self) -> frozenset[Extent] | None:
        """Every extent of the settings: nothing has to be asked to know them."""
        return frozenset(
            extent for scope in self._sessions for extents in self._together(scope) for extent in extents
        )

    def answer(self, request: Request) -> Iterator[Answer]:
        """A listing for each extent of the request, or a gap for each: they share one traversal."""
        try:
            yield from self._traversed(request)
        except NotListed as error:
            yield from (Gap(extent, error.why, error.detail) for extent in request.extents)
        except Exception as error:  # noqa: BLE001 - a defect in one row must not take the other requests along
            detail = f"{type(error).__name__} while listing: a defect of this program, please report it"
            yield from (Gap(extent, Why.FAILED, detail) for extent in request.extents)

    def _traversed(self, request: Request) -> list[Listing]:
        until = time.monotonic() + request.deadline
        session = self._sessions[str(request.parameters["scope"])]
        rows = {extent.type: self._rows[extent.type] for extent in request.extents}
        by_asset = {row.asset_type: row for row in rows.values()}
        projects = self.inventory.projects(session, until)
        found = _Found()

        def begin() -> Keep:
            found.clear()
            return lambda asset: found.add(resource_of(by_asset[asset.asset_type], asset, projects))

        self.inventory.traverse(session, sorted(by_asset), begin, until)
        return [found.listing(extent, rows[extent.type]) for extent in request.extents]

    def close(self) -> None:
        """Ends the connections."""
        for session in self._sessions.values():
            session.close()


class _Found:
    """What a traversal has brought so far, by type."""

    def __init__(self) -> None:
        self._resources: dict[str, dict[str, Resource]] = {}
        self._relations: dict[str, dict[tuple[str, str, str], Relation]] = {}

    def clear(self) -> None:
        self._resources.clear()
        self._relations.clear()

    def add(self, made: tuple[Resource, tuple[Relation, ...]] | None) -> None:
        if made is None:
            return
        resource, relations = made
        self._resources.setdefault(resource.type, {})[resource.urn] = resource
        known = self._relations.setdefault(resource.type, {})
        known.update({(each.source, each.verb, str(each.target)): each for each in relations})

    def listing(self, extent: Extent, row: GcpResourceType) -> Listing:
        resources = self._resources.get(row.type, {})
        relations = self._relations.get(row.type, {})
        return Listing(
            extent,
            tuple(resources[urn] for urn in sorted(resources)),
            tuple(relations[identity] for identity in sorted(relations)),
            row.fingerprint,
            confirm=CONFIRM,
        )


def _wanted(row: GcpResourceType, types: Sequence[str], skip_types: Sequence[str]) -> bool:
    included = not types or any(_names(row, glob) for glob in types)
    return included and not _skipped(row, skip_types)


def _skipped(row: GcpResourceType, skip_types: Sequence[str]) -> bool:
    return any(_names(row, glob) for glob in skip_types)


def _names(row: GcpResourceType, glob: str) -> bool:
    return fnmatchcase(row.type, glob) or fnmatchcase(row.asset_type, glob)
