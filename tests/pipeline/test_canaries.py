"""Secrets and personal values are planted wherever they turn up in life; none may come out anywhere."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from daemon import comparison
from daemon.cli import app
from daemon.deliveries import StoreOutbox
from daemon.notify.delivery import deliver_due
from daemon.report.html import render_html
from daemon.report.json import render_json
from daemon.report.text import render_text
from daemon.telemetry import configure_logging
from tests.support import pipeline
from tests.support.mail_server import MailServer
from tests.support.pipeline import EU, ORDERS_DB, Installation, Service, Shop

EMAIL = "ada.canary@mail.example"
CARD = "4111111111111111"
IBAN = "DE89370400440532013000"
SSN = "536-22-8714"
AWS_KEY = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYCANARYKEY"
AWS_KEY_ID = "AKIAIOSFODNN7CANARY0"
PASSWORD = "hunter2-canary-password"
URL = f"postgresql://app:{PASSWORD}@{ORDERS_DB}:5432/shop"
PRIVATE_KEY_LINE = "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQDcanary"
PRIVATE_KEY = f"-----BEGIN PRIVATE KEY-----\n{PRIVATE_KEY_LINE}\n-----END PRIVATE KEY-----"
PLANTED = (EMAIL, CARD, IBAN, SSN, AWS_KEY, AWS_KEY_ID, PASSWORD, PRIVATE_KEY_LINE, "536228714", "ada.canary")
EVERYTHING = " ".join((EMAIL, CARD, IBAN, SSN, f"aws_secret_access_key={AWS_KEY}", AWS_KEY_ID, URL))
ALLOWED = "orders-db"
"""A name of a resource: a search that does not find it could not find anything."""


@pytest.fixture
def home(deployed: str, mails: MailServer, tmp_path: Path) -> Iterator[Installation]:
    """With mail, and log at debug level."""
    mail = pipeline.mail_to(mails.port)
    types = [*pipeline.TYPES, "aws.ecs.*"]
    with pipeline.installed(
        tmp_path, deployed, mail=mail, aws={"types": types}, logging={"level": "debug"}
    ) as home:
        yield home


def plant_in_the_cloud(endpoint: str, name: str) -> None:
    """A function, a task and tags that say too much."""
    said = {
        "DATABASE_URL": URL, "ADMIN": EMAIL, "CARD": CARD, "IBAN": IBAN, "SSN": SSN, "PASSWORD": PASSWORD,
        "AWS_SECRET_ACCESS_KEY": AWS_KEY, "AWS_ACCESS_KEY_ID": AWS_KEY_ID, "TLS_KEY": PRIVATE_KEY,
    }  # fmt: skip
    tags = {"owner": EMAIL, "card": CARD, "account": IBAN, "ssn": SSN, "note": f"call {EMAIL}", "url": URL}
    pipeline.add_function(endpoint, name, public=True, variables=said, tags={**tags, "key": AWS_KEY_ID})
    pipeline.add_database(endpoint, f"{name}-db", EU, **tags)
    pipeline.client(endpoint, "sqs").create_queue(QueueName=f"{name}-queue", tags=tags)
    ecs = pipeline.client(endpoint, "ecs")
    ecs.create_cluster(clusterName="shop", tags=[{"key": key, "value": value} for key, value in tags.items()])
    ecs.register_task_definition(
        family=name, networkMode="awsvpc",
        containerDefinitions=[
            {
                "name": name, "image": f"{name}:1", "memory": 128,
                "command": ["serve", f"--password={PASSWORD}", EMAIL],
                "environment": [{"name": key, "value": value} for key, value in said.items()],
                "dockerLabels": {"owner": EMAIL, "url": URL},
            }
        ],
    )  # fmt: skip


def plant_in_spans(service: Service) -> None:
    """What careless instrumentation sends: in attributes, statements, URLs, exceptions, and names of spans."""
    query = f"?email={EMAIL}&card={CARD}&iban={IBAN}&ssn={SSN}&key={AWS_KEY}&password={PASSWORD}"
    personal = {
        "user.email": EMAIL, "enduser.id": EMAIL, "app.card": CARD, "app.iban": IBAN, "app.ssn": SSN,
        "url.full": f"https://www.shop.example/account/{EMAIL}{query}", "url.query": query,
        "url.path": f"/account/{EMAIL}",
        "http.url": f"https://app:{PASSWORD}@www.shop.example/{EMAIL}{query}",
        "http.target": f"/account/{SSN}{query}",
        "app.secret": AWS_KEY, "app.pem": PRIVATE_KEY,
    }  # fmt: skip
    with service.serves("GET /account/{id}", **personal) as span:
        span.update_name(f"GET /account/{EMAIL}")
        span.record_exception(ValueError(EVERYTHING))
        span.add_event("log", {"message": EVERYTHING, "exception.message": EVERYTHING})
        service.asks(
            f"SELECT full_name, phone FROM customers WHERE email = '{EMAIL}' AND ssn = '{SSN}' AND card = {CARD}"
            f" OR note = '{EVERYTHING}'",
            ORDERS_DB,
            **{"db.query.parameter.0": EMAIL, "db.connection_string": URL, "db.user": EMAIL},
        )
        service.asks(
            f"INSERT INTO cards (number, iban, owner) VALUES ('{CARD}', '{IBAN}', '{EMAIL}')", ORDERS_DB
        )
        service.asks(f"this is not SQL but {EVERYTHING}", ORDERS_DB)
        service.posts(
            f"https://app:{PASSWORD}@api.mailer.example/send/{EMAIL}{query}",
            "api.mailer.example",
            **{"http.url": f"https://api.mailer.example/{EMAIL}{query}"},
        )
    for operation in (
        f"GET /users/{EMAIL}",
        f"GET /cards/{CARD}{query}",
        f"GET /iban/{IBAN}",
        f"GET /ssn/{SSN}",
    ):
        with service.serves(operation, **personal):
            service.asks("SELECT email FROM customers", ORDERS_DB)
    service.flush()


def driftline(*arguments: str) -> Result:
    return CliRunner().invoke(app, list(arguments), catch_exceptions=False)


def test_no_secret_and_no_personal_value_comes_out_anywhere(
    home: Installation,
    shop: Shop,
    deployed: str,
    mails: MailServer,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    out: dict[str, bytes] = {}
    state = home.settings.driftline.state_directory
    log = io.StringIO()
    monkeypatch.setattr(sys, "stderr", log)
    configure_logging(home.settings.logging)

    def collect(name: str) -> None:
        def spooled(done: int, planned: int, extent: str) -> None:
            spool = state / "spool"
            out[f"{name} spool"] = spool.read_bytes()

        home.cycle(progress=spooled)
        # The spool is buffered: what the last answers added is in the file once the commit has read it.
        box = StoreOutbox(home.database, home.settings, home.clock)
        deliver_due(box, home.settings.mail, home.clock(), installation="test")
        for file in sorted(state.rglob("*")):
            if file.is_file():
                out[f"{name} {file.relative_to(state)}"] = file.read_bytes()

    plant_in_the_cloud(deployed, "first")
    resource = dict.fromkeys(
        ("user.email", "service.instance.id", "process.command_args", "host.name"), EVERYTHING
    )
    careless = shop.service("careless", resource)
    shop.rich_day()
    plant_in_spans(careless)
    collect("baseline")
    plant_in_the_cloud(deployed, "second")
    another = shop.service("another", {"process.command_line": EVERYTHING})
    plant_in_spans(another)
    collect("drift")
    home.clock.advance(days=1)
    deliver_due(
        StoreOutbox(home.database, home.settings, home.clock),
        home.settings.mail,
        home.clock(),
        installation="test",
    )

    with home.database.reading() as connection:
        for name, before in (("baseline", None), ("drift", 1)):
            after = 2 if before else 1
            told = comparison.compare(connection, home.settings, before, after, home.clock())
            for kind, render in (("text", render_text), ("html", render_html), ("json", render_json)):
                out[f"{name} {kind}"] = render(told).encode()
    for number, mail in enumerate(mails.received):
        parts = [
            part.get_content()
            for part in message_from_bytes(mail.content, policy=default).walk()
            if part.get_content_maintype() == "text"
        ]
        out[f"mail {number}"] = b"\n".join([mail.content, *(text.encode() for text in parts)])
    out["log"] = log.getvalue().encode()
    command = ("--set", f"driftline.state_directory={state}", "--set", "mail.host=")
    asked = ("diff", "paths --json", "inventory --json", "coverage", "status", "report --format html")
    for words in map(str.split, asked):
        result = driftline(*command, *words)
        assert result.exit_code == 0
        out[f"driftline {' '.join(words)}"] = result.stdout_bytes

    hits = {(value, place) for place, text in out.items() for value in PLANTED if value.encode() in text}
    assert hits == set()
    places = ["baseline spool", "baseline text", "drift text", "drift html", "drift json"]
    places += ["drift driftline.db", "drift published/driftline.db", "drift facts.db-wal"]
    places += ["driftline inventory --json"]
    for place in places:
        assert ALLOWED.encode() in out[place], f"{place}: {out[place][:4000]!r}"
    assert len(mails.received) == 3  # baseline, alarm, digest
    assert any(ALLOWED.encode() in out[f"mail {number}"] for number in range(3))
    assert b"extent_answered" in out["log"]
