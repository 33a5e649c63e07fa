"""Judges by its name, its table and its neighbours what kind of personal data a column holds.

It sees names only, never a value, and gives its reason in words an operator can check.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from collectors.traces.classes.rules import Phrase, Rule, Tier, load
from collectors.traces.classes.words import Words

_VOCABULARY = load()

VERSION = _VOCABULARY.version
"""Changes with the vocabulary: what was judged under another version is judged anew."""

_UNSURE = 0.6
_LONGEST_NAME = 256
_Kinds = frozenset[str]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a column holds. `data_class`: a fideslang key; `rule`: the rule that spoke; `reason`: a sentence."""

    data_class: str
    tier: Tier
    confidence: float
    rule: str
    reason: str


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a column stands: the table's name and words, its kinds, and whether its neighbours are of a person."""

    table: str
    words: Words
    kinds: _Kinds
    personal_siblings: bool = False

    def meets(self, rule: Rule) -> bool:
        return (
            not rule.needs
            or bool(rule.needs & self.kinds)
            or ("person" in rule.needs and self.personal_siblings)
        )


@dataclass(frozen=True, slots=True)
class _Match:
    """A phrase found at [start, end) of a column's words."""

    phrase: Phrase
    start: int
    end: int


def classify(
    table: str, columns: Sequence[str], *, schema: str = "", siblings: Sequence[str] = ()
) -> dict[str, Verdict]:
    """The verdicts on some columns of a table; columns that name nothing personal are left out.

    `siblings`: other columns known of the same table; they give context but are not judged.
    """
    return dict(_classified(schema, table, tuple(columns), tuple(siblings)))


def explain(table: str, column: str, *, schema: str = "", siblings: Sequence[str] = ()) -> Verdict | str:
    """The verdict on one column or, if there is none, the reason why not."""
    return _judged(column, _place(schema, table, (column, *siblings)))


@lru_cache(maxsize=8192)
def _classified(
    schema: str, table: str, columns: tuple[str, ...], siblings: tuple[str, ...]
) -> tuple[tuple[str, Verdict], ...]:
    place = _place(schema, table, columns + siblings)
    judged = ((column, _judged(column, place)) for column in columns)
    return tuple((column, verdict) for column, verdict in judged if isinstance(verdict, Verdict))


def _place(schema: str, table: str, columns: Iterable[str]) -> _Place:
    words = _words(table)
    place = _Place(table, words, _kinds(words) or _kinds(_words(schema)) & {"person"})
    alone = _Place(table, words, frozenset())
    told = {
        verdict.data_class
        for verdict in (_judged(column, alone) for column in columns)
        if isinstance(verdict, Verdict) and verdict.tier == "strong"
    }
    weights = _VOCABULARY.weights.items()
    weight = sum(weight for key, weight in weights if any(_within(each, key) for each in told))
    telling = not place.kinds & _VOCABULARY.siblings_not_in
    return replace(place, personal_siblings=telling and weight >= _VOCABULARY.enough)


def _kinds(words: Words) -> _Kinds:
    """What a table is about: its last words that mean something."""
    kept = list(words)
    while len(kept) > 1 and (kept[-1] in _VOCABULARY.neutral or kept[-1].isdigit()):
        kept.pop()
    ends = (tuple(kept), words)
    return frozenset(
        kind for phrase, kind in _VOCABULARY.kinds if any(end[-len(phrase) :] == phrase for end in ends)
    )


def _judged(column: str, place: _Place) -> Verdict | str:
    words = _words(column)
    found = sorted(_matches(words), key=_preference, reverse=True)
    refusal = "no word of it names personal data"
    refused: list[_Match] = []
    for match in found:
        if any(
            match.start < other.end and other.start < match.end and _longer(other, match) for other in refused
        ):
            continue
        judged = _weighed(column, words, match, place)
        if isinstance(judged, Verdict):
            return judged
        if not refused:
            refusal = judged
        if match.phrase.rule is None or place.meets(match.phrase.rule):
            refused.append(match)
    return refusal


