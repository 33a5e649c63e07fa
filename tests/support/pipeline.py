"""The whole daemon in one test process: a small cloud, services that send real spans, cycles, drifts.

with installed(tmp_path, proxy.url) as home:
    shop = Shop(home)
    shop.usual_day()
    home.cycle()
    assert home.drift().quiet
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import boto3  # type: ignore[import-untyped]  # it has no stubs
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import Span, SpanKind
from sqlalchemy import text

from collectors.aws.collector import AwsCollector
from collectors.aws.row import AwsResourceType
from collectors.aws.sessions import AwsAccount
from collectors.traces.receiver import Receiver
from config.settings import Settings, compose
from daemon import assembly, comparison, cycle
from daemon.report.text import render_text
from daemon.store import covered, graph, history
from daemon.store.database import Database
from daemon.store.journal import Journal
from daemon.values.drift import Drift
from daemon.values.graph import Bound

EU, US = "eu-central-1", "us-east-1"
ACCOUNT = "123456789012"
KEYS = {"aws_access_key_id": "testing", "aws_secret_access_key": "testing"}
TYPES = ("aws.lambda.*", "aws.rds.instance", "aws.sqs.queue", "aws.route53.*")
ORDERS_DB = f"orders-db.aaaaaaaaaa.{EU}.rds.amazonaws.com"
PROFILES_DB = f"profiles-db.aaaaaaaaaa.{US}.rds.amazonaws.com"
OWN_NAME = "db.shop.example"
"""A name of the shop's own for the database of orders: a record in its zone."""
MAILER = "api.mailer.example"
"""A third party."""
QUEUES = tuple(f"orders-{n}" for n in range(5))
"""Two on a page make three pages."""


class Clock:
    """A time that only moves when it is told to."""

    def __init__(self, now: datetime = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **by: float) -> None:
        """Moves on, as `timedelta(**by)`."""
        self.now += timedelta(**by)


# -- the cloud ---------------------------------------------------------------------------------------


def clear(endpoint: str) -> None:
    """Empties moto, and has it choose the same identifiers again."""
    for path in ("reset", "seed?a=7"):
        with urlopen(Request(f"{endpoint}/moto-api/{path}", method="POST")) as answer:
            answer.read()


def client(endpoint: str, service: str, region: str = EU) -> Any:  # boto3's clients have no types
    """A client of the small cloud."""
    return boto3.client(service, region, endpoint_url=endpoint, **KEYS)


def built(endpoint: str) -> bool:
    """Whether the shop stands: any other cloud of this process begins by clearing what they all share."""
    return bool(client(endpoint, "lambda").list_functions()["Functions"])


def build(endpoint: str) -> None:
    """A shop: three functions, one of them open to the internet, two databases, queues and a zone of names."""
    for service in ("checkout", "accounts", "mailer"):
        add_function(endpoint, service, public=service == "checkout")
    add_database(endpoint, "orders-db", EU)
    add_database(endpoint, "profiles-db", US)
    sqs = client(endpoint, "sqs")
    for name in QUEUES:
        sqs.create_queue(QueueName=name, tags={"team": "shop"})
    dns = client(endpoint, "route53")
    dns.create_hosted_zone(Name="shop.example.", CallerReference="1")
    point(endpoint, ORDERS_DB)


def point(endpoint: str, host: str) -> None:
    """Makes the shop's own name for its database lead to a host."""
    dns = client(endpoint, "route53")
    (zone,) = dns.list_hosted_zones()["HostedZones"]
    record = {"Name": OWN_NAME, "Type": "CNAME", "TTL": 60, "ResourceRecords": [{"Value": host}]}
    dns.change_resource_record_sets(
        HostedZoneId=zone["Id"],
        ChangeBatch={"Changes": [{"Action": "UPSERT", "ResourceRecordSet": record}]},
    )


def add_function(
    endpoint: str,
    name: str,
    *,
    public: bool = False,
    variables: Mapping[str, str] | None = None,
    tags: Mapping[str, str] | None = None,
) -> None:
    """A function in the EU; `public`: with a URL that asks nobody who they are."""
    iam = client(endpoint, "iam")
    if "function" not in [role["RoleName"] for role in iam.list_roles()["Roles"]]:
        service = {
            "Effect": "Allow",
            "Principal": {"Service": "lambda.amazonaws.com"},
            "Action": "sts:AssumeRole",
        }
        trust = {"Version": "2012-10-17", "Statement": [service]}
        iam.create_role(RoleName="function", AssumeRolePolicyDocument=json.dumps(trust))
    code = io.BytesIO()
    with zipfile.ZipFile(code, "w") as archive:
        archive.writestr(zipfile.ZipInfo("main.py"), "def answer(event, context): ...\n")
    functions = client(endpoint, "lambda")
    functions.create_function(
        FunctionName=name, Runtime="python3.11", Role=f"arn:aws:iam::{ACCOUNT}:role/function",
        Handler="main.answer", Code={"ZipFile": code.getvalue()},
        Environment={"Variables": dict(variables or {"DATABASE_HOST": ORDERS_DB})}, Tags=dict(tags or {}),
    )  # fmt: skip
    if public:
        functions.create_function_url_config(FunctionName=name, AuthType="NONE")


