"""Reads the vocabulary of column names into rules, and refuses what does not make sense in it."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib import resources
from itertools import product
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from collectors.traces.classes.words import Words, parted, pieces, spelled
from config.errors import VocabularyError
from config.vocabulary import digest_of

FILE = "columns.toml"

NAMED = "named"
"""The kind of a table of which some column surely holds a person's name."""

Tier = Literal["label", "value", "strong", "weak"]
Share = Annotated[float, Field(gt=0, le=1)]


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _WordList(_Table):
    words: tuple[str, ...]


class _Neutral(_WordList):
    apart: tuple[str, ...]


class _PhraseList(_Table):
    phrases: tuple[str, ...]


class _Digest(_Table):
    data_class: str = Field(alias="class")
    words: tuple[str, ...]
    keeps: tuple[str, ...]


class _Siblings(_Table):
    enough: int
    not_in: tuple[str, ...]
    weights: Mapping[str, int]
    kinds: Mapping[str, tuple[str, ...]]


class _Rule(_Table):
    id: str
    data_class: str = Field(alias="class")
    names: str
    tier: Literal["strong", "weak"]
    confidence: Share
    phrases: Mapping[str, tuple[str, ...]]
    needs: tuple[str, ...] = ()
    not_in: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()
    of_things: bool = False
    coded: bool = False
    whole: bool = True
    alone: bool = False


class _File(_Table):
    spelled: Mapping[str, str]
    sets: Mapping[str, tuple[str, ...]]
    tables: Mapping[str, tuple[str, ...]]
    begins: Mapping[str, tuple[str, ...]]
    said_of: Mapping[str, tuple[str, ...]]
    neutral: _Neutral
    prefixes: _WordList
    initialled: _WordList
    codes: _WordList
    after: _WordList
    before: _WordList
    things: _WordList
    harmless: _WordList
    containers: _WordList
    digest: _Digest
    not_personal: _PhraseList
    siblings: _Siblings
    rules: tuple[_Rule, ...]


@dataclass(frozen=True, slots=True)
class Rule:
    """What a phrase names, and where it does. See columns.toml for the meaning of each field."""

    id: str
    data_class: str
    names: str
    tier: Tier
    confidence: float
    needs: frozenset[str]
    not_in: frozenset[str]
    unless: frozenset[str]
    of_things: bool
    coded: bool
    whole: bool
    alone: bool


