"""Reads what is told of columns: verdicts of operators, labels of scanners, and lists of the columns of tables."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import structlog

from config.errors import Problem, SettingsError
from config.vocabulary import label_words
from daemon import verdicts
from daemon.values.told import NOTHING, Listed, Ruling, Told

if TYPE_CHECKING:
    from collectors.traces.classes.labels import Label
    from config.settings import Settings

log = structlog.get_logger()

Said = TypeVar("Said")


class Telling:
    """What is told, looked up anew for each cycle. Raises SettingsError if a file is broken at the start.

    A file that is broken later is named in the log, and what was told before holds on.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._last = NOTHING
        self._take(told(settings))

    def now(self) -> Told:
        try:
            self._take(told(self._settings))
        except SettingsError as error:
            log.error("classes_kept", reason=str(error))  # noqa: TRY400 - the sentence says it all
        return self._last

    def _take(self, found: Told) -> None:
        if strange := set(found.unknown) - set(self._last.unknown):
            log.warning("labels_unknown", labels=sorted(strange), instead="map them in classes.words_files")
        self._last = found


def told(settings: Settings) -> Told:
    """What the files that the settings name say now. Raises SettingsError, naming file and line."""
    chosen = settings.classes
    said = tuple(entry.ruling() for entry in verdicts.read(verdicts.file_of(settings)))
    if not said and not chosen.labels_files and not chosen.columns_files and not chosen.words_files:
        return NOTHING
    from collectors.traces.classes.labels import of_columns, of_labels  # noqa: PLC0415 - reads the vocabulary

    words = _words(chosen.words_files)
    labels = _read(chosen.labels_files, "classes.labels_files", lambda path: of_labels(path, words))
    lists = _read(chosen.columns_files, "classes.columns_files", of_columns)
    known, unknown = _rulings([*lists, *labels], words)
    tables = _tables(label for _, label in lists)
    parts = [*said, *known, *sorted(tables.items()), *sorted(words.items())]
    return Told(
        said,
        _by_column(ruling for label, ruling in known if not label.bucket),
        tables,
        _fingerprint(parts),
        _by_bucket(known),
        words,
        unknown,
    )


def _words(files: Sequence[str]) -> dict[str, str]:
    """What the operator says that labels mean, by `label_word`."""
    from collectors.traces.classes.labelled import labels_file  # noqa: PLC0415 - reads the vocabulary

    found = _read(files, "classes.words_files", lambda path: labels_file(path).items())
    return dict(pair for _, pair in found)


def _read(files: Sequence[str], key: str, read: Callable[[Path], Iterable[Said]]) -> list[tuple[str, Said]]:
    """What each file says, with the name of the file. Raises SettingsError."""
    from collectors.traces.classes.labelled import MalformedLabels  # noqa: PLC0415 - reads the vocabulary

    try:
        return [(Path(file).name, each) for file in files for each in read(Path(file))]
    except MalformedLabels as error:
        raise SettingsError((Problem(key, "", str(error)),)) from None


def _rulings(
    labels: Iterable[tuple[str, Label]], words: Mapping[str, str]
) -> tuple[list[tuple[Label, Ruling]], tuple[str, ...]]:
    """What the labels mean, and the words in them that nobody mapped."""
    from collectors.traces.classes.labels import Meaning  # noqa: PLC0415 - reads the vocabulary
    from collectors.traces.keys import pattern  # noqa: PLC0415 - reads the vocabulary

    meaning = Meaning({**label_words(), **words})
    known: list[tuple[Label, Ruling]] = []
    unknown: dict[str, None] = {}
    for file, label in labels:
        meant = meaning.of(label, file)
        unknown.update(dict.fromkeys(f"{file}: {word}" for word in meaning.unknown(label)))
        if meant is None:
            continue
        store = f"*/{label.host}[:/]*" if label.host else "*"
        table = pattern(label.table) if label.bucket else label.table
        place = (store, label.schema or "*", table, label.column)
        ruling = Ruling(*place, meant.data_class, "label", meant.reason, meant.rank, meant.confidence)
        known.append((label, ruling))
    return known, tuple(unknown)


def _by_column(rulings: Iterable[Ruling]) -> dict[tuple[str, str], tuple[Ruling, ...]]:
    found: dict[tuple[str, str], list[Ruling]] = defaultdict(list)
    for each in rulings:
        found[each.table.lower(), each.column.lower()].append(each)
    return {key: tuple(each) for key, each in found.items()}


def _by_bucket(rulings: Iterable[tuple[Label, Ruling]]) -> dict[str, tuple[tuple[str, Ruling], ...]]:
    found: dict[str, list[tuple[str, Ruling]]] = defaultdict(list)
    for label, each in rulings:
        if label.bucket:
            found[label.bucket].append((label.table, each))
    return {bucket: tuple(sorted(each, key=itemgetter(0))) for bucket, each in found.items()}


def _tables(labels: Iterable[Label]) -> dict[str, tuple[Listed, ...]]:
    found: dict[str, dict[str, dict[str, None]]] = defaultdict(lambda: defaultdict(dict))
    for each in labels:
        found[each.table.lower()][each.schema.lower()][each.column] = None
    return {
        table: tuple(Listed(schema, tuple(columns)) for schema, columns in schemas.items())
        for table, schemas in found.items()
    }


def _fingerprint(parts: Iterable[object]) -> str:
    digest = hashlib.sha256()
    for part in parts:
        digest.update(f"{part!r}\n".encode())
    return digest.hexdigest()[:16]
