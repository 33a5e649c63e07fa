"""Who asks: the credentials, clients and identity of each configured account, shared by all threads.

botocore is imported here and below only, and only once an account is configured.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any

import botocore.exceptions  # type: ignore[import-untyped]  # has no types
import botocore.session  # type: ignore[import-untyped]  # has no types
from botocore.config import Config  # type: ignore[import-untyped]  # has no types
from botocore.credentials import (  # type: ignore[import-untyped]  # has no types
    AssumeRoleCredentialFetcher,
    DeferredRefreshableCredentials,
    RefreshableCredentials,
)
from botocore.loaders import create_loader  # type: ignore[import-untyped]  # has no types

from collectors.aws.faults import not_listed
from collectors.aws.transport import Transport
from collectors.errors import NotListed
from collectors.model import Why

HOME = {
    "aws": "us-east-1",
    "aws-cn": "cn-north-1",
    "aws-us-gov": "us-gov-west-1",
    "aws-eusc": "eusc-de-east-1",
}
"""The region that answers for the worldwide services of a partition."""

PAST = datetime(2000, 1, 1, tzinfo=UTC)
ATTEMPTS = 5
REFUSAL_HOLDS = 60.0
"""Seconds for which an account that could not be identified is not asked again."""


@dataclass(frozen=True, slots=True)
class AwsAccount:
    """One account as the operator configured it. `account`: the id expected, "" to ask."""

    name: str
    account: str = ""
    profile: str = ""
    role_arn: str = ""
    external_id: str = ""
    regions: tuple[str, ...] = ()
    endpoint_url: str = ""


@dataclass(frozen=True, slots=True)
class Identity:
    """What the account says of itself. `regions`: those to ask; `opted_out`: those not enabled."""

    account: str
    partition: str
    regions: tuple[str, ...]
    opted_out: frozenset[str] = frozenset()

    @property
    def home(self) -> str:
        """The region to ask for what is worldwide."""
        return HOME.get(self.partition, "us-east-1")


class Session:
    """Credentials and clients of one account.

    Clients are kept by (service, region) and shared by threads: making one costs more than a hundred calls.
    """

    def __init__(self, account: AwsAccount, transport: Transport, loader: Any) -> None:  # a botocore loader
        self.account = account
        self._transport = transport
        self._loader = loader
        self._lock = threading.RLock()
        self._clients: dict[tuple[str, ...], Any] = {}
        self._session: Any = None
        self._role_keys: dict[str, object] = {}
        self._identity: Identity | None = None
        self._refusal: NotListed | None = None
        self._refused_at = 0.0

    def _opened(self) -> Any:  # a botocore session
        with self._lock:
            if self._session is None:
                session = botocore.session.Session(profile=self.account.profile or None)
                session.register_component("data_loader", self._loader)
                self._session = self._as_role(session) if self.account.role_arn else session
            return self._session

    def _as_role(self, source: Any) -> Any:  # botocore sessions
        """A session whose credentials are those of the role, fetched at first use and renewed before they end."""

        def create_client(service: str, **given: Any) -> Any:
            given.setdefault("region_name", self.start_region(source))
            return source.create_client(service, endpoint_url=self.account.endpoint_url or None, **given)

        extra = {"RoleSessionName": "driftline"}
        if self.account.external_id:
            extra["ExternalId"] = self.account.external_id
        fetcher = AssumeRoleCredentialFetcher(
            create_client,
            _Later(source),
            self.account.role_arn,
            extra_args=extra,
            cache=self._role_keys,
        )
        session = botocore.session.Session(profile=self.account.profile or None)
        session.register_component("data_loader", self._loader)
        session._credentials = DeferredRefreshableCredentials(  # noqa: SLF001 - botocore's only way to hand them in
            refresh_using=fetcher.fetch_credentials, method="assume-role"
        )
        return session

    def start_region(self, session: Any = None) -> str:  # a botocore session
        """A region to ask before any is known."""
        named = [region for region in self.account.regions if region != "all"]
        if named:
            return named[0]
        configured = (session or self._opened()).get_config_variable("region")
        return str(configured) if configured else "us-east-1"

    def client(self, service: str, region: str) -> Any:  # a botocore client
        """The one client of this account for a service in a region."""
        key = (service, region)
        client = self._clients.get(key)
        if client is None:
            with self._lock:
                client = self._clients.get(key)
                if client is None:
                    client = self._clients[key] = self._create(service, region)
        return client

    def streaming(self, service: str, region: str) -> Any:  # a botocore client
        """A client of its own whose bodies may be read piece by piece: they do not go through the shared way out."""
        key = (service, region, "streaming")
        with self._lock:
            client = self._clients.get(key)
            if client is None:
                client = self._clients[key] = self._plain(self._opened(), service, region)
            return client

    def _create(self, service: str, region: str) -> Any:  # a botocore client
        session = self._opened()
        client = self._plain(session, service, region)
        verify = session.get_config_variable("ca_bundle") or True
        self._transport.attach(client, verify)
        return client

    def _plain(self, session: Any, service: str, region: str) -> Any:  # botocore's own
        return session.create_client(
            service,
            region_name=region,
            endpoint_url=self.account.endpoint_url or None,
            config=Config(
                retries={"mode": "adaptive", "total_max_attempts": ATTEMPTS},
                user_agent_extra="driftline",
                parameter_validation=False,  # rows are linted against the same model beforehand
            ),
        )

    def offered(self, service: str, region: str) -> bool:
        """Whether the vendor's endpoint table lists the service in this region (True if it lists none at all)."""
        session = self._opened()
        partition = self._identity.partition if self._identity else "aws"
        regions = session.get_available_regions(service, partition)
        return not regions or region in regions

    def paging(self, service: str) -> Mapping[str, Mapping[str, Any]]:  # the vendor's paging model
        """The vendor's description of how the operations of a service are paged."""
        try:
            model = self._loader.load_service_model(service, "paginators-1")
        except botocore.exceptions.UnknownServiceError:
            return {}
        pagination: Mapping[str, Mapping[str, Any]] = model["pagination"]
        return pagination

    def renew(self) -> bool:
        """Makes the next call fetch credentials anew, if they are of a kind that can be. Clients keep working."""
        with self._lock:
            credentials = self._opened().get_credentials()
            if not isinstance(credentials, RefreshableCredentials):
                return False
            self._role_keys.clear()
            credentials._expiry_time = PAST  # noqa: SLF001 - botocore renews by the clock only
            return True

    def identity(self) -> Identity:
        """Account, partition and regions. Raises NotListed if they cannot be learnt or are not those expected."""
        with self._lock:
            if self._identity is None:
                if self._refusal and time.monotonic() - self._refused_at < REFUSAL_HOLDS:
                    raise self._refusal
                try:
                    self._identity = self._identified()
                except NotListed as refusal:
                    self._refusal, self._refused_at = refusal, time.monotonic()
                    raise
            return self._identity

    def _identified(self) -> Identity:
        region = ""
        try:
            region = self.start_region()
            caller = self.client("sts", region).get_caller_identity()
        except (NotListed, botocore.exceptions.BotoCoreError, botocore.exceptions.ClientError) as error:
            raise not_listed(error, "sts", "GetCallerIdentity", region) from error
        account, partition = caller["Account"], caller["Arn"].split(":")[1]
        expected = self.account.account
        if expected and account != expected:
            raise NotListed(
                Why.DENIED,
                f'the credentials of [[aws.accounts]] "{self.account.name}" belong to account {account}, '
                f"not {expected}: correct account, profile or role_arn",
                "WrongAccount",
            )
        return self._with_regions(account, partition)

    def _with_regions(self, account: str, partition: str) -> Identity:
        wanted = tuple(dict.fromkeys(self.account.regions)) or (self.start_region(),)
        region = self.start_region()
        try:
            answer = self.client("ec2", region).describe_regions(AllRegions=True)
        except (NotListed, botocore.exceptions.BotoCoreError, botocore.exceptions.ClientError) as error:
            if "all" in wanted:
                raise not_listed(error, "ec2", "DescribeRegions", region) from error
            return Identity(account, partition, wanted)  # the opt-in states only make messages clearer
        opted_out = frozenset(
            each["RegionName"] for each in answer["Regions"] if each.get("OptInStatus") == "not-opted-in"
        )
        if "all" in wanted:
            wanted = tuple(
                sorted(
                    each["RegionName"] for each in answer["Regions"] if each["RegionName"] not in opted_out
                )
            )
        return Identity(account, partition, wanted, opted_out)

    def forget(self) -> None:
        """Asks for the identity again next time: credentials and opted-in regions change."""
        self._identity = None
        self._refusal = None


class _Later:
    """The source credentials of a role, looked for only when the role is first assumed."""

    def __init__(self, session: Any) -> None:  # a botocore session
        self._session = session

    def get_frozen_credentials(self) -> Any:  # botocore's own value
        """The keys of the moment. Raises NoCredentialsError if there are none."""
        credentials = self._session.get_credentials()
        if credentials is None:
            raise botocore.exceptions.NoCredentialsError
        return credentials.get_frozen_credentials()


@cache
def loader() -> Any:  # a botocore loader
    """The one reader of the vendor's models: each is parsed once, for all accounts and all collectors."""
    return create_loader()
