"""Estates made by hand (`tests.support.graphs`) as installations that commands can be asked of."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from structlog.testing import capture_logs

from collectors.contract import Request
from collectors.model import Alias, Answer, Extent, Listing, Resource, Sightings
from config import vocabulary
from config.settings import compose
from daemon import assembly
from daemon.advisories import Knowledge
from daemon.cycle import Parts, run
from tests.support.graphs import SEEN, US, Estate, classify

BEGUN = datetime(2026, 11, 22, 6, 0, tzinfo=UTC)
EVIL = '\x1b[2J</svg><script>"\u202eevil\n}};--> [x]|y'


@dataclass(frozen=True, slots=True)
class Given:
    """A collector that answers with one half of an estate."""

    estate: Estate
    name: str

    def plan(self) -> Iterator[Request]:
        """One request for each extent."""
        for extent in sorted(self._parts()):
            yield Request(self.name, (extent,))

    def asked(self) -> frozenset[Extent] | None:
        """All of the cloud; of telemetry no one can tell."""
        return None if self.name == "traces" else frozenset(self._parts())

    def answer(self, request: Request) -> Iterator[Answer]:
        """What the estate holds."""
        for extent in request.extents:
            resources = tuple(sorted(self._parts()[extent], key=lambda each: each.urn))
            own = {each.urn for each in resources}
            first = extent == min(self._parts())
            relations = tuple(
                sorted(
                    (
                        each
                        for each in self.estate.relations
                        if (each.source in own or (first and each.source not in self.estate.resources))
                        and (self.name == "traces") == (each.seen is not None or each.verb == "runs_on")
                    ),
                    key=lambda each: (each.source, each.verb, str(each.target)),
                )
            )
            if self.name == "traces":
                relations = tuple(replace(each, seen=each.seen or SEEN) for each in relations)
                yield Sightings(extent, resources, relations, SEEN.first, SEEN.last)
            else:
                yield Listing(extent, resources, relations, "rules 1")

    def close(self) -> None:
        """Nothing is open."""

    def _parts(self) -> dict[Extent, list[Resource]]:
        found: dict[Extent, list[Resource]] = defaultdict(list)
        for each in self.estate.resources.values():
            if each.scope.provider == self.name:
                kind = "traces.flow" if self.name == "traces" else each.type
                found[
                    Extent(kind, replace(each.scope, region="") if kind == "traces.flow" else each.scope)
                ].append(each)
        return found


def installed(folder: Path, url: str, *estates: Estate) -> Path:
    """A settings file whose database shows each estate, an hour after the one before."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "driftline.toml"
    file.write_text(
        f'[driftline]\nstate_directory = "{folder}"\n[database]\nurl = "{url}"\n'
        '[traces]\nenabled = false\nwarm_up = "0s"\n'
    )
    settings = compose(
        {
            "driftline": {"name": "test", "state_directory": str(folder)},
            "database": {"url": url},
            "traces": {"enabled": False, "warm_up": "0s"},
        }
    )
    rules = replace(
        assembly.rules(settings, Knowledge("")), classifier=classify, jurisdiction=vocabulary.jurisdiction
    )
    with (
        closing(assembly.open_store(settings)) as database,
        ThreadPoolExecutor(1) as executor,
        capture_logs(),
    ):
        for hour, estate in enumerate(estates):
            now = BEGUN + timedelta(hours=hour)
            given = (Given(estate, "aws"), Given(estate, "traces"))
            run(Parts(settings, database, given, executor, lambda: rules, lambda now=now: now))
    return file


def shop() -> Estate:
    """A shop behind a load balancer that reads customers, queues letters, and mails through a third party."""
    estate = Estate()
    runs = {name: estate.workload(name) for name in ("checkout", "accounts")}
    estate.balancer("shop-web", runs["checkout"])
    customers_db = estate.database("customers")
    archive_db = estate.database("archive", US)
    on = {name: Alias("public", "arn", urn) for name, urn in runs.items()}
    checkout = estate.service("checkout", on["checkout"], language="java", region="eu-central-1")
    accounts = estate.service("accounts", on["accounts"], language="python")
    letters = estate.service("letters", language="go", region="eu-central-1")
    for name in ("checkout", "accounts"):
        urn = runs[name]
        estate.resources[urn] = replace(estate.resources[urn], aliases=(Alias("public", "arn", urn),))
    buy = estate.root(checkout, "GET /orders/{id}")
    profile = estate.operation(accounts, "GET /profile")
    posting = estate.operation(letters, "letters process", "consumer")
    customers = estate.table("public.customers", "customers.c1.eu-central-1.rds.amazonaws.com")
    archive = estate.table("public.archive", "archive.c1.us-east-1.rds.amazonaws.com")
    topic = estate.topic("letters")
    mailer = estate.host("api.sendgrid.com")
    assert customers_db
    assert archive_db
    estate.calls(buy, profile)
    estate.reads(profile, customers, "email", "phone", lookups=("id",))
    estate.writes(profile, archive, "ssn")
    estate.flow(profile, "publishes_to", topic, evidence="topic")
    estate.told(profile, "discloses", topic, customers, "email", "phone")
    estate.flow(topic, "consumed_by", posting, evidence="topic")
    estate.reads(posting, customers, "email")
    estate.sends(posting, mailer)
    estate.told(posting, "discloses", mailer, customers, "email")
    return estate


def evil() -> Estate:
    """A shop whose names would steer a terminal, end a document, or begin another language."""
    estate = Estate()
    service = estate.service(EVIL.replace("/", "%2F"), language=EVIL)
    table = estate.table("public.customers", "db.example")
    estate.reads(estate.root(service, f"GET {EVIL}"), table, "email", "phone")
    return estate
