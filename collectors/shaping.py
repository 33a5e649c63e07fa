"""From an item of a cloud to a resource and its relations, as its row says: pure functions."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any, Protocol

import orjson

from collectors.expressions import expand, find, roots, template_roots
from collectors.mentions import Tongue, mentions
from collectors.model import Alias, Json, Relation, Resource, Role, Scope
from collectors.spec import Link

Item = Mapping[str, Any]  # what a cloud's JSON says

KEPT = re.compile(r"^(?:(\w+): )?(.+)$", re.DOTALL)
VARIABLES = "Variables"
"""The attribute that keeps the names of a workload's environment variables."""


class Row(Protocol):
    """What shaping reads of a row, whichever cloud it describes. The rows themselves say what each field means."""

    @property
    def type(self) -> str: ...
    @property
    def urn(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def role(self) -> Role: ...
    @property
    def keep(self) -> tuple[str, ...]: ...
    @property
    def ordered(self) -> tuple[str, ...]: ...
    @property
    def tags(self) -> str: ...
    @property
    def aliases(self) -> tuple[str, ...]: ...
    @property
    def namespaces(self) -> tuple[str, ...]: ...
    @property
    def links(self) -> tuple[Link, ...]: ...
    @property
    def public(self) -> str: ...
    @property
    def environment(self) -> str: ...
    @property
    def located(self) -> str: ...


def shaped(
    row: Row, item: Item, scope: Scope, tongue: Tongue, unknown: frozenset[str] = frozenset()
) -> tuple[Resource, tuple[Relation, ...]] | None:
    """The resource and what it leads to; None if the item makes no urn (it is not of this type).

    `scope`: where it lives, unless its row knows better. `unknown`: fields whose detail call failed.
    """
    labels = tags(find(row.tags, item)) if row.tags else {}
    item = {**item, "tag": labels}
    urns = expand(row.urn, item)
    if not urns:
        return None
    urn = urns[0]
    home = expand(row.located, item) if row.located else ()
    fields = _Fields(row, item, unknown)
    attributes = {name: value for name, value in fields.kept() if value is not None}
    relations = [each for link in row.links for each in linked(link, urn, item)]
    if row.environment and not fields.missing(row.environment):
        variables = named_values(find(row.environment, item))
        attributes[VARIABLES] = [*sorted(variables)]
        relations += mentions(
            urn, variables, tongue, (row.namespaces and expand(row.namespaces[0], item)) or ()
        )
    public = None if not row.public or fields.missing(row.public) else bool(find(row.public, item))
    resource = Resource(
        urn=urn,
        type=row.type,
        name=(expand(row.name, item) or (urn,))[0],
        scope=replace(scope, region=home[0]) if home else scope,
        role=row.role,
        public=public,
        aliases=tuple(sorted({alias(text) for each in row.aliases for text in expand(each, item)})),
        namespaces=tuple(sorted({text for each in row.namespaces for text in expand(each, item)})),
        tags=labels,
        attributes=attributes,
        unobserved=fields.unobserved(),
    )
    return resource, tuple(merged(relations))


class _Fields:
    """Which parts of a resource are known, where a detail call of its item was denied."""

    def __init__(self, row: Row, item: Item, unknown: frozenset[str]) -> None:
        self._row = row
        self._item = item
        self._unknown = unknown

    def missing(self, path: str) -> bool:
        return bool(self._unknown) and any(self._lost(root) for root in roots(path))

    def _missing_in(self, template: str) -> bool:
        return bool(self._unknown) and any(self._lost(root) for root in template_roots(template))

    def _lost(self, root: str) -> bool:
        return root in self._unknown or ("*" in self._unknown and root not in self._item)

    def kept(self) -> Iterable[tuple[str, Json]]:
        for name, path in keeps(self._row):
            if not self.missing(path):
                yield name, plain(find(path, self._item), in_order=name in self._row.ordered)

    def unobserved(self) -> tuple[str, ...]:
        if not self._unknown:
            return ()
        row = self._row
        names = {name for name, path in keeps(row) if self.missing(path)}
        names |= {link.verb for link in row.links if self._missing_in(link.target)}
        names |= {"aliases" for each in row.aliases if self._missing_in(each)}
        names |= {"namespaces" for each in row.namespaces if self._missing_in(each)}
        names |= {
            word for word, path in (("tags", row.tags), ("public", row.public)) if path and self.missing(path)
        }
        if row.environment and self.missing(row.environment):
            names |= {VARIABLES, "configured_for"}
        return tuple(sorted(names))


def keeps(row: Row) -> tuple[tuple[str, str], ...]:
    """The (name, path) of each attribute of a row."""
    pairs = []
    for each in row.keep:
        match = KEPT.match(each)
        assert match is not None
        pairs.append((match[1] or match[2], match[2]))
    return tuple(pairs)


def plain(value: Any, *, in_order: bool = False) -> Json:  # what a cloud's JSON says
    """The value as JSON in a canonical order: clouds give no order to most lists, and none is drift.

    A text that holds a JSON document (a policy, a state machine) becomes the document.
    """
    if isinstance(value, Mapping):
        return {
            str(key): plain(each, in_order=in_order)
            for key, each in sorted(value.items())
            if each is not None
        }
    if isinstance(value, list | tuple | set | frozenset):
        listed = [plain(each, in_order=in_order) for each in value]
        return listed if in_order else sorted(listed, key=_canonical)
    if isinstance(value, str):
        return _document(value, in_order) if value[:1] in {"{", "["} else value
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, datetime | date):
        return value.isoformat()
    return None  # bytes: never of use here, and possibly a secret


