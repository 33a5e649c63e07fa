"""Decides what a name may look like once values are taken out of it: paths, routes, hosts, span names.

Nothing here returns a URL query, user info, an identifier out of a path, or a caller's address.
"""

from __future__ import annotations

import ipaddress
import re
from functools import lru_cache

from collectors.redaction import scrub

LONGEST = 128
DEEPEST_PATH = 10
OWN_HOST = "localhost"
"""What the caller's own host is called, however it is called."""

_CONTROL = re.compile(r"[\x00-\x1f\x7f]+")
_PLAIN_SEGMENT = re.compile(r"[A-Za-z0-9._~-]*\Z")
_HEX = re.compile(r"[0-9a-fA-F-]{8,}\Z")
_VERSION = re.compile(r"v[0-9]{1,3}(?:\.[0-9]{1,3})?\Z")
_DIGIT = re.compile(r"[0-9]")
_MANY_DIGITS = re.compile(r"[0-9]{3,}")
_ROUTE_PARAMETER = re.compile(r"<(?:[^<>:]*:)?([A-Za-z0-9_]+)>|(?<=/):([A-Za-z0-9_]+)(?:\?(?=/|\Z))?")
_NAMED_GROUP = re.compile(r"\(\?P?<([A-Za-z0-9_]+)>(?:[^()\\]|\\.|\([^()]*\))*\)")
_GROUP = re.compile(r"\((?:[^()\\]|\\.)*\)")
_REGEX_MARKS = re.compile(r"\\[AZbz]|\\(?=[^A-Za-z0-9])|[\^$]|(?<=[/)}])[?*+]")
_QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"|`[^`]*`")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]{0,15}://")
_BEHIND_HOST = re.compile(r"[/?#;]")
_BEHIND_URL = re.compile(r"(?<=://)([^\s?#]{0,512})[?#;]\S*")
_COMMA_PORT = re.compile(r"(?:tcp:)?([^,:/]+),(\d{1,5})\Z")
"""A port as SQL Server has it: `tcp:db.internal,1433`."""
_PLACEHOLDER = re.compile(r"\{[A-Za-z0-9_*.:-]{0,40}\}\Z|\*{1,2}\Z")


def clean(text: str) -> str:
    """A short word without control characters, queries of URLs, and anything that looks like a secret or a person."""
    bare = _CONTROL.sub(" ", text[: LONGEST * 4])
    if "://" in bare:
        bare = _BEHIND_URL.sub(r"\1", bare)
    return scrub(bare).strip()[:LONGEST]


@lru_cache(maxsize=4096)
def part(text: str) -> str:
    """A name that may stand between the slashes of a urn."""
    return clean(text).replace("/", "%2F").replace("?", "%3F").replace("|", "%7C")


def _is_value(segment: str) -> bool:
    """Whether a path segment is an identifier rather than a word of the interface."""
    if not segment or _VERSION.match(segment):
        return False
    if not _PLAIN_SEGMENT.match(segment):
        return True
    digits = bool(_DIGIT.search(segment))
    return (
        (digits and (segment[0].isdigit() or bool(_MANY_DIGITS.search(segment)) or len(segment) >= 16))
        or (bool(_HEX.match(segment)) and (digits or len(segment) >= 16))
        or len(segment) > 40
    )


def path(text: str) -> str:
    """A path with `{id}` in place of numbers, uuids, hashes, e-mail addresses and long tokens; no query."""
    bare = _SCHEME.sub("", text, count=1) if "://" in text else text
    if bare is not text:
        bare = "/" + bare.partition("/")[2]
    bare = re.split(r"[?#;]", bare, maxsplit=1)[0][:2048]
    segments = bare.split("/")
    kept = [
        "{id}" if _is_value(one) and not _PLACEHOLDER.match(one) else one for one in segments[:DEEPEST_PATH]
    ]
    if len(segments) > DEEPEST_PATH:
        kept.append("...")
    return scrub("/".join(kept))[: LONGEST * 2] or "/"


def route(text: str) -> str:
    """A route as a framework states it, its parameters written `{name}` whatever the framework."""
    bare = text[: LONGEST * 4].removesuffix("(.:format)")  # Rails
    if "(?" in bare or bare.startswith("^"):  # a regular expression, as Django has them
        bare = _GROUP.sub("{id}", _NAMED_GROUP.sub(r"{\1}", bare))
        bare = f"/{_REGEX_MARKS.sub('', bare).lstrip('/')}"
    bare = _ROUTE_PARAMETER.sub(lambda found: "{" + (found[1] or found[2]) + "}", bare)
    return clean(bare.partition("?")[0])


def called(text: str) -> str:
    """What is called by a name that may be a path, without a query."""
    return clean(re.split(r"[?;]", text, maxsplit=1)[0])


def words(text: str) -> str:
    """Free text such as a span name: quoted parts are dropped, identifiers become `{id}`."""
    tokens = _QUOTED.sub("{id}", text[:512]).split()
    kept = []
    for token in tokens[:8]:
        if "://" in token:
            kept.append(url(token))
        elif "/" in token or "?" in token:
            kept.append(path(token))
        else:
            kept.append("{id}" if "@" in token or "=" in token or _long_value(token) else token)
    return clean(" ".join(kept))


