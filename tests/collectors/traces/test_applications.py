"""Applications of known shape under OpenTelemetry's own SDK and exporters: every edge is found, and no other."""

# ruff: noqa: SIM117 - nesting shows who calls whom
from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager

import pytest
from opentelemetry import context as contexts
from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter as GrpcExporter
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter as HttpExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter
from opentelemetry.trace import Link, SpanContext, SpanKind, get_current_span
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from collectors.traces.memory import MemoryFacts
from collectors.traces.merging import merge
from collectors.traces.receiver import Receiver
from config.settings import compose
from tests.support.traces import LONG_AFTER, short

W3C = TraceContextTextMapPropagator()
Headers = dict[str, str]
EDGES = {"calls", "publishes_to", "consumed_by", "reads", "writes"}
ORDERS = "table://public/postgresql/db.example.com:5432/shop/public.orders"


class Application:
    """Services in one process, each with a provider and an exporter of its own, exporting whenever chance will.

    A batch processor with its own thread would export every 5 s. Here nothing is exported but by `tick`, which any
    span calls when it ends, and by `settle`: services are out of phase, and nobody has to wait.
    """

    def __init__(self, receiver: Receiver, seed: int) -> None:
        self._receiver = receiver
        self._chance = random.Random(seed)
        self._providers: dict[str, TracerProvider] = {}

    def provider(self, service: str) -> TracerProvider:
        found = self._providers.get(service)
        if found is None:
            known = {"service.name": service, "deployment.environment.name": "prod"}
            found = TracerProvider(resource=Resource.create(known))
            exporter: SpanExporter
            if len(self._providers) % 2:
                exporter = GrpcExporter(
                    endpoint=f"127.0.0.1:{self._receiver.ports['grpc']}", insecure=True, timeout=20
                )
            else:
                exporter = HttpExporter(
                    endpoint=f"http://127.0.0.1:{self._receiver.ports['http']}/v1/traces", timeout=20
                )
            found.add_span_processor(BatchSpanProcessor(exporter, schedule_delay_millis=3_600_000))
            self._providers[service] = found
        return found

    @contextmanager
    def span(
        self,
        service: str,
        kind: SpanKind,
        name: str,
        headers: Headers | None = None,
        attributes: Mapping[str, str | int] | None = None,
        links: tuple[SpanContext, ...] = (),
        root: bool = False,
    ) -> Iterator[Headers]:
        """A span below the current one, below what came in headers, or at the root; yields the headers to send."""
        above: Context | None = W3C.extract(headers) if headers is not None else None
        tracer = self.provider(service).get_tracer("app")
        span = tracer.start_as_current_span(
            name,
            context=Context() if root else above,
            kind=kind,
            attributes=attributes,
            links=[Link(one) for one in links],
        )
        with span:
            sent: Headers = {}
            W3C.inject(sent)
            yield sent
        self.tick()

    def tick(self) -> None:
        for provider in self._providers.values():
            if self._chance.random() < 0.1:
                provider.force_flush()

    def settle(self) -> None:
        providers = [*self._providers.values()]
        self._chance.shuffle(providers)
        for provider in providers:
            provider.force_flush()

    def close(self) -> None:
        for provider in self._providers.values():
            provider.shutdown()

    # What services do.

    @contextmanager
    def serves(self, service: str, route: str, headers: Headers | None = None) -> Iterator[None]:
        known = {"http.request.method": "GET", "http.route": route}
        with detached(), self.span(service, SpanKind.SERVER, f"GET {route}", headers or {}, known):
            yield

    @contextmanager
    def calls(self, service: str, host: str, port: int = 80) -> Iterator[Headers]:
        known: dict[str, str | int] = {
            "http.request.method": "GET",
            "server.address": host,
            "server.port": port,
        }
        with self.span(service, SpanKind.CLIENT, "GET", attributes=known) as sent:
            yield sent

    def queries(self, service: str, text: str) -> None:
        known = {
            "db.system.name": "postgresql",
            "db.namespace": "shop",
            "server.address": "db.example.com",
            "db.query.text": text,
        }
        with self.span(service, SpanKind.CLIENT, "query", attributes=known):
            pass

    def publishes(self, service: str, topic: str) -> tuple[Headers, SpanContext]:
        known = {"messaging.system": "kafka", "messaging.destination.name": topic}
        with self.span(service, SpanKind.PRODUCER, f"send {topic}", attributes=known) as sent:
            found = W3C.extract(sent)
        return sent, context_of(found)

    @contextmanager
    def consumes(
        self, service: str, topic: str, headers: Headers | None = None, links: tuple[SpanContext, ...] = ()
    ) -> Iterator[None]:
        known = {
            "messaging.system": "kafka",
            "messaging.destination.name": topic,
            "messaging.operation.type": "process",
        }
        with (
            detached(),
            self.span(service, SpanKind.CONSUMER, f"process {topic}", headers or {}, known, links),
        ):
            yield


@contextmanager
def detached() -> Iterator[None]:
    """Another process: nothing is current there."""
    token = contexts.attach(Context())
    try:
        yield
    finally:
        contexts.detach(token)


def context_of(context: Context) -> SpanContext:
    return get_current_span(context).get_span_context()


# Applications, each with the edges it has.


def chain(app: Application) -> set[str]:
    """Front calls back through a function of its own; back queries."""
    with app.serves("front", "/cart"):
        with app.span("front", SpanKind.INTERNAL, "load"), app.calls("front", "back") as headers:
            with app.serves("back", "/customers/{id}", headers):
                with app.span("back", SpanKind.INTERNAL, "repository"):
                    app.queries("back", "SELECT total FROM orders WHERE id = 1")
    return {
        "front/GET /cart calls back/GET /customers/{id} paired",
        f"back/GET /customers/{{id}} reads {ORDERS} ",
    }


