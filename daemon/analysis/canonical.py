"""Decides which form of a document stands for its meaning: lists sorted, policies normalised."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import overload
from urllib.parse import unquote

import orjson

from collectors.model import Json

FORM = 2
"""Number of the canonical form. Another number when equal documents take another form: what differs only by it
is then restated, no drift. The test of this module knows the forms by heart and says when it is due."""

ORDERED = frozenset(
    {
        "args",
        "branches",  # state machines: outputs are collected in this order
        "cachebehaviors",
        "catch",
        "choices",
        "cmd",
        "command",
        "corsrules",  # the first rule that matches answers
        "dnsservers",
        "domainnameservers",
        "entrypoint",
        "initcontainers",  # each runs when the one before has ended
        "layers",
        "overrides",  # instance types of a group, the preferred first
        "placementstrategy",
        "retry",
        "scope",  # provider, account, region of our own documents
        "stages",
        "steps",
        "terminationpolicies",
    }
)
"""Names, in lower case, of lists whose order has a meaning. Providers give most lists in no order at all."""

_TEXT_NAMES = ("policy", "policydocument", "policytext", "policies", "definition", "eventpattern")
_ACTIONS = frozenset({"Action", "NotAction"})
_RESOURCES = frozenset({"Resource", "NotResource"})
_OLDEST = "2008-10-17"  # the version of a policy that names none
_EXACT = 2**53  # a larger float cannot be told from its neighbours, so it stays what it is


@overload
def canonical(value: Mapping[str, Json]) -> dict[str, Json]: ...
@overload
def canonical(value: Json) -> Json: ...
def canonical(value: Mapping[str, Json] | Json) -> Json:
    """The same value in the one form that all values of equal meaning share. Idempotent; its input is kept.

    The order of a mapping's names is left to whoever writes it (sort them for a digest).
    """
    if isinstance(value, Mapping):
        return _mapping(value)
    return of_field("", value)


def of_field(name: str, value: Json) -> Json:
    """The canonical form of what stands in the field `name`, which decides on order and on JSON in text."""
    if isinstance(value, str):
        return from_text(name, value)
    if isinstance(value, list):
        return _list(name, value)
    if isinstance(value, dict):
        return _mapping(value)
    if isinstance(value, float):
        return _number(value)
    return value


def from_text(name: str, text: str) -> Json:
    """The document a provider hands out as JSON text (policies, definitions), or the text itself."""
    if not text or text[0] not in "{%" or not name.lower().endswith(_TEXT_NAMES):
        return text
    try:
        document = orjson.loads(unquote(text) if text[:3] in ("%7B", "%7b") else text)
        return _mapping(document) if isinstance(document, dict) else text
    except (orjson.JSONDecodeError, RecursionError):
        return text  # what only looks like JSON is compared as the text it is


def weight(value: Json) -> tuple[int, bytes]:
    """A sorting key by content: equal for equal canonical values, the shorter first."""
    try:
        content = orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
    except TypeError:  # integers beyond 64 bits, lone surrogates
        content = json.dumps(value, sort_keys=True).encode()
    return len(content), content


def policy(document: Mapping[str, Json]) -> Mapping[str, Json]:
    """A policy with statements in order of content, each once, and one spelling for each meaning; others unchanged.

    Actions and the keys of conditions are the same in any case, so they are written in lower case.
    Equivalences: docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements.html
    """
    statements = document.get("Statement")
    if isinstance(statements, dict):
        statements = [statements]
    if not isinstance(statements, list) or not statements:
        return document
    if not all(isinstance(statement, dict) and "Effect" in statement for statement in statements):
        return document
    normal = {weight(each): each for each in (_statement(s) for s in statements if isinstance(s, dict))}
    rest = {name: value for name, value in document.items() if not (name == "Version" and value == _OLDEST)}
    return {**rest, "Statement": [normal[key] for key in sorted(normal)]}


def _mapping(document: Mapping[str, Json]) -> dict[str, Json]:
    result = dict(policy(document)) if "Statement" in document else dict(document)
    for name, value in result.items():
        if isinstance(value, str):
            if value and value[0] in "{%":
                result[name] = from_text(name, value)
        elif isinstance(value, list):
            result[name] = _list(name, value)
        elif isinstance(value, dict):
            result[name] = value if name == "tags" and _is_flat(value) else _mapping(value)
        elif isinstance(value, float):
            result[name] = _number(value)
    return result


def _is_flat(tags: Mapping[str, Json]) -> bool:
    """True for tags as we keep them: a tag's value is text, whatever it looks like."""
    return all(isinstance(value, str) for value in tags.values())


