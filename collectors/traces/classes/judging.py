"""Judges by its name, its table and its neighbours what kind of personal data a column holds.

It sees names only, never a value, and gives its reason in words an operator can check.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from collectors.traces.classes.matching import (
    Match,
    counts,
    longer,
    matches,
    means_one_thing,
    preference,
    without_inner_numbers,
)
from collectors.traces.classes.paths import parts_of, within
from collectors.traces.classes.places import (
    HERE,
    OWNERS,
    VOCABULARY,
    Kinds,
    Place,
    bare,
    ending,
    kinds_of,
    letters_of,
    owns,
    prefix_of,
    said_of,
    suffix_of,
    unowned,
    words_of,
)
from collectors.traces.classes.rules import NAMED, Phrase, Rule, Tier
from collectors.traces.classes.words import Words

VERSION = VOCABULARY.version
"""Changes with the vocabulary: what was judged under another version is judged anew."""

_UNSURE = 0.6


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a column holds. `data_class`: a fideslang key; `rule`: the rule that spoke; `reason`: a sentence."""

    data_class: str
    tier: Tier
    confidence: float
    rule: str
    reason: str


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


def counted() -> dict[str, tuple[int, int]]:
    """How many rules tell each class, and by how many phrases."""
    rules: dict[str, set[str]] = defaultdict(set)
    phrases: Counter[str] = Counter()
    for phrase in (one for each in VOCABULARY.phrases.values() for one in each):
        if phrase.rule is not None:
            rules[phrase.rule.data_class].add(phrase.rule.id)
            phrases[phrase.rule.data_class] += 1
    return {key: (len(ids), phrases[key]) for key, ids in sorted(rules.items())}


@lru_cache(maxsize=8192)
def _classified(
    schema: str, table: str, columns: tuple[str, ...], siblings: tuple[str, ...]
) -> tuple[tuple[str, Verdict], ...]:
    place = _place(schema, table, columns + siblings)
    judged = ((column, _judged(column, place)) for column in columns)
    return tuple((column, verdict) for column, verdict in judged if isinstance(verdict, Verdict))


def _place(schema: str, table: str, columns: Sequence[str]) -> Place:
    words = words_of(table)
    place = Place(
        table,
        words,
        kinds_of(schema, table),
        prefix=prefix_of(columns),
        suffix=suffix_of(columns),
        letters=letters_of(columns),
    )
    told = {
        verdict.data_class
        for verdict in (_judged(column, place) for column in columns)
        if isinstance(verdict, Verdict) and verdict.tier == "strong"
    }
    weights = VOCABULARY.weights.items()
    weight = sum(weight for key, weight in weights if any(_within(each, key) for each in told))
    beside = {kind for column in columns for kind in _told_of(place.words_of(column))}
    if weight >= VOCABULARY.enough:
        beside.add("person")
    if place.kinds & VOCABULARY.siblings_not_in:
        beside.discard("person")
    if any(_within(each, "user.name") for each in told):
        beside.add(NAMED)
    return replace(place, beside=frozenset(beside))


def _told_of(words: Words) -> Kinds:
    """What the name of a column tells of its table."""
    return ending(bare(words), VOCABULARY.beside) or ending(unowned(words), VOCABULARY.beside)


def _judged(column: str, place: Place) -> Verdict | str:
    """The verdict on a column; a path such as `customer.address.city` is first judged as the city of an address."""
    path, name = parts_of(column)
    if not path:
        return _judged_words(column, place.words_of(name), place)
    verdict = _judged_words(column, words_of(name), within(place, path))
    words = words_of(name)
    if isinstance(verdict, Verdict) or words == ("id",):
        return verdict
    whole = place.words_of(f"{path}.{name}")
    return _judged_words(column, whole, place, len(whole) - len(words))


def _judged_words(column: str, words: Words, place: Place, after: int = 0) -> Verdict | str:
    """The verdict on words, of which those before `after` only tell of what the others are."""
    if words[-1:] == ("id",) and words[:-1] == place.words and "subject" not in place.kinds:
        return f'"{" ".join(words)}" is the key of its table'
    plain = without_inner_numbers(words)
    if len(plain) < len(words) and not after:
        verdict = _read(column, plain, place, 0)
        if isinstance(verdict, Verdict):
            return verdict
    return _read(column, words, place, after)


def _read(column: str, words: Words, place: Place, after: int) -> Verdict | str:
    found = [match for match in matches(words) if match.end > after]
    counted_from = min((match.end for match in found if counts(match)), default=len(words))
    found = [match for match in found if match.start < counted_from]
    found.sort(key=preference, reverse=True)
    refusal = "no word of it names personal data"
    refused: list[Match] = []
    for match in found:
        if any(
            match.start < other.end and other.start < match.end and longer(other, match) for other in refused
        ):
            continue
        if any(means_one_thing(other) and other.start >= match.end for other in refused):
            continue  # what comes last says what it is, and was refused
        judged = _weighed(column, words, match, place)
        if isinstance(judged, Verdict):
            return judged
        if not refused:
            refusal = judged
        if match.phrase.rule is None or _context(match, words, place) is not None:
            refused.append(match)
    return refusal


