"""Staff identifiers: kept by default, a keyed hash if asked for, the same for urns, aliases and relations."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from collectors.model import Alias, Relation
from config.errors import SecretError
from config.settings import Privacy
from daemon.privacy import renaming
from daemon.store.spool import Spool
from daemon.store.spooled import SpooledRelation, SpooledResource
from tests.support.snapshots import QUEUES, listing, queue

URN = "arn:aws:iam::111122223333:user/jane.doe@shop.example"


def privacy(tmp_path: Path, key: str = "k1") -> Privacy:
    (tmp_path / key).write_text(f"{key}\n")
    return Privacy(staff="pseudonymise", staff_key_file=str(tmp_path / key))


def test_names_are_kept_by_default() -> None:
    assert renaming(Privacy(staff="keep", staff_key_file=""))(URN) == URN


def test_an_address_becomes_the_same_hash_wherever_it_stands(tmp_path: Path) -> None:
    rename = renaming(privacy(tmp_path))
    renamed = rename(URN)
    assert renamed.startswith("arn:aws:iam::111122223333:user/staff-")
    assert "jane" not in renamed
    assert rename("Jane.Doe@shop.example") == renamed.rpartition("/")[2]
    assert renaming(privacy(tmp_path, "k2"))(URN) != renamed
    assert rename("image://registry.example/web@sha256:ab") == "image://registry.example/web@sha256:ab"


def test_without_its_key_the_setting_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SecretError, match="missing"):
        renaming(Privacy(staff="pseudonymise", staff_key_file=str(tmp_path / "missing")))


def test_the_spool_holds_no_address_and_its_relations_still_meet(tmp_path: Path) -> None:
    user = replace(queue("x"), urn=URN, name="jane.doe@shop.example", aliases=(Alias("public", "arn", URN),))
    spool = Spool(tmp_path / "spool", lambda document: document, renaming(privacy(tmp_path)))
    spool.add(listing(user, relations=[Relation("a", "assumes", URN), Relation(URN, "part_of", "b")]))
    rows = list(spool.rows(QUEUES))
    assert b"jane" not in (tmp_path / "spool").read_bytes()
    (resource,) = [row for row in rows if isinstance(row, SpooledResource)]
    ends = {row.target for row in rows if isinstance(row, SpooledRelation) and row.verb == "assumes"}
    assert ends == {resource.urn}