@dataclass(frozen=True, slots=True)
class Phrase:
    """The words of a rule. `literal`: none of them stands for a set. Without a rule: not personal."""

    words: Words
    rule: Rule | None
    literal: bool


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Everything that is known of words, in the form in which it is looked up."""

    version: str
    phrases: Mapping[str, tuple[Phrase, ...]]  # by first word
    kinds: Mapping[Words, tuple[str, ...]]  # of tables, by the words they end with
    begins: Mapping[Words, tuple[str, ...]]  # of tables, by the words they begin with
    said_of: Mapping[Words, tuple[str, ...]]  # of columns, by the words before a phrase
    beside: Mapping[Words, tuple[str, ...]]  # of tables, by the words a column of theirs ends with
    prefixes: frozenset[str]
    initialled: frozenset[str]
    codes: frozenset[str]
    people: frozenset[str]
    neutral: frozenset[str]
    apart: frozenset[str]
    after: frozenset[str]
    before: frozenset[str]
    things: frozenset[str]
    harmless: frozenset[str]
    containers: frozenset[str]
    digest: frozenset[str]
    digest_class: str
    digest_keeps: tuple[str, ...]
    weights: Mapping[str, int]
    enough: int
    siblings_not_in: frozenset[str]
    spellings: Mapping[str, str]
    known: frozenset[str]

    def words(self, name: str) -> Words:
        """The words of a column's or table's name, without a prefix that only tells its type."""
        found: list[str] = []
        parts = pieces(name)
        if len(parts) > 1 and parts[0] in self.prefixes:
            parts = parts[1:]
        for word in spelled(parts, self.spellings):
            if word in self.known or len(word) < 6 or word.isdigit():
                found.append(word)
            else:
                found.extend(spelled(parted(word, self.known), self.spellings))
        return tuple(found)


def load() -> Vocabulary:
    """The vocabulary as shipped. Raises VocabularyError, naming the key."""
    return read(resources.files("config").joinpath("vocabularies", FILE).read_bytes())


def read(content: bytes) -> Vocabulary:
    """A vocabulary from the content of columns.toml. Raises VocabularyError, naming the key."""
    try:
        file = _File.model_validate(tomllib.loads(content.decode()))
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        raise VocabularyError(f"{FILE}: {key}: {first['msg']}; see the comments at its head") from error
    except ValueError as error:
        raise VocabularyError(f"{FILE}: {error}; correct the file or reinstall") from error
    _check(file)

    def plain(words: Iterable[str]) -> frozenset[str]:
        return frozenset(word for each in words for word in spelled(pieces(each), file.spelled))

    phrases = [
        Phrase(words, rule, literal)
        for row in file.rules
        for rule in [_rule(row)]
        for texts in row.phrases.values()
        for text in texts
        for words, literal in _expanded(text, file)
    ]
    phrases += [
        Phrase(words, None, literal)
        for text in file.not_personal.phrases
        for words, literal in _expanded(text, file)
    ]
    kinds, begins, said_of, beside = (
        _kinds(each, file) for each in (file.tables, file.begins, file.said_of, file.siblings.kinds)
    )
    people, lists = (
        plain(file.sets["person"]),
        (file.after, file.before, file.things, file.harmless, file.neutral),
    )
    known = people.union(*(plain(each.words) for each in lists), *(phrase.words for phrase in phrases))
    return Vocabulary(
        version=digest_of({FILE: content}),
        phrases=_by_first_word(phrases),
        kinds=kinds,
        begins=begins,
        said_of={**kinds, **said_of},
        beside=beside,
        prefixes=frozenset(file.prefixes.words),
        initialled=frozenset(file.initialled.words),
        codes=plain(file.codes.words),
        people=people,
        neutral=plain(file.neutral.words),
        apart=plain(file.neutral.apart),
        after=plain(file.after.words),
        before=plain(file.before.words),
        things=plain(file.things.words),
        harmless=plain(file.harmless.words),
        containers=plain(file.containers.words),
        digest=plain(file.digest.words),
        digest_class=file.digest.data_class,
        digest_keeps=file.digest.keeps,
        weights=file.siblings.weights,
        enough=file.siblings.enough,
        siblings_not_in=frozenset(file.siblings.not_in),
        spellings=file.spelled,
        known=known.union(file.spelled, *kinds, *begins, *said_of, *beside),
    )


def _check(file: _File) -> None:
    seen: set[str] = set()
    for rule in file.rules:
        if rule.id in seen:
            raise VocabularyError(f"{FILE}: rules: two rules are called {rule.id!r}; give each its own id")
        seen.add(rule.id)
        _check_kinds(f"rule {rule.id}", (*rule.needs, *rule.not_in, *rule.unless), file)
    _check_kinds("siblings.not_in", file.siblings.not_in, file)


def _check_kinds(where: str, kinds: Iterable[str], file: _File) -> None:
    for kind in kinds:
        if kind not in file.tables and kind not in file.siblings.kinds and kind != NAMED:
            there = ", ".join(sorted({*file.tables, *file.siblings.kinds, NAMED}))
            raise VocabularyError(f"{FILE}: {where}: {kind!r} is no kind of table; there are {there}")


def _kinds(table: Mapping[str, tuple[str, ...]], file: _File) -> dict[Words, tuple[str, ...]]:
    found: dict[Words, tuple[str, ...]] = {}
    for kind, texts in table.items():
        for text in texts:
            for words, _ in _expanded(text, file):
                found[words] = tuple(dict.fromkeys((*found.get(words, ()), kind)))
    return found


def _rule(row: _Rule) -> Rule:
    return Rule(
        row.id,
        row.data_class,
        row.names,
        row.tier,
        row.confidence,
        frozenset(row.needs),
        frozenset(row.not_in),
        frozenset(row.unless),
        row.of_things,
        row.coded,
        row.whole,
        row.alone,
    )


def _expanded(text: str, file: _File) -> Iterable[tuple[Words, bool]]:
    """The phrases a text with {sets} stands for, each as words."""
    choices: list[tuple[str, ...]] = []
    for part in text.split():
        name = part.strip("{}")
        if part.startswith("{") and name not in file.sets:
            sets = ", ".join(sorted(file.sets))
            raise VocabularyError(f"{FILE}: phrase {text!r}: there is no set {name!r}; there are {sets}")
        choices.append(file.sets[name] if part.startswith("{") else (part,))
    for choice in product(*choices):
        yield spelled(pieces(" ".join(choice)), file.spelled), "{" not in text


def _by_first_word(phrases: Iterable[Phrase]) -> Mapping[str, tuple[Phrase, ...]]:
    found: dict[str, dict[Phrase, None]] = {}
    for phrase in phrases:
        found.setdefault(phrase.words[0], {})[phrase] = None
    return {word: tuple(each) for word, each in found.items()}