def _longer(one: _Match, other: _Match) -> bool:
    return one.end - one.start > other.end - other.start


def _preference(match: _Match) -> tuple[int, bool, bool, float, int]:
    rule = match.phrase.rule
    length = match.end - match.start
    return length, rule is None, match.phrase.literal, rule.confidence if rule else 1.0, match.end


def _matches(words: Words) -> Iterator[_Match]:
    for start, word in enumerate(words):
        for phrase in _VOCABULARY.phrases.get(word, ()):
            end = start + len(phrase.words)
            if words[start:end] == phrase.words:
                yield _Match(phrase, start, end)


def _weighed(column: str, words: Words, match: _Match, place: _Place) -> Verdict | str:
    """The verdict of one phrase in its surroundings, or why it says nothing there."""
    rule, said = match.phrase.rule, " ".join(match.phrase.words)
    if rule is None:
        return f'"{said}" names nothing personal'
    before, after = words[: match.start], words[match.end :]
    for word in before:
        if word in _VOCABULARY.before or (rule.of_things and word in _VOCABULARY.things):
            return f'the word "{word}" before "{said}" makes it something other than {rule.names}'
    if rule.not_in & place.kinds:
        kinds = " or ".join(sorted(rule.not_in & place.kinds))
        return f'"{said}" is not {rule.names} in a table about: {kinds}'
    if not place.meets(rule):
        kinds = " or ".join(sorted(rule.needs))
        return f'"{said}" names {rule.names} only in a table about: {kinds}'
    if rule.needs:
        strange = [word for word in before + after if not _is_context(word, place)]
        if strange:
            return f'the word "{strange[0]}" beside "{said}" makes it something other than {rule.names}'
    data_class, doubt = rule.data_class, ""
    for word in after:
        if word in _VOCABULARY.digest:
            if not any(_within(data_class, key) for key in _VOCABULARY.digest_keeps):
                data_class = _VOCABULARY.digest_class
                doubt = f', of which "{word}" leaves only a fingerprint'
        elif word in _VOCABULARY.harmless or word.isdigit():
            continue
        elif word in _VOCABULARY.after:
            return (
                f'the word "{word}" after "{said}" makes it something about {rule.names}, not the data itself'
            )
        else:
            doubt = doubt or f', though "{word}" after it may mean something else'
    unsure = bool(doubt) and data_class == rule.data_class
    return Verdict(
        data_class=data_class,
        tier="weak" if unsure else rule.tier,
        confidence=round(rule.confidence * (_UNSURE if unsure else 1), 2),
        rule=rule.id,
        reason=_sentence(column, match.phrase, rule, place) + doubt,
    )


def _is_context(word: str, place: _Place) -> bool:
    """Words beside a phrase that leave it about the same person, address or card."""
    known = word in _VOCABULARY.people or word in _VOCABULARY.harmless or word in _VOCABULARY.digest
    return known or word in place.words or word.isdigit()


def _sentence(column: str, phrase: Phrase, rule: Rule, place: _Place) -> str:
    several = len(phrase.words) > 1
    said = f'the word{"s" if several else ""} "{" ".join(phrase.words)}" name{"" if several else "s"} {rule.names}'
    if not rule.needs:
        context = ""
    elif rule.needs & place.kinds:
        kinds = " or ".join(sorted(rule.needs & place.kinds))
        context = f', because the table "{place.table}" is about: {kinds}'
    else:
        context = ", because other columns of its table describe a person"
    return f'column "{column}": {said}{context}'


def _within(key: str, parent: str) -> bool:
    return key == parent or key.startswith(f"{parent}.")


@lru_cache(maxsize=16384)
def _words(name: str) -> Words:
    return _VOCABULARY.words(name[:_LONGEST_NAME])
