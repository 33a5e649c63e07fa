"""Asks Azure: the only module that calls it. An answer is whole, or it is NotListed."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

from azure.core.exceptions import AzureError
from azure.core.paging import ItemPaged
from azure.core.rest import HttpRequest
from azure.mgmt.resourcegraph.models import QueryRequest, QueryRequestOptions

from collectors.azure.faults import not_listed, refused_at_the_door
from collectors.azure.permissions import GROUPS, PERMISSIONS, RESOURCES, SUBSCRIPTIONS, Granted
from collectors.azure.permissions import QUERY as QUERYING
from collectors.azure.sessions import Session
from collectors.azure.transport import pause
from collectors.errors import NotListed
from collectors.model import Why

Item = Mapping[str, Any]  # what Azure's JSON says
Answered = TypeVar("Answered")

PAGE = 1000
SMALLEST_PAGE = 50
MOST_PAGES = 5000
REPEATED = frozenset({"GET", "POST"})
"""A query is sent by POST and changes nothing."""

QUERY = (
    "resources{where} | project id, name, type, kind, location, tags, sku, identity, zones, managedBy, properties"
    " | order by id asc"
)
ANEW = frozenset(
    {"PagingLoop", "Incomplete", "InvalidSkipToken", "InvalidContinuationToken", "ExpiredSkipToken"}
)
"""Codes of a traversal that is worth beginning once more."""
FAULTS = (AzureError, NotListed, ValueError)
"""What the SDK raises; ValueError where it cannot read what it got."""
TOO_LARGE = "ResponsePayloadTooLarge"
PERMISSIONS_PATH = "/subscriptions/{id}/providers/Microsoft.Authorization/permissions?api-version=2022-04-01"


class Quota:
    """How many queries the tenant still allows its caller, as the last answer said; shared by all threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._open_at = 0.0

    def wait(self) -> None:
        """Waits until a query is allowed again. Raises NotListed if that is after the deadline."""
        with self._lock:
            left = self._open_at - time.monotonic()
        if left > 0:
            pause(left, throttled=True)

    def note(self, headers: Mapping[str, str]) -> None:
        """Remembers what the headers of an answer say of the quota: none left, and for how long."""
        if headers.get("x-ms-user-quota-remaining", "").strip() != "0":
            return
        seconds = _seconds(headers.get("x-ms-user-quota-resets-after", ""))
        with self._lock:
            self._open_at = max(self._open_at, time.monotonic() + seconds)


def _seconds(clock: str) -> float:
    """Seconds of `hh:mm:ss`."""
    parts = clock.strip().split(":")
    if len(parts) != 3 or not all(part.replace(".", "", 1).isdigit() for part in parts):
        return 1.0
    return sum(float(part) * unit for part, unit in zip(parts, (3600, 60, 1), strict=True))


