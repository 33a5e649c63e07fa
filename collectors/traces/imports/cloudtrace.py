"""Reads traces of Google Cloud Trace (v1): ids of spans are decimal, and everything else is a label.

Source: https://cloud.google.com/trace/docs/reference/v1/rest/v1/projects.traces and
https://cloud.google.com/trace/docs/trace-labels
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from collectors.traces.imports.making import RESOURCE_KEYS, Maker, member, members, text, trace_id
from collectors.traces.spans import Batch, Kind, MalformedTraces, Span

_KINDS = {"RPC_SERVER": Kind.SERVER, "RPC_CLIENT": Kind.CLIENT}
_SPAN_KINDS = {kind.name.lower(): kind for kind in Kind}
_LABELS = {
    "/http/method": "http.request.method",
    "/http/route": "http.route",
    "/http/path": "url.path",
    "/http/url": "url.full",
    "/http/host": "http.host",
    "/http/status_code": "http.response.status_code",
}
_SERVICES = (
    "service.name",
    "g.co/r/cloud_run_revision/service_name",
    "g.co/r/cloud_run_job/job_name",
    "g.co/r/cloud_function/function_name",
    "g.co/r/generic_task/job",
    "g.co/gae/app/module",
    "g.co/r/k8s_container/container_name",
)
_RESOURCE = {
    "g.co/r/cloud_run_revision/location": "cloud.region",
    "g.co/r/generic_task/location": "cloud.region",
    "g.co/r/k8s_container/cluster_name": "k8s.cluster.name",
    "g.co/r/k8s_container/namespace_name": "k8s.namespace.name",
}


class CloudTraceReader:
    """Turns traces into spans."""

    def __init__(self) -> None:
        self._maker = Maker()

    def json(self, document: object) -> Batch:
        """Spans of a trace or of an answer with traces. Raises MalformedTraces."""
        traces = (
            members(document, "traces") if isinstance(document, dict) and "traces" in document else [document]
        )
        spans: list[Span] = []
        rejected, reason = 0, ""
        for trace in traces:
            if not isinstance(trace, dict) or "traceId" not in trace:
                raise MalformedTraces("the document is not of Cloud Trace: it has no traceId")
            listed = members(trace, "spans")
            services = _services(listed)
            for raw in listed:
                span = self._span(text(trace, "traceId"), text(trace, "projectId"), raw, services)
                if isinstance(span, str):
                    rejected, reason = rejected + 1, reason or span
                else:
                    spans.append(span)
        return Batch(spans, rejected, reason)

    def _span(
        self, trace: str, project: str, raw: Mapping[str, object], services: Mapping[str, str]
    ) -> Span | str:
        try:
            place = trace_id(trace), _id(raw.get("spanId"))
            parent = _id(raw.get("parentSpanId"))
            times = _nanoseconds(raw.get("startTime")), _nanoseconds(raw.get("endTime"))
        except (ValueError, OverflowError):
            return "a span has an id or time that cannot be read"
        labels = _texts(raw)
        kind = _KINDS.get(text(raw, "kind")) or _SPAN_KINDS.get(
            labels.get("span.kind", "").lower(), Kind.UNSPECIFIED
        )
        resource = {name: labels[label] for label, name in _RESOURCE.items() if label in labels}
        return self._maker.span(
            place,
            parent,
            kind,
            text(raw, "name"),
            times,
            {
                "cloud.provider": "gcp",
                "cloud.account.id": project,
                **resource,
                **{name: value for name, value in labels.items() if name in RESOURCE_KEYS},
                "service.name": services.get(text(raw, "spanId"), ""),
            },
            {
                **{name: labels[label] for label, name in _LABELS.items() if label in labels},
                **{label: value for label, value in labels.items() if label not in _LABELS},
            },
        )


def _texts(raw: Mapping[str, object]) -> dict[str, str]:
    return {key: value for key, value in member(raw, "labels").items() if isinstance(value, str)}


def _services(spans: list[dict[str, object]]) -> dict[str, str]:
    """The service of each span: its own labels', or that of the nearest span above that names one."""
    labels = {text(raw, "spanId"): _texts(raw) for raw in spans}
    parents = {text(raw, "spanId"): text(raw, "parentSpanId") for raw in spans}
    found: dict[str, str] = {}
    for id in labels:
        at, seen = id, set[str]()
        while at in labels and at not in seen:
            seen.add(at)
            named = next((labels[at][name] for name in _SERVICES if labels[at].get(name)), "")
            if named:
                found[id] = named
                break
            at = parents[at]
    return found


def _id(value: object) -> bytes:
    """From a decimal number, as text. Raises ValueError, OverflowError."""
    if value in (None, "", "0", 0):
        return b""
    if not isinstance(value, str | int) or len(str(value)) > 20:
        raise ValueError("no id")
    return int(value).to_bytes(8)


def _nanoseconds(value: object) -> int:
    """From `2026-11-22T06:00:00.123456789Z`. Raises ValueError."""
    if not isinstance(value, str) or not value:
        raise ValueError("no time")
    whole, _, fraction = value.removesuffix("Z").partition(".")
    return int(datetime.fromisoformat(whole + "+00:00").timestamp()) * 10**9 + int(
        fraction[:9].ljust(9, "0") or 0
    )
