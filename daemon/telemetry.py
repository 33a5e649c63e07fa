"""Driftline's own logs, spans and metrics."""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager
from typing import Any

import structlog
from opentelemetry import metrics, trace

from collectors.redaction import scrub
from config.settings import Logging, Telemetry

_tracer = trace.get_tracer("driftline")
_meter = metrics.get_meter("driftline")
CYCLES = _meter.create_counter("driftline.cycles", description="Cycles run, by state of their snapshot")
CYCLE_SECONDS = _meter.create_histogram("driftline.cycle.duration", unit="s", description="Length of a cycle")
EXTENTS = _meter.create_counter("driftline.extents", description="Extents answered, by outcome")


def configure_logging(settings: Logging) -> None:
    """One event a line on standard error: JSON, or for people."""
    renderer: structlog.typing.Processor = (
        structlog.processors.JSONRenderer(sort_keys=True)
        if settings.format == "json"
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            _scrubbed,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(settings.level.upper())),
        logger_factory=structlog.WriteLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=False,
    )
    # Libraries speak only when something is wrong, and through the same scrubber.
    logging.basicConfig(level=logging.WARNING, handlers=[_Forward()], force=True)


def configure_telemetry(settings: Telemetry, service_version: str) -> None:
    """Sends own spans and metrics to an OTLP endpoint, if one is set. Raises ImportError without the extra."""
    if not settings.endpoint:
        return
    from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter  # noqa: PLC0415 - an extra
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: PLC0415 - an extra
    from opentelemetry.sdk.metrics import MeterProvider  # noqa: PLC0415 - costs start-up time
    from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader  # noqa: PLC0415
    from opentelemetry.sdk.resources import Resource  # noqa: PLC0415
    from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415
    from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415

    base = settings.endpoint.rstrip("/")
    resource = Resource.create({"service.name": "driftline", "service.version": service_version})
    tracing = TracerProvider(resource=resource)
    tracing.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=f"{base}/v1/traces")))
    trace.set_tracer_provider(tracing)
    reader = PeriodicExportingMetricReader(OTLPMetricExporter(endpoint=f"{base}/v1/metrics"))
    metrics.set_meter_provider(MeterProvider(resource=resource, metric_readers=[reader]))


@contextmanager
def span(name: str, **attributes: str | float) -> Iterator[trace.Span]:
    """A span of our own around a piece of work."""
    with _tracer.start_as_current_span(name, attributes=attributes) as current:
        yield current


def _scrubbed(_logger: object, _name: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """No secret and no personal value reaches a log, wherever it came from."""
    return {key: scrub(value) if isinstance(value, str) else value for key, value in event.items()}


class _Forward(logging.Handler):
    """Hands the records of libraries to structlog."""

    def emit(self, record: logging.LogRecord) -> None:
        log = structlog.get_logger(record.name)
        log.log(record.levelno, "library", message=record.getMessage(), exc_info=record.exc_info)
