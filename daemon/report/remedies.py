"""Which setting makes a service tell what it lacks, by language."""

from __future__ import annotations

from collections.abc import Mapping

from daemon.values.lacking import Age, Convention, Lack

_EVERYWHERE = ""

REMEDIES: Mapping[Lack, Mapping[str, str]] = {
    Lack.STATEMENTS: {
        _EVERYWHERE: "have the database instrumentation record db.query.text, sanitised",
        "java": "leave otel.instrumentation.common.db-statement-sanitizer.enabled=true (statements are then sent), "
        "and instrument the JDBC driver or data source",
        "python": "install the instrumentation of the driver itself (opentelemetry-instrumentation-psycopg, "
        "-asyncpg, -pymysql, ...) or opentelemetry-instrumentation-sqlalchemy",
        "nodejs": "@opentelemetry/instrumentation-pg, -mysql2 or -knex; "
        "for MongoDB and Redis set dbStatementSerializer",
        "dotnet": "AddSqlClientInstrumentation (in older releases with SetDbStatementForText = true), "
        "AddEntityFrameworkCoreInstrumentation, or Npgsql.OpenTelemetry",
        "go": "wrap the driver with otelsql and do not set WithSpanOptions DisableQuery; "
        "for pgx use otelpgx, for gorm its tracing plugin",
        "ruby": "opentelemetry-instrumentation-pg or -mysql2 with db_statement: :obfuscate",
        "php": "open-telemetry/opentelemetry-auto-pdo",
    },
    Lack.SERVER_SPANS: {
        _EVERYWHERE: "instrument the HTTP, gRPC or messaging framework that it answers with",
        "java": "run it with -javaagent:opentelemetry-javaagent.jar; a framework that it does not know needs spans "
        "of your own with SpanKind.SERVER",
        "python": "install the instrumentation of the framework (opentelemetry-instrumentation-fastapi, -django, "
        "-flask, -grpc, ...), or start it with opentelemetry-instrument",
        "nodejs": "--require @opentelemetry/auto-instrumentations-node/register before the framework is loaded; "
        "ES modules need --import and its loader hook",
        "dotnet": "AddAspNetCoreInstrumentation, and AddSource for what listens otherwise",
        "go": "otelhttp.NewHandler around the router (or otelgin, otelecho, otelmux), otelgrpc.NewServerHandler for "
        "gRPC",
    },
    Lack.CLIENT_SPANS: {
        _EVERYWHERE: "instrument the HTTP, gRPC, messaging and database clients that it calls others with",
        "java": "run it with -javaagent:opentelemetry-javaagent.jar; "
        "look that no otel.instrumentation.*.enabled is false",
        "python": "start it with opentelemetry-instrument after opentelemetry-bootstrap -a install",
        "nodejs": "--require @opentelemetry/auto-instrumentations-node/register; OTEL_NODE_ENABLED_INSTRUMENTATIONS "
        "must not leave clients out",
        "dotnet": "AddHttpClientInstrumentation and AddGrpcClientInstrumentation, or the automatic instrumentation",
        "go": "otelhttp.NewTransport for HTTP clients, otelgrpc.NewClientHandler for gRPC",
    },
    Lack.PEER_ADDRESS: {
        _EVERYWHERE: "have client spans carry server.address and server.port (once net.peer.name and net.peer.port)",
        "java": "use the agent's data source instrumentation: it reads the address from the JDBC URL",
        "python": "update the driver's instrumentation; for SQLAlchemy pass the engine that has the real URL",
        "go": "otelsql.WithAttributes(semconv.ServerAddress(...), semconv.ServerPort(...))",
        "nodejs": "update the driver's instrumentation: old ones leave net.peer.name out for pools",
    },
    Lack.SAMPLED: {
        _EVERYWHERE: "send all spans here: OTEL_TRACES_SAMPLER=parentbased_always_on, and sample behind the pipeline "
        "that `driftline otel-config` prints; flows are known from one sighting, so what is kept can stay small",
    },
    Lack.RESOURCE: {
        _EVERYWHERE: "a resource detector of the SDK, or the Collector's resourcedetection and k8sattributes",
        "java": "OTEL_RESOURCE_PROVIDERS_AWS_ENABLED=true (or GCP, AZURE) for the agent",
        "python": "OTEL_EXPERIMENTAL_RESOURCE_DETECTORS with the detector of the cloud, "
        "as aws_ecs or azure_app_service",
        "nodejs": "OTEL_NODE_RESOURCE_DETECTORS=all",
        "dotnet": "AddDetector of OpenTelemetry.Resources.AWS, .Azure, .Gcp or .Container",
        "go": "resource.WithDetectors of go.opentelemetry.io/contrib/detectors",
    },
    Lack.ENVIRONMENT: {
        _EVERYWHERE: "OTEL_RESOURCE_ATTRIBUTES=deployment.environment.name=prod",
    },
    Lack.NAMESPACE: {
        _EVERYWHERE: "OTEL_RESOURCE_ATTRIBUTES=service.namespace=its-team-or-product, as the others of its "
        "environment have it",
    },
    Lack.NAME: {
        _EVERYWHERE: "OTEL_SERVICE_NAME=its-name",
    },
}


def remedy(lack: Lack, language: str) -> str:
    """What to set, for services of this language."""
    known = REMEDIES[lack]
    return known.get(language, known[_EVERYWHERE])


_OPT_IN = "OTEL_SEMCONV_STABILITY_OPT_IN"

UPGRADES: Mapping[tuple[str, str], str] = {
    ("http", "java"): "agent 2.0 and later send the new names",
    ("http", "dotnet"): "the instrumentations of ASP.NET Core and HttpClient send the new names from 1.6 on",
    ("http", "go"): "current releases of otelhttp, otelgin, otelmux and otelecho send the new names only",
}
"""What to update, by family and language, where no setting asks for the new names."""


def upgrade(convention: Convention, language: str) -> str:
    """What makes services of this language send the new names only."""
    family = convention.family
    known = UPGRADES.get((family, language))
    if convention.age is Age.BOTH:
        return (
            f"once all that reads these spans knows the new names: {_OPT_IN}={family} instead of {family}/dup"
        )
    if known:
        return f"update: {known}"
    return (
        f"{_OPT_IN}={family}/dup, and {_OPT_IN}={family} once all that reads these spans knows the new names "
        "(several families with commas); where the instrumentation does not know the setting, update it"
    )
