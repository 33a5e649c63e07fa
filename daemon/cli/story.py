"""The demo's story: two snapshots around a deployment, taken with the code that `driftline run` runs."""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from collectors.traces.receiver import Receiver
from config.settings import Settings, compose, load
from daemon import assembly, comparison, cycle
from daemon.cli.steps import Steps
from daemon.cli.world import REPOSITORY, World
from daemon.deliveries import StoreOutbox
from daemon.notify.delivery import deliver_due
from daemon.report.html import render_html
from daemon.report.json import render_json
from daemon.report.text import render_text
from daemon.store.database import Database
from daemon.store.journal import Journal
from daemon.store.lock import only_writer
from daemon.telemetry import configure_logging
from daemon.values.drift import Drift

DENIED = ("rds", "us-east-1")
_MADE = ("report.txt", "report.html", "report.json", "mail.eml", "driftline.db", "driftline.db.json",
         "driftline.toml", "driftline.log", "mail", "state")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Told:
    """What the demo ends with."""

    drift: Drift
    mails: int


def begin(output: Path) -> None:
    """An output folder without what an earlier demo left; other files are not touched."""
    output.mkdir(parents=True, exist_ok=True)
    for name in _MADE:
        path = output / name
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)


def play(output: Path, steps: Steps) -> Told:
    at_first = compose({"traces": {"grpc": "127.0.0.1:0", "http": "127.0.0.1:0"}, "driftline": _home(output)})
    with _journal(at_first) as journal, _receiver(at_first, journal) as receiver:
        ports = receiver.ports
        addresses = (f"127.0.0.1:{ports['grpc']}", f"127.0.0.1:{ports['http']}")
        with World(*addresses, output / "mail", steps.say) as world, _identity(world, output):
            (output / "driftline.toml").write_text(_settings(output, addresses, world))
            settings = load(output / "driftline.toml")
            database = assembly.open_store(settings)
            try:
                with only_writer(database, "demo"), _logging(settings, output / "driftline.log"):
                    return _story(settings, database, journal, world, output, steps)
            finally:
                database.close()


def _story(
    settings: Settings, database: Database, journal: Journal, world: World, output: Path, steps: Steps
) -> Told:
    """Baseline, deployment, second snapshot, report and mail."""
    with assembly.parts(settings, database, journal) as parts:

        def snapshot(what: str) -> cycle.Outcome:
            steps.say(what)
            outcome = cycle.run(parts, progress=steps.count)
            deliver_due(
                StoreOutbox(database, settings),
                settings.mail,
                datetime.now(UTC),
                installation=settings.driftline.name,
            )
            return outcome

        steps.say("Customers use the shop; its spans arrive")
        world.order("traffic")
        snapshot("The first snapshot is taken, and the baseline is mailed")
        steps.say("A deployment: a new service, three changed ones, and some resources")
        world.order("deploy")
        world.order(f"deny {' '.join(DENIED)}")
        steps.say("Customers use the shop again")
        world.order("traffic")
        outcome = snapshot(f"The second snapshot is taken; {DENIED[1]} denies to list its databases")
    with database.reading() as connection:
        drift = comparison.compare(connection, settings, outcome.previous, outcome.number, datetime.now(UTC))
    (output / "report.txt").write_text(render_text(drift))
    (output / "report.html").write_text(render_html(drift))
    (output / "report.json").write_text(render_json(drift))
    mails = sorted((output / "mail").glob("*.eml"), key=lambda path: int(path.stem))
    if mails:
        shutil.copy(mails[-1], output / "mail.eml")
    return Told(drift, len(mails))


@contextmanager
def _journal(settings: Settings) -> Iterator[Journal]:
    journal = assembly.open_journal(settings)
    try:
        yield journal
    finally:
        journal.close()


@contextmanager
def _receiver(settings: Settings, journal: Journal) -> Iterator[Receiver]:
    receiver = Receiver(settings.traces, journal)
    receiver.start()
    try:
        yield receiver
    finally:
        receiver.stop()


@contextmanager
def _identity(world: World, output: Path) -> Iterator[None]:
    """The credentials of the demo's cloud and no others: an operator's own are neither read nor sent."""
    kept = {name: value for name, value in os.environ.items() if _leads_to_a_cloud(name)}
    for name in kept:
        del os.environ[name]
    os.environ |= {
        "AWS_ACCESS_KEY_ID": str(world.ready["access_key"]),
        "AWS_SECRET_ACCESS_KEY": str(world.ready["secret_key"]),
        "AWS_CONFIG_FILE": str(output / "none"),
        "AWS_SHARED_CREDENTIALS_FILE": str(output / "none"),
    }
    try:
        yield
    finally:
        for name in [name for name in os.environ if _leads_to_a_cloud(name)]:
            del os.environ[name]
        os.environ |= kept


def _leads_to_a_cloud(variable: str) -> bool:
    return variable.startswith(("AWS_", "DRIFTLINE_")) or variable.lower() in (
        "http_proxy",
        "https_proxy",
        "all_proxy",
    )


@contextmanager
def _logging(settings: Settings, file: Path) -> Iterator[None]:
    """The daemon's log goes to a file: the terminal is for the story."""
    terminal = sys.stderr
    with file.open("w") as log:
        sys.stderr = log
        try:
            configure_logging(settings.logging)
            yield
        finally:
            sys.stderr = terminal


def _home(output: Path) -> dict[str, str]:
    return {"name": "demo", "state_directory": str(output / "state")}


def _settings(output: Path, addresses: tuple[str, str], world: World) -> str:
    """The settings file of the demo: what an operator would write for such an estate."""
    regions = world.ready["regions"]
    assert isinstance(regions, list)
    return f"""\
[driftline]
name = "demo"
state_directory = {_quoted(output / "state")}

[publish]
path = {_quoted(output / "driftline.db")}
min_interval = "0s"

[[aws.accounts]]
name = "shop"
account = {_quoted(world.ready["account"])}
regions = [{", ".join(_quoted(region) for region in regions)}]
endpoint_url = {_quoted(world.ready["endpoint"])}

[traces]
grpc = {_quoted(addresses[0])}
http = {_quoted(addresses[1])}
warm_up = "0s"

[images]
enabled = true
osv_directory = {_quoted(REPOSITORY / "demo" / "osv")}

[[images.registries]]
host = {_quoted(world.ready["registry"])}
plain_http = true
allow_private = true

[mail]
host = "127.0.0.1"
port = {world.ready["smtp_port"]}
security = "none"
sender = "driftline@shop.example"
recipients = ["platform@shop.example"]
"""


def _quoted(value: object) -> str:
    """A TOML string. JSON's escapes are TOML's."""
    return json.dumps(str(value))
