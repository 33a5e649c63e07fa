"""The fourth drift through the whole pipeline: a workload's image, its registry, its components, an advisory."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from collectors import registry as collectors
from collectors.contract import Request
from collectors.model import Alias, Answer, Extent, Listing, Relation, Resource, Role, Scope
from config.settings import Settings, compose
from daemon import assembly, comparison, cycle
from daemon.advisories import Knowledge
from daemon.store import findings
from daemon.store.database import Database
from daemon.values.drift import Action, Drift, FindingChange
from demo import images
from demo.registry import Registry
from tests.support.pipeline import Clock

CLUSTER = "arn:aws:ecs:eu-central-1:123456789012:service/shop"
DRIFTLINE = Path(sys.executable).with_name("driftline")
ADVISORY = Path(__file__).parents[2] / "demo" / "osv" / "GHSA-jfh8-c2jp-5v3q.json"


@dataclass
class Workloads:
    """A cloud with a workload `orders`, and others, each of which says of itself what it runs."""

    host: str
    tag: str = "1.0.0"
    others: tuple[str, ...] = ()
    name: str = "aws"

    def plan(self) -> Iterable[Request]:
        return [Request(self.name, (self._extent,))]

    def asked(self) -> frozenset[Extent]:
        return frozenset({self._extent})

    def answer(self, request: Request) -> Iterator[Answer]:
        (extent,) = request.extents
        services, uses = [], []
        for name in ("orders", *self.others):
            urn = f"{CLUSTER}/{name}"
            image = f"{self.host}/shop/{name}:{self.tag}"
            attributes = {"Image": image}
            services.append(
                Resource(urn, extent.type, name, extent.scope, Role.WORKLOAD, attributes=attributes)
            )
            uses.append(Relation(urn, "uses_image", Alias("public", "image_name", image)))
        yield Listing(extent, tuple(services), tuple(uses), "rules 1")

    def close(self) -> None:
        """Holds nothing."""

    _extent: Extent = field(default=Extent("aws.ecs.service", Scope("aws", "123456789012", "eu-central-1")))


@dataclass
class Shop:
    """A daemon that looks at one workload and at a registry with two versions of its image."""

    folder: Path
    registry: Registry
    settings: Settings
    database: Database
    workloads: Workloads
    parts: cycle.Parts
    number: int = 0

    @property
    def advisory(self) -> Path:
        return self.folder / "osv" / ADVISORY.name

    def cycle(self) -> Drift:
        """One cycle, and what is different from the one before."""
        outcome = cycle.run(self.parts)
        self.number = outcome.number
        with self.database.reading() as connection:
            return comparison.compare(
                connection, self.settings, outcome.previous, outcome.number, self.parts.clock()
            )

    def found(self) -> list[tuple[str, str]]:
        """Component and advisory of what is found now."""
        with self.database.reading() as connection:
            return [
                (each.version, each.identity.advisory)
                for each in findings.load_findings(connection, self.number)
            ]


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    (tmp_path / "osv").mkdir()
    with ExitStack() as stack:
        registry = stack.enter_context(Registry())
        for version in ("1.0.0", "2.0.0"):
            registry.push("orders", version, images.build("orders", version))
        settings = compose(
            {
                "driftline": {"state_directory": str(tmp_path / "state")},
                "traces": {"enabled": False},
                "publish": {"min_interval": "0s"},
                "images": {
                    "enabled": True,
                    "osv_directory": str(tmp_path / "osv"),
                    "registries": [{"host": registry.host, "plain_http": True, "allow_private": True}],
                },
            }
        )
        database = assembly.open_store(settings)
        stack.callback(database.close)
        executor = stack.enter_context(ThreadPoolExecutor(2))
        workloads = Workloads(registry.host)
        (pulling,) = collectors.collectors(settings, None)
        knowledge = Knowledge(settings.images.osv_directory)
        clock = Clock()
        parts = cycle.Parts(
            settings,
            database,
            (workloads, pulling),
            executor,
            lambda: assembly.rules(settings, knowledge),
            clock,
        )
        shop = Shop(tmp_path, registry, settings, database, workloads, parts)
        shop.advisory.write_bytes(ADVISORY.read_bytes())
        yield shop


def only(drift: Drift) -> FindingChange:
    (change,) = drift.findings
    return change


def test_an_image_that_brings_a_vulnerable_library_is_told_with_both_images(shop: Shop) -> None:
    shop.cycle()
    assert shop.found() == []
    shop.workloads.tag = "2.0.0"
    drift = shop.cycle()
    change = only(drift)
    assert change.action is Action.ADDED
    assert (change.finding.version, change.finding.severity) == ("2.14.1", "critical")
    assert change.finding.fixed == ("2.15.0",)
    before, after = (images.build("orders", each).manifest.digest for each in ("1.0.0", "2.0.0"))
    assert change.images_before == (f"image://{shop.registry.host}/shop/orders@{before}",)
    assert change.finding.image == f"image://{shop.registry.host}/shop/orders@{after}"
    (group,) = drift.groups
    assert [(line.symbol, line.name) for line in group.lines] == [("~", "orders")], "the images go with it"
    assert drift.totals.new_findings == 1


def test_the_image_that_is_used_no_more_goes_without_a_word(shop: Shop) -> None:
    shop.cycle()
    shop.workloads.tag = "2.0.0"
    shop.cycle()
    for _ in range(3):
        assert shop.cycle().quiet
    shop.workloads.tag = "1.0.0"
    assert only(shop.cycle()).action is Action.REMOVED


def test_a_tag_that_is_pushed_again_is_a_drift_though_the_workload_is_the_same(shop: Shop) -> None:
    shop.cycle()
    shop.registry.push("orders", "1.0.0", images.build("orders", "2.0.0"))
    assert shop.cycle().quiet, "a replica of the registry may be behind: a second listing decides"
    drift = shop.cycle()
    assert only(drift).action is Action.ADDED
    lines = [(line.symbol, line.name) for group in drift.groups for line in group.lines]
    assert lines == [("~", f"{shop.registry.host}/shop/orders:1.0.0")], "the name leads elsewhere"


def test_an_advisory_that_becomes_known_is_no_drift_of_the_world(shop: Shop) -> None:
    shop.workloads.tag = "2.0.0"
    record = json.loads(shop.advisory.read_text())
    shop.advisory.write_text(json.dumps({**record, "affected": record["affected"][1:]}))
    shop.cycle()
    assert shop.found() == []
    shop.advisory.write_text(json.dumps(record))
    assert only(shop.cycle()).action is Action.RESTATED
    assert shop.found() == [("2.14.1", "CVE-2021-44228")]


def test_an_unusable_directory_takes_no_finding_away_and_brings_none_back(shop: Shop) -> None:
    shop.workloads.tag = "2.0.0"
    shop.cycle()
    before = shop.found()
    assert before
    record = shop.advisory.read_bytes()
    shop.advisory.write_bytes(record[:300])
    assert shop.cycle().findings == ()
    assert shop.found() == before
    shop.advisory.write_bytes(record)
    assert shop.cycle().findings == ()
    assert shop.found() == before


def test_a_registry_that_does_not_answer_takes_nothing_away(shop: Shop) -> None:
    shop.workloads.tag = "2.0.0"
    shop.cycle()
    before = shop.found()
    shop.registry.stop()
    drift = shop.cycle()
    assert (drift.findings, drift.groups) == ((), ())
    assert len(drift.gaps) == 1
    assert shop.found() == before


def test_the_commands_answer_from_the_snapshot_and_the_list_is_valid(shop: Shop) -> None:
    shop.workloads.tag = "2.0.0"
    shop.cycle()
    written = _told(shop, "sbom", "orders")
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(written) is None
    listed = json.loads(written)
    assert "pkg:maven/org.apache.logging.log4j/log4j-core@2.14.1" in {
        each["purl"] for each in listed["components"]
    }
    assert listed["metadata"]["component"]["name"] == f"{shop.registry.host}/shop/orders"
    assert written == _told(shop, "sbom", images.build("orders", "2.0.0").manifest.digest), "the same bytes"
    assert "log4j-core" in _told(shop, "components", "find", "log4j")
    assert "CVE-2021-44228" in _told(shop, "components", "vulnerable")


def test_a_whole_name_means_the_service_and_a_part_must_not_be_ambiguous(shop: Shop) -> None:
    shop.registry.push("orders-worker", "1.0.0", images.build("warehouse", "1.0.0"))
    shop.workloads.others = ("orders-worker",)
    shop.cycle()
    whole = json.loads(_told(shop, "sbom", "orders"))
    assert whole["metadata"]["component"]["name"].endswith("/shop/orders")
    ambiguous = _run(shop, "sbom", "order")
    assert (ambiguous.returncode, ambiguous.stdout) == (2, "")
    assert "matches 2 images" in ambiguous.stderr
    unknown = _run(shop, "sbom", "invoices")
    assert unknown.returncode == 3
    assert 'no image in use matches "invoices"' in unknown.stderr


def _told(shop: Shop, *arguments: str) -> str:
    run = _run(shop, *arguments)
    assert run.returncode == 0, run.stderr
    return run.stdout


def _run(shop: Shop, *arguments: str) -> subprocess.CompletedProcess[str]:
    file = shop.folder / "driftline.toml"
    file.write_text(
        f'[driftline]\nstate_directory = "{shop.folder / "state"}"\n'
        f'[images]\nosv_directory = "{shop.folder / "osv"}"\n'
    )
    return subprocess.run(
        [DRIFTLINE, "--config", file, *arguments], capture_output=True, text=True, timeout=60, check=False
    )
