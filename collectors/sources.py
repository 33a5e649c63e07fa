"""Makes the sources of traces that the settings name, with the credentials that the clouds' collectors use."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from collectors import accounts
from collectors.errors import NotListed
from collectors.model import Why
from collectors.traces.imports.formats import Formats
from collectors.traces.pulls.bucket import Bucket
from collectors.traces.pulls.collector import Pull
from collectors.traces.pulls.directory import Directory
from collectors.traces.pulls.rights import parsed
from collectors.traces.pulls.source import Source
from collectors.traces.pulls.windows import Pace
from config.errors import Problem, SecretError, SettingsError
from config.secrets import read

if TYPE_CHECKING:
    from collectors.aws import sessions
    from collectors.traces.pulls.web import Web
    from config.settings import Settings
    from config.shape import AwsAccount, AzureAccount, GcpAccount, TracesImport, TracesPull

Account = TypeVar("Account", "AwsAccount", "AzureAccount", "GcpAccount")


def pulls(settings: Settings) -> list[Pull]:
    """One for each block. Raises SettingsError if one names an account that there is not."""
    formats = Formats()
    return [
        *(_pull(each, _import(each, settings, formats)) for each in settings.traces.imports),
        *(_pull(each, _KINDS[each.kind](each, settings)) for each in settings.traces.pulls),
    ]


def _pull(each: TracesImport | TracesPull, source: Source) -> Pull:
    return Pull(
        each.name,
        each.environment,
        each.every.total_seconds(),
        each.deadline.total_seconds(),
        each.max_spans,
        source,
    )


def _import(each: TracesImport, settings: Settings, formats: Formats) -> Source:
    if not each.path.startswith("s3://"):
        return Directory(Path(each.path), formats)
    from collectors.aws.asking import S3Objects  # noqa: PLC0415 - loads the AWS SDK

    bucket, prefix = parsed(each.path)
    return Bucket(
        S3Objects(_aws(settings, each.account, "traces.imports"), each.region, bucket), prefix, formats
    )


def _aws(settings: Settings, name: str, key: str) -> sessions.AwsAccount:
    from collectors.aws.sessions import AwsAccount  # noqa: PLC0415 - loads the AWS SDK

    named = _named(settings.aws.accounts, name, "aws.accounts", key)
    return accounts.aws(named) if named else AwsAccount(name="")


def _named(accounts: Sequence[Account], name: str, section: str, key: str) -> Account | None:
    """The account of that name; None for the default chain. Raises SettingsError."""
    if not name:
        return None
    for account in accounts:
        if account.name == name:
            return account
    message = f'names the account "{name}", but no block of [[{section}]] has that name'
    raise SettingsError((Problem("", key, message),))


def _xray(each: TracesPull, settings: Settings) -> Source:
    from collectors.aws.asking import Asking  # noqa: PLC0415 - loads the AWS SDK
    from collectors.traces.pulls.xray import LONGEST, Xray  # noqa: PLC0415 - only where it is used

    account = _aws(settings, each.account, "traces.pulls")
    return Xray(Asking(account, each.region).call, _pace(each, LONGEST), each.query)


def _pace(each: TracesPull, longest: float) -> Pace:
    return Pace(each.first.total_seconds(), each.delay.total_seconds(), longest)


def _zipkin(each: TracesPull, _: Settings) -> Source:
    from collectors.traces.pulls.searching import LONGEST  # noqa: PLC0415 - loads an HTTP client
    from collectors.traces.pulls.zipkin import Zipkin  # noqa: PLC0415 - loads an HTTP client

    return Zipkin(_web(each), _pace(each, LONGEST), each.services)


def _jaeger(each: TracesPull, _: Settings) -> Source:
    from collectors.traces.pulls.jaeger import Jaeger  # noqa: PLC0415 - loads an HTTP client
    from collectors.traces.pulls.searching import LONGEST  # noqa: PLC0415 - loads an HTTP client

    return Jaeger(_web(each), _pace(each, LONGEST), each.services)


def _tempo(each: TracesPull, _: Settings) -> Source:
    from collectors.traces.pulls.searching import LONGEST  # noqa: PLC0415 - loads an HTTP client
    from collectors.traces.pulls.tempo import Tempo  # noqa: PLC0415 - loads an HTTP client

    return Tempo(_web(each), _pace(each, LONGEST), each.query)


def _clickhouse(each: TracesPull, _: Settings) -> Source:
    from collectors.traces.pulls.clickhouse import LONGEST, ClickHouse  # noqa: PLC0415 - loads an HTTP client

    right = f"let the user SELECT from {each.table or 'otel_traces'}"
    return ClickHouse(_web(each, right), _pace(each, LONGEST), each.table)


def _insights(each: TracesPull, settings: Settings) -> Source:
    from collectors.azure import faults  # noqa: PLC0415 - loads Azure's SDK
    from collectors.azure.sessions import AzureAccount, Session  # noqa: PLC0415 - loads Azure's SDK
    from collectors.traces.pulls.insights import LONGEST, PUBLIC, Insights  # noqa: PLC0415 - loads an HTTP client
    from collectors.traces.pulls.rights import WORKSPACE  # noqa: PLC0415 - only where it is used
    from collectors.traces.pulls.web import Web  # noqa: PLC0415 - loads an HTTP client

    named = _named(settings.azure.accounts, each.account, "azure.accounts", "traces.pulls")
    account = accounts.azure(named) if named else AzureAccount(name="")
    session = Session(account, connect=10.0, read=60.0, connections=2)
    base = (each.url or PUBLIC).rstrip("/")

    def headers() -> Mapping[str, str]:
        try:
            return {"Authorization": f"Bearer {session.token(f'{base}/.default')}"}
        except Exception as error:
            raise faults.not_listed(error, "the sign-in") from error

    right = f"allow {WORKSPACE[-2]} on workspace {each.workspace}; {faults.HINT}"
    return Insights(Web(base, headers, each.ca_file, right=right), _pace(each, LONGEST), each.workspace)


def _cloudtrace(each: TracesPull, settings: Settings) -> Source:
    from collectors.gcp.faults import HINT  # noqa: PLC0415 - loads Google's SDK
    from collectors.gcp.sessions import GcpAccount, Session  # noqa: PLC0415 - loads Google's SDK
    from collectors.traces.pulls.cloudtrace import LONGEST, PUBLIC, CloudTrace  # noqa: PLC0415 - loads an HTTP client
    from collectors.traces.pulls.rights import CLOUD_TRACE  # noqa: PLC0415 - only where it is used
    from collectors.traces.pulls.web import Web  # noqa: PLC0415 - loads an HTTP client

    named = _named(settings.gcp.accounts, each.account, "gcp.accounts", "traces.pulls")
    session = Session(accounts.gcp(named) if named else GcpAccount("", f"projects/{each.project}"))
    right = f"allow {CLOUD_TRACE} on projects/{each.project} and turn on its Cloud Trace API; {HINT}"
    web = Web(each.url or PUBLIC, lambda: dict(session.headers()), each.ca_file, right=right)
    return CloudTrace(web, _pace(each, LONGEST), each.project, each.query)


def _web(each: TracesPull, right: str = "") -> Web:
    from collectors.traces.pulls.web import Web  # noqa: PLC0415 - loads an HTTP client

    for file in (each.token_file, each.password_file):
        if file:
            read(file)  # a fault at the start is one of the settings; later it is weather
    return Web(each.url, lambda: _headers(each), each.ca_file, right=right)


def _headers(each: TracesPull) -> Mapping[str, str]:
    """Who asks. Raises NotListed."""
    found = {"X-Scope-OrgID": each.tenant} if each.tenant else {}
    try:
        if each.token_file:
            found["Authorization"] = f"Bearer {read(each.token_file)}"
        elif each.username:
            pair = f"{each.username}:{read(each.password_file)}".encode()
            found["Authorization"] = f"Basic {b64encode(pair).decode()}"
    except SecretError as error:
        raise NotListed(Why.EXPIRED, str(error), "Secret") from None
    return found


_KINDS: Mapping[str, Callable[[TracesPull, Settings], Source]] = {
    "clickhouse": _clickhouse,
    "cloudtrace": _cloudtrace,
    "insights": _insights,
    "jaeger": _jaeger,
    "tempo": _tempo,
    "xray": _xray,
    "zipkin": _zipkin,
}
