"""Zipkin's first format says the same as the second."""

from __future__ import annotations

from typing import Any

from tests.support.trace_documents import MICROS, TRACE, Document, told


def at(service: str) -> Document:
    return {"serviceName": service, "ipv4": "10.0.0.5", "port": 80}


def span(id: str, parent: str, name: str, times: dict[str, str], *tags: tuple[str, Any, str]) -> Document:
    """`times`: by whom each of its moments is told. `tags`: a name, a value, and whose it is."""
    prod = [("deployment.environment", "prod", whose) for whose in dict.fromkeys(times.values())]
    return {
        "traceId": TRACE,
        "id": id * 16,
        "parentId": parent * 16 if parent else None,
        "name": name,
        "annotations": [
            {"timestamp": MICROS + 100 * number, "value": value, "endpoint": at(whose)}
            for number, (value, whose) in enumerate(times.items())
        ],
        "binaryAnnotations": [
            {"key": key, "value": value, "endpoint": at(whose)} for key, value, whose in (*tags, *prod)
        ],
    }


STORY = [
    span(
        "1",
        "",
        "get /",
        {"sr": "front", "ss": "front"},
        ("http.method", "GET", "front"),
        ("http.path", "/", "front"),
    ),
    span(
        "2",
        "1",
        "get /people",
        {"cs": "front", "sr": "people", "ss": "people", "cr": "front"},
        ("http.path", "/people", "people"),
        ("sa", True, "people"),
    ),
    span(
        "3",
        "2",
        "query",
        {"cs": "people", "cr": "people"},
        ("sql.query", "select mail from person", "people"),
        ("sa", True, "mysql"),
    ),
    span("4", "2", "publish", {"ms": "people"}, ("kafka.topic", "seen", "people"), ("ma", True, "kafka")),
    span("4", "2", "next", {"mr": "mailer"}, ("kafka.topic", "seen", "mailer"), ("ma", True, "kafka")),
]


def test_both_sides_of_a_call_are_known_by_their_annotations() -> None:
    assert told(STORY, "calls", "reads", "publishes_to", "consumed_by", "sends_to") == [
        "front/GET / calls people/get /people evidence=paired",
        "people/get /people publishes_to topic://prod/kafka/10.0.0.5:80/seen evidence=topic",
        "people/get /people reads table://environment:prod/mysql/10.0.0.5:80//person columns=mail",
        "topic://prod/kafka/10.0.0.5:80/seen consumed_by mailer/process seen evidence=paired",
    ]


def test_a_span_of_one_service_alone_is_its() -> None:
    local = {
        **span("5", "1", "render", {}, ("lc", "view", "front"), ("deployment.environment", "prod", "front")),
        "timestamp": MICROS,
        "duration": 5,
    }
    query = span("6", "5", "query", {"cs": "front", "cr": "front"}, ("sql.query", "select a from b", "front"))
    (line,) = told([STORY[0], local, query], "reads")
    assert line.startswith("front/GET / reads")
