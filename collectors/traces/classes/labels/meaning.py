"""Decides which data class a source means: by what it found, by its tags, or by what a comment says.

A word that nobody mapped means nothing, and is named so that somebody maps it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import orjson

from collectors.traces.classes.labels.comments import PERSONAL, said
from collectors.traces.classes.labels.label import Label, flat, mapping
from config.vocabulary import label_word

_KEY = re.compile(r"\b(?:user|system)(?:\.[a-z_]+)+\b")
_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_TELLING = frozenset(
    {
        "categories", "category", "class", "classes", "classification", "confidentiality", "gdpr", "infotype",
        "label", "personal", "phi", "pii", "policy", "privacy", "protection", "semantic", "sensitive", "sensitivity",
    }
)  # fmt: skip
_PURVIEW = "MICROSOFT."
_COUNTRY = re.compile(
    r"(?i)(?:argentina|australia|austria|belgium|brazil|bulgaria|canada|chile|china|colombia|croatia|cyprus|czech(?:ia)?"
    r"|denmark|ecuador|estonia|europe(?:an)?|eu|finland|france|germany|greece|hong_kong|hungary|iceland|india|indonesia"
    r"|ireland|israel|italy|japan|korea|latvia|liechtenstein|lithuania|luxembourg|malaysia|malta|mexico|netherlands"
    r"|new_zealand|norway|paraguay|peru|philippines|poland|portugal|romania|scotland|singapore|slovakia|slovenia"
    r"|south_africa|spain|sweden|switzerland|taiwan|thailand|turkey|uk|uruguay|us|usa|venezuela)_"
)
_YES = frozenset({"true", "yes", "1", "y", "on", "x"})
_NO = frozenset({"false", "no", "0", "n", "off"})
_NOTHING = frozenset({"none", "nonpersonal", "nonpii", "notpersonal", "notpii", "insensitive", "safe"})


@dataclass(frozen=True, slots=True)
class Meant:
    """What is said of a column. `data_class`: "" for nothing personal. `reason`: who says it, and what."""

    data_class: str
    confidence: float
    rank: int  # a scanner looked at the data: 1; people wrote a tag or a comment: 0
    reason: str


@dataclass(frozen=True, slots=True)
class Meaning:
    """What words mean. `words`: those of labels.toml and the operator's own, by `label_word`."""

    words: Mapping[str, str]

    def of(self, label: Label, file: str = "") -> Meant | None:
        """What a label says; None if nothing of it is understood. `file`: where it stands, for the reason."""
        where = f" ({file})" if file and file != label.by else ""
        if label.classes:
            return Meant(label.classes[0], 1.0, 1, f"labelled in {file}")
        for word in label.found:
            if key := self._class(word):  # that there is a date or a URL does not say that it is no person's
                return Meant(key, 1.0, 1, f"{label.by} says: {word}{where}")
        meant = [(tag, key) for tag in label.tags if (key := self._of_tag(*tag)) is not None]
        if meant:
            # A kind says more than that there is one, and that says more than that there is none.
            tag, key = max(meant, key=lambda each: (len(each[1]), each[0]))
            shown = "=".join(filter(None, tag))
            return Meant(key, 1.0, 0, f"tagged {shown}, says {label.by}{where}")
        return self._of_comment(label, f" ({file})" if file else "")

    def unknown(self, label: Label) -> tuple[str, ...]:
        """What a label says that nobody mapped to a class."""
        strange = [word for word in label.found if self._class(word) is None]
        values = (value for name, value in label.tags if value.lower() not in _YES | _NO and _tells(name))
        strange += [value for value in values if value and self._kind(value) is None]
        return tuple(dict.fromkeys(strange))

    def _class(self, word: str) -> str | None:
        key = word.strip()
        if _KEY.fullmatch(key):
            return "" if key.startswith("system") else key
        if not key:
            return None
        found = self.words.get(label_word(key))
        return found if found is not None else self.words.get(label_word(_of_any_country(key)))

    def _of_tag(self, name: str, value: str) -> str | None:
        """`pii=email`, `email=true`, `contains_pii=no`, or a word that stands alone."""
        if value.lower() in _YES | _NO:
            named = self._named(name)
            return named if named is None or value.lower() in _YES else ""
        if not value:
            alone = self._class(name)
            return alone if alone or "pii" in name.lower() or "personal" in name.lower() else None
        if (key := _KEY.fullmatch(value)) is not None:
            return self._class(key[0])
        if not _tells(name):
            return None
        found = self._kind(value)
        return found if found or label_word(value) in _NOTHING else None

    def _kind(self, value: str) -> str | None:
        """The class of a tag's value, which may be a path that ends with what it is."""
        found = self._class(value)
        return found if found is not None else self._class(value.rpartition("/")[2])

    def _named(self, name: str) -> str | None:
        """The class that a name of a flag means: `pii`, `contains_pii`, `is_email`."""
        last = name.rpartition(".")[2]
        for word in (
            last,
            *(last[len(each) :] for each in ("is_", "has_", "contains_") if last.startswith(each)),
        ):
            if key := self._class(word):
                return key
        return PERSONAL if {"pii", "personal", "phi"}.intersection(_parts(name)) else None

    def _of_comment(self, label: Label, where: str) -> Meant | None:
        if label.comment.lstrip().startswith("{"):
            return self._of_document(label, where)
        found = said(label.comment, label.table, self._class) if label.comment else None
        if found is None:
            return None
        return Meant(found.data_class, found.confidence, 0, f"its comment {found.how}{where}")

    def _of_document(self, label: Label, where: str) -> Meant | None:
        """What a comment that is JSON says, as tags."""
        try:
            tags = tuple(flat(mapping(orjson.loads(label.comment))))
        except (orjson.JSONDecodeError, RecursionError):
            return None
        found = self.of(Label(label.table, label.column, "its comment", tags=tags))
        return Meant(found.data_class, 1.0, 0, found.reason + where) if found is not None else None


def _of_any_country(word: str) -> str:
    """`PASSPORT_NUMBER` of `GERMANY_PASSPORT_NUMBER` and `MICROSOFT.GOVERNMENT.EU.PASSPORT_NUMBER`; "" of others."""
    if word.upper().startswith(_PURVIEW):
        return word.rpartition(".")[2]
    match = _COUNTRY.match(word)
    return word[match.end() :] if match is not None else ""


def _tells(name: str) -> bool:
    """Whether a tag of this name says what kind of data there is."""
    return not _TELLING.isdisjoint(_parts(name))


def _parts(name: str) -> Iterable[str]:
    return [part.lower() for part in _WORDS.findall(name)]
