"""Names are short, on one line, and without anything of a person, wherever they came from."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from collectors.traces import names
from collectors.traces.imports.zipkin import ZipkinReader
from collectors.traces.otlp import OtlpReader
from collectors.traces.spans import LONGEST_NAME, Batch
from tests.support.traces import export, proto_span, resource_spans


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("x" * 1000, "x" * names.LONGEST),
        ("a\nb\x1b[31m\x00\x7fc", "a b [31m c"),
        ("\t padded \n", "padded"),
        # What comes later is not looked at: names without end would cost as much as they are long.
        (" " * 4 * names.LONGEST + "x", ""),
    ],
)
def test_a_clean_name_is_short_and_on_one_line(text: str, kept: str) -> None:
    assert names.clean(text) == kept


def test_a_clean_name_is_nobodys() -> None:
    cleaned = names.clean("mail to canary.jane@example.org now")
    assert "canary" not in cleaned
    assert cleaned.startswith("mail to ")
    assert cleaned.endswith(" now")


def by_protobuf(name: str) -> Batch:
    return OtlpReader().protobuf(export(resource_spans("shop", [proto_span("a", "server", name)])))


def otlp_document(name: str) -> dict[str, object]:
    span = {
        "traceId": "5b8efff798038103d269b633813fc60c",
        "spanId": "eee19b7ec3c1b174",
        "name": name,
        "kind": 2,
        "startTimeUnixNano": "1790000000000000000",
        "endTimeUnixNano": "1790000001000000000",
    }
    return {"resourceSpans": [{"scopeSpans": [{"spans": [span]}]}]}


def by_typed_json(name: str) -> Batch:
    return OtlpReader().json_text(json.dumps(otlp_document(name)).encode())


def by_json(name: str) -> Batch:
    return OtlpReader().json(otlp_document(name))


def by_zipkin(name: str) -> Batch:
    span = {
        "traceId": "5b8efff798038103",
        "id": "eee19b7ec3c1b174",
        "name": name,
        "timestamp": 1790000000000000,
    }
    return ZipkinReader().json([span])


@pytest.mark.parametrize("read", [by_protobuf, by_typed_json, by_json, by_zipkin])
def test_of_a_spans_name_only_the_beginning_is_kept_in_every_format(read: Callable[[str], Batch]) -> None:
    [span] = read("n" * 10_000).spans
    assert span.name == "n" * LONGEST_NAME
    assert LONGEST_NAME < 1_000
