"""Executes rows: the only module that calls the cloud. An answer is whole, or it is NotListed."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import botocore.exceptions  # type: ignore[import-untyped]  # has no types
import orjson

from collectors.aws.answers import Item, Paging, filled, one_value, picked
from collectors.aws.breaker import Breaker
from collectors.aws.faults import EXPIRED, STALE_PAGE, not_listed
from collectors.aws.row import AwsResourceType
from collectors.aws.sessions import Identity, Session
from collectors.aws.transport import ENDED, check_deadline, deadline
from collectors.errors import Gone, NotListed
from collectors.expressions import RESERVED, expand, find, holes
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


@dataclass(slots=True)
class Described:
    """An item with its details. `unknown`: the fields whose detail call failed."""

    item: Item
    unknown: set[str] = field(default_factory=set)
    failed: int = 0
    gone: bool = False


class Inventory:
    """The calls of one cycle. `repeated`: operations that several rows make, whose answers are kept to share."""

    def __init__(self, repeated: frozenset[tuple[str, str]], threads: int = 16) -> None:
        self._repeated = repeated
        self._threads = ThreadPoolExecutor(threads, "aws-detail")
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

    def close(self) -> None:
        """Ends the threads."""
        self._threads.shutdown(wait=False, cancel_futures=True)
        self._answers.clear()

    def describe(self, row: AwsResourceType, place: Place, until: float) -> list[Described]:
        """Every item of the row in this place, with details. Raises NotListed."""
        with deadline(until):
            described = [Described(item) for item in self._items(row, place, until)]
        for call in row.detail:
            described = [each for each in described if not each.gone]
            if call.chunk:
                self._describe_in_chunks(row, call, call.chunk, place, described, until)
            else:
                self._each(partial(self._add, row, call, place), described, until)
        return [each for each in described if not each.gone]

    def _items(self, row: AwsResourceType, place: Place, until: float) -> list[Item]:
        if row.over is None:
            return [{**item, **place.words} for item in self._listing(row, place, place.words)]
        parents = self._items(row.over, place, until)

        def of(parent: Item) -> list[Item]:
            words = {**place.words, "parent": parent}
            try:
                return [{**item, **words} for item in self._listing(row, place, words)]
            except Gone:
                return []  # the parent went away between the two calls, and its children with it

        return [item for items in self._each(of, parents, until) for item in items]

    def _listing(self, row: AwsResourceType, place: Place, words: Item) -> list[Item]:
        pages = self._ask(row.service_of(row.list), row.list, place, words)
        failures = (
            [each for page in pages for each in find(row.list.failures, page) or []]
            if row.list.failures
            else []
        )
        if failures:
            raise NotListed(
                Why.PARTIAL, f"{row.list.operation} answered, but left out {len(failures)}", "Failures"
            )
        return [item for page in pages for item in picked(row.list.steps, page)]

    def _each(self, work: Callable[[Any], Any], values: Sequence[Any], until: float) -> list[Any]:
        """The work done for every value, in order, on a few threads. The first NotListed ends it."""
        if len(values) < 2:
            with deadline(until):
                return [work(value) for value in values]

        def bounded(value: Any) -> Any:  # whatever `work` takes and gives
            with deadline(until):
                return work(value)

        running = [self._threads.submit(bounded, value) for value in values]
        try:
            return [each.result() for each in running]
        finally:
            for each in running:
                each.cancel()

    def _add(self, row: AwsResourceType, call: Call, place: Place, one: Described) -> None:
        try:
            found = one_value(call, self._ask(row.service_of(call), call, place, one.item))
        except Gone:
            one.gone = True
        except NotListed as error:
            if error.code in call.absent:
                one.item[call.into or "_"] = None
            elif error.why is Why.DENIED or (error.why is Why.FAILED and error.code != "BodyTooLarge"):
                self._unknown(call, one)
            else:
                raise  # weather, not a setting of this one item: the extent was not seen
        else:
            self._merge(call, one, found)

    @staticmethod
    def _merge(call: Call, one: Described, value: Any) -> None:  # whatever the answer says
        if call.into:
            one.item[call.into] = value
        elif isinstance(value, dict):
            one.item |= {key: each for key, each in value.items() if key not in RESERVED}

    @staticmethod
    def _unknown(call: Call, one: Described) -> None:
        one.failed += 1
        one.unknown.add(call.into or ANY)

    def _describe_in_chunks(
        self,
        row: AwsResourceType,
        call: Call,
        chunk: tuple[str, int],
        place: Place,
        described: Sequence[Described],
        until: float,
    ) -> None:
        parameter, size = chunk
        template = call.parameters[parameter]
        assert isinstance(template, str)
        key = holes(template)[0][0]
        others = {name: value for name, value in call.parameters.items() if name != parameter}
        groups: dict[str, list[Described]] = {}
        for one in described:
            groups.setdefault(repr(filled(others, one.item)), []).append(one)
        chunks = [group[at : at + size] for group in groups.values() for at in range(0, len(group), size)]

        def ask(ones: list[Described]) -> None:
            wanted: dict[str, Described] = {expand(template, one.item)[0]: one for one in ones}
            parameters = {**_mapping(filled(others, ones[0].item)), parameter: list(wanted)}
            try:
                pages = self._answer(row.service_of(call), call, place, place.region, parameters)
            except NotListed as error:
                if error.why is not Why.DENIED:
                    raise
                for one in ones:
                    self._unknown(call, one)
                return
            for answer in (each for page in pages for each in picked(call.steps, page)):
                one_answered = wanted.pop(str(find(key, answer)), None)
                if one_answered:
                    self._merge(call, one_answered, answer.get(call.into, answer))
            failures = (
                [each for page in pages for each in find(call.failures, page) or []] if call.failures else []
            )
            said = {text for failure in failures for text in _texts(failure)}
            for text, one in wanted.items():
                if text in said and said & set(call.gone):
                    one.gone = True
                else:
                    self._unknown(call, one)

        self._each(ask, chunks, until)

    def _ask(self, service: str, call: Call, place: Place, item: Item) -> list[Item]:
        """Every page of what the call answers for this item."""
        region = (expand(call.region, item) or (place.region,))[0] if call.region else place.region
        return self._answer(service, call, place, region, _mapping(filled(call.parameters, item)))

    def _answer(self, service: str, call: Call, place: Place, region: str, parameters: Item) -> list[Item]:
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


ANY = "*"
"""Stands for the fields a merged detail would have given."""


def method_name(operation: str) -> str:
    """The SDK's Python name of an operation."""
    name: str = botocore.xform_name(operation)
    return name


def _mapping(value: Any) -> Item:  # what `filled` made of a mapping
    assert isinstance(value, dict)
    return value


def _texts(failure: object) -> Iterable[str]:
    return [str(value) for value in failure.values()] if isinstance(failure, dict) else [str(failure)]