def _long_value(token: str) -> bool:
    digits = bool(_MANY_DIGITS.search(token))
    return (digits and (token[0].isdigit() or len(token) >= 16)) or bool(
        _HEX.match(token) and _DIGIT.search(token)
    )


def url_without_query(text: str) -> str:
    """Scheme, host and path as they stand, without user info, query and fragment."""
    bare = re.split(r"[?#;]", text, maxsplit=1)[0][:512]
    scheme, separator, rest = bare.partition("://")
    if not separator:
        return clean(bare)
    authority, slash, tail = rest.partition("/")
    return clean(f"{scheme}://{authority.rpartition('@')[2]}{slash}{tail}")


def url(text: str) -> str:
    """`scheme://host:port/templated/path`."""
    scheme, separator, rest = text[:4096].partition("://")
    if not separator:
        return path(text)
    authority, slash, tail = rest.partition("/")
    authority = re.split(r"[?#]", authority.rpartition("@")[2], maxsplit=1)[0]
    return f"{clean(scheme)}://{host_and_port(authority)}{path(slash + tail) if slash else ''}"


def host(text: str) -> str:
    """A host in lower case, with its port if one is attached: `db.example:5432`, `10.0.0.5`, `[fd00::1]:80`.

    A Cloud SQL instance may be named by its connection name, bare or as the path of its socket:
    `shop:europe-west3:main`. Any other path is a socket on the caller's own host.
    """
    bare = text.strip().lower()[:300]
    named = _CONNECTION.fullmatch(bare)
    if named is None and bare.startswith("/") and not bare.startswith("//"):
        return OWN_HOST
    return named[1] if named else host_and_port(text)


def host_and_port(text: str) -> str:
    """The host, and the port if there is one, of a name, a URL, or what stands for one."""
    bare = text.strip().lower()[:300]
    bare = _BEHIND_HOST.split(bare.partition("://")[2] or bare, maxsplit=1)[0].rpartition("@")[2]
    name, port_text = split_port(_COMMA_PORT.sub(r"\1:\2", bare))
    name = scrub(name.rstrip(".")) if not _is_address(name) else _unmapped(name)
    name = _CONTROL.sub("", name).replace("|", "")
    if name in {"127.0.0.1", "::1", "0:0:0:0:0:0:0:1"}:
        name = OWN_HOST
    shown = f"[{name}]" if ":" in name else name
    return f"{shown}:{port_text}" if port_text else shown


def _unmapped(address: str) -> str:
    """`10.0.0.5` of `::ffff:10.0.0.5`, as sockets for both families write it."""
    return address.removeprefix("::ffff:") if "." in address else address


def split_port(text: str) -> tuple[str, str]:
    """A host and its port, "" if there is none; brackets of an IPv6 address are taken off."""
    if text.startswith("["):
        name, _, rest = text[1:].partition("]")
        return name, port(rest.lstrip(":"))
    if text.count(":") == 1:
        name, _, port_text = text.partition(":")
        return name, port(port_text)
    return text, ""


def port(text: str) -> str:
    return text if text.isascii() and text.isdigit() and 0 < int(text[:6]) < 65536 else ""


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def reach(text: str) -> str:
    """Where a caller sits: `public` or `private`; the address itself is not kept."""
    if text.startswith(("10.", "192.168.", "127.")):
        return "private"  # the usual case, twenty times as fast
    try:
        address = ipaddress.ip_address(_unmapped(split_port(text.strip().split(",")[0])[0].lower()))
    except ValueError:
        return ""
    return "public" if address.is_global else "private"


_CLUSTER_SUFFIXES = (
    ".local",
    ".internal",
    ".cluster.local",
    ".localdomain",
    ".lan",
    ".svc",
    ".consul",
    ".home.arpa",
)


# https://cloud.google.com/sql/docs/postgres/connect-overview: PROJECT:REGION:INSTANCE
_CONNECTION = re.compile(
    r"(?:/cloudsql/)?((?:[a-z0-9.-]{1,60}:)?[a-z][a-z0-9-]{4,29}:[a-z]+-[a-z]+[0-9]{1,2}:[a-z][a-z0-9-]{0,97})"
    r"(?:/\.s\.pgsql\.[0-9]{1,5})?"
)


@lru_cache(maxsize=4096)
def is_public(name: str) -> bool:
    """Whether a host name means the same thing everywhere: a public DNS name, address or connection name."""
    if _CONNECTION.fullmatch(name):
        return True
    try:
        return ipaddress.ip_address(name).is_global
    except ValueError:
        labels = name.rstrip(".").split(".")
        return (
            len(labels) > 1
            and not name.endswith(_CLUSTER_SUFFIXES)
            and "svc" not in labels
            and not labels[-1].isdigit()
        )


def kind_of_host(name: str) -> str:
    """The alias kind of a host: `address` for an IP address, `cloudsql` for a connection name, else `host`."""
    if _CONNECTION.fullmatch(name):
        return "cloudsql"
    return "address" if _is_address(name) else "host"
