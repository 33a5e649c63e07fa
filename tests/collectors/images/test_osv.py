"""Matching against advisories; all records here are made up but for their shape."""

from __future__ import annotations

import time
import tracemalloc
import zipfile
from pathlib import Path
from typing import Any

import orjson
import pytest

from collectors.errors import AdvisoriesUnreadable
from collectors.images.osv import Advisories
from collectors.images.osv_matches import Match

LOG4J = "pkg:maven/org.apache.logging.log4j/log4j-core"
CRITICAL = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H"


def record(
    id: str,
    package: str = "org.apache.logging.log4j:log4j-core",
    *events: dict[str, str],
    ecosystem: str = "Maven",
    versions: tuple[str, ...] = (),
    kind: str = "ECOSYSTEM",
    **more: Any,
) -> dict[str, Any]:
    affected: dict[str, Any] = {"package": {"ecosystem": ecosystem, "name": package}}
    if events:
        affected["ranges"] = [{"type": kind, "events": list(events)}]
    if versions:
        affected["versions"] = list(versions)
    return {"id": id, "modified": "2026-01-01T00:00:00Z", "affected": [affected], **more}


def introduced(version: str) -> dict[str, str]:
    return {"introduced": version}


def fixed(version: str) -> dict[str, str]:
    return {"fixed": version}


def unpacked(folder: Path, *listed: dict[str, Any], place: str = "Maven") -> Path:
    (folder / place).mkdir(parents=True, exist_ok=True)
    for each in listed:
        (folder / place / f"{each['id']}.json").write_bytes(orjson.dumps(each))
    return folder


def zipped(file: Path, *listed: dict[str, Any]) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for each in listed:
            archive.writestr(f"{each['id']}.json", orjson.dumps(each))
    return file


def names(folder: Path, purl: str) -> list[str]:
    return [each.advisory for each in Advisories.load(folder).match(purl)]


def test_a_vulnerable_version_is_matched_with_all_that_a_reader_needs(tmp_path: Path) -> None:
    shell = record(
        "GHSA-jfh8-c2jp-5v3q", "org.apache.logging.log4j:log4j-core", introduced("2.13.0"), fixed("2.15.0"),
        introduced("0"), fixed("2.3.1"), aliases=["CVE-2021-44228"], summary="Remote\ncode  injection",
        severity=[{"type": "CVSS_V3", "score": CRITICAL}],
    )  # fmt: skip
    advisories = Advisories.load(unpacked(tmp_path, shell))
    assert advisories.match(f"{LOG4J}@2.14.1") == (
        Match(
            advisory="CVE-2021-44228",
            aliases=("GHSA-jfh8-c2jp-5v3q",),
            severity="critical",
            score=10.0,
            fixed="2.15.0",
            summary="Remote code injection",
        ),
    )
    assert [each.fixed for each in advisories.match(f"{LOG4J}@2.0")] == ["2.3.1"]
    for harmless in ("2.3.1", "2.12.0", "2.15.0", "2.17.1"):
        assert advisories.match(f"{LOG4J}@{harmless}") == ()
        assert advisories.covers(f"{LOG4J}@{harmless}")


@pytest.mark.parametrize(
    ("events", "inside", "outside"),
    [
        ([introduced("0"), fixed("2")], ["0", "1.9"], ["2", "3"]),
        ([introduced("1")], ["1", "99"], ["0.9"]),
        ([introduced("1"), {"last_affected": "2"}], ["1", "2"], ["0.9", "2.0.1", "3"]),
        (
            [introduced("3"), fixed("4"), fixed("2"), introduced("1")],
            ["1", "1.9", "3", "3.9"],
            ["0", "2", "4"],
        ),
        ([introduced("1"), fixed("2"), introduced("2"), fixed("3")], ["1", "2", "2.9"], ["3"]),
        ([introduced("0"), {"limit": "2"}], ["0", "1.9"], ["2", "3"]),
        ([introduced("0"), {"limit": "*"}], ["0", "99"], []),
        ([fixed("2")], [], ["1", "2"]),
    ],
)
def test_events_are_read_in_order_of_version(
    tmp_path: Path, events: list[dict[str, str]], inside: list[str], outside: list[str]
) -> None:
    folder = unpacked(tmp_path, record("X-1", "left", *events, ecosystem="PyPI"), place="PyPI")
    advisories = Advisories.load(folder)
    assert [v for v in inside if not advisories.match(f"pkg:pypi/left@{v}")] == []
    assert [v for v in outside if advisories.match(f"pkg:pypi/left@{v}")] == []