def _weighed(column: str, words: Words, match: Match, place: Place) -> Verdict | str:
    """The verdict of one phrase in its surroundings, or why it says nothing there."""
    rule, said = match.phrase.rule, " ".join(match.phrase.words)
    if rule is None:
        return f'"{said}" names nothing personal'
    before, after = words[: match.start], words[match.end :]
    for word in before:
        if rule.coded and word in VOCABULARY.codes:
            continue
        if word in VOCABULARY.before or (rule.of_things and word in VOCABULARY.things):
            return f'the word "{word}" before "{said}" makes it something other than {rule.names}'
    owner = said_of(before)
    strangers = rule.not_in & (owner if owner and HERE not in owner else owner | place.kinds | place.beside)
    if strangers and not rule.unless & place.beside:
        kinds = " or ".join(sorted(strangers))
        return f'"{said}" is not {rule.names} in a table about: {kinds}'
    context = _context(match, words, place)
    if context is None:
        kinds = " or ".join(sorted(rule.needs))
        return f'"{said}" names {rule.names} only in a table about: {kinds}'
    told_before = tuple(word for word in before if word not in VOCABULARY.containers)
    if rule.alone and (told_before or after):
        return f'"{said}" names {rule.names} only where it stands alone'
    if rule.needs and rule.whole:
        strange = [word for word in told_before + after if not _is_context(word, place)]
        if strange:
            return f'the word "{strange[0]}" beside "{said}" makes it something other than {rule.names}'
    data_class, doubt = rule.data_class, ""
    for word in (*(each for each in before if each in VOCABULARY.digest), *after):
        if word in VOCABULARY.digest:
            if not any(_within(data_class, key) for key in VOCABULARY.digest_keeps):
                data_class = VOCABULARY.digest_class
                doubt = f', of which "{word}" leaves only a fingerprint'
        elif _changes_nothing(word, rule):
            continue
        elif word in VOCABULARY.after:
            return (
                f'the word "{word}" after "{said}" makes it something about {rule.names}, not the data itself'
            )
        elif not owns(word):
            doubt = doubt or f', though "{word}" after it may mean something else'
    unsure = bool(doubt) and data_class == rule.data_class
    return Verdict(
        data_class=data_class,
        tier="weak" if unsure else rule.tier,
        confidence=round(rule.confidence * (_UNSURE if unsure else 1), 2),
        rule=rule.id,
        reason=_sentence(column, match.phrase, rule) + context + doubt,
    )


def _context(match: Match, words: Words, place: Place) -> str | None:
    """What makes a phrase mean what its rule says, as the end of a sentence; None if nothing does."""
    rule = match.phrase.rule
    if rule is None or not rule.needs:
        return ""
    before, after = words[: match.start], words[match.end :]
    owner = said_of(before)
    if rule.needs & owner:
        return f', because "{" ".join(before)}" before it says whose it is'
    if rule.needs & OWNERS & said_of(after):
        return f', because "{" ".join(after)}" after it says whose it is'
    if owner - {"person"} and not place.kinds & owner and not rule.needs & place.beside:
        return None
    if rule.needs & place.kinds:
        kinds = " or ".join(sorted(rule.needs & place.kinds))
        return f', because the table "{place.table}" is about: {kinds}'
    if rule.needs & place.beside:
        kinds = " or ".join(sorted(rule.needs & place.beside))
        described = "describe a person" if kinds == "person" else f"tell of: {kinds}"
        return f", because other columns of its table {described}"
    return None


def _changes_nothing(word: str, rule: Rule) -> bool:
    return word in VOCABULARY.harmless or word.isdigit() or (rule.coded and word in VOCABULARY.codes)


def _is_context(word: str, place: Place) -> bool:
    """Words beside a phrase that leave it about the same person, address or card."""
    known = word in VOCABULARY.people or word in VOCABULARY.harmless or word in VOCABULARY.digest
    return known or owns(word) or word in VOCABULARY.codes or word in place.words or word.isdigit()


def _sentence(column: str, phrase: Phrase, rule: Rule) -> str:
    several = len(phrase.words) > 1
    said = f'the word{"s" if several else ""} "{" ".join(phrase.words)}" name{"" if several else "s"} {rule.names}'
    return f'column "{column}": {said}'


def _within(key: str, parent: str) -> bool:
    return key == parent or key.startswith(f"{parent}.")
