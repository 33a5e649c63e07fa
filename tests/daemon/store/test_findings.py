"""Components and findings in the store: what is known to be empty differs from what is not known."""

from __future__ import annotations

from pathlib import Path

from collectors.model import Content, Listing
from daemon.store import findings
from daemon.store.draft import drafting
from daemon.values.drift import Origin
from daemon.values.finding import Finding, FindingIdentity
from tests.support.snapshots import QUEUES, Snapshots, queue

LOG4J = {"purl": "pkg:maven/l/log4j-core@2.14.1", "name": "log4j-core", "version": "2.14.1"}
IDENTITY = FindingIdentity("service://prod//orders", "pkg:maven/l/log4j-core", "CVE-2021-44228")


def finding(version: str, fixed: tuple[str, ...] = ("2.15.0", "2.16.0")) -> Finding:
    return Finding(IDENTITY, "log4j-core", version, "image://r/o@sha256:aa", "critical", fixed, "said")


def write(store: Snapshots, opened: list[tuple[Finding, Origin]], ended: list[tuple[Finding, str]]) -> None:
    with drafting(store.database, started_at=store.now, committed_at=store.now, rules="r") as draft:
        draft.write_findings(opened, ended)


def test_known_to_be_empty_is_not_unknown(tmp_path: Path) -> None:
    store = Snapshots.create(tmp_path)
    contents = (Content("components", "sha256:aa", [LOG4J]), Content("components", "sha256:bb", []))
    store.take(Listing(QUEUES, (queue("a"),), (), "rules 1", contents=contents))
    with store.database.reading() as connection:
        found = findings.load_components(connection, ["sha256:aa", "sha256:bb", "sha256:cc"])
    assert found == {"sha256:aa": [(LOG4J["purl"], "log4j-core", "2.14.1")], "sha256:bb": []}


def test_findings_have_versions_and_a_history(tmp_path: Path) -> None:
    store = Snapshots.create(tmp_path)
    write(store, [], [])
    write(store, [(finding("2.14.1"), Origin.ADDED)], [])
    write(store, [(finding("2.14.0", ()), Origin.ALTERED)], [])
    write(store, [], [(finding("2.14.0", ()), "gone")])
    with store.database.reading() as connection:
        assert findings.load_findings(connection, 1) == ()
        assert findings.load_findings(connection, 2) == (finding("2.14.1"),)
        assert findings.load_findings(connection, 3) == (finding("2.14.0", ()),)
        assert findings.load_findings(connection, None) == ()
        assert findings.history(connection, 1, 2).known == frozenset()
    roots = [row[0] for row in store.rows("SELECT state_root FROM snapshot ORDER BY number")]
    assert roots[0] == roots[3]
    assert len(set(roots)) == 3


def test_what_became_known_is_marked(tmp_path: Path) -> None:
    store = Snapshots.create(tmp_path)
    write(store, [], [])
    write(store, [(finding("2.14.1"), Origin.BASELINE)], [])
    write(store, [], [(finding("2.14.1"), "restated")])
    with store.database.reading() as connection:
        assert findings.history(connection, 1, 2).known == {IDENTITY}
        assert findings.history(connection, 2, 3).known == {IDENTITY}