def add_database(endpoint: str, name: str, region: str, **tags: str) -> None:
    """A database instance; its address is `NAME.aaaaaaaaaa.REGION.rds.amazonaws.com`."""
    client(endpoint, "rds", region).create_db_instance(
        DBInstanceIdentifier=name, DBInstanceClass="db.t3.micro", Engine="postgres", AllocatedStorage=20,
        MasterUsername="app", MasterUserPassword="correct-horse", Port=5432,
        Tags=[{"Key": key, "Value": value} for key, value in tags.items()],
    )  # fmt: skip


# -- services ----------------------------------------------------------------------------------------


class Service:
    """A service that runs as a function of the same name, with the real SDK and the real exporter."""

    def __init__(self, name: str, traces_url: str, resource: Mapping[str, str] | None = None) -> None:
        attributes = {
            "service.name": name,
            "deployment.environment.name": "prod",
            "cloud.provider": "aws",
            "cloud.region": EU,
            "cloud.account.id": ACCOUNT,
            "cloud.resource_id": f"arn:aws:lambda:{EU}:{ACCOUNT}:function:{name}",
            **(resource or {}),
        }
        self.name = name
        self._provider = TracerProvider(resource=Resource.create(attributes), shutdown_on_exit=False)
        self._provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=traces_url)))
        self._tracer = self._provider.get_tracer(name)

    @contextmanager
    def serves(self, operation: str, **attributes: str) -> Iterator[Span]:
        """A request comes in: `GET /orders/{id}`. Spans made inside the block are its children."""
        method, route = operation.split(" ", 1)
        given = {"http.request.method": method, "http.route": route, **attributes}
        with self._tracer.start_as_current_span(operation, kind=SpanKind.SERVER, attributes=given) as span:
            yield span

    @contextmanager
    def calls(self, other: Service, operation: str) -> Iterator[Span]:
        """A request to another service; inside the block, the other one is at work."""
        method = operation.split(" ", 1)[0]
        given = {"http.request.method": method, "server.address": f"{other.name}.internal"}
        with (
            self._tracer.start_as_current_span(method, kind=SpanKind.CLIENT, attributes=given),
            other.serves(operation) as span,
        ):
            yield span

    def asks(self, statement: str, host: str, database: str = "shop", **attributes: str) -> None:
        """A statement to a PostgreSQL database."""
        given: dict[str, str | int] = {
            "db.system.name": "postgresql", "db.namespace": database, "db.query.text": statement,
            "server.address": host, "server.port": 5432, **attributes,
        }  # fmt: skip
        with self._tracer.start_as_current_span("query", kind=SpanKind.CLIENT, attributes=given):
            pass

    def posts(self, url: str, host: str, **attributes: str) -> None:
        """A request to somebody else."""
        given: dict[str, str | int] = {
            "http.request.method": "POST", "url.full": url, "server.address": host, "server.port": 443, **attributes,
        }  # fmt: skip
        with self._tracer.start_as_current_span("POST", kind=SpanKind.CLIENT, attributes=given):
            pass

    def publishes(self, queue: str) -> None:
        """A message to a queue of the shop."""
        given = {
            "messaging.system": "aws_sqs", "messaging.destination.name": queue, "messaging.operation.type": "send",
            "aws.sqs.queue.url": f"https://sqs.{EU}.amazonaws.com/{ACCOUNT}/{queue}",
        }  # fmt: skip
        with self._tracer.start_as_current_span(f"send {queue}", kind=SpanKind.PRODUCER, attributes=given):
            pass

    def flush(self) -> None:
        """Returns when every span is with the receiver."""
        assert self._provider.force_flush(10_000)

    def close(self) -> None:
        """Ends the exporter's thread."""
        self._provider.shutdown()


