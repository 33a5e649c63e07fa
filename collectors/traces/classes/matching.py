"""Finds the phrases of the vocabulary in the words of a name, and says which of several tells most."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from collectors.traces.classes.places import VOCABULARY, bare
from collectors.traces.classes.rules import Phrase
from collectors.traces.classes.words import Words


@dataclass(frozen=True, slots=True)
class Match:
    """A phrase found at [start, end) of a column's words."""

    phrase: Phrase
    start: int
    end: int


def matches(words: Words) -> Iterator[Match]:
    """Every phrase of the vocabulary in the words, in no order that means anything."""
    for start, word in enumerate(words):
        for phrase in VOCABULARY.phrases.get(word, ()):
            end = start + len(phrase.words)
            if words[start:end] == phrase.words:
                yield Match(phrase, start, end)


def preference(match: Match) -> tuple[int, int, bool, float, bool]:
    """The last word of a name says what it is, and more words say it better: the city of `billing_address_city`."""
    rule = match.phrase.rule
    length = match.end - match.start
    return match.end, length, rule is None, rule.confidence if rule else 1.0, match.phrase.literal


def longer(one: Match, other: Match) -> bool:
    """Whether one phrase has more words than the other."""
    return one.end - one.start > other.end - other.start


def means_one_thing(match: Match) -> bool:
    """Whether a phrase names the same wherever it stands: the e-mail address of a company is no company."""
    return match.phrase.rule is not None and not match.phrase.rule.needs


def counts(match: Match) -> bool:
    """Whether a phrase makes what follows a number of it: `number_of_logins`."""
    return match.phrase.rule is None and match.phrase.words[-1] == "of"


def without_inner_numbers(words: Words) -> Words:
    """The words of `emergency_1_number_2` as those of `emergency_number_2`; numbers of phrases stay."""
    said = {at for match in matches(words) for at in range(match.start, match.end)}
    last = len(bare(words))
    return tuple(word for at, word in enumerate(words) if at in said or at >= last or not word.isdigit())
