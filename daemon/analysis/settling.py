"""Decides how each derived fact that differs from what is stored came to be: news of the world, or knowledge."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

from daemon.values.drift import Origin

GONE, RESTATED = "gone", "restated"


class Derived(Protocol):
    """A fact drawn from the graph: a data path, a finding. Equal if nothing about it differs."""

    @property
    def identity(self) -> Hashable: ...


T = TypeVar("T", bound=Derived)


@dataclass(frozen=True, slots=True)
class Settled(Generic[T]):
    """Facts to be versioned: what opened or differs, with its origin, and what ended, `gone` or `restated`."""

    opened: tuple[tuple[T, Origin], ...]
    ended: tuple[tuple[T, str], ...]


def settle(
    stored: Sequence[T], now: Sequence[T], again: Callable[[], Sequence[T]], fresh: Callable[[T], Origin]
) -> Settled[T]:
    """Settles what is drawn now against what is stored.

    `again`: draws the facts of the previous snapshot with today's knowledge and rules; what it already contains
    is no news, and what it no longer contains did not end in the world. It is called only if something
    differs. `fresh`: the origin of what is news.
    """
    old, new = {each.identity: each for each in stored}, {each.identity: each for each in now}
    if old == new:
        return Settled((), ())
    told = {each.identity: each for each in again()}
    opened = [
        (each, _origin(each, old.get(identity), told.get(identity), fresh))
        for identity, each in sorted(new.items(), key=_by_identity)
        if old.get(identity) != each
    ]
    ended = [
        (each, GONE if identity in told else RESTATED)
        for identity, each in sorted(old.items(), key=_by_identity)
        if identity not in new
    ]
    return Settled(tuple(opened), tuple(ended))


def _origin(each: T, stored: T | None, told: T | None, fresh: Callable[[T], Origin]) -> Origin:
    if stored is not None:
        return Origin.RESTATED if each == told else Origin.ALTERED
    return Origin.BASELINE if told is not None else fresh(each)


def _by_identity(pair: tuple[Any, object]) -> Any:
    return pair[0]
