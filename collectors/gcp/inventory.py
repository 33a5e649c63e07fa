"""Lists assets: the only module that calls the cloud. An answer is whole, or it is NotListed."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from google.api_core.exceptions import Unauthenticated
from google.api_core.retry import Retry
from google.cloud.asset_v1 import ContentType, ListAssetsRequest, ListAssetsResponse

from collectors.errors import NotListed
from collectors.gcp.documents import document
from collectors.gcp.faults import BROKEN, SILENT, not_listed, passes
from collectors.gcp.row import PROJECT
from collectors.gcp.sessions import Session
from collectors.model import Why

PAGE = 1000
"""Assets on a page: the most that Google gives."""
PATIENCE = 75.0
"""Seconds in which a refused page is asked for again: Google's quota is by the minute."""
ATTEMPT = 60.0
"""Seconds that one attempt at a page may take."""

Keep = Callable[[Any], None]  # takes a google.cloud.asset.v1.Asset


class Inventory:
    """The calls of one cycle."""

    def __init__(self, page: int = PAGE, patience: float = PATIENCE) -> None:
        self._page = page
        self._patience = patience
        self._lock = threading.Lock()
        self._locks: dict[str, threading.Lock] = {}
        self._projects: dict[str, Mapping[str, str] | NotListed] = {}
        self._dead: dict[tuple[str, str], NotListed] = {}
        self.calls: Counter[str] = Counter()

    def new_cycle(self) -> None:
        """Forgets what was answered in the cycle before."""
        with self._lock:
            self._projects.clear()
            self._locks.clear()
            self._dead.clear()
            self.calls.clear()

    def projects(self, session: Session, until: float) -> Mapping[str, str]:
        """The id of each project of the session's scope by its number: listed once a cycle. Raises NotListed."""
        scope = session.account.scope
        with self._lock:
            waiting = self._locks.setdefault(scope, threading.Lock())
        with waiting:
            found = self._projects.get(scope)
            if found is None:
                try:
                    found = self._list_projects(session, until)
                except NotListed as error:
                    found = error  # the scope cannot be listed: that is asked once, not once a request
                self._projects[scope] = found
        if isinstance(found, NotListed):
            raise NotListed(found.why, found.detail, found.code)
        return found

    def _list_projects(self, session: Session, until: float) -> Mapping[str, str]:
        ids: dict[str, str] = {}

        def begin() -> Keep:
            ids.clear()
            return keep

        def keep(asset: Any) -> None:  # google.cloud.asset.v1.Asset
            data = document(asset.resource.data)
            number = str(data.get("projectNumber") or asset.name.rpartition("/")[2])
            ids[number] = str(data.get("projectId") or number)

        self.traverse(session, (PROJECT,), begin, until)
        return ids

    def traverse(
        self, session: Session, types: Sequence[str], begin: Callable[[], Keep], until: float
    ) -> None:
        """Gives every asset of the types to what `begin` returns. Raises NotListed.

        A listing that breaks on its way is begun anew, once: `begin` is called again, and starts from nothing.
        """
        try:
            self._pages(session, types, begin(), until)
        except NotListed as error:
            if error.code not in BROKEN:
                raise
            self._pages(session, types, begin(), until)

    def _pages(self, session: Session, types: Sequence[str], keep: Keep, until: float) -> None:
        token = ""
        seen: set[str] = set()
        wanted = frozenset(types)
        while True:
            page = ListAssetsResponse.pb(self._ask(session, types, token, until))
            for asset in page.assets:
                if not asset.name.startswith("//") or not asset.asset_type:
                    raise NotListed(
                        Why.FAILED,
                        f"Google listed an asset without a name in {session.account.scope}",
                        "Malformed",
                    )
                if asset.asset_type in wanted:
                    keep(asset)
            token = str(page.next_page_token)
            if not token:
                return
            if token in seen:
                raise NotListed(
                    Why.FAILED, f"the pages of {session.account.scope} repeat for ever", "PaginationLoop"
                )
            seen.add(token)

    def _ask(self, session: Session, types: Sequence[str], token: str, until: float) -> ListAssetsResponse:
        """One page. An address that did not answer is not asked again in this cycle, for whichever scope."""
        address = (session.account.endpoint, session.account.ca_file)
        known = self._dead.get(address)
        if known is not None:
            raise NotListed(known.why, known.detail, known.code)
        try:
            try:
                return self._once(session, types, token, until, renewed=False)
            except Unauthenticated:
                return self._once(session, types, token, until, renewed=True)
        except Exception as error:
            # Whatever the SDK raises is a listing that failed; what it means is decided in one place.
            fault = not_listed(error, session.account.scope, types=tuple(types), paged=bool(token))
            if token and fault.code == "DeadlineExceeded" and time.monotonic() >= until:
                raise _too_late(session) from error  # it did answer, page after page
            if fault.code in SILENT:
                self._dead[address] = fault
            raise fault from error

    def _once(
        self, session: Session, types: Sequence[str], token: str, until: float, *, renewed: bool
    ) -> ListAssetsResponse:
        left = until - time.monotonic()
        if left <= 0:
            raise _too_late(session)
        headers = session.headers(renewed=renewed)
        request = ListAssetsRequest(
            parent=session.account.scope,
            asset_types=list(types),
            content_type=ContentType.RESOURCE,
            page_size=self._page,
            page_token=token,
        )
        self.calls["ListAssets"] += 1
        pager = session.client().list_assets(
            request,
            retry=Retry(
                predicate=passes, initial=0.5, maximum=20, multiplier=2, timeout=min(left, self._patience)
            ),
            timeout=min(left, ATTEMPT),
            metadata=headers,
        )
        return next(iter(pager.pages))


def _too_late(session: Session) -> NotListed:
    return NotListed(
        Why.UNREACHABLE,
        f"listing {session.account.scope} did not end before its deadline: raise gcp.deadline",
        "Deadline",
    )
