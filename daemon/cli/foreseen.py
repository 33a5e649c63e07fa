"""Decides exit code and words of each foreseen error; one that is not here is a defect and shows its traceback."""

from __future__ import annotations

from collectors.errors import CollectorError
from config.errors import ConfigError
from daemon.cli.exits import NOT_FOUND, RUN_TIME, RUNNING, USAGE
from daemon.cli.world import WorldError
from daemon.notify.smtp import MailServerError
from daemon.store.errors import AlreadyRunning, NotFound, SchemaTooNew, StoreError

_CODES: tuple[tuple[type[Exception], int], ...] = (
    (ConfigError, USAGE),
    (AlreadyRunning, RUNNING),
    (NotFound, NOT_FOUND),
    (SchemaTooNew, RUN_TIME),
    (StoreError, RUN_TIME),
    (CollectorError, RUN_TIME),
    (MailServerError, RUN_TIME),
    (WorldError, RUN_TIME),
)


def code_of(error: Exception) -> int | None:
    """The exit code of a foreseen error; None for any other."""
    return next((code for kind, code in _CODES if isinstance(error, kind)), None)


_EXTRAS = {
    "boto3": "aws",
    "botocore": "aws",
    "jmespath": "aws",
    "azure": "azure",
    "msal": "azure",
    "google.auth": "gcp",
    "google.cloud": "gcp",
    "cyclonedx": "images",
    "httpcore": "images",
    "packageurl": "images",
    "univers": "images",
    "psycopg": "postgres",
    "opentelemetry.exporter": "telemetry",
    "google.protobuf": "traces",
    "google.rpc": "traces",
    "grpc": "traces",
    "httptools": "traces",
    "opentelemetry.proto": "traces",
    "sqlglot": "traces",
    "starlette": "traces",
    "uvicorn": "traces",
    "demo": "demo",
}
"""Which extra brings a module that a base install does not have."""


def missing_extra(error: ModuleNotFoundError) -> str:
    """What to install, in one sentence; "" if the module is none that an extra brings."""
    name = error.name or ""
    found = next(
        (extra for part, extra in _EXTRAS.items() if name == part or name.startswith(f"{part}.")), ""
    )
    return f"{name} is not installed, which this needs: install driftline[{found}]" if found else ""