def _list(name: str, members: list[Json]) -> list[Json]:
    if not members:
        return []
    if name.lower() in ORDERED:
        return [member_form(member) for member in members]
    if isinstance(members[0], str):
        try:
            return sorted(members)  # type: ignore[type-var]  # succeeds only if every member is text
        except TypeError:
            pass
    return sorted([member_form(member) for member in members], key=weight)


def member_form(value: Json) -> Json:
    """The canonical form of a member of a list. A list within a list is a tuple: its places have meanings."""
    if isinstance(value, list):
        return [member_form(member) for member in value]
    return of_field("", value)


def _number(value: float) -> float | int:
    return int(value) if value.is_integer() and abs(value) < _EXACT else value


def _statement(statement: Mapping[str, Json]) -> Json:
    result: dict[str, Json] = {}
    for name, value in statement.items():
        if name in _ACTIONS:
            result[name] = _one_or_many(_lower(value))
        elif name in _RESOURCES:
            result[name] = _one_or_many(value)
        elif name in ("Principal", "NotPrincipal"):
            result[name] = _principal(value)
        elif name == "Condition" and isinstance(value, dict):
            if value:
                result[name] = {operator: _condition(operator, keys) for operator, keys in value.items()}
        elif not (name == "Sid" and value in ("", None)):
            result[name] = of_field(name, value)
    return result


def _one_or_many(value: Json) -> Json:
    if not isinstance(value, list):
        return of_field("", value)
    if not all(isinstance(member, str) for member in value):
        return _list("", value)
    distinct = sorted({member for member in value if isinstance(member, str)})
    return distinct[0] if len(distinct) == 1 else list(distinct)


def _principal(value: Json) -> Json:
    if not isinstance(value, dict):
        return of_field("", value)
    result = {kind: _one_or_many(_accounts(who)) for kind, who in value.items()}
    everyone = result.get("AWS")
    if isinstance(everyone, list) and "*" in everyone:
        result["AWS"] = "*"  # whoever else is named is among them
    return "*" if result == {"AWS": "*"} else result


def _accounts(who: Json) -> Json:
    """An account's root ARN and its bare number name the same principal."""
    if isinstance(who, list):
        return [_accounts(member) for member in who]
    if isinstance(who, str) and who.startswith("arn:") and who.endswith(":root"):
        parts = who.split(":")
        if len(parts) == 6 and parts[2] == "iam":
            return parts[4]
    return who


def _condition(operator: str, keys: Json) -> Json:
    if not isinstance(keys, dict):
        return of_field("", keys)
    truths = operator.rpartition(":")[2].startswith(("Bool", "Null"))
    same = len({key.lower() for key in keys}) == len(keys)
    return {
        key.lower() if same else key: _one_or_many(_lower(_as_text(said)) if truths else _as_text(said))
        for key, said in keys.items()
    }


def _lower(value: Json) -> Json:
    if isinstance(value, list):
        return [_lower(member) for member in value]
    return value.lower() if isinstance(value, str) else value


def _as_text(value: Json) -> Json:
    if isinstance(value, list):
        return [_as_text(member) for member in value]
    if isinstance(value, bool):
        return "true" if value else "false"
    return (
        str(_number(value)) if isinstance(value, float) else str(value) if isinstance(value, int) else value
    )
