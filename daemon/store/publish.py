"""The published copy: a whole SQLite database that any local program may read while cycles go on."""

from __future__ import annotations

import json
import shutil
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select

from daemon.store.columns import SNAPSHOT
from daemon.store.copying import copy, fsync
from daemon.store.database import Database
from daemon.store.errors import DatabaseUnusable
from daemon.store.times import moment, stamp


@dataclass(frozen=True, slots=True)
class Published:
    """What the manifest beside the copy says."""

    snapshot: int
    header: str
    published_at: str


def publish(
    database: Database,
    target: Path,
    now: datetime,
    min_interval: timedelta = timedelta(0),
    *,
    if_changed: bool = False,
) -> Published | None:
    """Publishes the newest snapshot at `target`, with `target`.json beside it; None if there was no need.

    No need: the newest snapshot is published already, or the last copy is younger than `min_interval`.
    `if_changed`: nor if the copy, though older, shows the same estate and coverage.
    The copy replaces the old one in one step, so a reader sees one whole snapshot or the other.
    Raises DatabaseUnusable if the folder cannot be written or has no room; the old copy stays.
    """
    manifest = target.with_name(target.name + ".json")
    last = _last(target, manifest)
    with database.reading() as connection:
        newest = connection.execute(select(SNAPSHOT).order_by(SNAPSHOT.c.number.desc()).limit(1)).first()
        shown = last and connection.execute(select(SNAPSHOT).where(SNAPSHOT.c.header == last.header)).first()
    if newest is None or (last and last.header == newest.header):
        return None
    if if_changed and shown and _estate(shown) == _estate(newest):
        return None
    if last and now < moment(last.published_at) + min_interval:
        return None
    try:
        _make_reachable(target.parent)
        _need_room(database.path, target.parent)
        copy(database.path, target, 0o644)
        # What the copy holds: a cycle may have ended since we looked.
        number, header = _newest_in(target)
        fresh = Published(number, header, stamp(now))
        _write_manifest(manifest, fresh)
    except (OSError, sqlite3.Error, DatabaseUnusable) as error:
        why = error.__cause__ if isinstance(error, DatabaseUnusable) else error
        raise DatabaseUnusable(
            f"cannot publish to {target}: {getattr(why, 'strerror', None) or why}. "
            "The copy published before stays. Check the folder's room and rights, or set publish.path."
        ) from error
    return fresh


def _make_reachable(folder: Path) -> None:
    """Makes folders that are missing so that others may pass, whatever our mask; those that are there stay."""
    for missing in reversed([each for each in (folder, *folder.parents) if not each.exists()]):
        missing.mkdir()
        missing.chmod(0o755)


def _estate(row: Any) -> tuple[object, ...]:
    return (row.state_root, row.coverage_digest, row.rules)


def _last(target: Path, manifest: Path) -> Published | None:
    """What is published; None if the manifest does not tell of this copy, as after a kill between the two."""
    try:
        last = Published(**json.loads(manifest.read_text()))
        return last if _newest_in(target) == (last.snapshot, last.header) else None
    except (OSError, ValueError, TypeError, sqlite3.Error):
        return None  # then its age is unknown too: publish anew


def _newest_in(copied: Path) -> tuple[int, str]:
    """Number and header of the newest snapshot in a copy. Raises sqlite3.Error, TypeError if there is none."""
    with closing(sqlite3.connect(f"file:{copied}?mode=ro", uri=True)) as connection:
        number, header = connection.execute(
            "SELECT number, header FROM snapshot ORDER BY number DESC LIMIT 1"
        ).fetchone()
    return number, header


def _need_room(source: Path, folder: Path) -> None:
    needed, free = source.stat().st_size, shutil.disk_usage(folder).free
    if free < needed:
        raise OSError(None, f"it needs {needed // 2**20 + 1} MiB and {free // 2**20} MiB are free")


def _write_manifest(manifest: Path, published: Published) -> None:
    content = {
        "snapshot": published.snapshot,
        "header": published.header,
        "published_at": published.published_at,
    }
    draft = manifest.with_name(f".{manifest.name}.new")
    try:
        draft.write_text(json.dumps(content) + "\n")
        draft.chmod(0o644)
        fsync(draft)
        draft.replace(manifest)
        fsync(manifest.parent)
    except OSError:
        draft.unlink(missing_ok=True)
        raise
