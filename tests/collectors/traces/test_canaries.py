"""Secrets and personal values in every place a span has are in no fact, on no disk and in no answer."""

from __future__ import annotations

import gc
from pathlib import Path

import pytest

from collectors.traces.facts import Flows
from collectors.traces.otlp import OtlpReader
from collectors.traces.semconv import RESOURCE_NAMES, SPAN_NAMES, STATEMENT_NAMES
from collectors.traces.shapes import Shapes
from collectors.traces.sql import parse
from daemon.store.journal import Journal
from tests.support.traces import KINDS, Value, export, proto_span, resource_spans

EMAIL = "canary.jane@example.org"
CARD = "4111111111111111"
IBAN = "DE89370400440532013000"
KEY = "AKIAIOSFODNN7EXAMPLE"
PASSWORD = "hunter2-canary"
WORD = "zyxcanaryword"
CANARIES = (EMAIL, "canary.jane", CARD, IBAN, KEY, PASSWORD, WORD)

STATEMENTS = (
    f"SELECT * FROM people WHERE mail = '{EMAIL}' AND card = {CARD} AND note = '{WORD}' -- {PASSWORD}",
    f"INSERT INTO people (mail, card) VALUES ('{EMAIL}', '{CARD}'), ('{WORD}', '{IBAN}')",
    f"SELECT * FROM people WHERE mail = '{EMAIL} AND note = \"{WORD}",
    f"this is no sql but {EMAIL} {CARD} {WORD}",
    f"/* {KEY} */ UPDATE people SET iban = '{IBAN}' WHERE pw = '{PASSWORD}'",
)
URLS = (
    f"https://user:{PASSWORD}@api.example.com/people/{EMAIL}/cards/{CARD}?token={KEY}&q={WORD}#{WORD}",
    f"http://api.example.com/iban/{IBAN}?mail={EMAIL}&{WORD}",
)
# Values that only exist to be detected: they may be planted anywhere, in names of services and tables too.
DETECTABLE = (EMAIL, CARD, IBAN, KEY)


def spans_with_canaries() -> bytes:
    spans = []
    number = 0
    for kind in KINDS:
        for statement in STATEMENTS:
            for name in (*STATEMENT_NAMES, "db.query.parameter.0", "custom"):
                number += 1
                attributes: dict[str, Value] = {
                    name: statement,
                    "db.system": "postgresql",
                    "server.address": "db",
                }
                spans.append(proto_span(f"s{number}", kind, statement, "root", attributes=attributes))
        for url in URLS:
            for name in ("url.full", "http.url", "http.target", "url.path", "url.query", "http.referer"):
                number += 1
                plain: dict[str, Value] = {name: url, "http.method": "GET"}
                spans.append(proto_span(f"s{number}", kind, f"GET {url}", "root", attributes=plain))
                spans.append(proto_span(f"t{number}", kind, "GET", "root", attributes={name: url}))
        for canary in DETECTABLE:
            for names in SPAN_NAMES.values():
                for name in names:
                    number += 1
                    one: dict[str, Value] = {"db.system": "mongodb", name: canary}
                    spans.append(proto_span(f"s{number}", kind, f"do {canary}", "root", attributes=one))
                    spans.append(proto_span(f"u{number}", kind, canary, "root", attributes={name: canary}))
    for url in URLS:
        for names in SPAN_NAMES.values():
            for name in names:
                number += 1
                for kind in ("server", "client"):
                    misplaced: dict[str, Value] = {name: url}
                    spans.append(proto_span(f"{kind}{number}", kind, "do", "root", attributes=misplaced))
    parts = [resource_spans("shop", [*spans, proto_span("root", "server")])]
    for canary in DETECTABLE:
        for meaning, names in RESOURCE_NAMES.items():
            number += 1
            parts.append(
                resource_spans("x", [proto_span(f"r{number}", "server")], dict.fromkeys(names, canary))
            )
            assert meaning
    whole = export(*parts)
    for canary in CANARIES:
        assert canary.encode() in whole
    return whole


def test_no_canary_reaches_the_journal_or_its_files(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "facts.db")
    try:
        batch = OtlpReader().protobuf(spans_with_canaries())
        assert batch.rejected == 0
        Flows(journal).record(batch.spans, 20)
        journal.flush()
        told = [fact for one in journal.environments() for fact in journal.facts(one)]
        assert any(fact.verb == "reads" for fact in told)
        leaks = {(canary, str(fact)) for fact in told for canary in CANARIES if canary in str(fact)}
        assert leaks == set()
        for file in tmp_path.iterdir():
            content = file.read_bytes()
            assert [canary for canary in CANARIES if canary.encode() in content] == [], file
    finally:
        journal.close()


@pytest.mark.parametrize("statement", STATEMENTS)
def test_no_statement_stays_in_memory(statement: str) -> None:
    reader, shapes = OtlpReader(), Shapes(parse)
    body = export(resource_spans("s", [proto_span("a", "client", attributes={"db.statement": statement})]))
    for span in reader.protobuf(body).spans:
        shapes.of(span)
    kept = repr(_texts_of([reader, shapes]))
    assert "Form" in kept
    assert [canary for canary in CANARIES if canary in kept] == []


def _texts_of(roots: list[object]) -> list[object]:
    """Every text and number that objects of ours hold on to, and the names of their classes."""
    found: list[object] = []
    seen: set[int] = set()
    while roots:
        one = roots.pop()
        if id(one) in seen:
            continue
        seen.add(id(one))
        if isinstance(one, str | bytes | int):
            found.append(one)
        elif isinstance(one, dict | list | tuple | set | frozenset) or type(one).__module__.startswith(
            "collectors."
        ):
            found.append(type(one).__name__)
            roots += gc.get_referents(one)
    return found
