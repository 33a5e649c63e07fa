"""Decides who a sender is, by its token or certificate, and which spans it may send."""

from __future__ import annotations

import hmac
import re
import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from hashlib import blake2b

import structlog

from collectors.traces.names import part
from collectors.traces.origins import service_of
from collectors.traces.portion import Portion
from collectors.traces.semconv import RESOURCE_NAMES, read
from collectors.traces.spans import Batch, Origin
from config import secrets
from config.settings import Traces, TracesSender

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Sender:
    """Who sends. What it may claim, by the words of the settings; an empty set: anything."""

    name: str = ""
    environments: frozenset[str] = frozenset()
    namespaces: frozenset[str] = frozenset()
    clusters: frozenset[str] = frozenset()
    accounts: frozenset[str] = frozenset()
    resources: frozenset[str] = frozenset()

    @property
    def bound(self) -> bool:
        return bool(self.environments or self.namespaces or self.clusters or self.accounts or self.resources)

    def objects(self, origin: Origin) -> str:
        """What a resource claims that this sender may not, as `environment "prod"`; "" if nothing."""

        def raw(meaning: str) -> str:
            return read(origin.attributes, RESOURCE_NAMES, meaning)

        def value(meaning: str) -> str:
            return part(raw(meaning))

        service = service_of(origin)
        named = raw("cloud.resource")
        accounts = {service.account.lower(), *(_account_in(raw(one)) for one in _IDENTIFIERS)}
        claims = (
            ("environment", self.environments, {service.environment}),
            ("namespace", self.namespaces, {service.namespace, value("k8s.namespace")}),
            ("cluster", self.clusters, {value("k8s.cluster"), value("ecs.cluster")}),
            ("account", self.accounts, accounts),
            (
                "resource",
                self.resources,
                {one for one in self.resources if fnmatchcase(named, one)} or {part(named)},
            ),
        )
        for what, allowed, claimed in claims:
            foreign = (claimed - {""} or {""}) - allowed
            if allowed and foreign:
                return f'{what} "{min(foreign)}"'
        return ""


ANYONE = Sender()

_IDENTIFIERS = ("cloud.resource", "ecs.cluster", "ecs.task")
_ACCOUNT = re.compile(
    r"arn:[^:/]*:[^:/]*:[^:/]*:([^:/]+):|(?:.*?/)?(?:subscriptions|projects)/([^/]+)", re.IGNORECASE
)
"""Of AWS, of Azure and of Google. Source: the clouds' own forms of an ARN, a resource id, a full resource name."""


def _account_in(identifier: str) -> str:
    """The account of a resource by its identifier, "" if that tells none."""
    found = _ACCOUNT.match(identifier)
    return part((found[1] or found[2]).lower()) if found else ""


class Senders:
    """All that may send. Keeps digests of tokens, never a token. Safe for threads.

    `refused`: sender -> spans rejected because they claimed what is not the sender's.
    """

    def __init__(self, settings: Traces) -> None:
        """Raises SecretError if a token cannot be read."""
        self._tokens: list[tuple[bytes, Sender]] = []
        if settings.token_file:
            self._tokens.append((_digest(secrets.read(settings.token_file)), ANYONE))
        self._certificates: dict[str, Sender] = {}
        for each in settings.senders:
            if each.token_file:
                self._tokens.append((_digest(secrets.read(each.token_file)), _sender(each)))
            else:
                self._certificates[each.certificate] = _sender(each)
        self.refused: dict[str, int] = {}
        self._lock = threading.Lock()

    def known(self, authorization: str, certified: Iterable[str] = ()) -> Sender | None:
        """Who shows this `authorization` header, and a certificate with these names; None: nobody who may send.

        A token decides where one is sent. Without a token or a sender's certificate in the settings whoever came
        this far may send: from this machine, or by mutual TLS.
        """
        if not self._tokens and not self._certificates:
            return ANYONE
        if authorization and self._tokens:
            scheme, _, sent = authorization.partition(" ")
            digest = _digest(sent.strip()) if scheme.lower() == "bearer" else b""
            found = None
            for token, sender in self._tokens:  # all of them, so that the time tells nothing
                if hmac.compare_digest(token, digest):
                    found = sender
            return found
        return next((self._certificates[name] for name in certified if name in self._certificates), None)

    def admitted(self, batch: Batch, sender: Sender) -> Batch:
        """The batch without what the sender may not claim; that is counted, and logged once for each sender."""
        if not sender.bound:
            return batch
        verdicts: dict[Origin, str] = {}
        spans = Portion.of(batch.spans)
        wanted = []
        for origin in spans.origins():
            verdict = verdicts.get(origin)
            if verdict is None:
                verdict = verdicts[origin] = sender.objects(origin)
            wanted.append(not verdict)
        refused = wanted.count(False)
        if not refused:
            return batch
        claimed = min(verdict for verdict in verdicts.values() if verdict)
        with self._lock:
            first = sender.name not in self.refused
            self.refused[sender.name] = self.refused.get(sender.name, 0) + refused
        if first:
            log.warning("spans_refused", sender=sender.name, claimed=claimed, setting="traces.senders")
        reason = batch.reason or f"{claimed} is not the sender's (traces.senders, {sender.name})"
        return replace(batch, spans=spans.only(wanted), rejected=batch.rejected + refused, reason=reason)


def token_files(settings: Traces) -> Mapping[str, str]:
    """Setting -> file, of all that nobody but the service should read."""
    found = {"traces.token_file": settings.token_file, "traces.key_file": settings.key_file}
    found |= {f"traces.senders.{each.name}.token_file": each.token_file for each in settings.senders}
    return {setting: file for setting, file in found.items() if file}


def readable_by_all(files: Mapping[str, str]) -> Sequence[str]:
    """The settings whose file any user of this machine can read. Raises SecretError."""
    found = []
    for setting, file in sorted(files.items()):
        path = secrets.path_of(file)
        if path.exists() and path.stat().st_mode & 0o004:
            found.append(setting)
    return found


def _sender(settings: TracesSender) -> Sender:
    environments, namespaces, clusters = (
        frozenset(map(part, allowed))
        for allowed in (settings.environments, settings.namespaces, settings.clusters)
    )
    accounts = frozenset(part(account.lower()) for account in settings.accounts)
    return Sender(settings.name, environments, namespaces, clusters, accounts, frozenset(settings.resources))


def _digest(token: str) -> bytes:
    return blake2b(token.encode(errors="replace")).digest()
