"""How long it takes to match components against a directory of advisories, and how much memory that needs."""

from __future__ import annotations

import random
import tempfile
import zipfile
from pathlib import Path

import orjson

from collectors.images.osv import Advisories
from docs.bench.figures import Figure, now_mib, seconds

_ADVISORIES = 2.5  # for each component


def run(size: int) -> list[Figure]:
    """`size`: components; there are two and a half times as many advisories."""
    chance = random.Random(7)
    count = int(size * _ADVISORIES)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "PyPI", "all.zip")
        file.parent.mkdir()
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            for number in range(count):
                archive.writestr(f"GHSA-{number}.json", orjson.dumps(_record(number, size, chance)))
        purls = [f"pkg:pypi/package-{n}@{chance.randrange(4)}.{chance.randrange(20)}.0" for n in range(size)]
        floor = seconds(lambda: _inflate(file))
        before = now_mib()
        advisories = Advisories.load(Path(folder))
        reading = seconds(lambda: advisories.covers(purls[0]))
        grown = now_mib() - before
        matches = 0

        def match() -> None:
            nonlocal matches
            matches = sum(len(advisories.match(purl)) for purl in purls)

        matching = seconds(match)
    return [
        Figure(f"inflate and parse {count:,} advisories", count / floor, "advisories/s",
               floor="zipfile and orjson alone"),
        Figure(f"read {count:,} advisories", count / reading, "advisories/s", (count / reading) / (count / floor),
               "zipfile and orjson alone", f"{reading:.1f} s, once for each ecosystem and change"),
        Figure("held for them", grown, "MiB"),
        Figure(f"match {size:,} components", size / matching, "components/s",
               note=f"{matching:.1f} s, {matches:,} matches"),
    ]  # fmt: skip


def _record(number: int, packages: int, chance: random.Random) -> dict[str, object]:
    return {
        "id": f"GHSA-{number}",
        "modified": "2026-01-01T00:00:00Z",
        "aliases": [f"CVE-2026-{number}"],
        "summary": "A flaw in a package",
        "details": "What it is, in some sentences. " * 40,
        "severity": [{"type": "CVSS_V3", "score": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}],
        "affected": [
            {
                "package": {"ecosystem": "PyPI", "name": f"package-{chance.randrange(packages)}"},
                "versions": [f"{major}.{minor}.0" for major in range(2) for minor in range(12)],
                "ranges": [
                    {
                        "type": "ECOSYSTEM",
                        "events": [{"introduced": "0"}, {"fixed": f"{chance.randrange(1, 4)}.0.0"}],
                    }
                ],
            }
        ],
    }


def _inflate(file: Path) -> None:
    with zipfile.ZipFile(file) as archive:
        for name in archive.namelist():
            orjson.loads(archive.read(name))
