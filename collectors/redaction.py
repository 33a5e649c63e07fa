"""The last resort: takes keys, tokens and detectable personal values out of any text.

Rows keep little, so there should be nothing to find. What is found is replaced by its kind in brackets:
`[email]`. ARNs, digests, UUIDs, account ids and host names pass unchanged. Time is linear in the text: every
repetition is bounded or cannot overlap with what follows it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from collectors.checkdigits import aadhaar, cpf, french, iban, payment_card, spanish, swedish
from collectors.model import Json


@dataclass(frozen=True, slots=True)
class Scrubbed:
    """A text without what was detected in it, and how often each kind was."""

    text: str
    found: Mapping[str, int]


def scrub(text: str) -> str:
    """The text with every detectable secret or personal value replaced by its kind in brackets."""
    return text if _harmless(text) else scrubbed(text).text


def scrubbed(text: str) -> Scrubbed:
    """Like `scrub`, with counts."""
    found: Counter[str] = Counter()
    if _harmless(text):
        return Scrubbed(text, found)
    if WHOLE_AWS_SECRET.fullmatch(text):
        return Scrubbed("[secret]", {"secret": 1})
    for kind, pattern, holds in IN_PURL if PURL.fullmatch(text) else KINDS:

        def replaced(match: re.Match[str], kind: str = kind, holds: Check = holds) -> str:
            value = match["value"]
            if not holds(value):
                return match[0]
            found[kind] += 1
            return match[0].replace(value, f"[{kind}]", 1) if value != match[0] else f"[{kind}]"

        text = pattern.sub(replaced, text)
    return Scrubbed(text, dict(found))


def scrub_json(value: Json) -> Json:
    """Every string of a document scrubbed, keys too; values under a secret's name are taken whole."""
    if isinstance(value, str):
        return scrub(value)
    if isinstance(value, list):
        return [scrub_json(each) for each in value]
    if isinstance(value, dict):
        scrubbed_values: dict[str, Json] = {}
        for key, each in value.items():
            name, names_secret = _key(key)
            hidden = names_secret and isinstance(each, str) and len(each) > 3 and not PLAIN_VALUE.match(each)
            scrubbed_values[name] = "[secret]" if hidden else scrub_json(each)
        return scrubbed_values
    return value


@lru_cache(maxsize=8192)
def _key(key: str) -> tuple[str, bool]:
    """A field's name as it is kept, and whether it names a secret; the same few names come again and again."""
    return scrub(key), SECRET_NAME.search(key) is not None


def _harmless(text: str) -> bool:
    return len(text) < 8 or SUSPICIOUS.search(text) is None or ARN.fullmatch(text) is not None


SUSPICIOUS = re.compile(
    r"@|%40|-----BEGIN|eyJ|[0-9](?:[ .+-]?[0-9]){7}|[A-Z]{2}[0-9]{2}|[A-Z]{6}[0-9]{2}|[XYZ][0-9]{7}|"
    r"xox|gh[pousr]_|_pat_|glpat-|sk[-_]|rk_|SG\.|AIza|npm_|pypi-|hooks\.slack|A[KSBC][ICS]A[A-Z0-9]{16}|"
    r"(?i:passw|pwd|passphrase|secret|token|bearer|api.?key|access.?key|private.?key|credential|authorization)|"
    r"^[A-Za-z0-9/+]{40}$"
)
ARN = re.compile(r"arn:aws[a-z-]{0,12}:[^\s@]{1,2048}")
# A package URL whose version reads as one.
PURL = re.compile(
    r"pkg:[a-z][a-z0-9.+-]{1,30}/[A-Za-z0-9._~%/+-]{1,400}@v?(?:[0-9]{1,9}%3A)?[0-9][A-Za-z0-9._~%:+-]{0,120}"
    r"(?:\?[a-z_]{1,20}=[A-Za-z0-9._~%:/+-]{0,120}(?:&[a-z_]{1,20}=[A-Za-z0-9._~%:/+-]{0,120}){0,9})?"
)
SECRET_NAME = re.compile(
    r"(?:passw(?:or)?d|passphrase|secret|api_?-?key|access_?-?key|private_?-?key|(?:auth|access|refresh)_?-?token)$",
    re.IGNORECASE,
)
PLAIN_VALUE = re.compile(r"arn:|true$|false$|enabled$|disabled$|required$|optional$|none$|\[", re.IGNORECASE)
WHOLE_AWS_SECRET = re.compile(r"(?=.*[a-z])(?=.*[A-Z])(?=.*[0-9])(?=.*[/+])[A-Za-z0-9/+]{40}")

Check = Callable[[str], bool]


def always(_value: str) -> bool:
    """The shape alone is proof."""
    return True


VERSION = re.compile(r"(?:@|%40)[0-9]+(?:\.[0-9]+)+\.[A-Za-z]+$")


def a_person(address: str) -> bool:
    """A mail address that is no version (`x@1.0.beta-2`) and not a service account's, which Google names like one."""
    version = VERSION.search(address) is not None
    return not version and not address.lower().endswith(".gserviceaccount.com")


def stated(value: str) -> bool:
    """A value that is more than a word about itself, such as `required`."""
    return not PLAIN_VALUE.match(value)


_NAMED = (
    r"(?:passw(?:or)?d|pwd|passphrase|secret|token|api[_-]?key|access[_-]?key|private[_-]?key|credentials?)"
)

