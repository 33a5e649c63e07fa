"""Reads columns that carry labels, in the forms in which people and products keep them.

CSV with a header; JSON `{table: {column: label}}`, also deeper; a list, or one a line, of JSON objects. An empty
label: known, and not personal. Several labels of one column: each of them is right.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from collectors.traces.classes.texts import MalformedLabels, documents, is_json, rows, text_of
from config.vocabulary import data_classes, label_word, label_words, labels_of

__all__ = [
    "Labelled",
    "MalformedLabels",
    "data_class_of",
    "labelled",
    "labelled_in",
    "labels_file",
    "name_classes",
]

_TABLES = ("table", "tablename", "collection", "dataset", "entity", "object", "relation", "resource")
_COLUMNS = ("column", "columnname", "field", "fieldname", "attribute", "name")
_CLASSES = (
    "class", "dataclass", "label", "labels", "category", "datacategory", "datacategories", "classification",
    "infotype", "expected", "fideskey", "tag", "type",
)  # fmt: skip
_SCHEMAS = ("schema", "schemaname", "tableschema", "database", "databasename", "db", "namespace", "catalog")
_SIBLINGS = ("siblings", "columns", "neighbours", "neighbors", "othercolumns")
_KEY = re.compile(r"(user|system)(\.[a-z_]+)*")
_SEVERAL = re.compile(r"[;|,]")


@dataclass(frozen=True, slots=True)
class Labelled:
    """One column and what it is known to hold. `classes`: any of them is right; none: not personal."""

    schema: str
    table: str
    column: str
    classes: tuple[str, ...]
    siblings: tuple[str, ...] = ()


def labelled(path: Path, own: Mapping[str, str] | None = None) -> tuple[Labelled, ...]:
    """The labelled columns of a file, in its order. `own`: words of `labels_file`. Raises MalformedLabels."""
    return labelled_in(path, text_of(path), own)


def labelled_in(path: Path, text: str, own: Mapping[str, str] | None = None) -> tuple[Labelled, ...]:
    """The labelled columns of a file's text. Raises MalformedLabels."""
    words = {**label_words(), **(own or {})}
    try:
        found = tuple(_rows(text, words))
    except MalformedLabels as error:
        raise MalformedLabels(f"{path}: {error}") from None
    if not found:
        raise MalformedLabels(f"{path}: no column in it; write a CSV with table,column,class or JSON")
    return found


def name_classes(header: Iterable[str]) -> bool:
    """Whether a header, by `label_word`, has a column of classes."""
    return not set(_CLASSES).isdisjoint(header)


def labels_file(path: Path) -> dict[str, str]:
    """Words of the operator's own, in the form of config/vocabularies/labels.toml. Raises MalformedLabels."""
    try:
        file = tomllib.loads(text_of(path))
        groups = file if all(isinstance(each, dict) for each in file.values()) else {"own": file}
        found = labels_of(groups)
    except (ValueError, AttributeError, TypeError) as error:
        raise MalformedLabels(
            f'{path}: {error}; write lines such as "user.contact.email" = ["Mail"]'
        ) from None
    for word, key in found.items():
        if key and not _KEY.fullmatch(key):
            raise MalformedLabels(f"{path}: {word!r} is mapped to {key!r}, which is no data class")
    return found


def _rows(text: str, words: Mapping[str, str]) -> Iterator[Labelled]:
    if not is_json(text):
        for line, row in rows(text):
            yield _of_record(row, f"line {line}", words)
        return
    for place, document in documents(text):
        if place == "line 1" and isinstance(document, dict) and not _is_record(document):
            yield from _of_tree(document, (), words)
        else:
            yield _of_record(document, place, words)


def _is_record(value: Mapping[str, object]) -> bool:
    return {"table", "column"} <= {label_word(key) for key in value} and not any(
        isinstance(each, dict) for each in value.values()
    )


def _of_record(value: object, place: str, words: Mapping[str, str]) -> Labelled:
    if not isinstance(value, dict):
        raise MalformedLabels(f"{place}: write an object with table, column and class")
    named = {label_word(str(key)): each for key, each in value.items()}
    table, column = _of(named, _TABLES), _of(named, _COLUMNS)
    for what, found, names in (("table", table, _TABLES), ("column", column, _COLUMNS)):
        if not isinstance(found, str) or not found.strip():
            there = ", ".join(str(key) for key in value)
            raise MalformedLabels(f"{place}: no {what}; name it {', '.join(names[:3])}; there are: {there}")
    if not any(name in named for name in _CLASSES):
        raise MalformedLabels(
            f"{place}: no class; name it {', '.join(_CLASSES[:3])}; leave it empty for none"
        )
    schema, siblings = _of(named, _SCHEMAS), _of(named, _SIBLINGS)
    others = siblings if isinstance(siblings, list) else _SEVERAL.split(str(siblings or ""))
    return Labelled(
        schema=str(schema or "").strip(),
        table=str(table).strip(),
        column=str(column).strip(),
        classes=_classes(_of(named, _CLASSES), place, words),
        siblings=tuple(str(each).strip() for each in others if str(each).strip()),
    )


def _of(named: Mapping[str, object], names: tuple[str, ...]) -> object:
    return next((named[name] for name in names if name in named), None)


def _of_tree(
    tree: Mapping[str, object], path: tuple[str, ...], words: Mapping[str, str]
) -> Iterator[Labelled]:
    for name, value in tree.items():
        if isinstance(value, dict):
            yield from _of_tree(value, (*path, name), words)
        elif not path:
            raise MalformedLabels(f"table {name!r}: write an object of columns and classes")
        else:
            yield Labelled("", ".".join(path), name, _classes(value, f"{'.'.join(path)}.{name}", words))


def _classes(value: object, place: str, words: Mapping[str, str]) -> tuple[str, ...]:
    texts = value if isinstance(value, list) else [value]
    found: dict[str, None] = {}
    for text in texts:
        if text is None or text is False:
            continue
        if not isinstance(text, str):
            raise MalformedLabels(f"{place}: the class is {text!r}; write a text")
        whole = label_word(text)
        for part in [text] if whole in words else _SEVERAL.split(text):
            if key := data_class_of(part, words, place):
                found[key] = None
    return tuple(found)


def data_class_of(text: str, words: Mapping[str, str], place: str) -> str:
    """The class that a label means, "" if none. Raises MalformedLabels for a word that nobody has mapped."""
    key = text.strip()
    if not key:
        return ""
    if _KEY.fullmatch(key):
        return "" if key.startswith("system") else key
    try:
        return words[label_word(key)]
    except KeyError:
        from difflib import get_close_matches  # noqa: PLC0415 - only for the message

        near = get_close_matches(key.lower(), [*data_classes(), *words], 1)
        hint = f"; did you mean {near[0]!r}?" if near else ""
        raise MalformedLabels(
            f"{place}: {key!r} is no data class and no known label{hint} "
            "`driftline classes list` names the classes; map other words with --labels FILE or classes.words_files"
        ) from None
