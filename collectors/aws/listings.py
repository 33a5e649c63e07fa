"""What the cloud answers to one call: every page of it, shared within a cycle. The only module that calls AWS.

An answer is whole, or it is NotListed.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any

import botocore.exceptions  # type: ignore[import-untyped]  # has no types
import orjson

from collectors.aws.answers import Item, Paging, filled
from collectors.aws.breaker import Breaker
from collectors.aws.faults import EXPIRED, STALE_PAGE, not_listed
from collectors.aws.sessions import Identity, Session
from collectors.aws.transport import ENDED, check_deadline
from collectors.errors import Gone, NotListed
from collectors.expressions import expand
from collectors.model import Why
from collectors.spec import Call


@dataclass(frozen=True, slots=True)
class Place:
    """Where a listing is made: an account, known by its session, and a region."""

    session: Session
    identity: Identity
    region: str

    @property
    def words(self) -> Item:
        """What templates know beside the item."""
        return {
            "region": self.region,
            "account": self.identity.account,
            "partition": self.identity.partition,
        }


class Listings:
    """The calls of one cycle. `repeated`: operations that several rows make, whose answers are kept to share."""

    def __init__(self, repeated: frozenset[tuple[str, str]]) -> None:
        self._repeated = repeated
        self._lock = threading.Lock()
        self._answers: dict[tuple[object, ...], Future[list[Item]]] = {}
        self._breaker = Breaker()
        self._paging: dict[str, Mapping[str, Mapping[str, Any]]] = {}
        self.calls: Counter[str] = Counter()

    def new_cycle(self) -> None:
        """Forgets the answers and the dead endpoints of the cycle before."""
        with self._lock:
            self._answers.clear()
            self._breaker = Breaker()
            self.calls.clear()

    def forget(self, place: Place) -> None:
        """Drops the shared answers of a place: whoever asks a second time wants a second look."""
        with self._lock:
            for key in [key for key in self._answers if key[0] == id(place.session)]:
                del self._answers[key]

    def ask(self, service: str, call: Call, place: Place, item: Item) -> list[Item]:
        """Every page of what the call answers for this item. Raises NotListed, Gone."""
        region = (expand(call.region, item) or (place.region,))[0] if call.region else place.region
        return self.answer(service, call, place, region, mapping(filled(call.parameters, item)))

    def answer(self, service: str, call: Call, place: Place, region: str, parameters: Item) -> list[Item]:
        """Every page of the answer to these parameters. Raises Gone for what the call says is no more."""
        try:
            return self._pages(service, call, place, region or place.identity.home, parameters)
        except NotListed as error:
            if error.code in call.gone:
                raise Gone(error.detail) from error
            raise

    def _pages(self, service: str, call: Call, place: Place, region: str, parameters: Item) -> list[Item]:
        """Every page of the answer, shared with whoever asks the same in this cycle."""
        if (service, call.operation) not in self._repeated:
            return self._read_with_restart(service, call, place, region, parameters)
        key = (
            id(place.session),
            service,
            region,
            call.operation,
            orjson.dumps(parameters, option=orjson.OPT_SORT_KEYS),
        )
        with self._lock:
            shared = self._answers.get(key)
            mine = shared is None
            if shared is None:
                shared = self._answers[key] = Future()
        if mine:
            try:
                shared.set_result(self._read_with_restart(service, call, place, region, parameters))
            except BaseException as error:
                shared.set_exception(error)  # those who wait for the same answer share its failure
                raise
        return shared.result()

    def _read_with_restart(
        self, service: str, call: Call, place: Place, region: str, parameters: Item
    ) -> list[Item]:
        """Pages of one listing. One that breaks off is begun again once, from page one: never spliced."""
        try:
            return self._read(service, call, place, region, parameters)
        except Broken as broken:
            if broken.reason.code in EXPIRED and not place.session.renew():
                raise broken.reason from broken
        try:
            return self._read(service, call, place, region, parameters)
        except Broken as broken:
            raise broken.reason from broken

    def _read(self, service: str, call: Call, place: Place, region: str, parameters: Item) -> list[Item]:
        pages: list[Item] = []
        tokens: set[str] = set()
        given = dict(parameters)
        rules = self._rules(service, call, place)
        while True:
            try:
                page = self._call(service, call.operation, place, region, given)
            except NotListed as error:
                later = bool(pages) and error.why is not Why.DENIED and error.code not in ENDED
                if later or error.code in STALE_PAGE or error.code in EXPIRED:
                    raise Broken(error) from error
                raise
            pages.append(page)
            token = rules.next(page) if rules else None
            if not token:
                return pages
            mark = orjson.dumps(token, option=orjson.OPT_SORT_KEYS, default=str).decode()
            if mark in tokens:
                raise Broken(
                    NotListed(
                        Why.FAILED,
                        f"{call.operation} repeats a page: its listing has no end",
                        "PaginationLoop",
                    )
                )
            tokens.add(mark)
            given = {**parameters, **token}

    def _rules(self, service: str, call: Call, place: Place) -> Paging | None:
        if call.pages:
            return Paging((call.pages[0],), (call.pages[1],))
        if service not in self._paging:
            self._paging[service] = place.session.paging(service)
        described = self._paging[service].get(call.operation)
        if described is None:
            return None
        return Paging.described(described)

    def _call(self, service: str, operation: str, place: Place, region: str, parameters: Item) -> Item:
        check_deadline()
        self._breaker.check(service, region)
        self.calls[f"{service}:{operation}"] += 1
        try:
            client = place.session.client(service, region)
            method = getattr(client, method_name(operation))
            answer: Item = method(**parameters)
        except (NotListed, botocore.exceptions.BotoCoreError, botocore.exceptions.ClientError) as error:
            fault = not_listed(error, service, operation, region, place.identity.opted_out)
            if fault.why is Why.UNREACHABLE and fault.code != "Deadline":  # slow is not dead
                if not place.session.offered(service, region):
                    fault = NotListed(Why.DISABLED, f"{service} is not offered in {region}", fault.code)
                self._breaker.broke(service, region, fault)
            raise fault from error
        self._breaker.worked(region)
        return answer


class Broken(Exception):
    """A listing broke off between its pages, or its page token did not hold."""

    def __init__(self, reason: NotListed) -> None:
        super().__init__(reason.detail)
        self.reason = reason


def method_name(operation: str) -> str:
    """The SDK's Python name of an operation."""
    name: str = botocore.xform_name(operation)
    return name


def mapping(value: Any) -> Item:
    """What `filled` made of a mapping."""
    assert isinstance(value, dict)
    return value