_SHAPES: tuple[tuple[str, str, Check], ...] = (
    (
        "private-key",
        (
            r"(?P<value>-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----"
            r"(?:[^-]|-(?!----))*(?:-----END [A-Z0-9 ]{0,60}-----)?)"
        ),
        always,
    ),
    ("token", r"(?P<value>\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{4,}(?:\.[A-Za-z0-9_-]*)?)", always),
    (
        "token",
        (
            r"(?P<value>\b(?:gh[pousr]_[A-Za-z0-9]{20,255}|github_pat_[A-Za-z0-9_]{20,255}|glpat-[A-Za-z0-9_-]{20,255}|"
            r"xox[a-z]-[A-Za-z0-9-]{10,255}|[rs]k_(?:live|test)_[A-Za-z0-9]{10,255}|sk-[A-Za-z0-9_-]{20,255}|"
            r"SG\.[A-Za-z0-9_-]{16,64}\.[A-Za-z0-9_-]{16,64}|AIza[A-Za-z0-9_-]{35}|npm_[A-Za-z0-9]{36}|"
            r"pypi-[A-Za-z0-9_-]{32,255}))"
        ),
        always,
    ),
    ("token", r"hooks\.slack\.com/services/(?P<value>[A-Za-z0-9/]{8,255})", always),
    ("aws-key", r"(?P<value>\b(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16})\b", always),
    (
        "userinfo",  # up to the last @ before the path; after a colon, a password may even hold a slash
        (
            r"\b[A-Za-z][A-Za-z0-9+.-]{1,24}://(?P<value>[^\s/?#\"'<>]{1,512}|"
            r"[^\s/?#\"'<>@:]{0,256}:(?![0-9]{1,5}[/?#])[^\s\"'<>@]{0,512})@"
        ),
        always,
    ),
    (
        "token",
        r"(?i:\bbearer\s{1,4})(?=[A-Za-z._~+/-]{0,200}[0-9])(?P<value>[A-Za-z0-9._~+/=-]{12,})",
        always,
    ),
    (
        "token",
        r"(?i:\bauthorization\b[\"']?\s{0,4}[:=]\s{0,4}[\"']?(?:basic|digest|token)\s{1,4})(?P<value>[^\s\"',;]{6,})",
        always,
    ),
    (
        "secret",
        (
            rf"(?i:{_NAMED}[\w-]{{0,24}}[\"']?\s{{0,3}}(?:=|:\s|:(?=[\"']))\s{{0,3}}[\"']?)"
            r"(?P<value>[^\s\"'&;,{}\[\]]{3,})"
        ),
        stated,
    ),
    ("secret", r"(?i:(?:passw(?:or)?d|pwd):)(?P<value>[^\s\"'&;,{}\[\]]{3,})", stated),
    (
        "email",
        r"(?<![\w.%+-])(?!git@)(?P<value>[\w.%+-]{1,64}?(?:@|%40)(?:[A-Za-z0-9-]{1,63}\.){1,8}[A-Za-z]{2,24})(?![A-Za-z0-9])",
        a_person,
    ),
    (
        "iban",
        r"(?<![A-Za-z0-9])(?P<value>[A-Z]{2}[0-9]{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?)(?![A-Za-z0-9])",
        iban,
    ),
    ("card", r"(?<![\w.-])(?P<value>[0-9](?:[ -]?[0-9]){12,18})(?![\w-]|\.[0-9])", payment_card),
    (
        "national-id",
        r"(?<![\w-])(?P<value>(?!000|666|9[0-9]{2})[0-9]{3}-(?!00)[0-9]{2}-(?!0000)[0-9]{4})(?![\w-])",
        always,
    ),
    ("national-id", r"(?<![\w-])(?P<value>[0-9]{3}\.[0-9]{3}\.[0-9]{3}-[0-9]{2})(?![\w-])", cpf),
    ("national-id", r"(?<![\w-])(?P<value>(?:[0-9]{8}|[XYZ][0-9]{7})[A-HJ-NP-TV-Z])(?![\w-])", spanish),
    (
        "national-id",
        r"(?<![\w-])(?P<value>[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?[0-9]{2} ?[0-9]{2} ?[0-9]{2} ?[A-D])(?![\w-])",
        always,
    ),
    (
        "national-id",
        r"(?<![\w-])(?P<value>[A-Z]{6}[0-9]{2}[A-EHLMPRST][0-9]{2}[A-Z][0-9]{3}[A-Z])(?![\w-])",
        always,
    ),
    (
        "national-id",
        (
            r"(?<![\w.-])(?P<value>[12] ?[0-9]{2} ?(?:0[1-9]|1[0-2]) ?(?:[0-9]{2}|2[AB]) ?"
            r"[0-9]{3} ?[0-9]{3} ?[0-9]{2})(?![\w.-])"
        ),
        french,
    ),
    ("national-id", r"(?<![\w-])(?P<value>(?:19|20)?[0-9]{6}[-+][0-9]{4})(?![\w-])", swedish),
    ("national-id", r"(?<![\w-])(?P<value>[2-9][0-9]{3} [0-9]{4} [0-9]{4})(?![\w-]| [0-9])", aadhaar),
)

KINDS = tuple((kind, re.compile(shape), check) for kind, shape, check in _SHAPES)
"""(kind, shape, check), in the order in which they are looked for: whole blocks before their parts."""

IN_PURL = tuple(each for each in KINDS if each[0] in {"token", "aws-key"})
"""What may hide in a package URL: its version would be taken for a mail address or a number of a person."""
