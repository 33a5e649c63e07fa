"""Decides what a comment on a column says it holds: by the key of a class, a mark such as [PII], or its first words.

Only the first words count, as if they were a column's name: nothing is read into a sentence.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from collectors.traces.classes.judging import classify
from config.vocabulary import data_class, data_classes

PERSONAL = "user"
"""The class of what is said to be personal, and nothing more."""

_KEY = re.compile(r"\b(?:user|system)(?:\.[a-z_]+)+\b")
_NOT_PERSONAL = re.compile(
    r"(?i)\b(?:no|non|not|without)[\s-]*(?:any\s+)?(?:pii|phi|personal(?:\s+(?:data|information))?)\b"
)
_MARK = re.compile(
    r"(?i)(?<![\w-])(?:pii|phi|gdpr|personal (?:data|information)|data[ _]class)\b"
    r"\s*(?:[:=/-]\s*([\w.][\w. -]*))?"
)
_END = re.compile(
    r"(?i)[.,;:()\[\]\n/|]|\s-\s|\b(?:of|for|from|in|on|at|as|by|to|used|that|which|who|where|when|if|with|and|or"
    r"|des|der|du|de|del|della|van|voor|für|zur|zum|pour)\b"
)
_ARTICLE = re.compile(r"(?i)^(?:the|a|an|der|die|das|le|la|el|il|o|het)\s+")
_OTHERWISE = re.compile(
    r"(?i)\b(?:not|no|non|without|whether|if|flag|is|has|was|were|been|true|hash\w*|encrypt\w*)\b"
)
_NAME_OF = re.compile(r"\w+ (?:of|de|di|da) \w+")
_MOST_WORDS = 6
_LONGEST_COMMENT = 4096
_SURE, _PLAIN = 1.0, 0.9


@dataclass(frozen=True, slots=True)
class Said:
    """What a comment says. `data_class`: "" for nothing personal. `how`: the end of "its comment ...", unquoted."""

    data_class: str
    confidence: float
    how: str


def said(comment: str, table: str, class_of: Callable[[str], str | None]) -> Said | None:
    """What a comment on a column of a table says; None if nothing is plain. `class_of`: of a word by itself."""
    text = comment.strip()[:_LONGEST_COMMENT]
    for key in _KEY.findall(text):
        if key in data_classes():
            return Said(key, _SURE, f"names {key}")
    if _NOT_PERSONAL.search(text):
        return Said("", _SURE, "says that it is not personal")
    if (mark := _MARK.search(text)) is not None:
        kind = (
            class_of(mark[1] or "")
            or _named(text[mark.end() :], table)
            or _named(text[: mark.start()], table)
        )
        return Said(kind or PERSONAL, _SURE, "says that it is personal")
    kind = _named(text, table)
    return Said(kind, _PLAIN, f"tells of {data_class(kind).label}") if kind else None


def _named(text: str, table: str) -> str:
    """The class that the beginning of a sentence names; "" if none is plain."""
    start = _ARTICLE.sub("", text.strip(" \t-:([])"))
    if (whole := _NAME_OF.match(start)) is not None:  # "date of birth" is a name, "number of calls" is none
        verdict = classify(table, (whole[0],)).get(whole[0])
        if verdict is not None and f'"{whole[0].lower()}"' in verdict.reason:
            return verdict.data_class
    head = start[: end.start()] if (end := _END.search(start)) else start
    words = head.split()
    if not words or len(words) > _MOST_WORDS or _OTHERWISE.search(head):
        return ""
    name = "_".join(words)
    verdict = classify(table, (name,)).get(name)
    return verdict.data_class if verdict is not None and verdict.tier == "strong" else ""
