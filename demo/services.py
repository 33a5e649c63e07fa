"""The shop's services as processes: where each runs in the cloud, and how one version replaces another."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from demo import processes
from demo.cloud import ACCOUNT
from demo.estate import CLUSTER_ARN, EU, FUNCTION, FUNCTION_ARN, Estate
from demo.third_party import HOST

REPOSITORY = Path(__file__).resolve().parent.parent
START_PATIENCE = 60.0  # seconds until a service must answer; 2 on an idle machine
NOT_PROXIED = "127.0.0.1,localhost"


class ServiceError(Exception):
    """A service did not come up or did not answer; the message holds the end of its log."""


@dataclass(frozen=True, slots=True)
class Sending:
    """How a service's telemetry is set up: fleets are mixed."""

    protocol: str
    """`grpc` or `http/protobuf`."""
    conventions: str = ""
    """What OTEL_SEMCONV_STABILITY_OPT_IN says: empty for the old attribute names."""


SENDING: Mapping[str, Sending] = {
    "storefront": Sending("grpc"),
    "orders": Sending("http/protobuf", "http/dup,database/dup"),
    "accounts": Sending("grpc", "http,database"),
    "notifications": Sending("http/protobuf"),
    "loyalty": Sending("http/protobuf", "http,database"),
}


@dataclass(frozen=True, slots=True)
class Receiver:
    """Where spans are sent to, as host:port."""

    grpc: str
    http: str


class Services:
    """The running services. Each keeps its socket from one version to the next, so its address stays."""

    def __init__(
        self, estate: Estate, receiver: Receiver, database_address: str, mailer_proxy: str, logs: Path
    ) -> None:
        self._estate = estate
        self._receiver = receiver
        self._database_address = database_address
        self._mailer_proxy = mailer_proxy
        self._logs = logs
        self._sockets: dict[str, socket.socket] = {name: processes.listen() for name in SENDING}
        self._running: dict[str, subprocess.Popen[bytes]] = {}

    def url(self, name: str) -> str:
        """The base URL of a service."""
        return f"http://127.0.0.1:{self._sockets[name].getsockname()[1]}"

    def run(self, versions: Mapping[str, int]) -> None:
        """Starts each service in its version, in place of an older one; returns when all of them answer."""
        self._end([name for name in versions if name in self._running])
        for name, version in versions.items():
            with (self._logs / f"{name}.log").open("ab") as log:
                self._running[name] = processes.start(
                    [sys.executable, "-m", "demo.shop", name, str(self._sockets[name].fileno())],
                    environment=self._environment(name, version),
                    log=log,
                    working_directory=REPOSITORY,
                    inherit=[self._sockets[name].fileno()],
                )
        for name in versions:
            self.ask(name, "/-/health")

    def flush(self) -> None:
        """Returns when every span of every service has been sent."""
        for name in self._running:
            self.ask(name, "/-/flush", method="POST")

    def ask(self, name: str, path: str, *, method: str = "GET", body: bytes | None = None) -> bytes:
        """One request to a service; raises ServiceError if the answer is none or no success."""
        request = urllib.request.Request(
            self.url(name) + path, body, {"Content-Type": "application/json"} if body else {}, method=method
        )
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(request, timeout=START_PATIENCE) as answer:
                return bytes(answer.read())
        except OSError as error:
            log = (self._logs / f"{name}.log").read_text(errors="replace")[-2000:]
            raise ServiceError(f"{name} did not answer {method} {path}: {error}\n{log}") from error

    def stop(self) -> None:
        """Ends all services; each sends its last spans first. Safe to call twice."""
        self._end(list(self._running))
        for listener in self._sockets.values():
            listener.close()

    def _end(self, names: list[str]) -> None:
        ending = [self._running.pop(name) for name in names]
        for process in ending:  # all are asked before the first is waited for
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
        for process in ending:
            processes.stop(process)

    def _environment(self, name: str, version: int) -> dict[str, str]:
        sending = SENDING[name]
        address = self._receiver.grpc if sending.protocol == "grpc" else self._receiver.http
        proxies = {"HTTP_PROXY": self._mailer_proxy, "http_proxy": self._mailer_proxy}
        return {
            "PATH": os.environ.get("PATH", os.defpath),
            "PYTHONUNBUFFERED": "1",
            "NO_PROXY": NOT_PROXIED,
            "no_proxy": NOT_PROXIED,
            **(proxies if name == FUNCTION and version >= 2 else {}),
            "SHOP_VERSION": str(version),
            "DATABASE_HOST": self._estate.shop_database,
            "PROFILES_HOST": self._estate.analytics_database,
            "DATABASE_ADDRESS": self._database_address,
            "DATABASE_PORT": str(self._estate.database_port),
            "ORDERS_URL": self.url("orders"),
            "ACCOUNTS_URL": self.url("accounts"),
            "NOTIFICATIONS_URL": self.url("notifications"),
            "MAILER_URL": f"http://{HOST}",
            "OTEL_SERVICE_NAME": name,
            "OTEL_RESOURCE_ATTRIBUTES": ",".join(
                f"{key}={value}" for key, value in _resource(name, version).items()
            ),
            "OTEL_EXPORTER_OTLP_ENDPOINT": f"http://{address}",
            "OTEL_EXPORTER_OTLP_PROTOCOL": sending.protocol,
            "OTEL_SEMCONV_STABILITY_OPT_IN": sending.conventions,
            "OTEL_BSP_SCHEDULE_DELAY": "500",
        }


def _resource(name: str, version: int) -> dict[str, str]:
    """What the resource detectors of ECS and Lambda would say of a service."""
    common = {
        "service.namespace": "shop",
        "service.version": f"{version}.0.0",
        "deployment.environment.name": "demo",
        "cloud.provider": "aws",
        "cloud.region": EU,
        "cloud.account.id": ACCOUNT,
    }
    if name == FUNCTION:
        return common | {
            "cloud.platform": "aws_lambda",
            "cloud.resource_id": FUNCTION_ARN,
            "faas.name": FUNCTION,
            "faas.version": "$LATEST",
        }
    changed = version >= 2
    task = f"{sum(name.encode()):016x}{version:016x}"
    return common | {
        "cloud.platform": "aws_ecs",
        "aws.ecs.cluster.arn": CLUSTER_ARN,
        "aws.ecs.task.arn": f"arn:aws:ecs:{EU}:{ACCOUNT}:task/shop/{task}",
        "aws.ecs.task.family": f"shop-{name}",
        "aws.ecs.task.revision": "2" if changed else "1",
        "aws.ecs.launchtype": "fargate",
    }
