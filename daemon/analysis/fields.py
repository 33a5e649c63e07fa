"""Decides in which fields two documents differ in meaning."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from collectors.model import Json
from daemon.analysis.canonical import ORDERED, canonical, from_text, member_form, of_field, policy, weight
from daemon.values.drift import FieldChange

__all__ = ["canonical", "compare"]

# What tells the members of a list apart, the first that names each member of both lists just once.
# Several names in one tuple: those that a member has, together.
_IDENTITIES: tuple[tuple[str, ...], ...] = (
    ("Id",),
    ("id",),
    ("Arn",),
    ("arn",),
    ("urn",),
    ("Name",),
    ("name",),
    ("Key",),
    ("key",),
    ("Sid",),
    ("RuleNumber", "Egress"),
    ("DestinationCidrBlock", "DestinationIpv6CidrBlock", "DestinationPrefixListId"),
    ("Port",),
    ("port",),
    ("Protocol", "Port"),
    ("protocol", "port"),
    ("containerPort",),
    ("Priority",),
    ("priority",),
    ("role",),  # bindings of a Google policy
    ("mountPath",),
    ("Cidr",),
    ("CidrIp", "CidrIpv6"),
    ("IPProtocol",),
    ("table",),
    ("Type",),
)
_TELLING_ENDS = ("Arn", "Id", "Name", "Key", "Port", "arn", "_id", "_name")
_HALF = 0.5
_MOST_PAIRED = (
    50  # members that came, times as many that went: above it, what is like what is not worth the time
)
_PEERS = ("CidrIp", "CidrIpv6", "GroupId", "PrefixListId")


def compare(before: Mapping[str, Json], after: Mapping[str, Json]) -> tuple[FieldChange, ...]:
    """The fields that differ, in order of path; empty if the documents mean the same.

    A missing field, null, an empty list and an empty mapping mean the same. Lists without order: members
    that came stand in one change (before None), members that went in another (after None).
    """
    changes: list[FieldChange] = []
    _mappings("", before, after, changes)
    return tuple(changes)


def _mappings(
    path: str, before: Mapping[str, Json], after: Mapping[str, Json], changes: list[FieldChange]
) -> None:
    if "Statement" in before and "Statement" in after:
        before, after = policy(before), policy(after)
    differing = [name for name, value in before.items() if after.get(name) != value]
    differing += [name for name in after if name not in before]
    for name in sorted(differing):
        _values(f"{path}.{name}" if path else name, name, before.get(name), after.get(name), changes)


def _values(path: str, name: str, before: Json, after: Json, changes: list[FieldChange]) -> None:
    if isinstance(before, str):
        before = from_text(name, before)
    if isinstance(after, str):
        after = from_text(name, after)
    before = None if before in ([], {}) else before
    after = None if after in ([], {}) else after
    if before == after:
        return
    if isinstance(before, dict) and isinstance(after, dict):
        _mappings(path, before, after, changes)
    elif isinstance(before, list) and isinstance(after, list | None):
        _lists(path, name, before, after or [], changes)
    elif isinstance(after, list) and before is None:
        _lists(path, name, [], after, changes)
    else:
        changes.append(FieldChange(path, before, after))


def _lists(path: str, name: str, before: list[Json], after: list[Json], changes: list[FieldChange]) -> None:
    members = [*before, *after]
    plain = not any(isinstance(member, dict | list) for member in members)
    if name.lower() in ORDERED:
        if plain:
            changes.append(FieldChange(path, before or None, after or None))
        else:
            _by_place(path, before, after, changes)
    elif plain and len(before) == 1 and len(after) == 1:
        changes.append(FieldChange(path, before[0], after[0]))
    elif plain:
        went, came = _apart(before, after)
        if went:
            changes.append(FieldChange(path, went, None))
        if came:
            changes.append(FieldChange(path, None, came))
    else:
        _members(path, before, after, changes)


def _by_place(path: str, before: list[Json], after: list[Json], changes: list[FieldChange]) -> None:
    for place in range(max(len(before), len(after))):
        old = before[place] if place < len(before) else None
        new = after[place] if place < len(after) else None
        if isinstance(old, list) or isinstance(new, list):
            if member_form(old) != member_form(new):
                changes.append(FieldChange(f"{path}[{place}]", old, new))
        else:
            _values(f"{path}[{place}]", "", old, new, changes)


def _members(path: str, before: list[Json], after: list[Json], changes: list[FieldChange]) -> None:
    labelled = _labelled(before, after)
    if labelled is None:
        _by_content(path, before, after, changes)
        return
    old, new = labelled
    for label in sorted(old.keys() | new.keys()):
        if label in old and label in new:
            _values(f"{path}[{label}]", "", dict(old[label]), dict(new[label]), changes)
        else:
            was, now = old.get(label), new.get(label)
            changes.append(
                FieldChange(f"{path}[{label}]", dict(was) if was else None, dict(now) if now else None)
            )


def _by_content(path: str, before: list[Json], after: list[Json], changes: list[FieldChange]) -> None:
    went, came = _apart(before, after)
    if len(went) == 1 and len(came) == 1 and isinstance(went[0], dict) and isinstance(came[0], dict):
        _values(f"{path}[]", "", went[0], came[0], changes)  # most likely one member that was altered
        return
    for old, new in _alike(went, came):
        _values(_named(path, old, new), "", old, new, changes)
        went.remove(old)
        came.remove(new)
    # A null among the members is told as a list of it, or nothing would seem to have come or gone.
    changes.extend(FieldChange(f"{path}[]", [None] if one is None else one, None) for one in went)
    changes.extend(FieldChange(f"{path}[]", None, [None] if one is None else one) for one in came)


def _alike(went: Sequence[Json], came: Sequence[Json]) -> list[tuple[dict[str, Json], dict[str, Json]]]:
    """Members that most likely are one, altered: more than half of their fields are equal. The most alike first."""
    if not went or not came or max(len(went), len(came)) > _MOST_PAIRED:
        return []
    scored = [
        (alike, first, second)
        for first, old in enumerate(went)
        for second, new in enumerate(came)
        if isinstance(old, dict) and isinstance(new, dict) and (alike := _likeness(old, new)) > _HALF
    ]
    pairs: list[tuple[dict[str, Json], dict[str, Json]]] = []
    taken_old: set[int] = set()
    taken_new: set[int] = set()
    for _, first, second in sorted(scored, key=lambda each: (-each[0], *each[1:])):
        old, new = went[first], came[second]
        if (
            first not in taken_old
            and second not in taken_new
            and isinstance(old, dict)
            and isinstance(new, dict)
        ):
            taken_old.add(first)
            taken_new.add(second)
            pairs.append((old, new))
    return pairs


def _likeness(old: Mapping[str, Json], new: Mapping[str, Json]) -> float:
    """How many of the fields of both are equal; 1 if one of them has a name (a Sid) and the other has the same."""
    if old.get("Sid") or new.get("Sid"):
        return float(old.get("Sid") == new.get("Sid"))
    names = old.keys() | new.keys()
    return sum(old.get(name) == new.get(name) for name in names) / len(names) if names else 0.0


def _named(path: str, old: Mapping[str, Json], new: Mapping[str, Json]) -> str:
    sid = old.get("Sid")
    return f"{path}[Sid={sid}]" if sid and sid == new.get("Sid") else f"{path}[]"


def _apart(before: list[Json], after: list[Json]) -> tuple[list[Json], list[Json]]:
    """The members that went and those that came, by content, each sorted."""
    if all(isinstance(member, str) for member in (*before, *after)):
        words, others = {str(member) for member in before}, {str(member) for member in after}
        if len(words) == len(before) and len(others) == len(after):
            return [*sorted(words - others)], [*sorted(others - words)]
    old = [(weight(value), value) for value in map(member_form, before)]
    new = [(weight(value), value) for value in map(member_form, after)]
    by_weight = dict(old) | dict(new)
    first, second = Counter(key for key, _ in old), Counter(key for key, _ in new)
    went = [by_weight[key] for key in sorted((first - second).elements())]
    came = [by_weight[key] for key in sorted((second - first).elements())]
    return went, came


_Labelled = dict[str, Mapping[str, Json]]


def _labelled(before: Sequence[Json], after: Sequence[Json]) -> tuple[_Labelled, _Labelled] | None:
    """The members of both lists by what identifies them; None if nothing does."""
    old = [member for member in before if isinstance(member, dict)]
    new = [member for member in after if isinstance(member, dict)]
    if len(old) != len(before) or len(new) != len(after):
        return None
    everyone: list[Mapping[str, Json]] = [*old, *new]
    if all("IpProtocol" in member for member in everyone):
        first, second = _permissions(old), _permissions(new)
        if first is not None and second is not None:
            return first, second
    telling = sorted({name for member in everyone for name in member if name.endswith(_TELLING_ENDS)})
    for names in (*_IDENTITIES, *((name,) for name in telling)):
        if not any(name in everyone[0] for name in names):
            continue
        first, second = _by_names(names, old), _by_names(names, new)
        if first is not None and second is not None:
            return first, second
    return None


def _by_names(names: tuple[str, ...], members: Sequence[Mapping[str, Json]]) -> _Labelled | None:
    result: _Labelled = {}
    for member in members:
        parts = [f"{name}={_label(member[name])}" for name in names if _identifies(member.get(name))]
        label = ",".join(parts)
        if not parts or label in result:
            return None
        result[label] = member
    return result


def _identifies(value: Json) -> bool:
    return isinstance(value, str | int | float) and value != ""


def _label(value: Json) -> str:
    return str(of_field("", value))


def _permissions(members: Sequence[Mapping[str, Json]]) -> _Labelled | None:
    """Firewall permissions taken apart: one for each protocol, ports and peer, however they were grouped."""
    result: _Labelled = {}
    for member in members:
        common = {name: value for name, value in member.items() if not isinstance(value, list)}
        lists = [value for value in member.values() if isinstance(value, list)]
        peers = [peer for peers in lists for peer in peers]
        for peer in peers or [{}]:
            if not isinstance(peer, dict):
                return None
            who = next((str(peer[name]) for name in _PEERS if peer.get(name)), "nobody" if not peer else "")
            label = f"{_ports(member)} {who}"
            if not who or label in result:
                return None
            result[label] = {**common, **peer}
    return result


def _ports(permission: Mapping[str, Json]) -> str:
    protocol = permission.get("IpProtocol")
    first, last = permission.get("FromPort"), permission.get("ToPort")
    name = "all" if protocol == "-1" else str(protocol)
    if first is None or first == -1:
        return name
    return f"{name} {first}" if first == last else f"{name} {first}-{last}"
