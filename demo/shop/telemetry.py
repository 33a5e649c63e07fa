"""Sends a service's spans, as its environment says (`OTEL_*`): the usual SDK, the usual instrumentations."""

from __future__ import annotations

import os
from collections.abc import Callable

from flask import Flask
from opentelemetry import trace
from opentelemetry.instrumentation.flask import FlaskInstrumentor
from opentelemetry.instrumentation.psycopg import PsycopgInstrumentor
from opentelemetry.instrumentation.requests import RequestsInstrumentor
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter

OWN_ROUTES = "/-/"  # health and flush: nobody's business


def start(app: Flask) -> TracerProvider:
    """Instruments the application. The caller shuts the provider down, else the last spans are lost."""
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(BatchSpanProcessor(_exporter()()))
    trace.set_tracer_provider(provider)
    instrument: Callable[..., None] = FlaskInstrumentor().instrument_app
    instrument(app, excluded_urls=OWN_ROUTES, enable_commenter=False)
    RequestsInstrumentor().instrument()
    # Parameters in spans, as some teams have them for debugging.
    PsycopgInstrumentor().instrument(capture_parameters=True)
    return provider


def _exporter() -> Callable[[], SpanExporter]:
    """The exporter of the protocol that the environment names; each import costs, so only one is made."""
    if os.environ.get("OTEL_EXPORTER_OTLP_PROTOCOL") == "grpc":
        from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter as Grpc  # noqa: PLC0415

        return Grpc
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter as Http  # noqa: PLC0415

    return Http
