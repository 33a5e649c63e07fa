"""The only module that calls registries: one repository, read by the OCI distribution API, everything verified.

Credentials go to the registry's own origin and to the token service it names over TLS, and to nobody else.
Source: OCI distribution specification 1.1; for tokens, Docker's "Token authentication specification".
"""

from __future__ import annotations

import base64
import hashlib
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlencode

import orjson

from collectors.errors import Gone, NotListed
from collectors.images import documents
from collectors.images.connection import Connection, Network, Reply, Url
from collectors.images.documents import INDEXES, MANIFESTS, Descriptor, Malformed, Manifest
from collectors.images.references import DOCKER_HUB
from collectors.model import Why

_ACCEPT = ", ".join((*INDEXES, *MANIFESTS))
_REDIRECTS = 5
_ATTEMPTS = 3
_PAUSE = 10.0
_SMALL = 1 << 18  # bytes of a token or of an error's body
_REFERRERS = 4  # pages
_UNKNOWN = frozenset({"MANIFEST_UNKNOWN", "NOT_FOUND", "TAG_UNKNOWN"})
_CHALLENGE = re.compile(r'([A-Za-z_]{1,32})="([^"]{0,2048})"')
_SCHEME = re.compile(
    r'(?i)(?:^|,)\s?(bearer|basic)\s((?:[a-z_]{1,32}="[^"]{0,2048}"(?:,\s?(?=[a-z_]{1,32}="))?)*)'
)
_TOKEN = re.compile(r"[A-Za-z0-9._~+/=-]{1,65536}")


@dataclass(frozen=True, slots=True)
class Access:
    """How a registry may be asked. `host`: as in image names. `fault`: why its password could not be read."""

    host: str
    username: str = ""
    password: str = field(default="", repr=False)
    plain_http: bool = False
    allow_private: bool = False
    fault: str = ""

    @property
    def base(self) -> Url:
        """Where its API is."""
        host = "registry-1.docker.io" if self.host == DOCKER_HUB else self.host
        return Url.parse(f"{'http' if self.plain_http else 'https'}://{host}/v2/")


@dataclass(frozen=True, slots=True)
class Limits:
    """The most bytes that are read of one manifest or configuration, and of one attached list of components."""

    manifest: int = 4 << 20
    sbom: int = 32 << 20


