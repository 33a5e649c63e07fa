"""Splits the name of a column or table into plain words: whole words, never substrings."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Mapping

Words = tuple[str, ...]

_PIECES = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_LETTERS = str.maketrans({"ß": "ss", "ø": "o", "ł": "l", "Ł": "L", "æ": "ae", "Ø": "O", "å": "a"})
_TYPE_LETTER = re.compile(r"^[bcdknst](?=[A-Z][a-z])")
_VERSIONED_IP = re.compile(r"(?i)\bipv(?=[46])|(?<=[_\W])ipv(?=[46])|(?<=[a-z])IPv(?=[46])")
_PLURAL_ACRONYM = re.compile(r"(?<=[A-Z])s(?![a-z])")
_SHORTEST = 4
# Shorter words that may be a part of a run-together word; others would be found in too many words.
_SHORT_PARTS = frozenset(
    {
        "id",
        "no",
        "ip",
        "ssn",
        "dob",
        "zip",
        "tax",
        "tel",
        "fax",
        "cvv",
        "vin",
        "src",
        "dst",
        "of",
        "alt",
        "num",
        "box",
    }
)


def pieces(name: str) -> Words:
    """The parts of a name as its writer marked them: by case, by digits, by anything that is no letter."""
    text = unicodedata.normalize("NFKD", name.translate(_LETTERS))
    text = "".join(sign for sign in text if not unicodedata.combining(sign))
    text = _PLURAL_ACRONYM.sub("", _VERSIONED_IP.sub("ip", _TYPE_LETTER.sub("", text)))
    return tuple(piece.lower() for piece in _PIECES.findall(text))


def singular(word: str) -> str:
    """A plural without its ending, by the plain rules of English; applied to names and phrases alike."""
    if len(word) < 4 or not word.endswith("s") or word.endswith(("ss", "us", "is")):
        return word
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    return word[:-2] if word.endswith(("sses", "xes", "ches", "shes")) else word[:-1]


def spelled(parts: Words, spellings: Mapping[str, str]) -> Words:
    """Pieces with abbreviations written out."""
    words: list[str] = []
    for part in parts:
        full = spellings.get(part) or spellings.get(singular(part))
        words.extend(singular(word) for word in (full.split() if full else [part]))
    return tuple(words)


def parted(word: str, known: Collection[str]) -> Words:
    """A run-together word in the fewest known words, or the word itself if it is not made of them alone."""
    best: dict[int, Words] = {0: ()}
    for end in range(2, len(word) + 1):
        for start, words in list(best.items()):
            part = word[start:end]
            if (len(part) >= _SHORTEST or part in _SHORT_PARTS) and (
                part in known or singular(part) in known
            ):
                candidate = (*words, part)
                if end not in best or len(candidate) < len(best[end]):
                    best[end] = candidate
    return best.get(len(word), (word,))
