"""The accounts of the clouds: who is asked, for what, and as whom."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from pydantic import Field

from config.shape.section import Conflict, Section, SomeTime
from config.values import Account, Address, GcpScope, Region, RoleArn, Subscription, Text, WebUrl


class AwsAccount(Section):
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


class Aws(Section):
    types: tuple[Text, ...]
    skip_types: tuple[Text, ...]
    deadline: SomeTime
    accounts: tuple[AwsAccount, ...]


class GcpAccount(Section):
    name: str
    scope: GcpScope
    credentials_file: str
    endpoint: Address
    ca_file: str


class Gcp(Section):
    types: tuple[Text, ...]
    skip_types: tuple[Text, ...]
    deadline: SomeTime
    accounts: tuple[GcpAccount, ...]

    def conflicts(self) -> Iterator[Conflict]:
        scopes = [account.scope for account in self.accounts]
        twice = sorted({scope for scope in scopes if scopes.count(scope) > 1})
        if twice:
            yield (
                ("accounts",),
                f"name {', '.join(twice)} more than once: each scope is listed by one account",
            )


class AzureAccount(Section):
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


class Azure(Section):
    types: tuple[Text, ...]
    skip_types: tuple[Text, ...]
    deadline: SomeTime
    accounts: tuple[AzureAccount, ...]

    def conflicts(self) -> Iterator[Conflict]:
        names = [account.name for account in self.accounts]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            yield ("accounts",), f'use the name "{twice[0]}" more than once: give each tenant one of its own'
