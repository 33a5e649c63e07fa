"""Who asks: the credentials and clients of each configured tenant, shared by all threads.

The SDK is imported here and below only, and only once an account is configured.
"""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass
from typing import Any

from azure.core.credentials import TokenCredential
from azure.core.pipeline.transport import HttpTransport
from azure.identity import ClientSecretCredential, DefaultAzureCredential
from azure.mgmt.resource.resources import ResourceManagementClient
from azure.mgmt.resource.subscriptions import SubscriptionClient
from azure.mgmt.resourcegraph import ResourceGraphClient

from collectors.azure.transport import PatientRetry, policies, retry, transport

PUBLIC = "https://management.azure.com"


@dataclass(frozen=True, slots=True)
class AzureAccount:
    """One tenant as the operator configured it. `client_secret` "": the default chain of credentials.

    `authority` and `endpoint` "": those of the public cloud. `ca_file`: certificates trusted beside none other.
    """

    name: str
    tenant: str = ""
    client_id: str = ""
    client_secret: str = ""
    subscriptions: tuple[str, ...] = ("all",)
    authority: str = ""
    endpoint: str = ""
    ca_file: str = ""


for _name in ("azure", "msal"):
    # What they log names people, ids and claims of tokens; what went wrong is told by a gap.
    logging.getLogger(_name).setLevel(logging.CRITICAL)


class Session:
    """Credentials and clients of one tenant: clients are made once, and renewed together."""

    def __init__(self, account: AzureAccount, *, connect: float, read: float, connections: int) -> None:
        self.account = account
        self.endpoint = (account.endpoint or PUBLIC).rstrip("/")
        self._transport: HttpTransport[Any, Any] = transport(
            connect=connect, read=read, connections=connections, verify=account.ca_file or True
        )
        self._lock = threading.RLock()
        self._signed_in: TokenCredential | None = None
        self._renewals = 0

    @property
    def generation(self) -> int:
        """How often the credentials were renewed."""
        return self._renewals

    def renew(self, generation: int) -> None:
        """Forgets the token, unless another thread has done so since."""
        with self._lock:
            if generation == self._renewals:
                self._signed_in = None
                self._renewals += 1

    def token(self, audience: str) -> str:
        """A token for another interface than Azure Resource Manager's. Raises azure.core's errors, NotListed."""
        with self._lock:
            if self._signed_in is None:
                self._signed_in = self._credential()
            return self._signed_in.get_token(audience).token

    def subscriptions(self) -> SubscriptionClient:
        """The client for subscriptions, and for reading what has no client of its own."""
        return SubscriptionClient(**self._common())

    def resources(self, subscription: str) -> ResourceManagementClient:
        """The client for resource groups and resources."""
        return ResourceManagementClient(subscription_id=subscription, **self._common())

    def graph(self) -> ResourceGraphClient:
        """The client for queries."""
        return ResourceGraphClient(**self._common())

    def close(self) -> None:
        """Ends connections; safe to call twice."""
        self._transport.close()

    def _common(self) -> dict[str, Any]:
        audience = f"{self.endpoint}/.default"
        with self._lock:
            if self._signed_in is None:
                self._signed_in = self._credential()
            return {
                "credential": self._signed_in,
                "base_url": self.endpoint,
                "credential_scopes": [audience],
                "transport": self._transport,
                "policies": policies(self._signed_in, self.endpoint, audience),
            }

    def _credential(self) -> TokenCredential:
        account = self.account
        common: dict[str, Any] = {"transport": self._transport}
        if account.authority:
            # Another authority is one the operator vouches for: the public cloud's directory does not know it.
            common |= {"authority": account.authority, "disable_instance_discovery": True}
        if account.client_secret:
            common |= {"retry_policy_class": PatientRetry, **retry()}
            return ClientSecretCredential(account.tenant, account.client_id, account.client_secret, **common)
        if account.tenant:
            common |= {"workload_identity_tenant_id": account.tenant}
        if account.client_id:
            common |= {"managed_identity_client_id": account.client_id}
        return DefaultAzureCredential(**common)
