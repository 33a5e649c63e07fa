"""The published copy: a whole SQLite database that any local program may read while cycles go on."""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select

from daemon.store.columns import SNAPSHOT
from daemon.store.database import Database
from daemon.store.errors import DatabaseUnusable
from daemon.store.schema import copy
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
    last = _last(manifest) if target.exists() else None
    with database.reading() as connection:
        newest = connection.execute(select(SNAPSHOT).order_by(SNAPSHOT.c.number.desc()).limit(1)).first()
        shown = last and connection.execute(select(SNAPSHOT).where(SNAPSHOT.c.header == last.header)).first()
    if newest is None or (last and last.header == newest.header):
        return None
    if if_changed and shown and _estate(shown) == _estate(newest):
        return None
    if last and now < moment(last.published_at) + min_interval:
        return None
    fresh = Published(newest.number, newest.header, stamp(now))
    draft = target.with_name(f".{target.name}.new")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        _need_room(database.path, target.parent)
        copy(database.path, draft)
        draft.chmod(0o644)
        _fsync(draft)
        draft.replace(target)
        _write_manifest(manifest, fresh)
        _fsync(target.parent)
    except OSError as error:
        draft.unlink(missing_ok=True)
        raise DatabaseUnusable(
            f"cannot publish to {target}: {error.strerror or error}. "
            "The copy published before stays. Check the folder's room and rights, or set publish.path."
        ) from error
    return fresh


def _estate(row: Any) -> tuple[object, ...]:
    return (row.state_root, row.coverage_digest, row.rules)


def _last(manifest: Path) -> Published | None:
    try:
        return Published(**json.loads(manifest.read_text()))
    except (OSError, ValueError, TypeError):
        return None  # without a readable manifest the copy's age is unknown: publish anew


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
    draft.write_text(json.dumps(content) + "\n")
    draft.chmod(0o644)
    _fsync(draft)
    draft.replace(manifest)


def _fsync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
