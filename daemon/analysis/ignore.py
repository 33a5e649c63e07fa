"""Decides which changes the operator's ignore rules leave out of a report, and counts them.

What a rule names must all hold. A new data path is left out only by a rule that spells out whose it is.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date
from functools import lru_cache
from typing import Protocol

from daemon.analysis.changes import restrict
from daemon.values.drift import Action, Change, PathChange

Counts = tuple[tuple[str, int], ...]
"""How many changes each rule left out, as (reason, count), in the order of the rules."""


class Rule(Protocol):
    """An `[[ignore]]` section of the settings. Words are globs; an empty one does not matter.

    `field`: a path such as `Runtime`, `tags.Owner`, `Policy`, and all below it. `tag`: `Name` or
    `Name=value`, carried by the resource. `expires`: the first day on which the rule does not hold.
    """

    @property
    def type(self) -> str: ...
    @property
    def field(self) -> str: ...
    @property
    def tag(self) -> str: ...
    @property
    def environment(self) -> str: ...
    @property
    def urn(self) -> str: ...
    @property
    def reason(self) -> str: ...
    @property
    def expires(self) -> date: ...


def apply(changes: Iterable[Change], rules: Sequence[Rule], today: date) -> tuple[list[Change], Counts]:
    """The changes that no rule leaves out, and what the rules did.

    A rule with a `field` takes that field out of altered resources and leaves the rest of the change.
    """
    live = _live(rules, today)
    counts: Counter[int] = Counter()
    kept: list[Change] = []
    for one in changes:
        rest: Change | None = one
        for place, rule in live:
            after = _without(rest, rule)
            if after is not rest:
                counts[place] += 1
            rest = after
            if rest is None:
                break
        if rest is not None:
            kept.append(rest)
    return kept, _counts(rules, counts, today)


def apply_to_paths(
    changes: Iterable[PathChange], rules: Sequence[Rule], today: date
) -> tuple[list[PathChange], Counts]:
    """The path changes that no rule leaves out.

    Only a rule whose `urn` spells out the scheme and the environment or account of the origin or the sink
    speaks about paths, and only if it names no field and no tag: `type = "service"` or `urn = "*"` were
    never meant to hide where personal data goes.
    """
    counts: Counter[int] = Counter()
    kept: list[PathChange] = []
    for change in changes:
        place = next((place for place, rule in _live(rules, today) if _names_path(change, rule)), None)
        if place is None:
            kept.append(change)
        else:
            counts[place] += 1
    return kept, _counts(rules, counts, today, expired=False)


def _live(rules: Sequence[Rule], today: date) -> list[tuple[int, Rule]]:
    return [(place, rule) for place, rule in enumerate(rules) if rule.expires > today]


def _counts(rules: Sequence[Rule], counts: Counter[int], today: date, *, expired: bool = True) -> Counts:
    result = []
    for place, rule in enumerate(rules):
        if counts[place]:
            result.append((rule.reason, counts[place]))
        elif expired and rule.expires <= today:
            result.append((f"{rule.reason} (rule expired {rule.expires.isoformat()}, no longer applied)", 0))
    return tuple(result)


def _without(change: Change | None, rule: Rule) -> Change | None:
    """What the rule leaves of a change: all of it, some of its fields, or nothing."""
    if change is None or not _speaks_of(change, rule):
        return change
    if not rule.field:
        return None
    if change.action in (Action.ADDED, Action.REMOVED, Action.RESOLVED, Action.REPOINTED):
        return change  # the fields of these describe; they are not what happened
    fields = tuple(field for field in change.fields if not _is_field(rule.field, field.path))
    if len(fields) == len(change.fields):
        return change
    return restrict(change, fields) if fields else None


def _speaks_of(change: Change, rule: Rule) -> bool:
    if not (rule.type or rule.field or rule.tag or rule.environment or rule.urn):
        return False
    return (
        (not rule.type or _matches(rule.type, change.type))
        and (not rule.environment or _matches(rule.environment, change.environment))
        and (not rule.urn or _matches(rule.urn, change.key))
        and (not rule.tag or _has_tag(change, rule.tag))
    )


def _has_tag(change: Change, tag: str) -> bool:
    name, separator, value = tag.partition("=")
    return any(
        _matches(name, key) and (not separator or _matches(value, content))
        for key, content in change.tags.items()
    )


def _is_field(glob: str, path: str) -> bool:
    return _matches(glob, path) or _matches(f"{glob}.*", path) or _matches(f"{glob}[*", path)


def _names_path(change: PathChange, rule: Rule) -> bool:
    if rule.field or rule.tag or not _spelt_out(rule.urn):
        return False
    if rule.type and not _matches(rule.type, "data_path"):
        return False
    return all(
        any(_matches(rule.urn, urn) for urn in (path.identity.origin, path.identity.sink, path.store) if urn)
        and (not rule.environment or _matches(rule.environment, _environment(path.identity.origin)))
        for path in change.paths
    )


def _spelt_out(urn: str) -> bool:
    """True if what stands before the first wildcard names a scheme and something within it."""
    fixed = re.split(r"[*?]", urn, maxsplit=1)[0]
    if fixed.startswith("arn:"):
        return len(fixed.split(":")) > 5 and bool(fixed.split(":", 5)[5])
    _, separator, rest = fixed.partition("://")
    return bool(separator) and "/" in rest.strip("/")


def _environment(urn: str) -> str:
    return urn.partition("://")[2].partition("/")[0]


def _matches(glob: str, text: str) -> bool:
    return _pattern(glob).fullmatch(text) is not None


@lru_cache(maxsize=1024)
def _pattern(glob: str) -> re.Pattern[str]:
    """Only `*` and `?` are special: brackets stand in paths as in `Rules[Port=443]`."""
    parts = (".*" if char == "*" else "." if char == "?" else re.escape(char) for char in glob)
    return re.compile("".join(parts), re.DOTALL)