def test_listed_versions_come_before_ranges(tmp_path: Path) -> None:
    listed = record("X-1", "left", introduced("5"), fixed("6"), versions=("1.0", "odd one"), ecosystem="npm")
    folder = unpacked(tmp_path, listed, place="npm")
    assert names(folder, "pkg:npm/left@1.0") == ["X-1"]
    assert names(folder, "pkg:npm/left@odd%20one") == ["X-1"]
    assert names(folder, "pkg:npm/left@5.5.0") == ["X-1"]
    assert names(folder, "pkg:npm/left@2.0.0") == []


def test_commits_say_nothing_about_versions(tmp_path: Path) -> None:
    commits = record("X-1", "left", introduced("0"), ecosystem="npm", kind="GIT")
    assert names(unpacked(tmp_path, commits, place="npm"), "pkg:npm/left@1.0.0") == []


def test_withdrawn_advisories_are_dropped(tmp_path: Path) -> None:
    gone = record("X-1", "left", introduced("0"), ecosystem="npm", withdrawn="2026-01-02T00:00:00Z")
    kept = record("X-2", "other", introduced("0"), ecosystem="npm")
    assert names(unpacked(tmp_path, gone, kept, place="npm"), "pkg:npm/left@1.0.0") == []


def test_a_version_that_cannot_be_compared_is_a_row_that_says_so(tmp_path: Path) -> None:
    folder = unpacked(
        tmp_path, record("X-1", "left", introduced("1.0.0"), fixed("2.0.0"), ecosystem="npm"), place="npm"
    )
    (found,) = Advisories.load(folder).match("pkg:npm/left@not!a!version")
    assert found.advisory == "X-1"
    assert found.uncertain == "not!a!version cannot be compared with 1.0.0"


def test_one_cve_is_one_match_over_aliases_and_upstream(tmp_path: Path) -> None:
    folder = unpacked(
        tmp_path,
        record(
            "GHSA-1", "left", introduced("0"), fixed("3"), ecosystem="PyPI", aliases=["CVE-2026-1", "PYSEC-1"]
        ),
        record("PYSEC-1", "left", introduced("0"), ecosystem="PyPI", aliases=["GHSA-1"]),
        record("NOTICE-1", "left", introduced("0"), ecosystem="PyPI", upstream=["CVE-2026-1", "CVE-2026-2"]),
        record("GHSA-9", "left", introduced("0"), ecosystem="PyPI", aliases=["PYSEC-9"]),
        place="PyPI",
    )
    found = Advisories.load(folder).match("pkg:pypi/left@1")
    assert [(each.advisory, each.aliases) for each in found] == [
        ("CVE-2026-1", ("GHSA-1", "NOTICE-1", "PYSEC-1")),
        ("CVE-2026-2", ("NOTICE-1",)),
        ("GHSA-9", ("PYSEC-9",)),
    ]
    assert found[0].fixed == "3"


DISTRIBUTIONS = [
    ("Debian:12", "glibc", "pkg:deb/debian/libc6@2.36-9?distro=debian-12&upstream=glibc"),
    ("Debian:12", "glibc", "pkg:deb/debian/libc6@2.36-9?distro=bookworm&upstream=glibc"),
    ("Debian:12", "glibc", "pkg:deb/debian/libc6@9.9?distro=debian-12.5&upstream=glibc%402.36-9"),
    ("Ubuntu:22.04:LTS", "glibc", "pkg:deb/ubuntu/glibc@2.35-0?distro=ubuntu-22.04"),
    ("Alpine:v3.18", "openssl", "pkg:apk/alpine/libssl3@3.1.0-r0?distro=alpine-3.18.4&upstream=openssl"),
    ("Rocky Linux:9", "glibc", "pkg:rpm/rocky/glibc@2.34-60.el9?distro=rocky-9.2"),
    ("AlmaLinux:8", "glibc", "pkg:rpm/almalinux/glibc@2.28-1.el8?distro=almalinux-8.9&epoch=0"),
    ("PyPI", "Zope.Interface", "pkg:pypi/zope-interface@1.0"),
    ("npm", "@babel/core", "pkg:npm/%40babel/core@7.0.0"),
    ("Go", "golang.org/x/net", "pkg:golang/golang.org/x/net@v0.1.0"),
    ("Go", "stdlib", "pkg:golang/stdlib@1.20.3"),
    ("NuGet", "Newtonsoft.Json", "pkg:nuget/newtonsoft.json@12.0.1"),
    ("crates.io", "smallvec", "pkg:cargo/smallvec@1.6.0"),
    ("RubyGems", "rails", "pkg:gem/rails@5.0.0"),
    ("Packagist", "symfony/http-kernel", "pkg:composer/symfony/http-kernel@5.0.0"),
    ("Hex", "plug", "pkg:hex/plug@1.0.0"),
]


