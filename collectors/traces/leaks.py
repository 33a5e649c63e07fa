"""Finds personal values inside telemetry, in passing: which attribute held which kind. The value goes nowhere.

Not every span is looked at: of those that are alike, the first thousand and then one in a hundred.
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterable, Sequence

from opentelemetry.proto.common.v1.common_pb2 import KeyValue

from collectors.redaction import KINDS
from collectors.traces import names
from collectors.traces.semconv import SPAN_NAMES, STATEMENT_NAMES

FIRST = 1_000
EVERY = 100

LOOKED_AT = 32
"""Events and links of one span that are looked through."""

LEAKS = "driftline.leaks"
"""Under this name a span that was looked at carries what was found in it: `KIND ATTRIBUTE`, each once."""

_PERSONAL = tuple(each for each in KINDS if each[0] in {"email", "iban", "card", "national-id"})

_BY_NAME = {
    "user.email": "email",
    "user.full_name": "name",
    "user.name": "name",
    "user.id": "user-id",
    "enduser.id": "user-id",
    "session.id": "session-id",
}
"""Attributes that are of a person whatever they hold. Source: OpenTelemetry semantic conventions 1.44."""

_NAMED = re.compile(rb"user\.|session\.id")

_NEWEST = {
    old: known[0]
    for known in (*SPAN_NAMES.values(), STATEMENT_NAMES)
    for old in known[1:]
    if old != "net.peer.ip"
}
"""Old name -> new: the same leak under other conventions is no other one."""

_LOOKS_LIKE_MAIL = re.compile(r"message[._]?id$|correlation[._]?id$|conversation[._]?id$", re.IGNORECASE)
"""Names of identifiers that brokers and mailers make up in the form of an address."""

_SPEAKING = re.compile(
    r"card|(?:^|[._-])pan(?:$|[._-])|iban|account|ssn|national|tax|social|passport", re.IGNORECASE
)

_CLASSES = bytes(
    0x30 if 0x30 <= byte <= 0x39 else 0x41 if 0x41 <= byte <= 0x5A else byte if byte in b"@%" else 0x20
    for byte in range(256)
)
_BETWEEN = b" .+-"
_LONGEST = 16 * 1024


def is_due(number: int) -> bool:
    """Whether of spans that are alike the one of this number, from 1, is to be looked at."""
    return number <= FIRST or not number % EVERY


class Examined:
    """Counts spans that are alike, and says which of them are to be looked at. Bounded: it may begin anew."""

    def __init__(self, remembered: int) -> None:
        self._remembered = remembered
        self._seen: dict[Hashable, int] = {}
        self._bare: dict[tuple[Hashable, str], list[int]] = {}

    def due(self, key: Hashable) -> bool:
        """Whether the next span of this kind is to be looked at."""
        seen = self._seen.get(key, 0)
        if not seen and len(self._seen) >= self._remembered:
            self._seen.clear()
            self._bare.clear()
        self._seen[key] = seen + 1
        return is_due(seen + 1)

    def wire(self, key: Hashable, attributes: Sequence[bytes]) -> tuple[str, ...]:
        """What these attributes of a span hold, as they came in protobuf, each with its name first."""
        if not may_hold(attributes):
            return ()
        pairs = []
        for raw in attributes:
            if may_hold((raw,)):
                sent = KeyValue.FromString(raw)
                pairs.append((sent.key, sent.value.string_value))
        return self.texts(key, pairs)

    def texts(self, key: Hashable, attributes: Iterable[tuple[str, str]]) -> tuple[str, ...]:
        """What these attributes of a span hold."""
        pairs = [pair for pair in attributes if pair[1]]
        if not pairs:
            return ()
        called, said = zip(*pairs, strict=True)
        whole = "\n".join(said)
        if not _hint(whole.encode(errors="replace")) and _BY_NAME.keys().isdisjoint(called):
            return ()
        found = set()
        for name, text in pairs:
            for kind in _kinds(name, text):
                if self._believed(key, name, text, kind):
                    found.add(f"{kind} {names.clean(_NEWEST.get(name, name))}")
        return tuple(sorted(found))

    def _believed(self, key: Hashable, name: str, text: str, kind: str) -> bool:
        """One number in forty has the form of a card by chance: bare numbers must be of a kind again and again."""
        if kind in {"", "email"} or not text.isdigit() or _SPEAKING.search(name) or name in _BY_NAME:
            return kind not in {"", "number"}
        if len(self._bare) >= self._remembered:
            self._bare.clear()
        tries = self._bare.setdefault((key, name), [0, 0])
        tries[0] += 1
        tries[1] += kind != "number"
        return kind != "number" and tries[1] >= 2 and tries[1] * 2 >= tries[0]


def _kinds(name: str, text: str) -> Iterable[str]:
    """Kinds of personal value in a text; `number` where a bare number is none."""
    if name in _BY_NAME:
        yield _BY_NAME[name]
        return
    text = text[:_LONGEST]
    if not _hint(text.encode(errors="replace")):
        return
    kinds = {
        kind
        for kind, pattern, holds in _PERSONAL
        if any(holds(match["value"]) for match in pattern.finditer(text))
    }
    if _LOOKS_LIKE_MAIL.search(name):
        kinds.discard("email")
    yield from sorted(kinds) if kinds or not text.isdigit() else ("number",)


def may_hold(attributes: Sequence[bytes]) -> bool:
    """Whether any of these, as they came in protobuf, may hold something personal: mostly none does."""
    # Behind the name come four bytes at least, of which two are lengths and may look like anything.
    whole = b"\n".join([raw[6 + raw[1] :] for raw in attributes if len(raw) > 6])
    return _hint(whole) or _NAMED.search(b"\n".join(attributes)) is not None


def _hint(text: bytes) -> bool:
    """Whether a text may hold a personal value at all: what is cheap to see of all their forms."""
    if b"@" in text or b"%" in text:
        return True
    seen = text.translate(_CLASSES, _BETWEEN)
    if b"000000" in seen:
        return b"00000000" in seen or b"A0000000" in seen or b"AA000000" in seen or b"AAAAAA00" in seen
    return b"AAAAAA00" in seen
