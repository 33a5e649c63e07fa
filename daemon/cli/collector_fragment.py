"""Writes the YAML that gives an OpenTelemetry Collector a second exporter, which cannot hold up the first."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the fragment is to say. `receivers`: what feeds it; none for a forward connector of its own.

    `token`: how the Collector reads the token, "" for none.
    """

    endpoint: str
    tls: bool
    ca_file: str
    token: str
    receivers: Sequence[str]
    statements: bool


def fragment(wanted: Wanted) -> str:
    """The YAML."""
    from collectors.traces.semconv import RESOURCE_NAMES, SPAN_NAMES, STATEMENT_NAMES

    spans = {name for names in SPAN_NAMES.values() for name in names}
    texts = {*STATEMENT_NAMES, *SPAN_NAMES["graphql.fields"]}
    spans = spans | texts if wanted.statements else spans - texts
    return _TEMPLATE.format(
        connector="" if wanted.receivers else _CONNECTOR,
        how=_BESIDE if wanted.receivers else _BEHIND,
        resource=_keys({name for names in RESOURCE_NAMES.values() for name in names}),
        spans=_keys(spans),
        endpoint=wanted.endpoint,
        tls=_tls(wanted),
        headers=_HEADERS.format(token=wanted.token) if wanted.token else "",
        receivers=", ".join(wanted.receivers or ["forward/driftline"]),
    )


def _keys(names: Iterable[str]) -> str:
    return ", ".join(f'"{name}"' for name in sorted(names))


def _tls(wanted: Wanted) -> str:
    if not wanted.tls:
        return "      insecure: true"
    return f"      ca_file: {wanted.ca_file}" if wanted.ca_file else "      insecure: false"


_CONNECTOR = """\
connectors:
  forward/driftline: {}

"""
_BESIDE = """\
# Nothing of yours is changed: give it to the Collector as one more file,
#   otelcol-contrib --config yours.yaml --config driftline.yaml"""
_BEHIND = """\
# Add forward/driftline to the exporters of the pipeline whose processors shall come first (k8sattributes, say). If
# tail_sampling is among them, split that pipeline before it: what is sampled away is never seen here."""
_HEADERS = """\
    headers:
      authorization: Bearer {token}
"""
_TEMPLATE = """\
# Spans for Driftline, beside where they go now. Needs a Collector with the transform, filter and batch processors
# (contrib, 0.120 or newer).
{how}

{connector}processors:
  # Only what Driftline reads leaves the Collector, as resource and as span attributes.
  transform/driftline:
    error_mode: ignore
    trace_statements:
      - context: resource
        statements:
          - 'keep_keys(resource.attributes, [{resource}])'
      - context: span
        statements:
          - 'keep_keys(span.attributes, [{spans}])'
          # Messages of errors hold values.
          - 'set(span.status.message, "")'
  # Nor do events: what exceptions say is not read.
  filter/driftline:
    error_mode: ignore
    traces:
      spanevent:
        - 'true'
  # Takes spans without waiting for what becomes of them: an error behind it never reaches your receivers.
  batch/driftline:
    send_batch_size: 2048
    send_batch_max_size: 4096
    timeout: 5s

exporters:
  # OTLP by gRPC. From 0.144 on its name is otlp_grpc; by the older one, which all know, it is found with a warning.
  otlp/driftline:
    endpoint: {endpoint}
    compression: gzip
    timeout: 10s
    tls:
{tls}
{headers}    # A queue of its own. While Driftline is away it fills; then spans for Driftline are dropped, yours not.
    sending_queue:
      enabled: true
      num_consumers: 2
      queue_size: 1000
      block_on_overflow: false
    # Given up after five minutes: flows are seen again with the next spans.
    retry_on_failure:
      enabled: true
      initial_interval: 5s
      max_interval: 30s
      max_elapsed_time: 300s

service:
  pipelines:
    # A pipeline of its own, so that neither tail_sampling nor any other processor of yours thins it out.
    traces/driftline:
      receivers: [{receivers}]
      processors: [transform/driftline, filter/driftline, batch/driftline]
      exporters: [otlp/driftline]
"""