class Inventory:
    """What one tenant shows."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._quota = Quota()
        self._answered = False
        self._shut: NotListed | None = None

    def new_cycle(self) -> None:
        """Forgets that the tenant could not be entered."""
        self._answered, self._shut = False, None

    def subscriptions(self) -> list[Item]:
        """Every subscription in which the caller has a role."""
        return self._asked(
            SUBSCRIPTIONS,
            lambda: _listed(self._session.subscriptions().subscriptions.list()),
        )

    def subscription(self, id: str) -> Item:
        """One subscription."""
        return self._asked(
            SUBSCRIPTIONS,
            lambda: _plain(self._session.subscriptions().subscriptions.get(id)),
        )

    def groups(self, id: str) -> list[Item]:
        """The resource groups of a subscription."""
        return self._asked(
            GROUPS,
            lambda: _listed(self._session.resources(id).resource_groups.list()),
        )

    def resources(self, id: str) -> list[Item]:
        """The resources of a subscription, without their properties."""
        return self._asked(
            RESOURCES,
            lambda: _listed(self._session.resources(id).resources.list()),
        )

    def granted(self, id: str) -> Granted:
        """What the caller may read in a subscription."""
        return self._asked(PERMISSIONS, lambda: Granted.parse(self._permissions(id)))

    def documents(self, id: str, kinds: Sequence[str] = ()) -> list[Item]:
        """The resources of a subscription with their properties, of some kinds or of all, by one traversal."""
        words = ", ".join(f"'{kind}'" for kind in kinds)
        query = QUERY.format(where=f" | where type in~ ({words})" if kinds else "")
        return self._asked(QUERYING, lambda: self._traversed(query, id))

    def _asked(self, call: str, ask: Callable[[], Answered]) -> Answered:
        """The answer; a traversal that broke, or a token that ended, is begun once more from its first page."""
        for last in (False, True):
            if self._shut is not None:
                raise self._shut
            generation = self._session.generation
            try:
                answer = ask()
            except FAULTS as error:
                fault = not_listed(error, call)
                signed_in = not refused_at_the_door(fault)
                if not signed_in or (fault.why is Why.UNREACHABLE and not self._answered):
                    self._shut = fault  # it costs one wait, and not one for every subscription
                ended = fault.why is Why.EXPIRED and signed_in
                if last or not (ended or fault.code in ANEW):
                    raise fault from error
                if ended:
                    self._session.renew(generation)
            else:
                self._answered = True
                return answer
        raise AssertionError("the second attempt answers or raises")

    def _permissions(self, id: str) -> Iterator[Item]:
        client = self._session.subscriptions()
        url = PERMISSIONS_PATH.format(id=id)
        seen: set[str] = set()
        while url:
            _check_loop(url, seen)
            answer = client.send_request(HttpRequest("GET", url))
            answer.raise_for_status()
            body = answer.json()
            yield from (each for each in body["value"] if isinstance(each, dict))
            url = str(body.get("nextLink") or "")

    def _traversed(self, query: str, id: str) -> list[Item]:
        client = self._session.graph()
        found: dict[str, Item] = {}
        seen: set[str] = set()
        token, size = "", PAGE
        while True:
            self._quota.wait()
            options = QueryRequestOptions(top=size, skip_token=token or None, result_format="objectArray")
            request = QueryRequest(query=query, subscriptions=[id], options=options)
            try:
                answer: Any = client.resources(request, cls=_with_headers, retry_on_methods=REPEATED)
                page, headers = answer
            except AzureError as error:
                fault = not_listed(error, QUERYING)
                if fault.code != TOO_LARGE or size <= SMALLEST_PAGE:
                    raise
                size = max(SMALLEST_PAGE, size // 2)
                continue
            self._quota.note(headers)
            before = len(found)
            found |= {row["id"].lower(): row for row in _rows(page.data)}
            token = page.skip_token or ""
            if not token:
                break
            _check_loop(token, seen)
            if len(found) == before:
                raise NotListed(Why.FAILED, "Azure Resource Graph gives pages without an end", "PagingLoop")
        if str(page.result_truncated).lower() == "true" or len(found) < int(page.total_records or 0):
            raise NotListed(
                Why.PARTIAL,
                "Azure Resource Graph cut its answer short: name fewer kinds in azure.types",
                "Incomplete",
            )
        return list(found.values())


def _with_headers(
    response: Any, page: Any, _: object
) -> tuple[Any, Mapping[str, str]]:  # the SDK's own types
    return page, response.http_response.headers


def _rows(data: object) -> Iterable[Item]:
    if not isinstance(data, list) or not all(
        isinstance(row, dict) and isinstance(row.get("id"), str) for row in data
    ):
        raise NotListed(
            Why.FAILED, "Azure Resource Graph answered in a form that is not its own", "NotAnAnswer"
        )
    return data


def _check_loop(token: str, seen: set[str]) -> None:
    if token in seen or len(seen) >= MOST_PAGES:
        raise NotListed(Why.FAILED, "Azure gives pages without an end", "PagingLoop")
    seen.add(token)


def _listed(paged: ItemPaged[Any]) -> list[Item]:
    found: list[Item] = []
    seen: set[str] = set()
    pages = paged.by_page()
    for page in pages:
        found += [_plain(each) for each in page]
        token = getattr(pages, "continuation_token", None)
        if token:
            _check_loop(token, seen)
    return found


def _plain(model: Any) -> Item:  # the SDK's models
    document = model.as_dict()
    if not isinstance(document.get("id"), str):
        raise NotListed(Why.FAILED, "Azure answered in a form that is not its own", "NotAnAnswer")
    found: Item = document
    return found