class Repository:
    """One repository, until a deadline, for one thread. Every method raises NotListed for weather."""

    def __init__(
        self,
        access: Access,
        name: str,
        network: Network,
        limits: Limits,
        until: float,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.limits = limits
        self.requests = 0
        self._access = access
        self._name = name
        self._sleep = sleep
        self._connection = Connection(
            network,
            allow_private=access.allow_private,
            until=until,
            advice=f"if that is meant, set allow_private for {access.host} in images.registries",
        )
        self._authorization = ""

    def resolve(self, tag_or_digest: str) -> str:
        """The digest that a tag has now, as the registry says; empty if it does not. Raises Gone."""
        what = f"manifest {tag_or_digest}"
        reply = self._get(f"manifests/{tag_or_digest}", _ACCEPT, _SMALL, what, method="HEAD")
        return reply.headers.get("docker-content-digest", "")

    def manifest(self, tag_or_digest: str, *, proof: bool = True) -> Manifest:
        """An index or manifest whose digest was computed and, where it was known before, compared.

        Raises Gone if there is none; with `proof`, only if the answer is one that a registry gives.
        """
        what = f"manifest {tag_or_digest}"
        reply = self._get(
            f"manifests/{tag_or_digest}",
            _ACCEPT,
            self.limits.manifest,
            what,
            unknown=_UNKNOWN if proof else None,
        )
        digest = _digest(reply.body)
        promised = tag_or_digest if ":" in tag_or_digest else reply.headers.get("docker-content-digest", "")
        if promised and promised != digest:
            raise self._failed(what, f"has the digest {digest}, not the one it was asked for or says it has")
        try:
            return documents.manifest(reply.body, digest)
        except Malformed as error:
            raise self._failed(what, str(error)) from None

    def blob(self, descriptor: Descriptor, cap: int) -> bytes:
        """The bytes that a descriptor points at, verified. Raises Gone."""
        what = f"blob {descriptor.digest}"
        if descriptor.size > cap:
            raise self._failed(what, f"is larger than {cap} bytes, which is not read")
        reply = self._get(f"blobs/{descriptor.digest}", "*/*", descriptor.size, what)
        if len(reply.body) != descriptor.size or _digest(reply.body) != descriptor.digest:
            raise self._failed(what, "does not have the digest and size that its manifest says")
        return reply.body

    def referrers(self, digest: str) -> tuple[Descriptor, ...]:
        """What is attached to a digest: by the referrers API, or by the tag that stands in for it."""
        found: list[Descriptor] = []
        path = f"referrers/{digest}"
        try:
            for _ in range(_REFERRERS):
                reply = self._get(path, INDEXES[0], self.limits.manifest, f"referrers of {digest}")
                found += self._entries(reply, f"referrers of {digest}")
                path = self._next(reply)
                if not path:
                    break
        except Gone:
            try:
                found += self.manifest(digest.replace(":", "-"), proof=False).manifests
            except Gone:
                return ()
        return tuple(found)

    def close(self) -> None:
        """Ends all connections; safe to call twice."""
        self._connection.close()

    def _entries(self, reply: Reply, what: str) -> tuple[Descriptor, ...]:
        try:
            return documents.manifest(reply.body, "").manifests
        except Malformed as error:
            raise self._failed(what, str(error)) from None

    def _next(self, reply: Reply) -> str:
        target, _, relation = reply.headers.get("link", "").partition(">")
        _, found, path = target.partition(f"/v2/{self._name}/")
        return path if found and 'rel="next"' in relation else ""

    def _get(
        self,
        path: str,
        accept: str,
        cap: int,
        what: str,
        method: str = "GET",
        unknown: frozenset[str] | None = None,
    ) -> Reply:
        """One document, with a token fetched and pauses made as needed. Raises NotListed, Gone.

        `unknown`: the registry's own codes that prove absence; None takes any 404 for it.
        """
        if self._access.fault:
            raise NotListed(Why.DENIED, self._access.fault, "password")
        url = Url.parse(f"{self._name}/{path}", self._access.base)
        asked_for_token = False
        for attempt in range(1, 99):
            reply = self._follow(method, url, accept, max(cap, _SMALL))
            if reply.status == 401 and not asked_for_token:
                asked_for_token = True
                self._authorization = self._authorize(reply.headers.get("www-authenticate", ""))
                continue
            if reply.status in {429, 502, 503, 504} and attempt < _ATTEMPTS and self._pause(reply, attempt):
                continue
            break
        if reply.status == 200 and len(reply.body) <= cap:
            return reply
        if reply.status == 200:
            raise self._failed(what, f"is larger than {cap} bytes")
        raise self._fault(reply, what, unknown)

    def _follow(self, method: str, url: Url, accept: str, cap: int) -> Reply:
        """The answer behind at most five redirects; credentials stay with the origin they are for."""
        here = url
        for _ in range(_REDIRECTS + 1):
            headers = {"Accept": accept, "User-Agent": "driftline"}
            if self._authorization and here.origin == url.origin:
                headers["Authorization"] = self._authorization
            self.requests += 1
            reply = self._connection.send(method, here, headers, cap)
            if reply.status == 401 and here.origin != url.origin:
                raise self._failed("its answer", "redirects to a host that asks for credentials")
            if reply.status not in {301, 302, 303, 307, 308}:
                return reply
            try:
                here = Url.parse(reply.headers.get("location", ""), here)
            except ValueError as error:
                raise self._failed("its answer", f"redirects to {error}") from None
            self._refuse_plain(here, "redirects to")
        raise self._failed("its answer", f"redirects more than {_REDIRECTS} times")

    def _authorize(self, challenge: str) -> str:
        """The `Authorization` that a 401 asks for."""
        access = self._access
        offered = _SCHEME.findall(challenge[:8192])
        scheme, rest = next(
            (each for each in offered if each[0].lower() == "bearer"), (offered or [("", "")])[0]
        )
        basic = f"{access.username}:{access.password}".encode()
        login = f"Basic {base64.b64encode(basic).decode()}" if access.username else ""
        if scheme.lower() == "basic" and login:
            return login
        if scheme.lower() != "bearer":
            raise self._denied()
        wanted = {name.lower(): value for name, value in _CHALLENGE.findall(rest)}
        try:
            realm = Url.parse(wanted.get("realm", ""))
        except ValueError as error:
            raise self._failed("its token service", f"is {error}") from None
        self._refuse_plain(realm, "names as its token service")
        query = {"scope": f"repository:{self._name}:pull"}
        if wanted.get("service"):
            query = {"service": wanted["service"], **query}
        joined = "&" if "?" in realm.target else "?"
        url = Url(realm.scheme, realm.host, realm.port, f"{realm.target}{joined}{urlencode(query)}")
        headers = {"Accept": "application/json", "User-Agent": "driftline"}
        self.requests += 1
        reply = self._connection.send(
            "GET", url, {**headers, **({"Authorization": login} if login else {})}, _SMALL
        )
        if reply.status == 200:
            return f"Bearer {self._token(reply.body)}"
        if 300 <= reply.status < 400:
            raise self._failed("its token service", "redirects, which credentials do not follow")
        if reply.status in {400, 401, 403, 404}:
            raise self._denied()
        raise self._fault(reply, "its token service")

    def _token(self, body: bytes) -> str:
        try:
            document = orjson.loads(body)
        except orjson.JSONDecodeError:
            document = None
        found = document.get("token") or document.get("access_token") if isinstance(document, dict) else None
        if not isinstance(found, str) or not _TOKEN.fullmatch(found):
            raise self._failed("its token service", "answers without a token")
        return found

    def _refuse_plain(self, url: Url, what: str) -> None:
        if url.scheme == "http" and not self._access.plain_http:
            raise NotListed(
                Why.FAILED,
                f"{self._access.host} {what} an address without TLS at {url.host}, which is not asked; "
                f"if that is meant, set plain_http for {self._access.host} in images.registries",
                "plain",
            )

    def _pause(self, reply: Reply, attempt: int) -> bool:
        stated = reply.headers.get("retry-after", "")
        pause = float(stated) if stated.isdecimal() and len(stated) < 6 else 0.5 * 2**attempt
        if pause > min(_PAUSE, self._connection.remaining() / 2):
            return False
        self._sleep(pause)
        return True

    def _fault(self, reply: Reply, what: str, unknown: frozenset[str] | None = None) -> NotListed | Gone:
        host = self._access.host
        if reply.status in {401, 403}:
            return self._denied()
        if reply.status == 404 and _codes(reply.body) & {"NAME_UNKNOWN", "UNAUTHORIZED", "DENIED"}:
            return NotListed(
                Why.DENIED,
                f"{host} knows no repository {self._name} for whoever asks: correct the image's name, or "
                f"{_set_credentials(host)}",
                "404",
            )
        if reply.status == 404 and unknown is not None and not _codes(reply.body) & unknown:
            return self._failed(what, "is answered with 404, but not in the words of a registry")
        if reply.status in {400, 404, 405, 410, 501} and (unknown is None or reply.status == 404):
            return Gone(f"{host} has no {what} of {self._name}")
        if reply.status == 429:
            return NotListed(
                Why.THROTTLED,
                f"{host} allows no more requests for now; with a login it allows more: {_set_credentials(host)}",
                "429",
            )
        return NotListed(Why.FAILED, f"{host} answered {what} of {self._name} with {reply.status}", "status")

    def _denied(self) -> NotListed:
        host = self._access.host
        words = _set_credentials(host)
        if self._access.username:
            words = f"its user in images.registries has no right to pull, or the password of {host} is out of date"
        return NotListed(Why.DENIED, f"{host} denies pulling {self._name}: {words}", "401")

    def _failed(self, what: str, words: str) -> NotListed:
        return NotListed(Why.FAILED, f"{self._access.host}: {what} of {self._name} {words}", "failed")


def _set_credentials(host: str) -> str:
    words = f"set images.registries for {host} with a user that may pull"
    if ".dkr.ecr." in host:
        words += " (AWS, with what `aws ecr get-login-password` prints, renewed every 12 hours)"
    return words


def _digest(body: bytes) -> str:
    return f"sha256:{hashlib.sha256(body).hexdigest()}"


def _codes(body: bytes) -> frozenset[str]:
    try:
        document = orjson.loads(body)
    except orjson.JSONDecodeError:
        return frozenset()
    errors = document.get("errors") if isinstance(document, dict) else None
    listed: list[object] = errors if isinstance(errors, list) else []
    return frozenset(str(each.get("code")) for each in listed if isinstance(each, Mapping))
