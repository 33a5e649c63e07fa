"""Small estates by hand: services, operations, tables and clouds as graphs."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Self

from collectors.model import Alias, Extent, Json, Relation, Resource, Role, Scope, Seen
from config import vocabulary
from daemon.analysis import exposure, links, paths
from daemon.values.graph import Binding, Graph
from daemon.values.path import DataPath

ACCOUNT = "111122223333"
EU, US = "eu-central-1", "us-east-1"
CLASSES = {
    "email": "user.contact.email",
    "backup_email": "user.contact.email",
    "phone": "user.contact.phone_number",
    "ssn": "user.government_id",
    "password_hash": "user.authorization.password",
}
SEEN = Seen(1_795_000_000.0, 1_795_000_600.0, 3)


@dataclass(frozen=True, slots=True)
class Judged:
    """A verdict on a column."""

    data_class: str
    tier: str = "strong"
    confidence: float = 0.9
    rule: str = "test"
    reason: str = "the name says so"


def classify(
    table: str, columns: Sequence[str], /, *, schema: str = "", siblings: Sequence[str] = ()
) -> dict[str, Judged]:
    """Knows the columns in CLASSES."""
    return {column: Judged(CLASSES[column]) for column in columns if column in CLASSES}


@dataclass
class Estate:
    """Collects resources and relations; each method returns the urn it made, or the estate."""

    environment: str = "prod"
    own_domains: tuple[str, ...] = ("shop.example",)
    resources: dict[str, Resource] = field(default_factory=dict)
    relations: list[Relation] = field(default_factory=list)
    unlisted: set[Extent] = field(default_factory=set)
    previous: Mapping[str, Binding] = field(default_factory=dict)

    @property
    def traces(self) -> Scope:
        return Scope("traces", self.environment)

    # the cloud

    def resource(
        self,
        type: str,
        name: str,
        role: Role = Role.OTHER,
        *,
        region: str = EU,
        public: bool | None = None,
        aliases: Sequence[str] = (),
        namespaces: Sequence[str] = (),
        attributes: Mapping[str, Json] | None = None,
    ) -> str:
        urn = f"arn:aws:{type.split('.')[1]}:{region}:{ACCOUNT}:{type.rsplit('.', maxsplit=1)[-1]}/{name}"
        self.resources[urn] = Resource(
            urn,
            type,
            name,
            Scope("aws", ACCOUNT, region),
            role,
            public,
            tuple(Alias.parse(alias) for alias in aliases),
            tuple(namespaces),
            {},
            attributes or {},
        )
        return urn

    def database(self, name: str, region: str = EU) -> str:
        return self.resource(
            "aws.rds.instance",
            name,
            Role.DATA_STORE,
            region=region,
            aliases=(f"public|host|{name}.c1.{region}.rds.amazonaws.com",),
        )

    def workload(self, name: str, region: str = EU, **attributes: Json) -> str:
        return self.resource("aws.ecs.service", name, Role.WORKLOAD, region=region, attributes=attributes)

    def balancer(self, name: str, *targets: str, public: bool = True) -> str:
        """A load balancer that leads to workloads by a listener and a target group."""
        urn = self.resource(
            "aws.elbv2.load_balancer",
            name,
            Role.ENTRY,
            public=public,
            aliases=(f"public|host|{name}-1.{EU}.elb.amazonaws.com",),
        )
        listener = self.resource("aws.elbv2.listener", f"{name}:443", Role.ENTRY)
        group = self.resource("aws.elbv2.target_group", name, Role.NETWORK)
        self.relate(urn, "routes_to", listener).relate(listener, "routes_to", group)
        for target in targets:
            self.relate(group, "routes_to", target)
        return urn

    def zone(self, name: str, private: bool = False) -> str:
        return self.resource(
            "aws.route53.zone", name, Role.NETWORK, region="", attributes={"Private": private}
        )

    def record(self, name: str, *targets: str, namespace: str = "public") -> str:
        urn = self.resource("aws.route53.record", name, region="", aliases=(f"{namespace}|host|{name}",))
        for target in targets:
            self.relate(urn, links.POINTS, Alias.parse(target))
        return urn

    # traces

    def service(self, name: str, *workloads: str | Alias, **attributes: Json) -> str:
        urn = f"service://{self.environment}//{name}"
        self.resources[urn] = Resource(
            urn,
            "traces.service",
            name,
            self.traces,
            Role.SERVICE,
            attributes={"statements": True, **attributes},
        )
        for rank, workload in enumerate(workloads, start=1):
            self.relate(urn, "runs_on", workload, rank=rank)
        return urn

    def operation(self, service: str, name: str, kind: str = "server", **attributes: Json) -> str:
        urn = f"{service.replace('service://', 'operation://')}/{name}"
        self.resources[urn] = Resource(
            urn,
            "traces.operation",
            name,
            self.traces,
            Role.OPERATION,
            attributes={"kind": kind, **attributes},
        )
        self.flow(service, "has", urn)
        return urn

    def root(self, service: str, name: str, kind: str = "server", **attributes: Json) -> str:
        return self.operation(service, name, kind, root=True, **attributes)

    def table(self, name: str, address: str = "", system: str = "postgresql") -> str:
        schema, _, table = name.rpartition(".")
        urn = f"table://public/{system}/{address}:5432/shop/{name}"
        self.resources[urn] = Resource(
            urn,
            "traces.table",
            name,
            self.traces,
            Role.TABLE,
            attributes={"system": system, "schema": schema, "table": table},
        )
        if address:
            self.flow(urn, "stored_in", Alias("public", "host", address))
        return urn

    def host(self, name: str, area: str = "public") -> str:
        urn = f"host://{area}/{name}"
        self.resources[urn] = Resource(
            urn, "traces.host", name, self.traces, Role.HOST, attributes={"name": name}
        )
        if area == "public":
            self.flow(urn, "located_at", Alias("public", "host", name))
        return urn

    def topic(self, name: str) -> str:
        urn = f"topic://{self.environment}/kafka/broker:9092/{name}"
        self.resources[urn] = Resource(urn, "traces.topic", name, self.traces, Role.QUEUE)
        return urn

    def calls(self, *operations: str) -> Self:
        """Each calls the next."""
        for source, target in itertools.pairwise(operations):
            self.flow(source, "calls", target, evidence="paired")
        return self

    def reads(self, operation: str, table: str, *columns: str, lookups: Sequence[str] = ()) -> Self:
        return self.flow(operation, "reads", table, columns=list(columns), lookups=list(lookups))

    def writes(self, operation: str, table: str, *columns: str) -> Self:
        return self.flow(operation, "writes", table, columns=list(columns), lookups=[])

    def sends(self, operation: str, host: str) -> Self:
        return self.flow(operation, "sends_to", host)

    def told(self, operation: str, verb: str, host: str, table: str, *columns: str) -> Self:
        """`discloses` or `reaches` a host together with what was read before."""
        return self.flow(operation, verb, host, together=[{"table": table, "columns": list(columns)}])

    def flow(self, source: str, verb: str, target: str | Alias, **attributes: Json) -> Self:
        self.relations.append(Relation(source, verb, target, attributes, SEEN))
        return self

    def relate(self, source: str, verb: str, target: str | Alias, **attributes: Json) -> Self:
        self.relations.append(Relation(source, verb, target, attributes))
        return self

    def gap(self, type: str, region: str = EU, provider: str = "aws") -> Self:
        self.unlisted.add(Extent(type, Scope(provider, ACCOUNT, region)))
        return self

    # what comes of it

    def unbound(self) -> Graph:
        return Graph(dict(self.resources), tuple(self.relations), unlisted=frozenset(self.unlisted))

    def bindings(self) -> dict[str, Binding]:
        return links.bind(
            self.unbound(), previous=self.previous, own_domains=self.own_domains, vendor=vocabulary.vendor
        )

    def graph(self) -> Graph:
        return replace(self.unbound(), bindings=self.bindings())

    def paths(self, public_operations: Sequence[str] = ()) -> tuple[DataPath, ...]:
        return find(self.graph(), public_operations)


def find(graph: Graph, public_operations: Sequence[str] = ()) -> tuple[DataPath, ...]:
    """The data paths of a graph, with the test's classes and the program's jurisdictions."""
    return paths.find(
        graph, exposure.entries(graph, public_operations), classify, jurisdiction=vocabulary.jurisdiction
    )


def told(path: DataPath) -> str:
    """A path in a line: `GET /orders internet reads customers user.contact.email(email) observed`."""
    identity = path.identity
    origin = identity.origin.split("/", 5)[-1]
    sink = identity.sink.rpartition("/")[2]
    columns = ",".join(path.columns)
    return (
        f"{origin} {path.exposure} {identity.direction} {sink} {identity.data_class}({columns}) {path.tier}"
    )


def route(path: DataPath) -> str:
    """The hops of a path: `GET /orders > GET /customer > public.customers`."""

    def name(urn: str) -> str:
        return urn.split("/", 5)[-1] if urn.startswith("operation:") else urn.rpartition("/")[2]

    return " > ".join([name(path.route[0].source), *(name(hop.target) for hop in path.route)])
