"""Personal values in what imports bring are found as those of OTLP are, and are nowhere after that."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from collectors.traces.facts import Flows
from collectors.traces.imports.cloudtrace import CloudTraceReader
from collectors.traces.imports.formats import Formats
from collectors.traces.imports.insights import InsightsReader
from collectors.traces.imports.making import MOST_BESIDE
from collectors.traces.leaks import EVERY, FIRST
from collectors.traces.memory import MemoryFacts
from collectors.traces.spans import Batch
from tests.support.leaking import CARD, EMAIL, IBAN, USER, cloudtrace, insights, jaeger, xray, zipkin


def leaks(batch: Batch) -> set[str]:
    facts = MemoryFacts()
    Flows(facts).record(batch.spans, 1)
    assert not batch.rejected
    found = set()
    for environment in facts.environments():
        for fact in facts.facts(environment):
            for value in (EMAIL, CARD, IBAN, USER, "canary"):
                assert value not in repr(fact)
            if fact.verb == "leaks" and fact.source.startswith("operation://"):
                assert fact.source.rpartition("/")[2] == "find", fact.source
                found.add(fact.target.removeprefix("attribute://"))
    return found


EVERYWHERE = {"email/url.full", "user-id/user.id", "iban/iban"}


@pytest.mark.parametrize(
    ("name", "told", "own"),
    [
        ("zipkin json", zipkin, {"email/span.name", "card/annotation"}),
        ("jaeger json", jaeger, {"email/span.name", "card/message"}),
        ("xray json", xray, {"email/user.email", "card/app.body.payer.note", "email/exception.message"}),
        ("cloudtrace json", cloudtrace, {"email/span.name", "card//stacktrace"}),
        ("insights json", insights, {"card/data", "email/source"}),
    ],
)
def test_what_a_format_says_anywhere_is_told_once_and_kept_nowhere(
    name: str, told: Callable[[], Any], own: set[str]
) -> None:
    form, batch = Formats().json(told())
    assert form == name
    assert leaks(batch) == EVERYWHERE | own


def test_the_first_thousand_alike_are_looked_at_and_then_one_in_a_hundred() -> None:
    (plain,) = zipkin()
    plain |= {
        "name": "get",
        "tags": {"http.route": "/find", "http.method": "GET", "note": "-"},
        "annotations": [],
    }
    speaking = {**plain, "tags": {**plain["tags"], "note": EMAIL}}

    def told(*spans: Any) -> bool:
        numbered = [{**span, "id": f"{number + 1:016x}"} for number, span in enumerate(spans)]
        return bool(leaks(Formats().json(numbered)[1]))

    assert told(*[plain] * (FIRST - 1), speaking)
    assert not told(*[plain] * (FIRST + 1), speaking)
    assert told(*[plain] * (FIRST + 1), *[speaking] * EVERY)


def test_a_span_of_endless_texts_is_looked_at_to_a_bound() -> None:
    (span,) = zipkin()
    said = [{"value": "-"}] * MOST_BESIDE
    span |= {"name": "get", "tags": {"http.route": "/find", "http.method": "GET"}}
    before, after = ([{"value": EMAIL}, *said], [*said, {"value": EMAIL}])
    assert leaks(Formats().json([{**span, "annotations": before}])[1]) == {"email/annotation"}
    assert leaks(Formats().json([{**span, "annotations": after}])[1]) == set()


def test_identifiers_of_resources_that_formats_carry_on_spans_are_no_leak() -> None:
    (trace,) = cloudtrace()["traces"]
    trace["spans"][0] |= {
        "name": "get",
        "labels": {"http.route": "/find", "cloud.account.id": "123456789012"},
    }
    batch = CloudTraceReader().json(trace)
    assert leaks(batch) == set()
    row = insights()[0] | {
        "Url": "",
        "UserAuthenticatedId": "",
        "Source": "",
        "Properties": {"cloud.account.id": "123456789012"},
    }
    assert leaks(InsightsReader().json([row])) == set()