def _canonical(value: Json) -> bytes:
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)


def _document(text: str, in_order: bool) -> Json:
    try:
        return plain(orjson.loads(text), in_order=in_order)
    except orjson.JSONDecodeError:
        return text


def tags(found: object) -> dict[str, str]:
    """Tags as a map, from a map or from a list of keys and values, sorted."""
    if isinstance(found, Mapping):
        return {str(key): str(value) for key, value in sorted(found.items())}
    pairs = {}
    for each in found if isinstance(found, list) else []:
        key = next((each[word] for word in ("Key", "key", "TagKey") if word in each), None)
        if key is not None:
            pairs[str(key)] = str(
                next((each[word] for word in ("Value", "value", "TagValue") if word in each), "")
            )
    return dict(sorted(pairs.items()))


def named_values(found: object) -> dict[str, list[str]]:
    """Variables by name, from a map or from a list of names and values. One name may occur in two containers."""
    values: dict[str, list[str]] = {}
    if isinstance(found, Mapping):
        for name, value in found.items():
            values.setdefault(str(name), []).append(str(value))
    for each in found if isinstance(found, list) else []:
        if isinstance(each, Mapping) and "name" in each:
            values.setdefault(str(each["name"]), []).append(str(each.get("value", "")))
    return values


def alias(text: str) -> Alias:
    """An alias of a resource; hosts are written in lower case and without the root's dot."""
    parsed = Alias.parse(text)
    if parsed.kind == "host":
        return Alias(parsed.namespace, parsed.kind, parsed.value.rstrip(".").lower())
    return parsed


def target(text: str) -> str | Alias:
    """What a link leads to: a urn, or an alias. What ends with an ARN is that ARN: `aws:1:eu|kms|arn:aws:...`."""
    if text.count("|") < 2:
        return text
    found = alias(text)
    return found.value if found.value.startswith("arn:") else found


def linked(link: Link, urn: str, item: Item) -> Iterable[Relation]:
    """The relations a link makes of an item."""
    for text in expand(link.target, item):
        other = target(text)
        if not link.inward:
            yield Relation(urn, link.verb, other)
        elif isinstance(other, str):
            yield Relation(other, link.verb, urn)


def merged(relations: Iterable[Relation]) -> Iterable[Relation]:
    """The relations without repetitions, in order of their identity."""
    kept = {
        (each.source, each.verb, str(each.target)): each for each in relations if each.target != each.source
    }
    return (kept[identity] for identity in sorted(kept))
