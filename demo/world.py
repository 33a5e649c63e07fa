"""The whole world in one process: `python -m demo.world` starts it, takes commands, and ends with its input.

It reads one command a line and answers each with one line of JSON:
    traffic                  customers use the shop; answers when all spans have been sent
    deploy                   the estate and the services change as one deployment would change them
    deny SERVICE REGION      the cloud denies every call to a service in a region
    allow SERVICE REGION     takes that back
    quit                     (or the end of the input) everything ends
"""

from __future__ import annotations

import argparse
import json
import signal
import sys
import tempfile
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Self

from demo import data, estate, images, postgres, traffic
from demo.cloud import ACCOUNT, Cloud
from demo.mailbox import Mailbox
from demo.registry import Registry
from demo.services import Receiver, Services
from demo.third_party import Mailer

BEFORE: Mapping[str, int] = {"storefront": 1, "orders": 1, "accounts": 1, "notifications": 1}
DEPLOYED: Mapping[str, int] = {"orders": 2, "accounts": 2, "notifications": 2, "loyalty": 1}

Say = Callable[[str], None]


class World:
    """Cloud, registry, databases, services, third party and mailbox, all running. Leaves nothing behind."""

    def __init__(self, receiver: Receiver, mail: Path, say: Say = lambda _: None) -> None:
        """Starts everything; what had been started is stopped again if something fails.

        Call it from a thread that lives as long as the world: child processes die with their thread.
        """
        self._deployed = False
        with ExitStack() as stack:
            logs = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="driftline-demo-")))
            self.mailbox = stack.enter_context(Mailbox(mail))
            self.mailer = stack.enter_context(Mailer())
            self.registry = stack.enter_context(Registry())
            self._push(estate.IMAGES)
            self.cloud = stack.enter_context(Cloud())
            port = postgres.free_port()
            with ThreadPoolExecutor(1) as builder:
                say("The shop is built in the cloud (eu-central-1, us-east-1)")
                building = builder.submit(estate.build, self.cloud.endpoint, port, self.registry.host)
                server = stack.enter_context(postgres.Server(port, data.ALL))
                self.estate = building.result()
            say("The shop's services start")
            self.services = Services(self.estate, receiver, server.address, self.mailer.proxy, logs)
            stack.callback(self.services.stop)
            self.services.run(BEFORE)
            self._stack = stack.pop_all()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def traffic(self) -> int:
        """Customers use the shop; returns the number of requests once all their spans have been sent."""
        sent = traffic.drive(self.services, traffic.DEPLOYED if self._deployed else traffic.USUAL)
        self.services.flush()
        return sent

    def deploy(self) -> None:
        """The deployment: new images, new and changed resources in the cloud, new and changed services."""
        self._push(estate.DEPLOYED_IMAGES)
        estate.deploy(self.estate)
        self.services.run(DEPLOYED)
        self._deployed = True

    def _push(self, versions: Mapping[str, str]) -> None:
        for service, version in versions.items():
            self.registry.push(service, version, images.build(service, version))

    def stop(self) -> None:
        """Ends everything. Safe to call twice."""
        self._stack.close()


def obey(world: World, line: str) -> dict[str, object]:
    """Carries out one command; returns the answer. Raises ValueError for an unknown one."""
    match line.split():
        case ["traffic"]:
            return {"event": "traffic", "requests": world.traffic()}
        case ["deploy"]:
            world.deploy()
            return {"event": "deployed"}
        case ["deny", service, region]:
            world.cloud.gate.deny(service, region)
            return {"event": "denied", "service": service, "region": region}
        case ["allow", service, region]:
            world.cloud.gate.allow(service, region)
            return {"event": "allowed", "service": service, "region": region}
    raise ValueError(f"unknown command {line.strip()!r}; known: traffic, deploy, deny, allow, quit")


def main() -> None:
    """See the module's docstring."""
    parser = argparse.ArgumentParser(prog="python -m demo.world", description="The demo's world")
    parser.add_argument("--grpc", required=True, metavar="HOST:PORT", help="OTLP receiver, gRPC")
    parser.add_argument("--http", required=True, metavar="HOST:PORT", help="OTLP receiver, HTTP")
    parser.add_argument(
        "--mail", required=True, type=Path, metavar="FOLDER", help="where received mail is kept"
    )
    arguments = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    # Ctrl-C reaches the whole terminal; whoever started the world decides, by closing its input.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with World(
        Receiver(arguments.grpc, arguments.http),
        arguments.mail,
        lambda text: _tell({"event": "progress", "text": text}),
    ) as world:
        _tell(
            {
                "event": "ready",
                "endpoint": world.cloud.endpoint,
                "account": ACCOUNT,
                "access_key": estate.IDENTITY["aws_access_key_id"],
                "secret_key": estate.IDENTITY["aws_secret_access_key"],
                "registry": world.registry.host,
                "regions": [estate.EU, estate.US],
                "smtp_port": world.mailbox.port,
                "services": {name: world.services.url(name) for name in BEFORE},
            }
        )
        for line in sys.stdin:
            if line.split() == ["quit"]:
                break
            _tell(obey(world, line))


def _tell(event: Mapping[str, object]) -> None:
    print(json.dumps(event), flush=True)


if __name__ == "__main__":
    main()
