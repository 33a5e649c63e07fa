"""`driftline otel-config`: what an OpenTelemetry Collector needs to send spans here as well."""

from __future__ import annotations

import re
from typing import Annotated

import typer

from daemon.cli.collector_fragment import Wanted, fragment
from daemon.cli.opening import settings_of
from daemon.report.safe_text import safe_text

_COMPONENT = re.compile(r"[a-z][a-z0-9_]*(/[A-Za-z0-9_.-]+)?\Z")
_ENDPOINT = re.compile(r"(\[[0-9a-fA-F:]+\]|[A-Za-z0-9._-]+):[0-9]{1,5}\Z")
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")
_PATH = re.compile(r"/[A-Za-z0-9._/-]+\Z")


def otel_config(
    context: typer.Context,
    endpoint: Annotated[
        str,
        typer.Option(
            metavar="HOST:PORT", help="Where the Collector reaches Driftline by gRPC. Default: traces.grpc."
        ),
    ] = "",
    tls: Annotated[
        bool | None,
        typer.Option("--tls/--no-tls", help="Default: TLS, unless the endpoint is on this machine."),
    ] = None,
    ca_file: Annotated[
        str, typer.Option(metavar="PATH", help="The Collector's file with the authority to trust.")
    ] = "",
    token_env: Annotated[
        str, typer.Option(metavar="NAME", help="The Collector's environment variable with the token.")
    ] = "",
    token_file: Annotated[
        str, typer.Option(metavar="PATH", help="The Collector's file with the token.")
    ] = "",
    receivers: Annotated[
        list[str] | None,
        typer.Option(
            "--receiver", metavar="NAME", help="A receiver of yours to listen to; repeatable. Default: otlp."
        ),
    ] = None,
    forward: Annotated[
        bool,
        typer.Option("--forward", help="Be fed by a forward connector, to come behind processors of yours."),
    ] = False,
    statements: Annotated[
        bool,
        typer.Option(
            "--statements/--no-statements",
            help="Send the text of calls to databases and GraphQL: tables, columns, fields.",
        ),
    ] = True,
) -> None:
    """Print a fragment for an OpenTelemetry Collector: a second exporter that cannot hold up the first."""
    import sys

    from config.values import is_loopback

    settings = settings_of(context).traces
    where = _checked(
        endpoint or settings.grpc, _ENDPOINT, "--endpoint", "HOST:PORT, as driftline.example.com:4317"
    )
    token = ""
    if token_file:
        token = f"${{file:{_checked(token_file, _PATH, '--token-file', 'an absolute path')}}}"
    elif token_env or settings.token_file:
        name = _checked(token_env or "DRIFTLINE_TOKEN", _VARIABLE, "--token-env", "the name of a variable")
        token = f"${{env:{name}}}"
    wanted = Wanted(
        endpoint=where,
        tls=not is_loopback(where) if tls is None else tls,
        ca_file=_checked(ca_file, _PATH, "--ca-file", "an absolute path") if ca_file else "",
        token=token,
        receivers=()
        if forward
        else [
            _checked(one, _COMPONENT, "--receiver", "as otlp or jaeger/2") for one in receivers or ["otlp"]
        ],
        statements=statements,
    )
    if token and not wanted.tls and not is_loopback(where):
        sys.stderr.write("note: without TLS anyone on the way can read the token\n")
    sys.stdout.write(fragment(wanted))


def _checked(value: str, pattern: re.Pattern[str], option: str, example: str) -> str:
    """The value, if it may stand in YAML as it is. Raises BadParameter."""
    if not pattern.match(value):
        raise typer.BadParameter(f'"{safe_text(value)}" cannot be used: give {example}', param_hint=option)
    return value
