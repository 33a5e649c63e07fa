"""The published copy: whole, new only if something is new, and kept when a new one cannot be made."""

from __future__ import annotations

import json
import sqlite3
from datetime import timedelta
from pathlib import Path

import pytest

from daemon.store import publish as publishing
from daemon.store.errors import DatabaseUnusable
from daemon.store.publish import publish
from tests.support.snapshots import Snapshots, listing, queue


@pytest.fixture
def store(tmp_path: Path) -> Snapshots:
    store = Snapshots.create(tmp_path / "state")
    store.take(listing(queue("a")))
    return store


def names(path: Path) -> list[str]:
    connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    try:
        return [row[0] for row in connection.execute("SELECT name FROM v1_resources ORDER BY 1")]
    finally:
        connection.close()


def test_the_copy_is_whole_readable_by_others_and_says_what_it_is(store: Snapshots, tmp_path: Path) -> None:
    target = tmp_path / "published" / "driftline.db"
    made = publish(store.database, target, store.now)
    assert made is not None
    assert names(target) == ["a"]
    assert target.stat().st_mode & 0o777 == 0o644
    manifest = json.loads(target.with_name("driftline.db.json").read_text())
    (header,) = store.rows("SELECT header FROM v1_snapshots")[0]
    assert manifest == {"snapshot": 1, "header": header, "published_at": "2026-11-22T07:00:00Z"}
    assert sorted(path.name for path in target.parent.iterdir()) == ["driftline.db", "driftline.db.json"]


def test_nothing_new_is_not_published_again(store: Snapshots, tmp_path: Path) -> None:
    target = tmp_path / "driftline.db"
    assert publish(store.database, target, store.now)
    assert publish(store.database, target, store.now + timedelta(days=1)) is None
    store.take(listing(queue("a"), queue("b")))
    assert publish(store.database, target, store.now, timedelta(days=1)) is None, "too soon"
    assert publish(store.database, target, store.now + timedelta(days=1), timedelta(hours=1))
    assert names(target) == ["a", "b"]


def test_a_copy_without_its_manifest_is_made_anew(store: Snapshots, tmp_path: Path) -> None:
    target = tmp_path / "driftline.db"
    publish(store.database, target, store.now)
    target.with_name("driftline.db.json").unlink()
    assert publish(store.database, target, store.now)


def test_a_reader_of_the_old_copy_is_not_disturbed(store: Snapshots, tmp_path: Path) -> None:
    target = tmp_path / "driftline.db"
    publish(store.database, target, store.now)
    reader = sqlite3.connect(f"file:{target}?mode=ro", uri=True)
    reader.execute("BEGIN")
    assert reader.execute("SELECT count(*) FROM v1_resources").fetchone() == (1,)
    store.take(listing(queue("a"), queue("b")))
    publish(store.database, target, store.now)
    assert reader.execute("SELECT count(*) FROM v1_resources").fetchone() == (1,)
    reader.close()
    assert names(target) == ["a", "b"]


def test_without_room_the_old_copy_stays_and_the_error_says_so(
    store: Snapshots, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "driftline.db"
    publish(store.database, target, store.now)
    store.take(listing(queue("b")))
    monkeypatch.setattr(publishing.shutil, "disk_usage", lambda _folder: type("Usage", (), {"free": 10})())
    with pytest.raises(DatabaseUnusable, match=r"0 MiB are free.*published before stays"):
        publish(store.database, target, store.now)
    assert names(target) == ["a"]


def test_what_was_put_off_is_published_though_nothing_changed_since(store: Snapshots, tmp_path: Path) -> None:
    target = tmp_path / "driftline.db"
    assert publish(store.database, target, store.now, if_changed=True)
    store.take(listing(queue("a"), queue("b")))
    assert publish(store.database, target, store.now, timedelta(days=1), if_changed=True) is None
    store.take(listing(queue("a"), queue("b")))
    made = publish(store.database, target, store.now, if_changed=True)
    assert made
    assert made.snapshot == 3
    store.take(listing(queue("a"), queue("b")))
    assert publish(store.database, target, store.now, if_changed=True) is None
    assert publish(store.database, target, store.now)
