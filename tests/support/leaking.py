"""One span, or two, that say too much, as each format that is imported writes it."""

from __future__ import annotations

import json
from typing import Any

EMAIL, CARD, IBAN, USER = (
    "canary.jane@example.org",
    "4111111111111111",
    "DE89370400440532013000",
    "canary-4711",
)
TRACE, ID, START = "6ab13b80" + "5f" * 12, "a1b2c3d4e5f60001", 1_790_000_000
SOUGHT = f"https://shop.example.com/find?q={EMAIL}"


def zipkin() -> Any:
    return [
        {
            "traceId": TRACE, "id": ID, "kind": "SERVER", "name": f"get {EMAIL}", "timestamp": START * 10**6,
            "duration": 5, "localEndpoint": {"serviceName": "shop"},
            "tags": {"http.method": "GET", "http.route": "/find", "http.url": SOUGHT, "user.id": USER, "iban": IBAN},
            "annotations": [{"timestamp": 1, "value": f"paid with card {CARD}"}, "broken", {"value": 7}],
        }
    ]  # fmt: skip


def jaeger() -> Any:
    def tags(**given: object) -> Any:
        return [
            {"key": key.replace("__", "."), "type": "string", "value": value} for key, value in given.items()
        ]

    span = {
        "traceID": TRACE, "spanID": ID, "operationName": f"get {EMAIL}", "startTime": START * 10**6, "duration": 5,
        "processID": "p1", "references": [],
        "tags": tags(span__kind="server", http__method="GET", http__route="/find", http__url=SOUGHT, user__id=USER,
                     iban=IBAN),
        "logs": [{"timestamp": 1, "fields": tags(event="error", message=f"card {CARD}")}, {"fields": "broken"}],
    }  # fmt: skip
    return {"data": [{"traceID": TRACE, "spans": [span], "processes": {"p1": {"serviceName": "shop"}}}]}


def xray() -> Any:
    return [
        {
            "trace_id": f"1-{TRACE[:8]}-{TRACE[8:]}", "id": ID, "name": "shop", "start_time": START,
            "end_time": START + 1,
            "user": USER, "annotations": {"user_email": EMAIL, "n": 4},
            "metadata": {
                "default": {"http.route": "/find", "iban": IBAN},
                "app": {"body": {"payer": [{"note": f"card {CARD}"}]}},
            },
            "http": {"request": {"method": "GET", "url": SOUGHT, "user_agent": "probe"}, "response": {"status": 200}},
            "cause": {"exceptions": [{"id": "x", "message": f"nobody is {EMAIL}"}]},
        }
    ]  # fmt: skip


def cloudtrace() -> Any:
    labels = {
        "/http/method": "GET", "http.route": "/find", "/http/url": SOUGHT, "user.id": USER, "iban": IBAN,
        "/stacktrace": f"card {CARD}", "service.name": "shop", "span.kind": "server",
    }  # fmt: skip
    span = {
        "spanId": "77", "name": f"get {EMAIL}", "labels": labels,
        "startTime": "2026-09-21T14:13:20Z", "endTime": "2026-09-21T14:13:21Z",
    }  # fmt: skip
    return {"traces": [{"projectId": "shop", "traceId": TRACE, "spans": [span]}]}


def insights() -> Any:
    row = {
        "TimeGenerated": "2026-09-21T14:13:20.000Z", "OperationId": TRACE, "Name": "GET /find", "AppRoleName": "shop",
        "DurationMs": 1.5, "ResultCode": "200", "ItemCount": 1,
    }  # fmt: skip
    properties = json.dumps({"iban": IBAN, "deployment.environment.name": "prod"})
    request = {
        **row,
        "Id": ID,
        "ParentId": TRACE,
        "Url": SOUGHT,
        "UserAuthenticatedId": USER,
        "Source": EMAIL,
        "Properties": properties,
    }
    call = {
        **row, "Id": "a1b2c3d4e5f60002", "ParentId": ID, "Type": "AppDependencies", "DependencyType": "InProc",
        "Target": "bus", "Data": f"card {CARD}", "Properties": properties,
    }  # fmt: skip
    return [request, call]
