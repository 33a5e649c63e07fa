"""The same story in each format gives the same graph, but for what the table says the format lacks."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from collectors.traces.facts import Flows
from collectors.traces.imports import TraceFileError, import_file, read_file
from collectors.traces.imports.formats import Formats
from collectors.traces.imports.lacks import LACKS, MEANINGS
from collectors.traces.memory import MemoryFacts
from collectors.traces.otlp import OtlpReader
from tests.support.trace_formats import graph, jaeger, lines, otlp, xray, zipkin
from tests.support.traces import export, proto_span, resource_spans

LINKED = '"evidence":"linked"'
MESSAGE = export(resource_spans("front", [proto_span("a", "server", "GET /")]))


def truth() -> set[tuple[str, str, str, str]]:
    return graph(OtlpReader().json(otlp()).spans)


def tempo() -> Any:
    document = json.loads(json.dumps(otlp()))
    for resource in document["resourceSpans"]:
        for span in resource["scopeSpans"][0]["spans"]:
            for holder in (span, *span["links"]):
                for key in ("traceId", "spanId", "parentSpanId"):
                    if holder.get(key):
                        holder[key] = base64.b64encode(bytes.fromhex(holder[key])).decode()
    return {"batches": document["resourceSpans"]}


def test_the_story_is_worth_telling() -> None:
    said = truth()
    assert {verb for _, verb, _, _ in said} >= {
        "calls",
        "reads",
        "writes",
        "publishes_to",
        "consumed_by",
        "sends_to",
    }
    assert any(LINKED in detail for *_, detail in said)


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("otlp json", otlp),
        ("otlp json", lambda: {"result": otlp()}),
        ("jaeger json", jaeger),
        ("jaeger json", lambda: jaeger()["data"]),
        ("tempo json", tempo),
        ("tempo json", lambda: {"trace": otlp()}),
        ("xray json", xray),
    ],
)
def test_a_format_that_lacks_nothing_gives_the_same_graph(name: str, told: Callable[[], Any]) -> None:
    form, batch = Formats().json(told())
    assert (form, batch.rejected) == (name, 0)
    assert graph(batch.spans) == truth()


def test_zipkin_lacks_links_and_nothing_else() -> None:
    form, batch = Formats().json(zipkin())
    assert form == "zipkin json"
    assert graph(batch.spans) == {said for said in truth() if LINKED not in said[3]}


def framed(*messages: bytes) -> bytes:
    return b"".join(len(one).to_bytes(4) + one for one in messages)


@pytest.mark.parametrize(
    ("content", "form"),
    [
        (framed(MESSAGE), "otlp protobuf"),
        (framed(MESSAGE, MESSAGE), "otlp protobuf"),
        (framed(lines(otlp())), "otlp json"),
        (lines(jaeger()), "jaeger json"),
        (lines(zipkin(), zipkin()), "zipkin json"),
    ],
)
def test_files_as_tools_write_them_are_read(tmp_path: Path, content: bytes, form: str) -> None:
    path = tmp_path / "traces"
    path.write_bytes(content)
    assert read_file(path)[0] == form


def test_a_zstd_file_of_the_collector_is_named(tmp_path: Path) -> None:
    path = tmp_path / "traces"
    path.write_bytes(framed(b"\x28\xb5\x2f\xfd rest"))
    with pytest.raises(TraceFileError, match=r"compressed with zstd.*take `compression` out"):
        read_file(path)


def test_bad_lines_are_counted_and_named_and_the_others_are_used(tmp_path: Path) -> None:
    path = tmp_path / "traces"
    path.write_bytes(lines(otlp()) + b'{"resourceSpans": [\n' + lines({"a": 1}, otlp()) + b'{"resourceSp')
    done = import_file(path, Flows(MemoryFacts()))
    assert (done.spans, done.skipped) == (18, 3)
    assert [fault.partition(" is not JSON")[0][:6] for fault in done.faults] == ["line 2", "line 3", "line 5"]
    assert done.faults[2].endswith("cut off?")


def test_a_cut_message_leaves_those_before_it(tmp_path: Path) -> None:
    path = tmp_path / "traces"
    path.write_bytes(framed(MESSAGE, MESSAGE)[:-3])
    done = import_file(path, Flows(MemoryFacts()))
    assert (done.spans, done.faults) == (1, (f"message 2 is truncated at byte {2 * len(MESSAGE) + 5}",))


def test_jaeger_spans_that_are_unusable_are_counted() -> None:
    told = jaeger()
    told["data"][0]["spans"][0]["startTime"] = True
    told["data"][0]["spans"][1]["spanID"] = "xyz"
    batch = Formats().json(told)[1]
    assert (len(batch.spans), batch.rejected, batch.reason) == (
        7,
        2,
        "a span has an id or time that cannot be read",
    )


@pytest.mark.parametrize(
    ("document", "words"),
    [
        ({"TraceSummaries": [{"Id": "1-2-3"}]}, "a list of summaries of X-Ray"),
        ({"traces": [{"traceID": "ab", "spanSet": {}}], "metrics": {}}, "an answer to a search of Tempo"),
    ],
)
def test_what_only_lists_traces_is_named(tmp_path: Path, document: Any, words: str) -> None:
    path = tmp_path / "traces"
    path.write_text(json.dumps(document))
    with pytest.raises(TraceFileError, match=f"is {words}.*holds no spans"):
        read_file(path)


def test_all_that_a_source_lacks_is_explained() -> None:
    assert {lack for lacks in LACKS.values() for lack in lacks} == MEANINGS.keys()
