"""Application Insights is read however its rows are exported, and by the ids of its older SDKs too."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from collectors.traces.facts import Flows
from collectors.traces.imports import import_file
from collectors.traces.imports.rows import rows_of
from collectors.traces.memory import MemoryFacts
from tests.support.trace_documents import Document, told

OPERATION = "4bf92f3577b34da6a3ce929d0e0e4736"
PROD = json.dumps({"deployment.environment.name": "prod"})
CLASSIC = {
    "TimeGenerated": "timestamp", "Id": "id", "ParentId": "operation_ParentId", "OperationId": "operation_Id",
    "Name": "name", "AppRoleName": "cloud_RoleName", "DurationMs": "duration", "Properties": "customDimensions",
    "Url": "url", "Target": "target", "DependencyType": "type", "Data": "data", "Source": "source",
}  # fmt: skip


def row(id: str, parent: str, service: str, name: str, **more: str) -> dict[str, Any]:
    return {
        "TimeGenerated": "2026-09-22T06:00:00.1234567Z",
        "Id": id,
        "ParentId": parent or OPERATION,
        "OperationId": OPERATION,
        "Name": name,
        "AppRoleName": service,
        "DurationMs": 12.5,
        "Properties": PROD,
        **more,
    }


def story(first: str, second: str, third: str) -> list[dict[str, Any]]:
    return [
        row(first, "", "shop", "GET /cart", Url="https://shop.example/cart"),
        row(
            second, first, "shop", "GET /a", DependencyType="HTTP", Target="cart:80", Data="http://cart:80/a"
        ),
        row(third, second, "cart", "GET /a", Url="http://cart/a"),
    ]


W3C = story("00f067aa0ba902b7", "1111111111111111", "2222222222222222")
HIERARCHICAL = story(f"|{OPERATION}.a1.", f"|{OPERATION}.a1.1.", f"|{OPERATION}.a1.1.cc_")
CALLS = ["shop/GET /cart calls cart/GET /a evidence=paired"]


def as_table(rows: list[dict[str, Any]]) -> Document:
    names = list(CLASSIC.values())
    cells = [[one.get(name, "") for name in CLASSIC] for one in rows]
    columns = [{"name": name, "type": "string"} for name in names]
    return {"tables": [{"name": "PrimaryResult", "columns": columns, "rows": cells}]}


def as_records(rows: list[dict[str, Any]]) -> Document:
    types = {False: "AppRequests", True: "AppDependencies"}
    found = [{**one, "time": one["TimeGenerated"], "Type": types["DependencyType" in one]} for one in rows]
    for one in found:
        del one["TimeGenerated"]
    trace = {**found[0], "Type": "AppTraces", "Id": ""}  # a line of a log, which is no span
    return {"records": [*found, trace]}


@pytest.mark.parametrize("rows", [W3C, HIERARCHICAL])
@pytest.mark.parametrize("exported", [list, as_table, as_records])
def test_every_export_says_the_same(exported: Any, rows: list[dict[str, Any]]) -> None:
    assert told(exported(rows), "calls", "sends_to") == CALLS


def test_records_may_be_lines(tmp_path: Path) -> None:
    path = tmp_path / "insights.json"
    path.write_text("\n".join(json.dumps(one) for one in as_records(W3C)["records"][:3]))
    done = import_file(path, Flows(MemoryFacts()))
    assert (done.format, done.spans, done.rejected) == ("insights json", 3, 0)


@pytest.mark.parametrize(
    "document", [[], {}, {"tables": [1]}, {"tables": [{"columns": [], "rows": 1}]}, [1], 7]
)
def test_what_is_no_row_is_none(document: Any) -> None:
    assert rows_of(document) == []


SEND = {"DependencyType": "Queue Message | Azure Service Bus", "Target": "bus.servicebus.windows.net/orders"}
KAFKA = {"DependencyType": "Queue Message | kafka", "Target": "orders"}


@pytest.mark.parametrize(
    ("sent", "source", "topic"),
    [
        (SEND, "sb://bus.servicebus.windows.net/orders", "servicebus/bus.servicebus.windows.net/orders"),
        (SEND, "bus.servicebus.windows.net/orders", "servicebus/bus.servicebus.windows.net/orders"),
        (
            SEND,
            "type:Azure Service Bus | name:orders | endpoint:sb://bus.servicebus.windows.net/",
            "servicebus/bus.servicebus.windows.net/orders",
        ),
        (KAFKA, "orders", "kafka//orders"),
    ],
)
def test_a_message_is_followed_by_its_source(sent: dict[str, str], source: str, topic: str) -> None:
    rows = [
        W3C[0],
        row("3333333333333333", "00f067aa0ba902b7", "shop", "send", **sent),
        row("4444444444444444", "3333333333333333", "worker", "handle", Source=source),
    ]
    if sent is KAFKA:
        rows[2]["Properties"] = json.dumps({**json.loads(PROD), "messaging.system": "kafka"})
    assert told(rows, "publishes_to", "consumed_by", "calls") == [
        f"shop/GET /cart publishes_to topic://prod/{topic} evidence=topic",
        f"topic://prod/{topic} consumed_by worker/process orders evidence=paired",
    ]


@pytest.mark.parametrize(
    ("asked", "table"),
    [
        ({"DependencyType": "SQL", "Target": "tcp:db.internal,1433 | Shop", "Data": "tcp:db.internal,1433 | Shop"},
         "mssql/db.internal:1433/Shop/*"),
        ({"DependencyType": "SQL", "Target": "db.internal | Shop", "Data": "SELECT a FROM t"},
         "mssql/db.internal:1433/Shop/dbo.t columns=a"),
        ({"DependencyType": "Azure DocumentDB", "Target": "db.internal", "Data": "https://db.internal/dbs/s/colls/i/docs/5"},
         "cosmosdb/db.internal/s/i"),
    ],
)  # fmt: skip
def test_what_is_asked_of_a_store_is_told_from_where_it_is(asked: dict[str, str], table: str) -> None:
    rows = [W3C[0], row("3333333333333333", "00f067aa0ba902b7", "shop", "x", **asked)]
    assert told(rows, "reads") == [f"shop/GET /cart reads table://environment:prod/{table}"]
