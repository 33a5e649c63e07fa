"""Decides what becomes of the versions of one row when snapshots between the kept ones go.

Both ends of an interval move to the next kept snapshot; what came and went before it is dropped, and equal
neighbours become one. How a version came to be, and how it ended, is told anew, so that two neighbouring kept
snapshots differ in the same way as before.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from typing import Any, NamedTuple

from daemon.values.drift import Origin

RESTATED, ALTERED = Origin.RESTATED.value, Origin.ALTERED.value


class Version(NamedTuple):
    """One version. `content`: what makes it equal to another, its own rules aside.

    `pushed`: its extent is of sightings, which never end by themselves. `shown`: when a listing showed it last.
    """

    id: int
    extent_id: int
    since: int
    until: int | None
    origin: str
    ended: str
    fingerprint: str
    equal_under: str | None
    shown: str | None
    pushed: bool
    content: tuple[Any, ...]


class Kept:
    """The numbers of the snapshots that stay."""

    def __init__(self, numbers: Sequence[int]) -> None:
        self._numbers = sorted(numbers)

    def next(self, number: int) -> int:
        """The first kept snapshot that is not before this one."""
        return self._numbers[bisect_left(self._numbers, number)]

    def before(self, number: int) -> int:
        """The newest kept snapshot before this one; 0 if there is none."""
        at = bisect_left(self._numbers, number)
        return self._numbers[at - 1] if at else 0


@dataclass(frozen=True, slots=True)
class Step:
    """What happened to a row from one kept snapshot to the next.

    `opened`: versions that began, the first one first; `closed`: versions that ended, the last one last. Each of the
    extent in question, and of all extents. `before`, `after`: what the extent shows at the two snapshots.
    """

    before: Version | None
    after: Version | None
    opened: Sequence[Version]
    closed: Sequence[Version]
    shown_before: bool  # by any extent
    listed_after: bool  # by any extent that is listed
    all_opened: Sequence[Version]
    all_closed: Sequence[Version]


@dataclass(frozen=True, slots=True)
class Rule:
    """How the origin of the version after a step, and the end of the version before it, are told.

    `ended`: why, and when it was shown last.
    """

    origin: Callable[[Step], str]
    ended: Callable[[Step], tuple[str, str | None]]


def fold(versions: Sequence[Version], kept: Kept, rule: Rule | None) -> list[Version]:
    """The versions of one row that stay, with new ends and origins; a version that stays keeps its id."""
    staying: list[Version] = []
    for _, group in groupby(
        sorted(versions, key=lambda v: (v.extent_id, v.since)), key=lambda v: v.extent_id
    ):
        own = list(group)
        last: Version | None = None
        for version in own:
            since = kept.next(version.since)
            until = None if version.until is None else kept.next(version.until)
            if since == until:
                continue
            told = version._replace(since=since, until=until)
            if rule and kept.before(since) < since - 1:
                told = told._replace(origin=rule.origin(_step(kept.before(since), since, own, versions)))
            if rule and until is not None and kept.before(until) < until - 1:
                ended, shown = rule.ended(_step(kept.before(until), until, own, versions))
                told = told._replace(ended=ended, shown=shown)
            if last is not None and last.until == told.since and last.content == told.content:
                staying.pop()
                rules = told.equal_under or told.fingerprint
                told = told._replace(
                    since=last.since,
                    origin=last.origin,
                    fingerprint=last.fingerprint,
                    equal_under=rules if rules != last.fingerprint else None,
                )
            staying.append(told)
            last = told
    return staying


def _step(before: int, after: int, own: Sequence[Version], versions: Sequence[Version]) -> Step:
    def opened(of: Sequence[Version]) -> list[Version]:
        return sorted((v for v in of if before < v.since <= after), key=lambda v: (v.since, v.extent_id))

    def closed(of: Sequence[Version]) -> list[Version]:
        return sorted(
            (v for v in of if v.until is not None and before < v.until <= after),
            key=lambda v: (v.until or 0, -v.extent_id),
        )

    return Step(
        next(_holding(own, before), None), next(_holding(own, after), None), opened(own), closed(own),
        any(_holding(versions, before)), any(not v.pushed for v in _holding(versions, after)),
        opened(versions), closed(versions),
    )  # fmt: skip


def _holding(versions: Sequence[Version], number: int) -> Iterator[Version]:
    return (v for v in versions if v.since <= number and (v.until is None or v.until > number))


# -- resources and relations: several extents may show one ---------------------------------------------------


def _presence_origin(step: Step) -> str:
    if step.before is not None:
        return RESTATED if _only_restated([step.before, *step.opened]) else ALTERED
    if step.shown_before:
        return step.opened[0].origin
    # Where one extent brought knowledge, that speaks first.
    first = {v.origin for v in step.all_opened if v.since == step.all_opened[0].since}
    return next((each for each in (Origin.BASELINE, Origin.NEWLY_VISIBLE) if each in first), min(first))


def _only_restated(versions: Sequence[Version]) -> bool:
    """True if within no stretch of equal rules the content is another at its end."""
    first = versions[0]
    for earlier, later in pairwise(versions):
        if later.origin == RESTATED:
            if earlier.content != first.content:
                return False
            first = later
    return versions[-1].content == first.content


def _presence_ended(step: Step) -> tuple[str, str | None]:
    if step.after is not None:
        return "", step.closed[-1].shown
    begins = {(v.extent_id, v.since) for v in step.all_opened}
    gone = [v for v in step.all_closed if not v.pushed and (v.extent_id, v.until) not in begins]
    if step.listed_after or not gone:
        return step.closed[-1].ended, step.closed[-1].shown
    last = [v for v in gone if v.until == gone[-1].until]
    return max(v.ended for v in last), max(v.shown or "" for v in last) or None


PRESENCE = Rule(_presence_origin, _presence_ended)


# -- data paths and findings: a difference is drift unless all that led to it is our own knowledge -----------------


def judged(ours: frozenset[str]) -> Rule:
    """`ours`: origins and ends that are no change of the world."""

    def known(step: Step) -> bool:
        return {v.origin for v in step.opened} | {v.ended for v in step.closed if v.ended} <= ours

    def origin(step: Step) -> str:
        if step.before is not None:
            return RESTATED if known(step) else ALTERED
        first = step.opened[0].origin
        return first if known(step) or first not in ours else Origin.ADDED.value

    def ended(step: Step) -> tuple[str, None]:
        if step.after is not None:
            return "", None
        return (RESTATED if known(step) else "gone"), None

    return Rule(origin, ended)


# -- what names lead to ----------------------------------------------------------------------------------------


BINDING = Rule(
    lambda step: ALTERED if any(v.origin == ALTERED for v in step.opened) else RESTATED, lambda _: ("", None)
)
