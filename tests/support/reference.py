"""What the store must believe after any history: the rules of the design, in plain dictionaries.

Nothing here knows of versions, intervals, digests or SQL. A snapshot is the whole belief, copied; beside it stands
a log of what each snapshot saw happen. Whatever the product tells of two snapshots must follow from these.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from copy import copy
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple

from collectors.model import Answer, Extent, Gap, Json, Listing, Relation, Resource, Scope, Sightings

Key = tuple[str, ...]
"""(urn,) of a resource; (source, verb, target) of a relation or flow."""

Content = dict[str, Json]
Asked = Mapping[str, frozenset[Extent] | None]

KNOWLEDGE = ("baseline", "newly_visible")
"""Firsts that say what we know now; they speak before `added`, which says that the world changed."""


@dataclass(slots=True)
class Shown:
    """That an extent shows something. `since`, `origin`: of its present content. `missed`: listings that lack it."""

    content: Content
    rules: str
    sighted: bool
    flow: bool
    since: int
    origin: str
    last_seen: datetime
    missed: int = 0


@dataclass(frozen=True, slots=True)
class Covered:
    """How an extent stands. `since`: the first snapshot of which this holds; `pending`: resources missed so far."""

    state: str
    detail: str
    details_failed: int
    pending: int
    since: int
    last_listed: int | None
    last_listed_at: datetime | None

    @property
    def outcome(self) -> tuple[str, str, int, int]:
        return (self.state, self.detail, self.details_failed, self.pending)


class Event(NamedTuple):
    """What a snapshot saw happen to a key in an extent: an origin, or how it ended.

    `removed`: a listing lacked it; `retired`: its listings are not asked for any more; `forgotten`: its sightings.
    """

    extent: Extent
    key: Key
    what: str
    last_seen: datetime


class Difference(NamedTuple):
    """What is different of a key between two snapshots."""

    action: str
    before: Content | None
    after: Content | None
    last_confirmed: datetime | None = None


@dataclass(frozen=True, slots=True)
class Moment:
    """A snapshot: all that is believed, and what happened since the one before."""

    shown: dict[Extent, dict[Key, Shown]]
    covered: dict[Extent, Covered]
    events: tuple[Event, ...]
    large_removals: frozenset[Extent]
    failed: bool


@dataclass(slots=True)
class Reference:
    """Takes the same answers as the store. Snapshots are numbered from 1."""

    warm_up: timedelta = timedelta(0)
    moments: list[Moment] = field(default_factory=list)
    _shown: dict[Extent, dict[Key, Shown]] = field(default_factory=dict)
    _covered: dict[Extent, Covered] = field(default_factory=dict)
    _known: set[Extent] = field(default_factory=set)  # those that have had their baseline
    _heard: dict[str, datetime] = field(default_factory=dict)  # environments, since when
    _events: list[Event] = field(default_factory=list)

    # -- one snapshot --------------------------------------------------------------------------------

    def take(
        self, answers: Iterable[Answer], asked: Asked, now: datetime, large: Collection[Extent] = ()
    ) -> None:
        """One snapshot of these answers."""
        said = {answer.extent: answer for answer in answers}
        said |= self._unreached(said, asked)
        failed = bool(said) and all(isinstance(answer, Gap) for answer in said.values())
        for extent in sorted(said):
            answer = said[extent]
            if isinstance(answer, Gap):
                self._cover(extent, answer.why.value, answer.detail)
            else:
                self._hear(answer, now)
        for extent in sorted(self._covered.keys() - said.keys()):
            wanted = asked.get(extent.scope.provider, frozenset())
            if wanted is None:
                continue  # retired, and nobody can tell whether it is asked for again
            if extent not in wanted and not failed:
                self._retire(extent)
            elif self._covered[extent].state in ("listed", "sighted"):
                self._cover(extent, "not due")
            elif self._covered[extent].state == "retired" and extent in wanted:
                self._cover(extent, "never listed")
        for extent in sorted(frozenset().union(*(wanted or () for wanted in asked.values()))):
            if extent not in self._covered:
                self._cover(extent, "never listed")
        self.moments.append(
            Moment(
                {
                    extent: {key: copy(one) for key, one in shown.items()}
                    for extent, shown in self._shown.items()
                },
                dict(self._covered),
                tuple(self._events),
                frozenset(large),
                failed,
            )
        )
        self._events.clear()

    def _unreached(self, said: Mapping[Extent, Answer], asked: Asked) -> dict[Extent, Gap]:
        """A provider that could not say what there is to ask leaves a gap in all it ever showed."""
        found = {}
        for extent, covered in self._covered.items():
            provider = extent.scope.provider
            if asked.get(provider, ()) is None and extent not in said and covered.state != "retired":
                reason = [said[e] for e in sorted(said) if e.scope.provider == provider]
                gap = next(each for each in reversed(reason) if isinstance(each, Gap))
                found[extent] = Gap(extent, gap.why, gap.detail)
        return found

    def _hear(self, answer: Listing | Sightings, now: datetime) -> None:
        extent = answer.extent
        sighted = isinstance(answer, Sightings)
        appears = "added"
        if sighted:
            since = self._heard.setdefault(extent.scope.account, now)
            appears = "newly_visible" if now < since + self.warm_up else "added"
        if extent not in self._known:
            appears = "baseline"
            self._known.add(extent)
        shown = self._shown.setdefault(extent, {})
        number = len(self.moments) + 1
        hearing = _Hearing(extent, shown, self._events, answer.fingerprint, appears, number, now, sighted)
        unknown = _never_seen(shown)
        for resource in answer.resources:
            hearing.resource(resource)
        learnt = unknown - _never_seen(shown)
        for relation in answer.relations:
            target = str(relation.target)
            ends = {(relation.source, relation.verb), (target, relation.verb)}
            hearing.relation((relation.source, relation.verb, target), relation, learnt=bool(ends & learnt))
        if isinstance(answer, Listing):
            blind = {(each.urn, name) for each in answer.resources for name in each.unobserved}
            for key in sorted(shown.keys() - _keys(answer)):
                if len(key) == 1 or not {(key[0], key[1]), (key[2], key[1])} & blind:
                    hearing.miss(key, answer.confirm)
        self._cover(
            extent,
            "sighted" if sighted else "listed",
            details_failed=answer.details_failed if isinstance(answer, Listing) else 0,
            listed_at=now,
        )

    def _retire(self, extent: Extent) -> None:
        for key, one in sorted(self._shown.get(extent, {}).items()):
            self._events.append(Event(extent, key, "forgotten" if one.sighted else "retired", one.last_seen))
        self._shown[extent] = {}
        self._known.discard(extent)
        if self._covered[extent].state != "retired":
            planning = extent.type.endswith(".plan")
            detail = "it can be planned again" if planning else "no longer asked for by the settings"
            self._cover(extent, "retired", detail)

    def _cover(
        self,
        extent: Extent,
        state: str,
        detail: str = "",
        details_failed: int = 0,
        listed_at: datetime | None = None,
    ) -> None:
        number, old = len(self.moments) + 1, self._covered.get(extent)
        pending = sum(len(key) == 1 and one.missed > 0 for key, one in self._shown.get(extent, {}).items())
        last, at = (old.last_listed, old.last_listed_at) if old else (None, None)
        if listed_at:
            last, at = number, listed_at
        new = Covered(state, detail, details_failed, pending, number, last, at)
        if old and old.outcome == new.outcome:
            new = Covered(*new.outcome, old.since, last, at)
        self._covered[extent] = new

    # -- two snapshots -------------------------------------------------------------------------------

    def differences(self, before: int, after: int) -> dict[Key, Difference]:
        """What differs, by key; what is no change of the world, and no restatement, is left out."""
        keys = {event.key for moment in self.moments[before:after] for event in moment.events}
        told = ((key, self._told(key, before, after)) for key in sorted(keys))
        return {key: one for key, one in told if one is not None}

    def _told(self, key: Key, before: int, after: int) -> Difference | None:
        then, now = self._presences(key, before), self._presences(key, after)
        listed_then = [extent for extent, one in then.items() if not one.sighted]
        listed_now = [extent for extent, one in now.items() if not one.sighted]
        if not then and not now:
            return None
        if not then:
            first = self._first(key, before, after)
            return None if first == "baseline" else Difference(first, None, now[self._speaker(now)].content)
        if (listed_then and not listed_now) or not now:
            if last_seen := self._proven_gone(key, before, after):
                confirmed = last_seen if len(key) == 1 else None  # of a relation nobody tells it
                return Difference("removed", then[self._speaker(then)].content, None, confirmed)
            if not now:
                return None
        speaker = self._speaker(now)
        if speaker not in then:
            return None  # another extent speaks now: it did not say before what is different
        old, new = then[speaker].content, now[speaker].content
        if old == new:
            return None
        return Difference(self._how(key, speaker, before, after), old, new)

    def _presences(self, key: Key, number: int) -> dict[Extent, Shown]:
        return {
            extent: shown[key] for extent, shown in self.moments[number - 1].shown.items() if key in shown
        }

    def _speaker(self, presences: Mapping[Extent, Shown]) -> Extent:
        """Of several extents that show it, a listing speaks before sightings, then the one known longer."""
        age = list(self._covered)
        return min(presences, key=lambda extent: (presences[extent].sighted, age.index(extent)))

    def _first(self, key: Key, before: int, after: int) -> str:
        """How it first appeared after `before`; where several extents saw it at once, what is no news says so."""
        for moment in self.moments[before:after]:
            firsts = {event.what for event in moment.events if event.key == key}
            if firsts:
                return next((each for each in KNOWLEDGE if each in firsts), "added")
        raise AssertionError(f"{key} appeared without an event")

    def _proven_gone(self, key: Key, before: int, after: int) -> datetime | None:
        """When it was seen last, if its last listed presence ended because a listing lacked it.

        None if one of them retired just then: it may still be there, only nobody asks any more.
        """
        last: list[Event] = []
        for moment in self.moments[before:after]:
            ended = [e for e in moment.events if e.key == key and e.what in ("removed", "retired")]
            last = ended or last
        proven = last and all(event.what == "removed" for event in last)
        return max(event.last_seen for event in last) if proven else None

    def _how(self, key: Key, extent: Extent, before: int, after: int) -> str:
        """`altered` if the content differs within any stretch of equal rules; else only the rules made it differ."""
        contents = [self.moments[before - 1].shown[extent][key].content]
        for moment in self.moments[before:after]:
            for event in moment.events:
                if (event.extent, event.key) != (extent, key) or key not in moment.shown[extent]:
                    continue
                if event.what == "restated":
                    if contents[0] != contents[-1]:
                        return "altered"
                    contents.clear()
                contents.append(moment.shown[extent][key].content)
        return "altered" if contents[0] != contents[-1] else "restated"

    def content(self, key: Key, number: int) -> Content:
        """What speaks for a key at a snapshot."""
        presences = self._presences(key, number)
        return presences[self._speaker(presences)].content

    def changes(self, number: int) -> dict[Key, Difference]:
        """What one snapshot changed; the first changes nothing."""
        return self.differences(number - 1, number) if number > 1 else {}

    def shown(self) -> Iterator[tuple[Extent, Key, Shown]]:
        """What each extent shows in the newest snapshot."""
        for extent, shown in self.moments[-1].shown.items():
            for key, one in shown.items():
                yield extent, key, one


@dataclass(frozen=True, slots=True)
class _Hearing:
    """One answer on its way into the belief. `appears`: what is said of that which was not shown before."""

    extent: Extent
    shown: dict[Key, Shown]
    events: list[Event]
    rules: str
    appears: str
    number: int
    now: datetime
    sighted: bool

    def resource(self, resource: Resource) -> None:
        """A resource, with what could not be seen of it as it was."""
        key, new = (resource.urn,), _content(resource)
        old = self._earlier(key)
        if old is not None:
            _carry(old, new, resource.unobserved)
        if old is not None and self._unites(key):
            new["attributes"] = _united(_part(old, "attributes"), _part(new, "attributes"))
        learnt = old is not None and _without_unknown(old, old) == _without_unknown(old, new)
        self._put(key, new, flow=False, appears=self.appears, rules_only=learnt)

    def relation(self, key: Key, relation: Relation, *, learnt: bool) -> None:
        """A relation or a flow. `learnt`: it may have been there all along, only nobody could look."""
        new: Content = dict(relation.attributes)
        old = self._earlier(key)
        if old is not None and self._unites(key):
            new = _united(old, new)
        appears = "baseline" if learnt else self.appears
        self._put(key, new, flow=relation.seen is not None, appears=appears, rules_only=False)

    def miss(self, key: Key, confirm: int) -> None:
        """A complete listing lacks it: gone, once as many listings in a row do."""
        one = self.shown[key]
        one.missed += 1
        if one.missed >= confirm:
            del self.shown[key]
            self.events.append(Event(self.extent, key, "removed", one.last_seen))

    def _earlier(self, key: Key) -> Content | None:
        return self.shown[key].content if key in self.shown else None

    def _unites(self, key: Key) -> bool:
        """Sightings take nothing away, unless other rules made them."""
        return self.sighted and self.shown[key].rules == self.rules

    def _put(self, key: Key, content: Content, *, flow: bool, appears: str, rules_only: bool) -> None:
        old = self.shown.get(key)
        what = appears
        if old is not None:
            what = "altered" if old.rules == self.rules and not rules_only else "restated"
            if old.content == content:
                old.rules, old.missed, old.last_seen = self.rules, 0, self.now
                return
        self.shown[key] = Shown(content, self.rules, self.sighted, flow, self.number, what, self.now)
        self.events.append(Event(self.extent, key, what, self.now))


def _never_seen(shown: Mapping[Key, Shown]) -> set[tuple[str, str]]:
    """Urns with the names of what was never seen of them."""
    return {(key[0], name) for key, one in shown.items() if len(key) == 1 for name in unknown_of(one.content)}


def _keys(answer: Listing) -> set[Key]:
    return {(each.urn,) for each in answer.resources} | {
        (each.source, each.verb, str(each.target)) for each in answer.relations
    }


def _content(resource: Resource) -> Content:
    """Everything that is kept of a resource; `unobserved` only where something was never seen."""
    scope: Scope = resource.scope
    content: Content = {
        "type": resource.type,
        "name": resource.name,
        "scope": [scope.provider, scope.account, scope.region],
        "role": str(resource.role),
        "public": resource.public,
        "aliases": list[Json](sorted(str(alias) for alias in resource.aliases)),
        "namespaces": list[Json](sorted(resource.namespaces)),
        "tags": dict(resource.tags),
        "attributes": dict(resource.attributes),
    }
    if resource.unobserved:
        content["unobserved"] = list[Json](sorted(resource.unobserved))
    return content


def _carry(old: Content, new: Content, unobserved: Iterable[str]) -> None:
    """What could not be seen now keeps its value; what was never seen stays unknown."""
    for name in unobserved:
        if name in WHOLE:
            new[name] = old[name]
        elif name in _part(old, "attributes"):
            _part(new, "attributes")[name] = _part(old, "attributes")[name]
    unknown = sorted(set(unobserved) & unknown_of(old))
    new.pop("unobserved", None)
    if unknown:
        new["unobserved"] = [*unknown]


WHOLE = ("aliases", "namespaces", "public", "tags")


def unknown_of(content: Content) -> set[str]:
    """Names of what was never seen of a resource."""
    names = content.get("unobserved")
    return {str(name) for name in names} if isinstance(names, list) else set()


def _without_unknown(old: Content, content: Content) -> Content:
    """A content without what was unknown of the old one: what differs there was learnt, it did not change."""
    unknown = {*unknown_of(old), "unobserved"}
    attributes = {name: each for name, each in _part(content, "attributes").items() if name not in unknown}
    return {name: each for name, each in content.items() if name not in unknown} | {"attributes": attributes}


def _part(content: Content, name: str) -> Content:
    part = content.get(name, {})
    assert isinstance(part, dict)
    return part


def _united(old: Content, new: Content) -> Content:
    """What was seen over what was seen before: names are united; a column that is read is no mere lookup."""
    united = {**old, **new}
    for name in old.keys() & new.keys():
        before, now = old[name], new[name]
        if isinstance(before, list) and isinstance(now, list):
            united[name] = list[Json](sorted({str(each) for each in (*before, *now)}))
    columns, lookups = united.get("columns"), united.get("lookups")
    if isinstance(columns, list) and isinstance(lookups, list):
        united["lookups"] = [each for each in lookups if each not in columns]
    return united
