"""Decides what is left of a key: `user:{id}:session`. A part that could be a value becomes `{id}`.

Only words are left, and behind the first part only words that keys are commonly made of: a key's part may be a
person's name.
"""

from __future__ import annotations

import re

from collectors.traces.names import clean

_PART = re.compile(r"[a-z][a-z]*(?:[_-][a-z]+){0,4}", re.IGNORECASE)
_SEPARATOR = re.compile(r"([:/|#])")
_ENDING = re.compile(r"\.[a-z][a-z0-9]{1,4}(?:\.(?:gz|bz2|zst|zip))?$", re.IGNORECASE)
_LONGEST = 30
_MOST = 6
_COMMON_WORDS = """
account accounts active address addresses all api app archive attachment attachments audit auth avatar avatars
backup backups balance batch billing blob cache card cards cart carts catalog category chat client clients code
config consent contact contacts count counter customer customers daily data date day details device devices
document documents email emails event events export exports feed file files flags friends geo group groups hash
history home id ids image images import imports in inbox incoming index info input inventory invoice invoices item
items job jobs key keys last latest limit list location lock locks log login logs mail mails media member members
message messages meta metadata month name names notification notifications online order orders out outbox output
page pages passport password patient patients payment payments pending permissions phone photo photos picture
pictures preferences presence private processed product products profile profiles public queue raw rate ratelimit
read receipt receipts record records refresh report reports reset result results role roles scan scans search
sent session sessions set settings signature site snapshot staging state stats status stream sub temp test thread
thumbnail thumbnails ticket tickets tmp token tokens tracking transaction transactions unread upload uploads url
user users verification version video videos view views visit visits wallet web week wishlist year
"""
_COMMON = frozenset(_COMMON_WORDS.split())


def pattern(key: str) -> str:
    """A key without its values; "" if nothing of it is sure to be a name."""
    parts = _SEPARATOR.split(key.strip()[:512])
    if len(parts) == 1:
        return key if key.lower() in _COMMON else ""
    kept: list[str] = []
    for at, part in enumerate(parts):
        if at % 2:
            kept.append(part)
        elif part:
            kept.append(_left(part, first=not any(each not in ":/|#" for each in kept)))
        if at // 2 >= _MOST:
            kept.append("...")
            break
    return "".join(kept)


def of_uri(uri: str) -> str:
    """`gs://BUCKET/OBJECT` with the object's key as a pattern."""
    scheme, separator, rest = uri.partition("://")
    bucket, _, key = rest.partition("/")
    return f"{scheme}://{clean(bucket)}/{pattern(key)}" if separator else ""


def _left(part: str, *, first: bool) -> str:
    ending = _ENDING.search(part)
    bare = part[: ending.start()] if ending is not None else part
    words = re.split(r"[_-]", bare.lower())
    known = len(bare) <= _LONGEST and _PART.fullmatch(bare) is not None
    if known and (first or all(word in _COMMON for word in words)):
        return part
    return "{id}" + (ending.group().lower() if ending is not None else "")
