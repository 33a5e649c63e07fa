"""Makes a whole copy of a SQLite database, also while it is being written; what was there before stays until then."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path

from daemon.store.errors import DatabaseUnusable


def copy(source: Path, target: Path, mode: int = 0o640) -> None:
    """Copies to `target` in one step: it is on disk and whole, or as it was. Raises DatabaseUnusable."""
    draft = target.with_name(f".{target.name}.new")
    try:
        try:
            _drop(draft)  # of a run that was killed
            os.close(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, 0o600))
            with closing(sqlite3.connect(f"file:{source}?mode=ro", uri=True, timeout=30.0)) as reader:
                reader.execute("VACUUM INTO ?", (str(draft),))
            draft.chmod(mode)
            fsync(draft)
            draft.replace(target)
            fsync(target.parent)
        except BaseException:
            _drop(draft)
            raise
    except (sqlite3.Error, OSError) as error:
        said = getattr(error, "strerror", None) or error
        raise DatabaseUnusable(
            f"cannot copy {source} to {target}: {said}. Check the folder's room and rights; "
            "the database is as it was."
        ) from error


def fsync(path: Path) -> None:
    """Returns when a file, or the names in a folder, are on disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _drop(draft: Path) -> None:
    for each in (draft, draft.with_name(f"{draft.name}-journal")):
        each.unlink(missing_ok=True)