@pytest.mark.parametrize(("ecosystem", "name", "purl"), DISTRIBUTIONS)
def test_each_kind_of_package_is_looked_up_where_its_advisories_are(
    tmp_path: Path, ecosystem: str, name: str, purl: str
) -> None:
    folder = unpacked(
        tmp_path,
        record("X-1", name, introduced("0"), fixed("99:99" if ecosystem.startswith("Deb") else "99.0.0"),
               ecosystem=ecosystem),
        place=ecosystem.partition(":")[0],
    )  # fmt: skip
    assert names(folder, purl) == ["X-1"]


@pytest.mark.parametrize(
    ("purl", "reason"),
    [
        ("pkg:npm/left@1.0.0", "there are no advisories for npm"),
        ("pkg:deb/debian/libc6@2.36?distro=debian-11", "there are no advisories for Debian:11"),
        ("pkg:deb/debian/libc6@2.36", "the release of Debian is not known"),
        ("pkg:rpm/redhat/bash@5", "there is no known ecosystem for pkg:rpm/redhat"),
        ("pkg:generic/openssl@1", "there is no known ecosystem for pkg:generic"),
        ("pkg:maven/a/b", "its version is not known"),
        ("log4j", "it is no package URL"),
    ],
)
def test_what_no_advisory_speaks_of_is_not_covered(tmp_path: Path, purl: str, reason: str) -> None:
    unpacked(tmp_path, record("X-1", "a:b", introduced("0")))
    unpacked(tmp_path, record("D-1", "glibc", introduced("0"), ecosystem="Debian:12"), place="Debian")
    advisories = Advisories.load(tmp_path)
    assert not advisories.covers(purl)
    assert advisories.why_not(purl) == reason
    assert advisories.match(purl) == ()


@pytest.mark.parametrize("place", ["Maven/all.zip", "Maven.zip", "all.zip", "copied/2026/Maven/all.zip"])
def test_zips_are_read_wherever_they_are_copied(tmp_path: Path, place: str) -> None:
    zipped(tmp_path / place, record("X-1", "a:b", introduced("0")))
    assert names(tmp_path, "pkg:maven/a/b@1") == ["X-1"]


def test_a_record_in_a_zip_and_unpacked_counts_once(tmp_path: Path) -> None:
    one = record("X-1", "a:b", introduced("0"))
    zipped(tmp_path / "Maven/all.zip", one)
    unpacked(tmp_path, one, place="advisories/2026")
    assert names(tmp_path, "pkg:maven/a/b@1") == ["X-1"]


def test_the_fingerprint_follows_the_files(tmp_path: Path) -> None:
    unpacked(tmp_path, record("X-1", "a:b", introduced("0")))
    first = Advisories.load(tmp_path).fingerprint
    assert Advisories.load(tmp_path).fingerprint == first
    unpacked(tmp_path, record("X-2", "a:b", introduced("0")))
    assert Advisories.load(tmp_path).fingerprint != first


def empty(folder: Path) -> None:
    """Nothing is there."""


def readme_only(folder: Path) -> None:
    (folder / "README.md").write_text("soon")


def cut_zip(folder: Path) -> None:
    whole = zipped(folder / "PyPI/all.zip", *(record(f"X-{n}", "a", introduced("0")) for n in range(50)))
    whole.write_bytes(whole.read_bytes()[:-500])


def foreign(folder: Path) -> None:
    (folder / "db.json").write_text('{"vulnerabilities": [{"cve": "CVE-2026-1"}]}')


