"""Turns what ingresses match into operations: `ANY /api/**` for all below a path, `GET /orders` for one."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from collectors.declared.declaration import LONGEST
from collectors.declared.manifests import At
from collectors.redaction import scrub

ANY = "ANY"

_REGEX_SIGNS = re.compile(r"[\\^$.|?*+()\[\]{}]")
_ENDS_SEGMENT = re.compile(r"(?:\((?:\?:)?(?:/|\$)|/?\(\.\*\)|/?\.\*|\$)")
_METHOD = re.compile(r"[A-Z]+")
_REWRITES = re.compile(r"rewrite|strip-path|strip-prefix|backend-path-prefix")
_MIDDLEWARES = re.compile(r"strip|rewrite|replace", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Matched:
    """The operations of a rule. `rewritten`: whoever answers sees other paths."""

    operations: tuple[str, ...]
    rewritten: bool


def exact(path: str, method: str = ANY) -> str:
    """One path."""
    return f"{method} {scrub(path or '/')[:LONGEST]}"


def prefix(path: str, method: str = ANY) -> str:
    """A path and all below it."""
    return f"{method} {scrub(path.rstrip('/'))[:LONGEST]}/**"


def pattern(regex: str, method: str = ANY) -> str:
    """All below the longest path that stands plainly at the beginning of a regular expression."""
    text = regex.removeprefix("^")
    sign = _REGEX_SIGNS.search(text)
    if sign is None:
        return exact(text, method)
    if text[sign.start() :] == "$":
        return exact(text[: sign.start()], method)
    plain = text[: sign.start()]
    if not _ENDS_SEGMENT.match(text, sign.start()) or plain.endswith("/"):
        plain = plain.rpartition("/")[0]
    return prefix(plain, method)


def of_ingress(path: str, type: str, *, regex: bool) -> str:
    """Of a path of an Ingress. Without a type the controller decides: all take it for a prefix, or for a pattern."""
    if type == "Exact":
        return exact(path)
    if type != "Prefix" and (regex or _REGEX_SIGNS.search(path.removesuffix("*").replace(".", ""))):
        return pattern(path)
    return prefix(path.removesuffix("*"))


def of_http(match: At) -> str:
    """Of a match of an HTTPRoute."""
    path, method = match.inner("path"), match.text("method").upper() or ANY
    value = path.text("value") or "/"
    return _HTTP.get(path.text("type"), prefix)(value, method)


def of_grpc(match: At) -> str:
    """Of a match of a GRPCRoute: a method of a service, or all of it."""
    stated = match.inner("method")
    service, method = stated.text("service"), stated.text("method")
    if stated.text("type") == "RegularExpression" or not service:
        return "ANY /**"
    return f"{scrub(service)}/{scrub(method)}"[:LONGEST] if method else prefix(f"/{service}", "POST")


def of_istio(match: At) -> str:
    """Of a match of a VirtualService. Its prefixes end anywhere; they are taken to end with a segment."""
    stated = match.inner("method").text("exact").upper()
    method = stated if _METHOD.fullmatch(stated) else ANY
    uri = match.inner("uri")
    for key, read in _ISTIO.items():
        if value := uri.text(key):
            return read(value, method)
    return prefix("", method)


_HTTP = {"Exact": exact, "PathPrefix": prefix, "RegularExpression": pattern}
_ISTIO = {"exact": exact, "prefix": prefix, "regex": pattern}


def by_regex(annotations: Mapping[str, str]) -> bool:
    """Whether the paths of an Ingress are regular expressions: NGINX takes them for such where it rewrites, too."""
    return any(
        key == "nginx.ingress.kubernetes.io/rewrite-target"
        or (key == "nginx.ingress.kubernetes.io/use-regex" and value.strip().lower() == "true")
        for key, value in annotations.items()
    )


def speaks_of_rewriting(middleware: str) -> bool:
    """Whether a middleware, by its name, sends other paths on."""
    return bool(_MIDDLEWARES.search(middleware))


def rewrites(annotations: Mapping[str, str]) -> bool:
    """Whether annotations ask for other paths to be sent on."""
    return any(
        (_REWRITES.search(key.rpartition("/")[2]) and value.strip().lower() not in ("", "false"))
        or (key.endswith("/router.middlewares") and _MIDDLEWARES.search(value))
        for key, value in annotations.items()
    )
