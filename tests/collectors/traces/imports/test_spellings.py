"""JSON of traces is read however protobuf's libraries and older versions of OTLP spell it."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from collectors.traces.facts import Flows
from collectors.traces.imports import import_file
from collectors.traces.imports.formats import Formats
from collectors.traces.imports.spellings import DEEPEST, otlp_spelling
from collectors.traces.memory import MemoryFacts
from tests.support.trace_formats import graph, otlp


def in_base64(document: Any) -> Any:
    def encoded(found: re.Match[str]) -> str:
        return f'{found[1]}"{base64.b64encode(bytes.fromhex(found[2])).decode()}"'

    return json.loads(
        re.sub(r'("(?:[sS]panId|traceId|parentSpanId)": )"([0-9a-f]+)"', encoded, json.dumps(document))
    )


def in_snake_case(document: Any) -> Any:
    if isinstance(document, list):
        return [in_snake_case(one) for one in document]
    if not isinstance(document, dict):
        return document
    return {
        re.sub(r"[A-Z]", lambda found: f"_{found[0].lower()}", key): in_snake_case(one)
        for key, one in document.items()
    }


def before_scopes(document: Any) -> Any:
    return json.loads(json.dumps(document).replace('"scopeSpans"', '"instrumentationLibrarySpans"'))


SPELLINGS = [in_base64, in_snake_case, before_scopes, lambda document: in_snake_case(in_base64(document))]


@pytest.mark.parametrize("spelled", SPELLINGS)
@pytest.mark.parametrize("indent", [None, 2])
def test_every_spelling_says_the_same(
    tmp_path: Path, spelled: Callable[[Any], Any], indent: int | None
) -> None:
    content = spelled(otlp())
    assert content != otlp()
    path = tmp_path / "traces.json"
    path.write_text(json.dumps(content, indent=indent))
    done = import_file(path, Flows(MemoryFacts()))
    assert (done.format, done.spans, done.rejected) == ("otlp json", 9, 0)
    form, batch = Formats().json(content)
    assert (form, graph(batch.spans)) == ("otlp json", graph(Formats().json(otlp())[1].spans))


def test_what_is_nested_without_end_is_left_as_it_is() -> None:
    deep: Any = {"trace_id": "x"}
    for _ in range(DEEPEST + 900):
        deep = {"array_value": deep}
    assert otlp_spelling(deep) != deep
