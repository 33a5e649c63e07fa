"""Credentials and connections: one session an account, its token renewed before it ends."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import google.auth
import grpc  # type: ignore[import-untyped]  # ships no types
import orjson
import requests
from google.auth import aws, identity_pool
from google.auth.exceptions import GoogleAuthError
from google.auth.transport.requests import Request
from google.cloud.asset_v1 import AssetServiceClient
from google.cloud.asset_v1.services.asset_service.transports import AssetServiceGrpcTransport
from google.oauth2 import credentials as user
from google.oauth2 import service_account

from collectors.errors import NotListed
from collectors.gcp.faults import API, no_token
from collectors.model import Why
from config.errors import SecretError
from config.secrets import read

SCOPES = ("https://www.googleapis.com/auth/cloud-platform",)
LARGEST = 32 * 1024 * 1024
"""Bytes of a page beyond which it is refused unread."""
TOKEN_TIMEOUT = 20.0
Headers = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class GcpAccount:
    """What the settings say of one scope. `endpoint`, `ca_file`: for another address than Google's own."""

    name: str
    scope: str
    credentials_file: str = ""
    endpoint: str = ""
    ca_file: str = ""


class Session:
    """One account: its client, and headers with a token. Safe to use from many threads."""

    def __init__(self, account: GcpAccount) -> None:
        self.account = account
        self._lock = threading.Lock()
        self._credentials: Any = None  # google-auth has many kinds, with one protocol between them
        self._http: requests.Session | None = None
        self._channel: grpc.Channel | None = None
        self._client: AssetServiceClient | None = None

    def client(self) -> AssetServiceClient:
        """The client of this account. Raises NotListed."""
        with self._lock:
            if self._client is None:
                self._channel = grpc.secure_channel(
                    self.account.endpoint or f"{API}:443",
                    grpc.ssl_channel_credentials(self._roots()),
                    options=[
                        ("grpc.max_receive_message_length", LARGEST),
                        ("grpc.keepalive_time_ms", 60_000),
                    ],
                )
                self._client = AssetServiceClient(transport=AssetServiceGrpcTransport(channel=self._channel))
            return self._client

    def headers(self, *, renewed: bool = False) -> Headers:
        """What authorises a call; `renewed`: by a new token even if the last seems valid. Raises NotListed."""
        with self._lock:
            try:
                request = self._request()
                if self._credentials is None:
                    self._credentials = self._load(request)
                if renewed or not self._credentials.valid:
                    self._credentials.refresh(request)
                headers: dict[str, str] = {}
                self._credentials.apply(headers)
            except GoogleAuthError as error:
                raise no_token(error) from error
            return [(name.lower(), value) for name, value in headers.items()]

    def _load(self, request: Any) -> Any:  # google-auth's credentials
        if not self.account.credentials_file:
            return google.auth.default(scopes=SCOPES, request=request)[0]
        try:
            return _credentials(orjson.loads(read(self.account.credentials_file)))
        except (GoogleAuthError, ValueError, TypeError, KeyError, SecretError) as error:
            raise NotListed(
                Why.EXPIRED,
                f"{self.account.credentials_file} holds no credentials that can be read: correct credentials_file "
                "in [[gcp.accounts]]",
                type(error).__name__,
            ) from error

    def _request(self) -> Any:  # the callable through which google-auth asks for tokens
        if self._http is None:
            self._roots()
            self._http = requests.Session()
        transport = Request(session=self._http)
        # Told with each request: requests lets REQUESTS_CA_BUNDLE win over what a session says.
        verify = {"verify": self.account.ca_file} if self.account.ca_file else {}

        def send(url: str, method: str = "GET", body: Any = None, headers: Any = None, **how: Any) -> Any:
            how["timeout"] = min(how.get("timeout") or TOKEN_TIMEOUT, TOKEN_TIMEOUT)
            return transport(url, method, body, headers, **verify, **how)

        return send

    def _roots(self) -> bytes | None:
        if not self.account.ca_file:
            return None
        try:
            return Path(self.account.ca_file).read_bytes()
        except OSError as error:
            raise NotListed(
                Why.FAILED,
                f"{self.account.ca_file} cannot be read ({error.strerror}): correct ca_file in [[gcp.accounts]]",
                type(error).__name__,
            ) from error

    def close(self) -> None:
        """Ends the connections; the session can be used again."""
        with self._lock:
            if self._channel is not None:
                self._channel.close()
            if self._http is not None:
                self._http.close()
            self._channel = self._client = self._http = None


def _credentials(said: dict[str, Any]) -> Any:  # google-auth's credentials
    """Credentials of the kind that a file names. Raises ValueError, KeyError or GoogleAuthError."""
    match said["type"]:
        case "service_account":
            return service_account.Credentials.from_service_account_info(  # type: ignore[no-untyped-call]  # no types
                said, scopes=SCOPES
            )
        case "authorized_user":
            return user.Credentials.from_authorized_user_info(  # type: ignore[no-untyped-call]  # no types
                said, scopes=SCOPES
            )
        case "external_account":
            source = said.get("credential_source", {})
            kind = aws if str(source.get("environment_id", "")).startswith("aws") else identity_pool
            return kind.Credentials.from_info(said, scopes=SCOPES)
        case other:
            raise ValueError(f"credentials of type {other}")
