"""Executes rows: items, and what further calls say of each. A row is answered whole, or it is NotListed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from collectors.aws.answers import Item, filled, one_value, picked
from collectors.aws.listings import Listings, Place, mapping
from collectors.aws.row import AwsResourceType
from collectors.aws.transport import deadline
from collectors.errors import Gone, NotListed
from collectors.expressions import RESERVED, expand, find, holes
from collectors.model import Why
from collectors.spec import Call

ANY = "*"
"""Stands for the fields a merged detail would have given."""


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
        self._threads = ThreadPoolExecutor(threads, "aws-detail")
        self._listings = Listings(repeated)

    @property
    def calls(self) -> Counter[str]:
        """How often each operation was called in this cycle."""
        return self._listings.calls

    def new_cycle(self) -> None:
        """Forgets the answers and the dead endpoints of the cycle before."""
        self._listings.new_cycle()

    def forget(self, place: Place) -> None:
        """Drops the shared answers of a place: whoever asks a second time wants a second look."""
        self._listings.forget(place)

    def close(self) -> None:
        """Ends the threads."""
        self._threads.shutdown(wait=False, cancel_futures=True)

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
        pages = self._listings.ask(row.service_of(row.list), row.list, place, words)
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
            found = one_value(call, self._listings.ask(row.service_of(call), call, place, one.item))
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
            parameters = {**mapping(filled(others, ones[0].item)), parameter: list(wanted)}
            try:
                pages = self._listings.answer(row.service_of(call), call, place, place.region, parameters)
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


def _texts(failure: object) -> Iterable[str]:
    return [str(value) for value in failure.values()] if isinstance(failure, dict) else [str(failure)]
