"""What the settings say of accounts, as each cloud's sessions take it. A secret that is missing is a SecretError."""

from __future__ import annotations

from typing import TYPE_CHECKING

from config.secrets import read

if TYPE_CHECKING:
    from collectors.aws.sessions import AwsAccount
    from collectors.azure.sessions import AzureAccount
    from collectors.gcp.sessions import GcpAccount
    from config import shape


def aws(each: shape.AwsAccount) -> AwsAccount:
    """One block of `aws.accounts`."""
    from collectors.aws.sessions import AwsAccount  # noqa: PLC0415 - loads the AWS SDK

    return AwsAccount(
        name=each.name,
        account=each.account,
        profile=each.profile,
        role_arn=each.role_arn,
        external_id=read(each.external_id_file) if each.external_id_file else "",
        regions=tuple(each.regions),
        endpoint_url=each.endpoint_url,
    )


def gcp(each: shape.GcpAccount) -> GcpAccount:
    """One block of `gcp.accounts`."""
    from collectors.gcp.sessions import GcpAccount  # noqa: PLC0415 - loads Google's SDK

    return GcpAccount(
        name=each.name,
        scope=each.scope,
        credentials_file=each.credentials_file,
        endpoint=each.endpoint,
        ca_file=each.ca_file,
    )


def azure(each: shape.AzureAccount) -> AzureAccount:
    """One block of `azure.accounts`."""
    from collectors.azure.sessions import AzureAccount  # noqa: PLC0415 - loads Azure's SDK

    return AzureAccount(
        name=each.name,
        tenant=each.tenant,
        client_id=each.client_id,
        client_secret=read(each.client_secret_file) if each.client_secret_file else "",
        subscriptions=each.subscriptions,
        authority=each.authority,
        endpoint=each.endpoint,
        ca_file=each.ca_file,
    )