def fan_out(app: Application) -> set[str]:
    """One request calls three services, one of them three times, since the first two calls fail."""
    with app.serves("api", "/quote"):
        for _ in range(2):
            with app.calls("api", "stock"):
                pass  # refused: no server span
        for service in ("stock", "price", "tax"):
            with app.calls("api", service) as headers, app.serves(service, "/one", headers):
                if service == "price":
                    app.queries("price", "UPDATE orders SET total = 2 WHERE id = 3")
    return {
        *(f"api/GET /quote calls {service}/GET /one paired" for service in ("stock", "price", "tax")),
        f"price/GET /one writes {ORDERS} ",
    }


def queue_in_one_trace(app: Application) -> set[str]:
    """The message carries the context: the consumer is in the producer's trace."""
    with app.serves("shop", "/buy"):
        headers, _ = app.publishes("shop", "bought")
    with app.consumes("mailer", "bought", headers):
        app.queries("mailer", "SELECT total FROM orders")
    return {
        "shop/GET /buy publishes_to topic://prod/kafka//bought topic",
        "topic://prod/kafka//bought consumed_by mailer/process bought paired",
        f"mailer/process bought reads {ORDERS} ",
    }


def queue_by_links(app: Application) -> set[str]:
    """A consumer handles messages of several requests at once and links to their producers."""
    contexts_sent = []
    for route in ("/a", "/b"):
        with app.serves("web", route):
            contexts_sent.append(app.publishes("web", "events")[1])
    with app.consumes("stats", "events", links=tuple(contexts_sent)):
        pass
    return {
        "web/GET /a publishes_to topic://prod/kafka//events topic",
        "web/GET /b publishes_to topic://prod/kafka//events topic",
        "topic://prod/kafka//events consumed_by stats/process events linked",
    }


def queue_alone(app: Application) -> set[str]:
    """Nothing joins producer and consumer but the name of the topic."""
    with app.serves("till", "/pay"):
        app.publishes("till", "paid")
    with app.consumes("ledger", "paid"):
        pass
    return {
        "till/GET /pay publishes_to topic://prod/kafka//paid topic",
        "topic://prod/kafka//paid consumed_by ledger/process paid topic",
    }


def proxy(app: Application) -> set[str]:
    """A proxy has a server span and hands the context on: server below server."""
    with app.serves("edge", "/"):
        sent: Headers = {}
        W3C.inject(sent)
        with app.serves("site", "/", sent):
            pass
    return {"edge/GET / calls site/GET / ancestor"}


def unseen_hop(app: Application) -> set[str]:
    """One caller's context is handed on, the other's is lost in between: who answers at that address is known."""
    with app.serves("books", "/read"), app.calls("books", "rates.internal", 8080) as headers:
        with app.serves("rates", "/rates", headers):
            pass
    with (
        app.serves("games", "/play"),
        app.calls("games", "rates.internal", 8080),
        app.serves("rates", "/rates"),
    ):
        pass
    return {
        "books/GET /read calls rates/GET /rates paired",
        "games/GET /play calls service://prod//rates learned",
    }


def jobs(app: Application) -> set[str]:
    """A request leaves a job behind that links to it; a timer has no request at all."""
    with app.serves("desk", "/report"), app.span("desk", SpanKind.INTERNAL, "enqueue") as sent:
        left = context_of(W3C.extract(sent))
    with detached(), app.span("runner", SpanKind.INTERNAL, "render", links=(left,), root=True):
        with app.calls("runner", "fonts") as headers, app.serves("fonts", "/font", headers):
            pass
    with detached(), app.span("timer", SpanKind.INTERNAL, "nightly", root=True):
        app.queries("timer", "DELETE FROM orders WHERE id = 5")
    return {
        "desk/GET /report calls runner/render linked",
        "runner/render calls fonts/GET /font paired",
        f"timer/nightly writes {ORDERS} ",
    }


def no_kinds(app: Application) -> set[str]:
    """A tracer that leaves out kinds: the service tells where an operation begins."""
    with app.serves("old", "/in"), app.calls("old", "older") as headers:
        with detached(), app.span("older", SpanKind.INTERNAL, "handle", headers):
            app.queries("older", "SELECT id FROM orders")
    return {
        "old/GET /in calls older/handle paired",
        f"older/handle reads {ORDERS} ",
    }


APPLICATIONS = (
    chain, fan_out, queue_in_one_trace, queue_by_links, queue_alone, proxy, unseen_hop, jobs, no_kinds,
)  # fmt: skip


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_every_edge_is_found_and_no_other(seed: int) -> None:
    memory = MemoryFacts()
    with ExitStack() as stack:
        receiver = Receiver(
            compose({"traces": {"grpc": "127.0.0.1:0", "http": "127.0.0.1:0"}}).traces, memory
        )
        receiver.start()
        stack.callback(receiver.stop)
        app = Application(receiver, seed)
        stack.callback(app.close)
        expected: set[str] = set()
        order = [*APPLICATIONS] * 3
        random.Random(seed).shuffle(order)
        for application in order:
            expected |= application(app)
        app.settle()
        merged = merge("prod", memory.facts("prod"), LONG_AFTER)
    found = {
        f"{short(one.source)} {one.verb} {short(str(one.target))} {one.attributes.get('evidence', '')}".replace(
            "service://prod//", ""
        )
        for one in merged.relations
        if one.verb in EDGES
    }
    assert sorted(found) == sorted(edge.replace("service://prod//", "") for edge in expected)
