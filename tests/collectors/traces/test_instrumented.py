"""Real processes under OpenTelemetry's own instrumentation, sending over both protocols, old and new conventions."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest

from collectors.traces.memory import MemoryFacts
from collectors.traces.merging import Merged, merge
from collectors.traces.receiver import Receiver
from config.settings import compose
from demo.postgres import Database, Server, free_port
from tests.support.traces import LONG_AFTER, lines

ENDPOINT = "orders-db.abc123.eu-central-1.rds.amazonaws.com"
PROGRAM = """
import os, signal, sys
import flask, psycopg, requests
from opentelemetry import trace
from opentelemetry.instrumentation.flask import FlaskInstrumentor
from opentelemetry.instrumentation.psycopg import PsycopgInstrumentor
from opentelemetry.instrumentation.requests import RequestsInstrumentor
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

if os.environ["PROTOCOL"] == "grpc":
    from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter
else:
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter

provider = TracerProvider()
provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
trace.set_tracer_provider(provider)
PsycopgInstrumentor().instrument()
RequestsInstrumentor().instrument()
app = flask.Flask("app")
FlaskInstrumentor().instrument_app(app)


def end(*_):
    provider.shutdown()  # so that the last spans are flushed
    os._exit(0)


signal.signal(signal.SIGTERM, end)


@app.get("/orders/<int:number>")
def order(number):
    answer = requests.get(f"{os.environ['BACK']}/customers/{number}?mail=canary.jane@example.org")
    requests.post("http://api.mailer.example/send?to=canary.jane@example.org", json=answer.json())
    return answer.json()


@app.get("/customers/<int:number>")
def customer(number):
    with psycopg.connect(host=os.environ["DB_HOST"], hostaddr=os.environ["DB_ADDRESS"], port=os.environ["DB_PORT"],
                         dbname="orders", user="shop") as connection:
        query = "SELECT c.email, c.name FROM customers c WHERE c.name <> 'canary-literal' LIMIT 1"
        row = connection.execute(query).fetchone()
        connection.execute("UPDATE customers SET visits = visits + 1 WHERE email = %s", (row[0],))
    return {"email": row[0]}


app.run("127.0.0.1", int(os.environ["PORT"]), threaded=True)
"""
SCRIPT = """
create table customers (email text, name text, visits int);
insert into customers values ('canary.jane@example.org', 'Jane Canary', 0);
"""


@pytest.fixture(scope="module")
def database() -> Iterator[Server]:
    with Server(free_port(), [Database("orders", SCRIPT)]) as server:
        yield server


class Mailer:
    """The third party: a proxy that answers every request, whatever host it is for."""

    def __init__(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", _MAILER], stdout=subprocess.PIPE, text=True, stdin=subprocess.DEVNULL
        )
        assert self.process.stdout is not None
        self.port = int(self.process.stdout.readline())

    def stop(self) -> None:
        self.process.kill()
        self.process.wait()
        assert self.process.stdout is not None
        self.process.stdout.close()


_MAILER = """
import http.server
class Answer(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        self.rfile.read(int(self.headers["content-length"]))
        self.send_response(204)
        self.end_headers()
    def log_message(self, *_): pass
server = http.server.HTTPServer(("127.0.0.1", 0), Answer)
print(server.server_port, flush=True)
server.serve_forever()
"""


def unused_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + 20
    while time.monotonic() < until and process.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise AssertionError(f"the service ended with {process.poll()}")


def traced(tmp_path: Path, database: Server, conventions: tuple[str, str]) -> Merged:
    """Runs front (gRPC) and back (HTTP) for one request; what their spans amount to."""
    memory = MemoryFacts()
    program = tmp_path / "app.py"
    program.write_text(PROGRAM)
    with ExitStack() as stack:
        receiver = Receiver(
            compose({"traces": {"grpc": "127.0.0.1:0", "http": "127.0.0.1:0"}}).traces, memory
        )
        receiver.start()
        stack.callback(receiver.stop)
        mailer = Mailer()
        stack.callback(mailer.stop)
        ports = {"front": unused_port(), "back": unused_port()}
        running = []
        for (name, port), protocol, convention in zip(
            ports.items(), ("grpc", "http/protobuf"), conventions, strict=True
        ):
            target = receiver.ports["grpc" if protocol == "grpc" else "http"]
            environment = {
                **{key: os.environ[key] for key in ("PATH", "HOME", "LANG") if key in os.environ},
                "PORT": str(port),
                "BACK": f"http://127.0.0.1:{ports['back']}",
                "DB_HOST": ENDPOINT,
                "DB_ADDRESS": database.address,
                "DB_PORT": str(database.port),
                "HTTP_PROXY": f"http://127.0.0.1:{mailer.port}",
                "NO_PROXY": "127.0.0.1",
                "OTEL_SERVICE_NAME": name,
                "OTEL_RESOURCE_ATTRIBUTES": "deployment.environment=prod,cloud.region=eu-central-1",
                "PROTOCOL": protocol,
                "OTEL_EXPORTER_OTLP_ENDPOINT": f"http://127.0.0.1:{target}",
                "OTEL_EXPORTER_OTLP_INSECURE": "true",
                "OTEL_SEMCONV_STABILITY_OPT_IN": convention,
                "OTEL_BSP_SCHEDULE_DELAY": "200",
            }
            process = subprocess.Popen(
                [sys.executable, str(program)],
                env=environment,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
            running.append((process, port))
            stack.callback(process.wait)
            stack.callback(process.kill)
        for process, port in running:
            wait_for(port, process)
        assert (
            httpx.get(f"http://127.0.0.1:{ports['front']}/orders/7?mail=canary", timeout=20).status_code
            == 200
        )
        for process, _ in running:
            process.send_signal(signal.SIGTERM)
        for process, _ in running:
            process.wait(20)
    assert "canary" not in str(list(memory.facts("prod"))).lower()
    return merge("prod", memory.facts("prod"), LONG_AFTER)


@pytest.mark.parametrize(
    ("conventions", "spoken"),
    [
        (("", "http,database"), {"front": ["http old"], "back": ["database new", "http new"]}),
        (("http/dup,database/dup", ""), {"front": ["http both"], "back": ["database old", "http old"]}),
    ],
)
def test_what_real_services_do_is_known(
    tmp_path: Path, database: Server, conventions: tuple[str, str], spoken: dict[str, list[str]]
) -> None:
    merged = traced(tmp_path, database, conventions)
    table = f"table://public/postgresql/{ENDPOINT}:{database.port}/orders/public.customers"
    assert lines(merged, "calls", "reads", "writes", "discloses", "stored_in") == [
        f"back/GET /customers/{{number}} reads {table} columns=email,name",
        f"back/GET /customers/{{number}} writes {table} columns=visits lookups=email",
        "front/GET /orders/{number} calls back/GET /customers/{number} evidence=paired",
        "front/GET /orders/{number} discloses public/api.mailer.example together="
        + str({"table": table, "columns": ["email", "name"]}),
        f"{table} stored_in public|host|{ENDPOINT}",
    ]
    ages = {one.name: one.attributes["conventions"] for one in merged.resources if one.type == "service"}
    assert ages == spoken
    sent = [one for one in lines(merged, "sends_to") if "mailer" in one]
    assert sent == ["front/GET /orders/{number} sends_to public/api.mailer.example"]
