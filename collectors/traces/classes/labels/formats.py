"""Recognises by its content in which form a file tells of columns, and reads it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from collectors.traces.classes import texts
from collectors.traces.classes.labelled import labelled_in, name_classes
from collectors.traces.classes.labels import dbt, macie, purview, rows, sensitive_data_protection
from collectors.traces.classes.labels.label import Label
from collectors.traces.classes.texts import MalformedLabels
from config.vocabulary import label_word

Document = Mapping[str, object]

_YAML = frozenset({".yml", ".yaml"})
_LISTED = "begin it with table_schema,table_name,column_name, as an export of information_schema.columns does"


@dataclass(frozen=True, slots=True)
class Format:
    """A form of JSON or YAML: how a document of it is recognised, and what all documents of a file say."""

    is_one: Callable[[Document], bool]
    read: Callable[[Iterable[Document]], Iterable[Label]]


FORMATS = (
    Format(macie.is_macie, macie.read),
    Format(dbt.is_dbt, dbt.read),
    Format(sensitive_data_protection.is_profile_or_finding, sensitive_data_protection.read),
    Format(purview.is_purview, purview.read),
)
"""In the order in which they are tried. What is of none of them is of a form of our own."""


def of_labels(path: Path, own: Mapping[str, str] | None = None) -> tuple[Label, ...]:
    """What a file of labels says of columns. `own`: words of the operator's own. Raises MalformedLabels."""
    text = texts.text_of(path)
    try:
        found = _native(text, path)
    except MalformedLabels as error:
        raise MalformedLabels(f"{path}: {error}") from None
    except RecursionError:
        raise MalformedLabels(f"{path}: is nested too deeply") from None
    if found is not None:
        return found
    return tuple(
        Label(each.table, each.column, path.name, each.schema, classes=each.classes or ("",))
        for each in labelled_in(path, text, own)
    )


def of_columns(path: Path) -> tuple[Label, ...]:
    """All columns of the tables in a list of columns: CSV, or dbt's catalogue. Raises MalformedLabels."""
    text = texts.text_of(path)
    if not texts.is_json(text):
        return tuple(_listed(text, path))
    try:
        catalogues = [each for each in _documents(text, path) if dbt.is_catalog(each)]
    except MalformedLabels as error:
        raise MalformedLabels(f"{path}: {error}") from None
    if not catalogues:
        raise MalformedLabels(f"{path}: is JSON, and no catalog.json of dbt; write CSV, and {_LISTED}")
    return tuple(label for each in catalogues for label in dbt.listed(each))


def _native(text: str, path: Path) -> tuple[Label, ...] | None:
    """What a file in a form of a product says; None if it is in a form of our own."""
    if texts.is_json(text) or path.suffix in _YAML:
        known = _documents(text, path)
        form = next((form for form in FORMATS if any(map(form.is_one, known))), None)
        if form is None and path.suffix in _YAML:
            raise MalformedLabels("is YAML, and no property file of dbt")
        return tuple(form.read(known)) if form is not None else None
    header = [label_word(name) for name in texts.header_of(text)]
    if rows.are_tags(header):
        return tuple(rows.tagged(rows.folded(row) for _, row in texts.rows(text)))
    if rows.are_commented(header) and not name_classes(header):
        return tuple(label for label in _listed(text, path) if label.comment or label.tags)
    return None


def _documents(text: str, path: Path) -> list[Document]:
    if path.suffix in _YAML:
        return [each for each in texts.yaml_documents(text) if isinstance(each, dict)]
    return [each for _, each in texts.documents(text) if isinstance(each, dict)]


def _listed(text: str, path: Path) -> Iterable[Label]:
    header = {label_word(name) for name in texts.header_of(text)}
    if header.isdisjoint(rows.TABLES) or header.isdisjoint(rows.COLUMNS):
        raise MalformedLabels(f"{path}:1: it has no column of that name; {_LISTED}")
    try:
        for line, row in texts.rows(text):
            yield _whole(rows.listed(rows.folded(row)), line)
    except MalformedLabels as error:
        place, _, why = str(error).partition(": ")
        raise MalformedLabels(f"{path}:{place.removeprefix('line ')}: {why}") from None


def _whole(label: Label, line: int) -> Label:
    if not label.table or not label.column:
        raise MalformedLabels(f"line {line}: the table or the column is missing")
    return label