class Shop:
    """What the services do on a usual day, and what a deployment adds."""

    def __init__(self, traces_url: str) -> None:
        self._url = traces_url
        self.checkout = Service("checkout", traces_url)
        self.accounts = Service("accounts", traces_url)
        self.mailer = Service("mailer", traces_url)
        self._services = [self.checkout, self.accounts, self.mailer]

    def service(self, name: str, resource: Mapping[str, str] | None = None) -> Service:
        """Another service."""
        made = Service(name, self._url, resource)
        self._services.append(made)
        return made

    def plain_day(self) -> None:
        """Nothing personal but a name: the internet reads it by checkout and accounts."""
        with self.checkout.serves("GET /orders/{id}"):
            self.checkout.asks("SELECT status, total FROM orders WHERE id = $1", ORDERS_DB)
        with self.checkout.serves("GET /account/{id}"), self.checkout.calls(self.accounts, "GET /profile"):
            self.accounts.asks("SELECT full_name, tier FROM customers WHERE id = $1", ORDERS_DB)
        with self.checkout.serves("POST /orders"):
            self.checkout.publishes(QUEUES[0])
            with self.checkout.calls(self.mailer, "POST /messages"):
                self.mailer.asks("SELECT email FROM customers WHERE id = $1", ORDERS_DB)
        self.flush()

    def rich_day(self) -> None:
        """All that could look different when a part of the cloud is hidden: own names, a border, a third party."""
        self.plain_day()
        with self.checkout.serves("GET /receipts/{id}"):
            self.checkout.asks("SELECT email, phone FROM buyers WHERE id = $1", OWN_NAME)
        with self.checkout.serves("GET /risk/{id}"):
            self.checkout.asks("SELECT national_id FROM profiles WHERE id = $1", PROFILES_DB, "profiles")
        with self.checkout.serves("POST /news"), self.checkout.calls(self.mailer, "POST /campaigns"):
            self.mailer.asks("SELECT email FROM customers WHERE news", ORDERS_DB)
            self.mailer.posts(f"https://{MAILER}/v1/send", MAILER)
        self.flush()

    def flush(self) -> None:
        """Returns when every span is with the receiver."""
        for service in self._services:
            service.flush()

    def close(self) -> None:
        """Ends the exporters."""
        for service in self._services:
            service.close()


# -- the daemon --------------------------------------------------------------------------------------


@dataclass(slots=True)
class Installation:
    """A daemon's parts, as `driftline run` puts them together, driven by hand."""

    settings: Settings
    database: Database
    journal: Journal
    traces_url: str
    clock: Clock
    aws: AwsCollector | None = None
    numbers: list[int] = field(default_factory=list)
    _stack: ExitStack = field(default_factory=ExitStack)
    _parts: cycle.Parts | None = None

    def cycle(self, **given: Any) -> cycle.Outcome:  # the keywords of `cycle.run`
        """One cycle, an hour after the last one. The collectors live on from cycle to cycle."""
        if self.numbers:
            self.clock.advance(hours=1)
        outcome = cycle.run(self.parts, **given)
        self.numbers.append(outcome.number)
        return outcome

    @property
    def parts(self) -> cycle.Parts:
        """What cycles work with."""
        if self._parts is None:
            self._parts = self._stack.enter_context(
                assembly.parts(self.settings, self.database, self.journal, self.clock)
            )
            if self.aws:
                _, *others = self._parts.collectors
                self._parts = replace(self._parts, collectors=(self.aws, *others))
        return self._parts

    def restart(self, **changed: Mapping[str, object]) -> None:
        """New collectors, with other settings in the sections given: what a start after a stop is."""
        self._stack.close()
        self._parts = None
        if changed:
            values = self.settings.model_dump(mode="json")
            self.settings = compose(
                {name: {**values[name], **keys} for name, keys in changed.items()} | _rest(values, changed)
            )

    def drift(self, before: int | None = None, after: int | None = None) -> Drift:
        """Between two snapshots; without numbers, the newest two."""
        with self.database.reading() as connection:
            after = after or self.numbers[-1]
            before = before or history.newest(connection, before=after)
            return comparison.compare(connection, self.settings, before, after, self.clock())

    def report(self, before: int | None = None, after: int | None = None) -> str:
        """The same as text."""
        return render_text(self.drift(before, after))

    def usable(self) -> list[int]:
        """Numbers of the snapshots that are not failed."""
        rows = self.rows_of("select number from snapshot where state <> 'failed' order by number")
        return [int(row[0]) for row in rows]

    def coverage(self, number: int | None = None) -> dict[str, str]:
        """`aws.rds.instance us-east-1` -> `denied: what it says`, at a snapshot."""
        with self.database.reading() as connection:
            rows = covered.coverage(connection, number or self.numbers[-1])
        return {
            " ".join(
                filter(None, (row.extent.type, row.extent.scope.region))
            ): f"{row.state}: {row.detail}".rstrip(": ")
            for row in rows
        }

    def third_parties(self, number: int | None = None) -> set[str]:
        """Names held to be third parties at a snapshot."""
        with self.database.reading() as connection:
            found = graph.load_bindings(connection, number or self.numbers[-1])
        return {alias.rpartition("|")[2] for alias, each in found.items() if each.state is Bound.THIRD_PARTY}

    def paths(self, number: int | None = None) -> set[str]:
        """Identities of the data paths at a snapshot."""
        with self.database.reading() as connection:
            return {str(path.identity) for path in graph.load_paths(connection, number or self.numbers[-1])}

    def rows_of(self, statement: str) -> list[tuple[Any, ...]]:
        """What a query answers."""
        with self.database.reading() as connection:
            return [tuple(row) for row in connection.execute(text(statement))]

    def counts(self) -> dict[str, int]:
        """Rows by table, but for those that every snapshot adds."""
        tables = ("document", "resource", "resource_version", "relation", "relation_version", "alias_binding",
                  "data_path", "data_path_version", "coverage", "extent")  # fmt: skip
        return {table: self.rows_of(f"select count(*) from {table}")[0][0] for table in tables}

    def close(self) -> None:
        """Ends collectors and threads."""
        self._stack.close()


