"""Tells what a table is about and whose a column is, by the words of their names."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from collectors.traces.classes.rules import load
from collectors.traces.classes.words import Words

VOCABULARY = load()

OWNERS = frozenset({"person", "address"})
"""Kinds whose words say whose a column is after it as well as before: `ville_livraison`."""

HERE = "here"
"""The kind of words that say what a column is a part of and not whose: the city of `address_city` is its table's."""

Kinds = frozenset[str]

_LONGEST_NAME = 256
_LONGEST_KIND = 3
_FEWEST = 4
_SHORT = 3
_WHERE = "location"  # of a person, where that person lives


@dataclass(frozen=True, slots=True)
class Place:
    """Where a column stands: the table's name and words, its kinds, and the kinds its columns tell of it."""

    table: str
    words: Words
    kinds: Kinds
    beside: Kinds = frozenset()
    prefix: str = ""  # the word with which most of its columns begin, and which says nothing
    suffix: str = ""  # the word with which most of its columns end, and which nobody knows
    letters: str = ""  # with which all of its columns begin, run together with the rest

    def words_of(self, column: str) -> Words:
        """The words of one of its columns."""
        words = words_of(column[len(self.letters) :])
        if len(words) == 1 and self.words and words[0][:1] == self.words[-1][:1]:
            words = words_of(words[0][1:]) if words[0][1:] in VOCABULARY.initialled else words
        if len(words) > 1 and words[-1] == self.suffix:
            words = words[:-1]
        return words[1:] if len(words) > 1 and words[0] == self.prefix else words


@lru_cache(maxsize=16384)
def words_of(name: str) -> Words:
    """The words of a name, the longest of which are cut."""
    return VOCABULARY.words(name[:_LONGEST_NAME])


def bare(words: Words) -> Words:
    """Words without numbers at their end."""
    while words and words[-1].isdigit():
        words = words[:-1]
    return words


def unowned(words: Words) -> Words:
    """Words without those at their end that say whose something is: the city of `municipio_residencia`."""
    words = bare(words)
    while len(words) > 1 and owns(words[-1]):
        words = words[:-1]
    return words


def letters_of(columns: Sequence[str]) -> str:
    """The two or three letters that older systems put before each name of a table: `CM` of `CMNAME`, `CMCITY`."""
    if len(columns) < _FEWEST or not all(column.isalnum() and column.isupper() for column in columns):
        return ""
    low, high = min(columns), max(columns)
    length = next((at for at, sign in enumerate(low) if high[at : at + 1] != sign), len(low))
    return low[:length] if length in {2, 3} else ""


def prefix_of(columns: Sequence[str]) -> str:
    """The word that most columns of a table begin with, unless it tells of whom they are."""
    if len(columns) < _FEWEST:
        return ""
    first = Counter(words[0] for column in columns if len(words := words_of(column)) > 1)
    word, count = first.most_common(1)[0] if first else ("", 0)
    phrase = len(word) > _SHORT and word in VOCABULARY.phrases
    lists = (VOCABULARY.people, VOCABULARY.codes, VOCABULARY.before)
    telling = phrase or (word,) in VOCABULARY.said_of or any(word in each for each in lists)
    return word if count * 2 > len(columns) and not telling else ""


def suffix_of(columns: Sequence[str]) -> str:
    """The word that most columns of a table end with, if no list has it: `adh` of `nom_adh`, `ville_adh`."""
    if len(columns) < _FEWEST:
        return ""
    last = Counter(words[-1] for column in columns if len(words := words_of(column)) > 1)
    word, count = last.most_common(1)[0] if last else ("", 0)
    return word if count * 2 > len(columns) and word not in VOCABULARY.known else ""


@lru_cache(maxsize=8192)
def kinds_of(schema: str, table: str) -> Kinds:
    """What a table is about: the last part of its path that tells, or else its schema if that is of persons."""
    parts = [words_of(part) for part in table.split(".")]
    while len(parts) > 1 and VOCABULARY.neutral.issuperset(parts[-1]) and not _kinds(parts[-1]):
        parts.pop()
    last, parents = _kinds(sum(parts, ())), [_kinds(words) for words in reversed(parts[:-1])]
    if "place" in last and _WHERE in parts[-1] and any("person" in kinds for kinds in parents):
        return (last - {"place"}) | {"located"}
    told = last or next((kinds - {"subject"} for kinds in parents if kinds), frozenset[str]())
    return told or _kinds(words_of(schema)) & {"person"}


def _kinds(words: Words) -> Kinds:
    """What a name is about: its last words that mean something."""
    if kinds := ending(words, VOCABULARY.kinds):
        return kinds
    kept, off = list(words), set[str]()
    while len(kept) > 1 and (kept[-1] in VOCABULARY.neutral or kept[-1].isdigit()):
        off.add(kept.pop())
    if kinds := ending(tuple(kept), VOCABULARY.kinds):
        return kinds - ({"subject"} if off & VOCABULARY.apart else set())
    return frozenset(VOCABULARY.begins.get(words[:2]) or VOCABULARY.begins.get(words[:1], ()))


def ending(words: Words, kinds: Mapping[Words, tuple[str, ...]]) -> Kinds:
    """The kinds of the longest phrase that words end with."""
    for start in range(max(0, len(words) - _LONGEST_KIND), len(words)):
        if found := kinds.get(words[start:]):
            return frozenset(found)
    return frozenset()


@lru_cache(maxsize=8192)
def said_of(before: Words) -> Kinds:
    """Whose the rest of a column is, by the words before it: `billing` in `billing_city`."""
    kept = before
    while kept and (kept[-1] in VOCABULARY.harmless or kept[-1].isdigit()):
        kept = kept[:-1]
    return ending(before, VOCABULARY.said_of) or ending(kept, VOCABULARY.said_of)


def owns(word: str) -> bool:
    """Whether a word says whose a column is, and nothing else."""
    return bool(OWNERS.intersection(VOCABULARY.said_of.get((word,), ())))
