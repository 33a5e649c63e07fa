"""Decides which differences are changes, what each is, and which merely follow from another.

An operator reads each real thing once: what a new service brings with it is counted at the service.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime

from collectors.model import Json
from daemon.analysis import telling
from daemon.analysis.canonical import weight
from daemon.analysis.components import RUNS_IMAGE
from daemon.analysis.fields import compare
from daemon.analysis.images_in_use import without_followers
from daemon.values.drift import Action, Change, Difference, FieldChange, Kind, Origin

PLUMBING = frozenset(
    {"has", "runs_on", "stored_in", "located_at", "answers_for", "reaches", "discloses", "returns"}
)
"""Verbs between observed things that are no lines of their own: `has` and `runs_on` go with the service,
`stored_in`, `located_at` and `answers_for` with the inventory, `reaches`, `discloses` and `returns` with the data
paths. Every other verb is shown, a new one too: `calls`, `reads`, `writes`, `publishes_to`, `consumed_by`,
`sends_to`."""

_NAMED = ("name", "public", "type")
"""What is versioned of a resource beside its tags and attributes, and is worth a word."""

_QUIET = frozenset(
    {"root", "evidence", "partial", "statements", "instrumentation", "sampling", "conventions", "cluster"}
)
"""Attributes of what traces show that say how it was seen rather than what it does."""

_FOUND_BY_FLOW = ("table://", "host://", "topic://")
_TRACED = ("service://", "operation://", *_FOUND_BY_FLOW)
MEMBER_OF = "member_of"
"""The verb from a resource to the group that starts and stops it: what scales is told at the group."""

_BORN_OR_GONE = frozenset({Action.ADDED, Action.REMOVED, Action.NEWLY_VISIBLE})


def judge(
    differences: Iterable[Difference], first_seen: Mapping[str, datetime] | None = None
) -> list[Change]:
    """The changes among the differences, in order of kind and key; what follows from one is counted in it.

    `first_seen`: when traces first showed a key, if known.
    """
    seen = first_seen or {}
    told = without_followers(differences)
    changes = [change for one in told if (change := _change(one, seen.get(one.key))) is not None]
    return _fold(sorted(changes, key=lambda change: (change.kind, change.key, change.action, change.id)))


def restrict(change: Change, fields: tuple[FieldChange, ...]) -> Change:
    """The same change as if only these fields differed."""
    return replace(
        change,
        id=identifier(change.kind, change.action, change.key, fields),
        fields=fields,
        why=_altered_why(change.key, change.kind) if change.action is Action.ALTERED else change.why,
    )


def identifier(kind: Kind, action: Action, key: str, fields: tuple[FieldChange, ...]) -> str:
    """Eight hex digits, equal for equal differences."""
    content: list[Json] = [str(kind), str(action), key, [[f.path, f.before, f.after] for f in fields]]
    return hashlib.sha256(weight(content)[1]).hexdigest()[:8]


# -- one difference ----------------------------------------------------------------------------------


def _change(one: Difference, first_seen: datetime | None) -> Change | None:
    if one.type == RUNS_IMAGE:
        return None  # drawn by ourselves; the change of the image or of what uses it is told
    if one.type in PLUMBING and one.kind is not Kind.RESOURCE and _observed(one.key, one.kind):
        return None
    if one.kind is Kind.ALIAS:
        return _alias_change(one)
    if one.before is None and one.after is None:
        return None
    if one.after is None:
        return _made(one, Action.REMOVED, (), _removed_why(one))
    if one.origin is Origin.BASELINE:
        return None
    if one.before is None:
        action = _ACTIONS.get(one.origin, Action.ADDED)
        return _made(one, action, _told(one, one.after), _added_why(one, action, first_seen))
    fields = _fields(one, one.before, one.after)
    if not fields:
        return None
    action = _ACTIONS.get(one.origin, Action.ALTERED)
    why = _altered_why(one.key, one.kind) if action is Action.ALTERED else _added_why(one, action, first_seen)
    return _made(one, action, fields, why)


_ACTIONS: Mapping[Origin | None, Action] = {
    Origin.RESTATED: Action.RESTATED,
    Origin.NEWLY_VISIBLE: Action.NEWLY_VISIBLE,
}


def _made(one: Difference, action: Action, fields: tuple[FieldChange, ...], why: str) -> Change:
    document = one.after if one.after is not None else one.before
    return Change(
        id=identifier(one.kind, action, one.key, fields),
        kind=one.kind,
        action=action,
        key=one.key,
        type=one.type,
        name=one.name,
        scope=one.scope,
        why=why,
        fields=fields,
        tags={name: str(value) for name, value in _part(document, "tags").items()},
        environment=one.environment,
        last_confirmed=one.last_confirmed,
    )


def _alias_change(one: Difference) -> Change | None:
    if one.origin is Origin.BASELINE or one.after is None:
        return None  # a name that leads nowhere for now keeps what it led to
    before, after = (one.before or {}).get("urn") or "", one.after.get("urn") or ""
    if not after or before == after:
        return None
    fields = (FieldChange("urn", before or None, after),)
    if before and one.origin is Origin.RESTATED:
        why = f"{telling.short_name(one.key)} led there before; only now it is known"
        return _made(one, Action.RESTATED, fields, why)
    if before:
        why = f"{telling.short_name(one.key)} leads to another resource than before"
        return _made(one, Action.REPOINTED, fields, why)
    why = f"{telling.short_name(one.key)} is now known to lead to this resource; the flows are the same"
    return _made(one, Action.RESOLVED, fields, why)


def _fields(
    one: Difference, before: Mapping[str, Json], after: Mapping[str, Json]
) -> tuple[FieldChange, ...]:
    if one.kind is not Kind.RESOURCE:
        quiet = _QUIET if one.kind is Kind.FLOW else frozenset()
        return compare(_without(before, quiet), _without(after, quiet))
    blind = _unobserved(before, after)
    if one.key.startswith(_TRACED):
        blind |= _QUIET
    attributes = compare(
        _without(_part(before, "attributes"), blind), _without(_part(after, "attributes"), blind)
    )
    tags = compare(_part(before, "tags"), _part(after, "tags"))
    named = tuple(
        FieldChange(name, before.get(name), after.get(name))
        for name in _NAMED
        if before.get(name) != after.get(name)
    )
    told = (*named, *attributes, *(replace(tag, path=f"tags.{tag.path}") for tag in tags))
    # Other names are mostly made of attributes: worth a word only if nothing else says what happened.
    return told or compare({"aliases": before.get("aliases")}, {"aliases": after.get("aliases")})


def _unobserved(before: Mapping[str, Json], after: Mapping[str, Json]) -> frozenset[str]:
    """Attributes that cannot be compared: not seen now, or never seen before."""
    now, then = after.get("unobserved") or (), before.get("unobserved") or ()
    if not now and not then:
        return frozenset()
    known = _part(before, "attributes")
    names = {str(name) for name in now} if isinstance(now, list | tuple) else set()
    if isinstance(then, list | tuple):
        names |= {str(name) for name in then if known.get(str(name)) is None}
    return frozenset(names)


def _told(one: Difference, document: Mapping[str, Json]) -> tuple[FieldChange, ...]:
    if one.kind is Kind.RESOURCE:
        return telling.attributes_told(document.get("public"), _part(document, "attributes"))
    columns = document.get("columns")
    return (FieldChange("columns", None, columns),) if columns else ()


def _part(document: Mapping[str, Json] | None, name: str) -> Mapping[str, Json]:
    value = (document or {}).get(name)
    return value if isinstance(value, dict) else {}


def _without(document: Mapping[str, Json], names: frozenset[str]) -> Mapping[str, Json]:
    return {name: value for name, value in document.items() if name not in names} if names else document


# -- why ---------------------------------------------------------------------------------------------


def _observed(key: str, kind: Kind) -> bool:
    return kind is Kind.FLOW or key.startswith(_TRACED)


def _added_why(one: Difference, action: Action, first_seen: datetime | None) -> str:
    if action is Action.RESTATED:
        return f"our rules for {one.type} changed, the resource did not"
    at = f" at {telling.moment(first_seen)}" if first_seen else ""
    if action is Action.NEWLY_VISIBLE:
        return f"seen{at} while its environment warms up, which does not say that it is new"
    if one.again:
        return "seen again in traces, after it was gone"
    if _observed(one.key, one.kind):
        return f"first seen in traces{at}" if at else "first seen in traces since the snapshot before"
    if one.kind is Kind.RELATION:
        return "stated by configuration now, not at the snapshot before"
    return "listed in this snapshot, absent from the previous listing"


def _altered_why(key: str, kind: Kind) -> str:
    if _observed(key, kind):
        return "differs from what traces showed before"
    if kind is Kind.RELATION:
        return "configuration states it otherwise than at the snapshot before"
    return "differs between the two listings"


def _removed_why(one: Difference) -> str:
    if _observed(one.key, one.kind):
        return "not seen for long enough while its service was, or its workload is gone"
    if one.kind is Kind.RELATION:
        return "stated by configuration at the snapshot before, not now"
    return "absent from a complete listing"


# -- what follows from what --------------------------------------------------------------------------


def _fold(changes: list[Change]) -> list[Change]:
    """The changes without those that follow from another, each with the count of what follows from it."""
    owners = {one.key: one for one in changes if one.kind is Kind.RESOURCE}
    flows = _flows_at(changes)
    carried: dict[str, Counter[str]] = defaultdict(Counter)
    groups: dict[str, str] = {}
    kept: list[Change] = []
    for one in changes:
        if one.type == MEMBER_OF and one.kind is Kind.RELATION:
            source, target = telling.ends(one.key, one.type)
            groups[source] = target
        noun, owner = _follows(one, owners, flows)
        if owner:
            carried[owner][noun] += 1
        else:
            kept.append(one)
    return [_with(one, carried, groups) if one.key in carried else one for one in kept]


def _with(one: Change, carried: Mapping[str, Counter[str]], groups: Mapping[str, str]) -> Change:
    scaled = one.action in (Action.ADDED, Action.REMOVED)
    return replace(one, carries=dict(carried[one.key]), member_of=groups.get(one.key, "") if scaled else "")


def _flows_at(changes: Iterable[Change]) -> dict[tuple[str, Action], str]:
    """The first flow that touches a resource or does the same as a flow of its service, by action."""
    result: dict[tuple[str, Action], str] = {}
    for one in changes:
        if one.kind is Kind.FLOW:
            source, target = telling.ends(one.key, one.type)
            for urn in (source, target):
                result.setdefault((urn, one.action), one.key)
            coarse = f"{telling.service_urn(source)} {one.type} {telling.service_urn(target)}"
            for key in (coarse, f"{telling.service_urn(source)} {one.type} {target}"):
                if key != one.key:
                    result.setdefault((key, one.action), one.key)
    return result


def _follows(
    one: Change, owners: Mapping[str, Change], flows: Mapping[tuple[str, Action], str]
) -> tuple[str, str]:
    """Noun and key of the change that `one` follows from; two empty words if it stands for itself."""
    if one.kind is Kind.RESOURCE and one.action in _BORN_OR_GONE:
        if one.key.startswith("operation://"):
            service = owners.get(telling.service_urn(one.key))
            return ("operations", service.key) if service and service.action is one.action else ("", "")
        if one.key.startswith(_FOUND_BY_FLOW):
            return "ends", flows.get((one.key, one.action), "")
    if one.kind is Kind.FLOW and "service://" in one.key:
        return "sightings", flows.get((one.key, one.action), "")
    if one.kind is Kind.RELATION:
        source, target = telling.ends(one.key, one.type)
        for urn in (source, target.rpartition("|")[2] if "|" in target else target):
            owner = owners.get(urn)
            if owner and (owner.action in _BORN_OR_GONE or (urn == source and _says(owner, target))):
                return "relations", owner.key
    return "", ""


def _says(owner: Change, target: str) -> bool:
    """True if a field of the altered source names what the relation leads to: the same thing twice."""
    named = re.compile(rf"(?<![\w-]){re.escape(telling.short_name(target))}(?![\w-])")
    sides = (side for field in owner.fields for side in (field.before, field.after))
    return any(named.search(telling.whole(side)) for side in sides)