def settings_for(folder: Path, endpoint: str, **sections: Mapping[str, object]) -> Settings:
    """Settings of an installation in `folder` that looks at the small cloud. Sections are laid over these."""
    values: dict[str, dict[str, object]] = {
        "driftline": {"name": "test", "state_directory": str(folder / "state")},
        "publish": {"min_interval": "0s"},
        "aws": {
            "types": list(TYPES),
            "deadline": "30s",
            "accounts": [{"name": "shop", "regions": [EU, US], "endpoint_url": endpoint}],
        },
        "traces": {"grpc": "", "http": "127.0.0.1:0", "warm_up": "0s"},
    }
    for name, keys in sections.items():
        values[name] = {**values.get(name, {}), **keys}
    return compose(values)


def mail_to(port: int) -> dict[str, object]:
    """The section [mail] for a server on this machine."""
    return {
        "host": "127.0.0.1", "port": port, "security": "none",
        "sender": "driftline@shop.example", "recipients": ["ops@shop.example"],
    }  # fmt: skip


@contextmanager
def installed(
    folder: Path, endpoint: str, own: AwsCollector | None = None, **sections: Mapping[str, object]
) -> Iterator[Installation]:
    """An installation with its receiver listening. `own`: a collector to use instead of one of its own."""
    settings = settings_for(folder, endpoint, **sections)
    with ExitStack() as stack:
        database = assembly.open_store(settings)
        stack.callback(database.close)
        journal = assembly.open_journal(settings)
        stack.callback(journal.close)
        receiver = Receiver(settings.traces, journal)
        receiver.start()
        stack.callback(receiver.stop)
        url = f"http://127.0.0.1:{receiver.ports['http']}/v1/traces"
        home = Installation(settings, database, journal, url, Clock(), own)
        stack.callback(home.close)
        yield home


def collector(endpoint: str, rows: Sequence[AwsResourceType], deadline: float) -> AwsCollector:
    """A collector of rows of one's own."""
    account = AwsAccount("shop", regions=(EU, US), endpoint_url=endpoint)
    return AwsCollector([account], deadline=deadline, rows=rows)


def _rest(values: Mapping[str, Any], changed: Mapping[str, object]) -> dict[str, Any]:
    return {name: keys for name, keys in values.items() if name not in changed}


# -- what was told -----------------------------------------------------------------------------------


def told(drift: Drift) -> list[str]:
    """A drift in short lines, for comparing: everything that stands between head and foot."""
    lines = []
    for word, changes in (
        ("new", drift.new_paths),
        ("altered", drift.altered_paths),
        ("gone", drift.gone_paths),
        ("newly visible", drift.visible_paths),
    ):
        for change in changes:
            for path in change.paths:
                key = path.identity
                origin, sink = key.origin.split("/", 5)[-1], key.sink.rpartition("/")[2]
                crossing = "".join(f" {each.origin}->{each.destination}" for each in path.borders)
                lines.append(
                    f"{word} path: {path.exposure} {origin} {key.direction} {sink} {key.data_class}{crossing}"
                )
    for group in drift.groups:
        lines += [f"{line.symbol} {line.type} {line.name}" for line in group.lines]
    lines += [f"restated: {line.type} {line.name}" for line in drift.restated]
    lines += [f"newly visible: {line.type} {line.name}" for line in drift.newly_visible]
    lines += [
        f"{gap.age} gap: {extent.type} {extent.scope.region} {gap.why}"
        for gap in drift.gaps
        for extent in gap.extents
    ]
    lines += [f"large removal: {extent}" for extent in drift.large_removals]
    return lines
