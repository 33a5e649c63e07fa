"""The spool: private, whole answers only, the same bytes for the same world."""

from __future__ import annotations

from pathlib import Path

from collectors.model import Alias, Relation, Seen, Sightings
from daemon.store import documents
from daemon.store.spool import Spool
from daemon.store.spooled import SpooledRelation, SpooledResource
from tests.support.snapshots import ELSEWHERE, QUEUES, denied, listing, queue


def spool(path: Path) -> Spool:
    return Spool(path / "spool", lambda document: document)


def test_the_file_is_private_and_goes_when_it_is_closed(tmp_path: Path) -> None:
    made = spool(tmp_path)
    made.add(listing(queue("a")))
    assert (tmp_path / "spool").stat().st_mode & 0o777 == 0o600
    made.close()
    made.close()
    assert not (tmp_path / "spool").exists()


def test_what_went_in_comes_out_sorted(tmp_path: Path) -> None:
    made = spool(tmp_path)
    relation = Relation("a", "calls", Alias("public", "host", "h|x"), {"n": 1}, Seen(1.0, 2.0, 3))
    made.add(Sightings(QUEUES, (queue("b"), queue("a")), (relation,), 0.0, 1.0, 7))
    resources = [row for row in made.rows(QUEUES) if isinstance(row, SpooledResource)]
    relations = [row for row in made.rows(QUEUES) if isinstance(row, SpooledRelation)]
    assert [row.name for row in resources] == ["a", "b"]
    (row,) = relations
    assert (row.key, row.raw, row.seen) == (("a", "calls", "public|host|h|x"), True, Seen(1.0, 2.0, 3))
    (outcome,) = made.outcomes()
    assert (outcome.state, outcome.position, outcome.count) == ("sighted", 7, 2)


def test_a_second_answer_replaces_the_first(tmp_path: Path) -> None:
    made = spool(tmp_path)
    made.add(listing(queue("a")))
    made.add(listing(queue("b"), extent=ELSEWHERE))
    made.add(listing(queue("a"), queue("c")))
    assert [row.name for row in made.rows(QUEUES) if isinstance(row, SpooledResource)] == ["a", "c"]
    assert [outcome.extent for outcome in made.outcomes()] == sorted([QUEUES, ELSEWHERE])


def test_a_gap_has_no_rows_and_keeps_its_reason(tmp_path: Path) -> None:
    made = spool(tmp_path)
    made.add(denied())
    assert list(made.rows(QUEUES)) == []
    assert [(o.state, o.detail) for o in made.outcomes()] == [("denied", "sqs:ListQueues")]


def test_digests_do_not_depend_on_the_order_of_keys(tmp_path: Path) -> None:
    made = spool(tmp_path)
    made.add(listing(queue("a", x=1, y=[1, 2])))
    made.add(listing(queue("a", y=[1, 2], x=1), extent=ELSEWHERE))
    (one,), (other,) = (list(made.rows(extent)) for extent in (QUEUES, ELSEWHERE))
    assert one.digest == other.digest


def test_every_document_passes_the_shape(tmp_path: Path) -> None:
    made = Spool(tmp_path / "spool", lambda document: {**document, "attributes": {}, "shaped": True})
    made.add(listing(queue("a", secret="hunter2"), relations=[Relation("a", "x", "b", {"token": "t"})]))
    assert b"hunter2" not in (tmp_path / "spool").read_bytes()
    assert all(b'"shaped":true' in row.body for row in made.rows(QUEUES))


def test_what_json_cannot_say_is_told_as_near_as_can_be(tmp_path: Path) -> None:
    made = spool(tmp_path)
    odd = queue("half \ud800", tag="\udc80b", size=1 << 70)
    made.add(listing(odd, relations=[Relation(odd.urn, "calls", "b \udfff")]))
    resource, relation = made.rows(QUEUES)
    assert (resource.name, relation.target) == ("half ?", "b ?")  # type: ignore[union-attr]
    assert documents.decode(resource.body)["attributes"] == {"size": "1180591620717411303424", "tag": "?b"}


def test_the_rules_that_shape_documents_are_a_part_of_each_fingerprint(tmp_path: Path) -> None:
    made = Spool(tmp_path / "spool", lambda document: document, form="form 2")
    made.add(listing(queue("a")))
    assert [outcome.fingerprint for outcome in made.outcomes()] == ["rules 1 form 2"]