def foreign_zip(folder: Path) -> None:
    with zipfile.ZipFile(folder / "feed.zip", "w") as archive:
        archive.writestr("nvdcve-2.0.json", '{"CVE_Items": []}')


def cut_record(folder: Path) -> None:
    (folder / "GHSA-1.json").write_bytes(orjson.dumps(record("GHSA-1"))[:-20])


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (empty, "holds no advisories: copy OSV's zips there, as PyPI/all.zip, or unpacked records"),
        (readme_only, "holds no advisories"),
        (cut_zip, "PyPI/all.zip is no whole zip file; copy it again"),
        (foreign, "is not in the OSV format: db.json holds no record with id, modified and affected"),
        (foreign_zip, "is not in the OSV format: feed.zip holds no record"),
        (cut_record, "GHSA-1.json holds a record that is cut off (GHSA-1.json); copy it again"),
    ],
)
def test_a_directory_that_cannot_be_used_is_one_clear_sentence(tmp_path: Path, make: Any, words: str) -> None:
    make(tmp_path)
    with pytest.raises(AdvisoriesUnreadable) as raised:
        Advisories.load(tmp_path)
    assert words in str(raised.value)
    assert str(raised.value).startswith("images.osv_directory: ")
    assert "\n" not in str(raised.value)


def test_a_directory_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(AdvisoriesUnreadable, match="is no directory; create it, or correct the setting"):
        Advisories.load(tmp_path / "nowhere")


def test_a_damaged_ecosystem_is_not_covered_and_the_others_go_on(tmp_path: Path) -> None:
    unpacked(tmp_path, record("X-1", "a:b", introduced("0")))
    damaged = zipped(tmp_path / "npm/all.zip", *(record(f"N-{n}", "left", introduced("0"), ecosystem="npm",
                                                        details="x" * 500) for n in range(50)))  # fmt: skip
    body = bytearray(damaged.read_bytes())
    body[200:260] = b"\0" * 60
    damaged.write_bytes(bytes(body))
    advisories = Advisories.load(tmp_path)
    assert advisories.why_not("pkg:npm/left@1.0.0").endswith("npm/all.zip is damaged; copy it again")
    assert advisories.match("pkg:npm/left@1.0.0") == ()
    assert len(advisories.faults) == 1
    assert [each.advisory for each in advisories.match("pkg:maven/a/b@1")] == ["X-1"]


def test_a_bomb_among_the_records_is_not_inflated(tmp_path: Path) -> None:
    unpacked(tmp_path, record("X-1", "a:b", introduced("0")))
    (tmp_path / "npm").mkdir()
    with zipfile.ZipFile(tmp_path / "npm/all.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.json", b" " * (200 << 20))
    advisories = Advisories.load(tmp_path)
    tracemalloc.start()
    try:
        reason = advisories.why_not("pkg:npm/left@1.0.0")
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert "holds a record larger than 16777216 bytes (a.json)" in reason
    assert peak < 64 << 20


@pytest.mark.parametrize("affected", [None, "x", [None], [{"package": 1}], [{"package": {"ecosystem": "npm"}}],
                                      [{"package": {"ecosystem": "npm", "name": "left"}, "ranges": [{"events": [1]}],
                                        "versions": {"a": 1}, "severity": 5}]])  # fmt: skip
def test_odd_records_harm_nothing(tmp_path: Path, affected: Any) -> None:
    odd = {"id": "X-1", "modified": "2026", "affected": affected, "aliases": "x", "severity": [{"score": 5}]}
    good = record("X-2", "left", introduced("0"), ecosystem="npm")
    assert names(unpacked(tmp_path, odd, good, place="npm"), "pkg:npm/left@1.0.0") == ["X-2"]


def test_many_components_are_matched_against_many_advisories_quickly(tmp_path: Path) -> None:
    """A tenth of the size the figures are measured at, with far more time than it should take."""
    zipped(
        tmp_path / "PyPI/all.zip",
        *(
            record(f"X-{n}", f"p{n % 2000}", introduced("0"), fixed(f"{n % 5}.{n % 7}"), ecosystem="PyPI")
            for n in range(5000)
        ),
    )
    began = time.monotonic()
    advisories = Advisories.load(tmp_path)
    found = [advisories.match(f"pkg:pypi/p{n}@1.{n % 9}.0") for n in range(2000)]
    assert sum(map(bool, found)) > 500
    assert time.monotonic() - began < 10
