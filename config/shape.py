"""The shape of the settings: sections, keys, types, and which values exclude each other.

No default stands here: see defaults.toml.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, date, timedelta, tzinfo
from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, field_validator, model_validator
from pydantic_core import PydanticCustomError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from config.units import Age, Duration, Size, format_age
from config.values import (
    NO_BOOLEAN,
    Account,
    Address,
    Clock,
    Domain,
    GcpScope,
    HostName,
    Mailbox,
    Region,
    RegistryHost,
    RoleArn,
    Subscription,
    TableName,
    Text,
    TracePath,
    WebUrl,
    Zone,
    is_loopback,
)

Conflict = tuple[tuple[str, ...], str]
"""Keys of a section that do not fit together (the first is to be changed), and what to do about it."""

Port = Annotated[int, Field(ge=1, le=65535), NO_BOOLEAN]


def _at_least_a_minute(value: timedelta) -> timedelta:
    if value < timedelta(minutes=1):
        raise ValueError('must be at least one minute, as "1m"')
    return value


def _longer_than_nothing(value: timedelta) -> timedelta:
    if not value:
        raise ValueError("must be longer than 0s")
    return value


def _database_url(value: str) -> str:
    if not value:
        return value
    try:
        parts = urlsplit(value)
        password = parts.password or parse_qs(parts.query).get("password")
    except ValueError:
        raise ValueError('is not a URL; write "postgresql+psycopg://user@host/name"') from None
    if parts.scheme not in {"sqlite", "postgresql+psycopg"}:
        raise ValueError(
            'must begin with "sqlite:///" or "postgresql+psycopg://"; empty means a file in state_directory'
        )
    if password:
        raise ValueError(
            "must not hold a password: put it into a file and name that in database.password_file"
        )
    if parts.scheme == "sqlite" and (parts.netloc or not parts.path.strip("/") or parts.path == "/:memory:"):
        raise ValueError('must name a file, as "sqlite:////var/lib/driftline/driftline.db" (four slashes)')
    return value


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    def conflicts(self) -> Iterator[Conflict]:
        """What is wrong with the values taken together."""
        yield from ()

    @field_validator("*", mode="before")
    @classmethod
    def _refuse_control_characters(cls, value: object) -> object:
        # A newline in a name or an address would begin a mail header or a log line of its own.
        parts = value if isinstance(value, list | tuple) else (value,)
        if any(isinstance(part, str) and not part.isprintable() for part in parts):
            raise ValueError("must be one line of printable characters")
        return value

    @model_validator(mode="after")
    def _refuse_conflicts(self) -> Self:
        found = tuple(self.conflicts())
        if found:
            words = "; ".join(f"{keys[0]}: {message}" for keys, message in found)
            raise PydanticCustomError("conflicts", "{words}", {"words": words, "conflicts": found})
        return self


class Driftline(_Section):
    name: Text
    state_directory: Annotated[Path, Field(strict=False)]


class Database(_Section):
    url: Annotated[str, AfterValidator(_database_url)]
    password_file: str
    signing_key_file: str


class Publish(_Section):
    path: str
    min_interval: Duration


class Retention(_Section):
    keep_all: Age
    daily: Age
    weekly: Age
    monthly: Age

    def conflicts(self) -> Iterator[Conflict]:
        for key, value, other, least in (
            ("daily", self.daily, "keep_all", self.keep_all),
            ("weekly", self.weekly, "daily", self.daily),
            ("monthly", self.monthly, "weekly", self.weekly),
        ):
            if value < least:
                yield (key, other), f'must be at least as long as {other}, "{format_age(least)}"'


class Schedule(_Section):
    collect_every: Annotated[Duration, AfterValidator(_at_least_a_minute)]
    digest_at: Clock
    timezone: Zone
    threads: Annotated[int, Field(ge=1, le=256), NO_BOOLEAN]

    @property
    def zone(self) -> tzinfo:
        """The time zone of `digest_at`."""
        return UTC if self.timezone == "UTC" else ZoneInfo(self.timezone)


class AwsAccount(_Section):
    name: str
    account: Account
    profile: str
    role_arn: RoleArn
    external_id_file: str
    regions: tuple[Region, ...]
    endpoint_url: WebUrl

    def conflicts(self) -> Iterator[Conflict]:
        if not self.regions:
            yield ("regions",), 'must name at least one region, as ["eu-central-1"], or ["all"]'
        if "all" in self.regions and len(self.regions) > 1:
            yield ("regions",), '"all" stands alone: it means every region the account has opted in to'
        if self.external_id_file and not self.role_arn:
            yield (
                ("external_id_file", "role_arn"),
                "an external id is sent when a role is assumed; set role_arn",
            )
        role_account = self.role_arn.split(":")[4] if self.role_arn else ""
        if self.account and role_account not in {"", self.account}:
            yield ("account", "role_arn"), f"does not match role_arn, which is in account {role_account}"


class Aws(_Section):
    types: tuple[Text, ...]
    skip_types: tuple[Text, ...]
    deadline: Annotated[Duration, AfterValidator(_longer_than_nothing)]
    accounts: tuple[AwsAccount, ...]


class GcpAccount(_Section):
    name: str
    scope: GcpScope
    credentials_file: str
    endpoint: Address
    ca_file: str


class Gcp(_Section):
    types: tuple[Text, ...]
    skip_types: tuple[Text, ...]
    deadline: Annotated[Duration, AfterValidator(_longer_than_nothing)]
    accounts: tuple[GcpAccount, ...]

    def conflicts(self) -> Iterator[Conflict]:
        scopes = [account.scope for account in self.accounts]
        twice = sorted({scope for scope in scopes if scopes.count(scope) > 1})
        if twice:
            yield (
                ("accounts",),
                f"name {', '.join(twice)} more than once: each scope is listed by one account",
            )


class AzureAccount(_Section):
    name: str
    tenant: Text
    client_id: str
    client_secret_file: str
    subscriptions: Annotated[tuple[Subscription, ...], Field(min_length=1)]
    authority: WebUrl
    endpoint: WebUrl
    ca_file: str

    def conflicts(self) -> Iterator[Conflict]:
        if "all" in self.subscriptions and len(self.subscriptions) > 1:
            yield (
                ("subscriptions",),
                '"all" stands alone: it means every subscription in which a role is assigned',
            )
        if self.client_secret_file and not self.client_id:
            yield (
                ("client_id", "client_secret_file"),
                "is needed with client_secret_file: the application's id",
            )
        for key, url in (("authority", self.authority), ("endpoint", self.endpoint)):
            if url.startswith("http:"):
                yield (key,), "must begin with https://: a token is sent there"


class Azure(_Section):
    types: tuple[Text, ...]
    skip_types: tuple[Text, ...]
    deadline: Annotated[Duration, AfterValidator(_longer_than_nothing)]
    accounts: tuple[AzureAccount, ...]

    def conflicts(self) -> Iterator[Conflict]:
        names = [account.name for account in self.accounts]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            yield ("accounts",), f'use the name "{twice[0]}" more than once: give each tenant one of its own'


_REACHABLE = (
    "is reachable from other machines: set traces.token_file or traces.client_ca_file, or listen on 127.0.0.1"
)


class TracesSender(_Section):
    name: Text
    token_file: str
    certificate: str
    environments: tuple[Text, ...]
    namespaces: tuple[str, ...]
    clusters: tuple[Text, ...]
    accounts: tuple[Text, ...]
    resources: tuple[Text, ...]

    def conflicts(self) -> Iterator[Conflict]:
        if bool(self.token_file) == bool(self.certificate):
            yield (
                ("token_file", "certificate"),
                "or certificate is needed, and not both: it is what the sender is known by",
            )


class TracesImport(_Section):
    name: Text
    path: TracePath
    environment: str
    every: Duration
    deadline: Annotated[Duration, AfterValidator(_longer_than_nothing)]
    max_spans: Annotated[int, Field(ge=1), NO_BOOLEAN]
    account: str
    region: str

    def conflicts(self) -> Iterator[Conflict]:
        for key, value in (("account", self.account), ("region", self.region)):
            if value and not self.path.startswith("s3://"):
                yield (key, "path"), "says how an S3 bucket is asked; path names none"


# What each kind of source must be told, and what it may be told.
_OF_A_SERVER = ("ca_file", "password_file", "tenant", "token_file", "username")
_PULLS: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "clickhouse": (("url",), ("table", "ca_file", "password_file", "username")),
    "cloudtrace": (("project",), ("account", "query", "url", "ca_file")),
    "insights": (("workspace",), ("account", "url", "ca_file")),
    "jaeger": (("url",), ("services", *_OF_A_SERVER)),
    "tempo": (("url",), ("query", *_OF_A_SERVER)),
    "xray": ((), ("account", "query", "region")),
    "zipkin": (("url",), ("services", *_OF_A_SERVER)),
}
_TOLD = ("account", "project", "query", "region", "services", "table", "url", "workspace", *_OF_A_SERVER)


class TracesPull(_Section):
    name: Text
    kind: Literal["clickhouse", "cloudtrace", "insights", "jaeger", "tempo", "xray", "zipkin"]
    url: WebUrl
    environment: str
    every: Duration
    first: Annotated[Duration, AfterValidator(_longer_than_nothing)]
    delay: Duration
    deadline: Annotated[Duration, AfterValidator(_longer_than_nothing)]
    max_spans: Annotated[int, Field(ge=1), NO_BOOLEAN]
    services: tuple[Text, ...]
    query: str
    account: str
    region: str
    project: str
    workspace: str
    table: TableName
    tenant: str
    username: str
    password_file: str
    token_file: str
    ca_file: str

    def conflicts(self) -> Iterator[Conflict]:
        needed, allowed = _PULLS[self.kind]
        for key in needed:
            if not getattr(self, key):
                yield (key, "kind"), f'is needed for kind = "{self.kind}"'
        for key in _TOLD:
            if getattr(self, key) and key not in needed and key not in allowed:
                yield (key, "kind"), f'means nothing for kind = "{self.kind}"; take it out'
        if self.username and not self.password_file:
            yield ("password_file", "username"), "is needed when username is set"
        if self.password_file and not self.username:
            yield ("username", "password_file"), "is needed when password_file is set"
        if self.username and self.token_file:
            yield ("token_file", "username"), "and username exclude each other: a request says who asks once"
        if self.url.startswith("http:") and (self.token_file or self.username) and not _local(self.url):
            yield ("url", "token_file", "username"), "must begin with https://: a secret is sent there"


def _local(url: str) -> bool:
    parts = urlsplit(url)
    return is_loopback(parts.netloc if parts.port else f"{parts.netloc}:80")


class Traces(_Section):
    enabled: bool
    grpc: Address
    http: Address
    token_file: str
    cert_file: str
    key_file: str
    client_ca_file: str
    warm_up: Duration
    pairing_window: Annotated[Duration, AfterValidator(_longer_than_nothing)]
    max_body: Annotated[Size, Field(ge=1024)]
    max_connections: Annotated[int, Field(ge=1, le=100_000), NO_BOOLEAN]
    header_patience: Annotated[Duration, AfterValidator(_longer_than_nothing)]
    body_patience: Annotated[Duration, AfterValidator(_longer_than_nothing)]
    own_domains: tuple[Domain, ...]
    public_operations: tuple[Text, ...]
    imports: tuple[TracesImport, ...]
    pulls: tuple[TracesPull, ...]
    senders: tuple[TracesSender, ...]

    @property
    def asks_who(self) -> bool:
        """Whether a sender must show a token or a certificate."""
        return bool(self.token_file or self.client_ca_file or self.senders)

    def conflicts(self) -> Iterator[Conflict]:
        for key, address in (("grpc", self.grpc), ("http", self.http)):
            if address and not self.asks_who and not is_loopback(address):
                yield (
                    (key, "token_file", "client_ca_file", "senders"),
                    _REACHABLE,
                )
        if self.grpc and self.grpc == self.http and not self.grpc.endswith(":0"):
            yield ("http", "grpc"), "is the same address as traces.grpc; choose another port"
        names = [*(each.name for each in self.imports), *(each.name for each in self.pulls)]
        if twice := sorted({name for name in names if names.count(name) > 1}):
            yield (
                ("pulls", "imports"),
                f'use the name "{twice[0]}" more than once: give each source one of its own',
            )
        for key, other in (
            ("cert_file", "key_file"),
            ("key_file", "cert_file"),
            ("client_ca_file", "cert_file"),
        ):
            if getattr(self, key) and not getattr(self, other):
                yield (other, key), f"is needed when {key} is set"
        if not self.client_ca_file and any(sender.certificate for sender in self.senders):
            yield ("client_ca_file", "senders"), "is needed when a sender is known by its certificate"
        names = [sender.name for sender in self.senders]
        for name in sorted({name for name in names if names.count(name) > 1}):
            yield ("senders",), f'use the name "{name}" more than once: give each sender one of its own'


class Classes(_Section):
    verdicts_file: str
    labels_files: tuple[Text, ...]
    columns_files: tuple[Text, ...]
    words_files: tuple[Text, ...]


class ImageRegistry(_Section):
    host: RegistryHost
    username: str
    password_file: str
    plain_http: bool
    allow_private: bool

    def conflicts(self) -> Iterator[Conflict]:
        if self.username and not self.password_file:
            yield ("password_file", "username"), "is needed when username is set"
        if self.password_file and not self.username:
            yield ("username", "password_file"), "is needed when password_file is set"


class Images(_Section):
    enabled: bool
    osv_directory: str
    deadline: Annotated[Duration, AfterValidator(_longer_than_nothing)]
    max_manifest: Annotated[Size, Field(ge=1024)]
    max_sbom: Annotated[Size, Field(ge=1024)]
    registries: tuple[ImageRegistry, ...]

    def conflicts(self) -> Iterator[Conflict]:
        hosts = [each.host.lower() for each in self.registries]
        for host in sorted({host for host in hosts if hosts.count(host) > 1}):
            yield ("registries",), f"name {host} twice; keep one block for each host"


class Privacy(_Section):
    staff: Literal["keep", "pseudonymise"]
    staff_key_file: str

    def conflicts(self) -> Iterator[Conflict]:
        if self.staff == "pseudonymise" and not self.staff_key_file:
            yield (
                ("staff_key_file", "staff"),
                'is needed for privacy.staff = "pseudonymise": name a file with a key',
            )


class Mail(_Section):
    host: HostName
    port: Port
    security: Literal["starttls", "tls", "none"]
    username: str
    password_file: str
    sender: Mailbox
    recipients: tuple[Mailbox, ...]
    heartbeat: bool

    def conflicts(self) -> Iterator[Conflict]:
        if self.host and not self.sender:
            yield ("sender", "host"), "is needed when mail.host is set: the address that mails come from"
        if self.host and not self.recipients:
            yield ("recipients", "host"), 'is needed when mail.host is set, as ["operations@example.com"]'
        if self.username and self.security == "none":
            yield (
                ("security", "username"),
                'must be "starttls" or "tls" when mail.username is set: "none" would show the password',
            )
        if self.username and not self.password_file:
            yield ("password_file", "username"), "is needed when mail.username is set"
        if self.password_file and not self.username:
            yield ("username", "password_file"), "is needed when mail.password_file is set"


class Ignore(_Section):
    type: str
    field: str
    tag: str
    environment: str
    urn: str
    reason: Text
    expires: date

    def conflicts(self) -> Iterator[Conflict]:
        if not (self.type or self.field or self.tag or self.environment or self.urn):
            yield (
                ("", "type", "field", "tag", "environment", "urn"),
                "would ignore everything: set at least one of type, field, tag, environment, urn",
            )


class OwnBorder(_Section):
    name: Text
    data_from: tuple[Text, ...]
    data_to: tuple[Text, ...]
    severity: Literal["high", "medium", "low", "none"]
    exceptions: tuple[str, ...]

    def conflicts(self) -> Iterator[Conflict]:
        if not self.data_from:
            yield ("data_from",), 'is empty: name jurisdictions, countries or regions, or "*"'
        if not self.data_to:
            yield ("data_to",), 'is empty: name jurisdictions, countries or regions, or "*"'


class Declaration(_Section):
    service: str
    environment: Text
    file: Text

    def conflicts(self) -> Iterator[Conflict]:
        if not self.file.endswith((".json", ".yaml", ".yml", ".proto")):
            yield ("file",), "must end in .json, .yaml or .yml (OpenAPI, Kubernetes manifests) or .proto"
        elif not self.service and self.file.endswith(".proto"):
            yield ("service",), "is needed for a .proto file: whose operations are they"


class Logging(_Section):
    level: Literal["debug", "info", "warning", "error"]
    format: Literal["json", "console"]


class Telemetry(_Section):
    endpoint: WebUrl


class Settings(BaseSettings):
    """All settings, checked. Built by `config.settings.load`; building one by hand reads no environment."""

    model_config = SettingsConfigDict(
        extra="forbid",
        frozen=True,
        env_prefix="DRIFTLINE_",
        env_nested_delimiter="__",
        case_sensitive=False,
    )

    driftline: Driftline
    database: Database
    publish: Publish
    schedule: Schedule
    retention: Retention
    aws: Aws
    gcp: Gcp
    azure: Azure
    traces: Traces
    classes: Classes
    images: Images
    privacy: Privacy
    mail: Mail
    ignore: tuple[Ignore, ...]
    borders: tuple[OwnBorder, ...]
    declared: tuple[Declaration, ...]
    logging: Logging
    telemetry: Telemetry

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003 - the signature is pydantic-settings' own
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        # config.layers merges the sources itself, because it must know which one each value came from.
        return (init_settings,)

    @property
    def database_url(self) -> str:
        """The snapshot database, without a password (see `database.password_file`)."""
        return self.database.url or f"sqlite:///{self.driftline.state_directory / 'driftline.db'}"

    @property
    def published_path(self) -> Path | None:
        """Where the complete copy for readers goes; None on PostgreSQL, whose readers need no copy."""
        if not self.database_url.startswith("sqlite:"):
            return None
        if self.publish.path:
            return Path(self.publish.path)
        return self.driftline.state_directory / "published" / "driftline.db"
