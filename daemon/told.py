"""Reads what is told of columns: verdicts of operators, labels of scanners, and lists of the columns of tables."""

from __future__ import annotations

import csv
import hashlib
import io
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import structlog

from config.errors import Problem, SettingsError
from daemon import verdicts
from daemon.values.told import NOTHING, Ruling, Told

if TYPE_CHECKING:
    from config.settings import Settings

log = structlog.get_logger()

_TABLE = ("table_name", "table", "tablename")
_COLUMN = ("column_name", "column", "columnname")
_SCHEMA = ("table_schema", "schema", "schema_name", "dataset", "owner")
_FORM = "begin it with table_schema,table_name,column_name, as an export of information_schema.columns does"


class Telling:
    """What is told, looked up anew for each cycle. Raises SettingsError if a file is broken at the start.

    A file that is broken later is named in the log, and what was told before holds on.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._last = told(settings)

    def now(self) -> Told:
        try:
            self._last = told(self._settings)
        except SettingsError as error:
            log.error("classes_kept", reason=str(error))  # noqa: TRY400 - the sentence says it all
        return self._last


def told(settings: Settings) -> Told:
    """What the files that the settings name say now. Raises SettingsError, naming file and line."""
    place = verdicts.file_of(settings)
    labels = [Path(each) for each in settings.classes.labels_files]
    columns = [Path(each) for each in settings.classes.columns_files]
    said = tuple(entry.ruling() for entry in verdicts.read(place))
    if not said and not labels and not columns:
        return NOTHING
    known = [ruling for path in labels for ruling in _labels(path)]
    tables = _tables(columns)
    return Told(said, _by_column(known), tables, _fingerprint([*said, *known, *sorted(tables.items())]))


def _labels(path: Path) -> list[Ruling]:
    from collectors.traces.classes.labelled import (  # noqa: PLC0415 - reads the vocabulary
        MalformedLabels,
        labelled,
    )

    try:
        found = labelled(path)
    except MalformedLabels as error:
        raise SettingsError((Problem("classes.labels_files", "", str(error)),)) from None
    return [
        Ruling(
            "*",
            each.schema or "*",
            each.table,
            each.column,
            next(iter(each.classes), ""),
            "label",
            f"labelled in {path.name}",
        )
        for each in found
    ]


def _by_column(rulings: Iterable[Ruling]) -> dict[tuple[str, str], tuple[Ruling, ...]]:
    found: dict[tuple[str, str], list[Ruling]] = defaultdict(list)
    for each in rulings:
        found[each.table.lower(), each.column.lower()].append(each)
    return {key: tuple(each) for key, each in found.items()}


def _tables(paths: Iterable[Path]) -> dict[str, tuple[tuple[str, tuple[str, ...]], ...]]:
    found: dict[str, dict[str, dict[str, None]]] = defaultdict(lambda: defaultdict(dict))
    for path in paths:
        for schema, table, column in _columns(path):
            found[table.lower()][schema.lower()][column] = None
    return {
        table: tuple((schema, tuple(columns)) for schema, columns in schemas.items())
        for table, schemas in found.items()
    }


def _columns(path: Path) -> Iterable[tuple[str, str, str]]:
    """Schema, table and column of each row of a CSV file."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise _fault(path, 0, f"{error}; give a CSV file in UTF-8") from None
    reader = csv.DictReader(io.StringIO(text), delimiter=max(",;\t", key=text.partition("\n")[0].count))
    names = {str(name).strip().lower(): name for name in reader.fieldnames or ()}
    table, column, schema = (
        next((names[name] for name in wanted if name in names), None) for wanted in (_TABLE, _COLUMN, _SCHEMA)
    )
    if table is None or column is None:
        raise _fault(path, 1, f"it has no column of that name; {_FORM}")
    try:
        for row in reader:
            if not row[table] or not row[column]:
                raise _fault(path, reader.line_num, "the table or the column is missing")
            yield (row[schema] or "") if schema is not None else "", row[table], row[column]
    except csv.Error as error:
        raise _fault(path, reader.line_num, f"{error}; write it as CSV") from None


def _fault(path: Path, line: int, message: str) -> SettingsError:
    return SettingsError((Problem(f"{path}:{line}" if line else str(path), "", message),))


def _fingerprint(parts: Iterable[object]) -> str:
    digest = hashlib.sha256()
    for part in parts:
        digest.update(f"{part!r}\n".encode())
    return digest.hexdigest()[:16]
