"""The file in which operators keep their verdicts on columns: read, and one verdict set at a time."""

from __future__ import annotations

import os
import tomllib
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from config.errors import Problem, SettingsError, nearest
from config.lines import find_lines
from config.vocabulary import data_classes
from daemon.values.told import Ruling

if TYPE_CHECKING:
    from config.settings import Settings

NONE = "none"
"""Stands for a class in the file: nothing personal."""

_HEAD = """\
# Verdicts on columns. They win over labels and over what names tell; of several that fit a column the last one holds.
# Patterns fold case, * stands for any text. `driftline classes set` writes here; edit and review it as you like.
"""
_PATTERNS = ("store", "schema", "table", "column")
_KEYS = (*_PATTERNS, "class", "reason", "by", "date")
_NEEDED = ("table", "column", "class", "reason")


@dataclass(frozen=True, slots=True)
class Entry:
    """One verdict as it stands in the file. `data_class`: a fideslang key, or "none"."""

    store: str
    schema: str
    table: str
    column: str
    data_class: str
    reason: str
    by: str
    date: date

    @property
    def patterns(self) -> tuple[str, str, str, str]:
        """What it is about."""
        return self.store, self.schema, self.table, self.column

    def ruling(self) -> Ruling:
        """The verdict as it is applied."""
        said = f"{self.by}, {self.date.isoformat()}" if self.by else self.date.isoformat()
        found = "" if self.data_class == NONE else self.data_class
        return Ruling(*self.patterns, found, "verdict", f"verdict of {said}: {self.reason}")


def file_of(settings: Settings) -> Path:
    """Where the verdicts are kept."""
    given = settings.classes.verdicts_file
    return Path(given) if given else settings.driftline.state_directory / "verdicts.toml"


def read(path: Path) -> tuple[Entry, ...]:
    """The verdicts of a file, in its order; none if it does not exist.

    Raises SettingsError with every fault in it, by line and key.
    """
    try:
        text = path.read_bytes().decode()
        content = tomllib.loads(text)
    except FileNotFoundError:
        return ()
    except OSError as error:
        raise SettingsError((Problem(str(path), "", f"{error.strerror}; make it readable"),)) from None
    except ValueError as error:
        raise SettingsError((Problem(str(path), "", f"{error}; correct the TOML"),)) from None
    lines = find_lines(text)
    problems: list[Problem] = []
    for key in content.keys() - {"verdicts"}:
        place = f"{path}:{lines.get((key,), 1)}"
        problems.append(Problem(place, key, "is no key of this file; write [[verdicts]]"))
    rows = content.get("verdicts", [])
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        place = f"{path}:{lines.get(('verdicts',), 1)}"
        raise SettingsError((*problems, Problem(place, "verdicts", "write it as [[verdicts]]")))
    for number, row in enumerate(rows):
        at = lines.get(("verdicts", number), 1)
        for key, message in _faults(row):
            place = f"{path}:{lines.get(('verdicts', number, key), at)}"
            problems.append(Problem(place, f"verdicts[{number}].{key}", message))
    if problems:
        raise SettingsError(tuple(problems))
    return tuple(_entry(row) for row in rows)


def put(path: Path, entry: Entry) -> bool:
    """Adds a verdict as the last one, in place of one about the same; whether there was one. Raises SettingsError.

    Comments and the order of all else stay as they are only if the file is added to: a file whose verdict is
    replaced is written anew.
    """
    known = read(path)
    others = [each for each in known if each.patterns != entry.patterns]
    if len(others) == len(known):
        before = path.read_text() if path.exists() else _HEAD
        text = before.rstrip("\n") + "\n" + _block(entry)
    else:
        text = _HEAD + "".join(_block(each) for each in (*others, entry))
    tomllib.loads(text)
    temporary = path.with_name(f".{path.name}.new")
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary.write_text(text)
    if path.exists():
        temporary.chmod(path.stat().st_mode & 0o777)
    os.replace(temporary, path)
    return len(others) != len(known)


def is_class(key: str) -> bool:
    """Whether a verdict may name it: "none", or a key of the taxonomy."""
    return key == NONE or key in data_classes()


def no_class(key: str) -> str:
    """Why a word is no class, and what to write."""
    near = nearest(key, data_classes())
    hint = f"did you mean {near}?" if near else "`driftline classes list` names them"
    return f'"{key}" is no data class: {hint}; "{NONE}" stands for nothing personal'


def _faults(row: dict[str, object]) -> list[tuple[str, str]]:
    found = [(key, f"is needed: a verdict has {', '.join(_NEEDED)}") for key in _NEEDED if not row.get(key)]
    for key, value in row.items():
        if key not in _KEYS:
            near = nearest(key, _KEYS)
            found.append((key, f"is no key of a verdict{f'; did you mean {near}?' if near else ''}"))
        elif key == "date":
            if not isinstance(value, date):
                found.append((key, "is no date; write it without quotes, as 2026-11-22"))
        elif not isinstance(value, str):
            found.append((key, "is no text; put it in quotes"))
        elif key == "class" and value and not is_class(value):
            found.append((key, no_class(value)))
    return found


def _entry(row: dict[str, object]) -> Entry:
    on = row.get("date")
    return Entry(
        **{key: str(row.get(key) or "*") for key in _PATTERNS},
        data_class=str(row["class"]),
        reason=str(row["reason"]),
        by=str(row.get("by", "")),
        date=on if isinstance(on, date) else date.min,
    )


def _block(entry: Entry) -> str:
    pairs = {**dict(zip(_PATTERNS, entry.patterns, strict=True)), "class": entry.data_class}
    pairs |= {"reason": entry.reason, "by": entry.by}
    lines = [f"{key} = {_quoted(value)}" for key, value in pairs.items() if value not in {"", "*"}]
    if entry.date != date.min:
        lines.append(f"date = {entry.date.isoformat()}")
    return "\n[[verdicts]]\n" + "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    safe = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(sign if sign.isprintable() else f"\\U{ord(sign):08x}" for sign in safe) + '"'
