"""What an error of Google means: which gap it makes, and what an operator should do about it."""

from __future__ import annotations

import re

from google.api_core import exceptions
from google.auth import exceptions as auth

from collectors.errors import NotListed
from collectors.gcp.permissions import LIST_RESOURCES
from collectors.model import Why

HINT = "`driftline permissions gcp` prints the role that allows it"
API = "cloudasset.googleapis.com"
STALE = "StalePage"
"""Code of a listing whose page token was refused: it may be begun anew."""
BROKEN = frozenset({STALE, "PaginationLoop", "Malformed", "Internal", "Unknown", "Aborted", "DataLoss"})
"""Codes after which a listing is begun anew, once."""
SILENT = frozenset({"ServiceUnavailable", "TransportError"})
"""Codes of an address that does not answer, after every attempt."""
DISABLED = frozenset({"SERVICE_DISABLED", "BILLING_DISABLED"})
CONSUMER = re.compile(r"projects/[a-z0-9-]{1,40}")
TOO_LARGE = re.compile(r"message larger than max", re.IGNORECASE)
TRANSIENT = (
    exceptions.ServiceUnavailable,
    exceptions.DeadlineExceeded,
    exceptions.ResourceExhausted,
    exceptions.TooManyRequests,
)


def passes(error: Exception) -> bool:
    """Whether waiting may help: what the SDK's own retry asks."""
    return isinstance(error, TRANSIENT) and not TOO_LARGE.search(str(error))


def not_listed(
    error: Exception, scope: str, *, types: tuple[str, ...] = (), paged: bool = False
) -> NotListed:
    """The gap that an error makes. Google's own message is left out: it names people and keys.

    `types`: the asset types that were asked for. `paged`: whether a page token was sent.
    """
    if isinstance(error, NotListed):
        return error
    if isinstance(error, exceptions.RetryError) and isinstance(error.cause, Exception):
        return not_listed(error.cause, scope, types=types, paged=paged)
    if isinstance(error, auth.GoogleAuthError):
        return no_token(error)
    code = type(error).__name__
    if not isinstance(error, exceptions.GoogleAPICallError):
        return NotListed(Why.FAILED, f"listing {scope} failed in the SDK ({code})", code)
    if isinstance(error, exceptions.Unauthenticated | exceptions.Unauthorized):
        return NotListed(
            Why.EXPIRED, f"Google does not accept the credentials for {scope}: renew or correct them", code
        )
    if isinstance(error, exceptions.PermissionDenied | exceptions.Forbidden):
        return _denied(error, scope)
    if isinstance(error, exceptions.ResourceExhausted | exceptions.TooManyRequests):
        return _exhausted(error, scope)
    if isinstance(error, exceptions.ServiceUnavailable | exceptions.DeadlineExceeded):
        return NotListed(
            Why.UNREACHABLE,
            f"{API} gave no answer ({code}): check route, DNS, proxy and firewall of this host",
            code,
        )
    if isinstance(error, exceptions.NotFound):
        return NotListed(Why.FAILED, f"there is no {scope}: correct scope in [[gcp.accounts]]", code)
    if isinstance(error, exceptions.InvalidArgument | exceptions.BadRequest | exceptions.OutOfRange):
        return _invalid(scope, types, paged)
    short = "Internal" if isinstance(error, exceptions.InternalServerError) else code
    return NotListed(Why.FAILED, f"listing {scope} failed at Google ({code})", short)


def _denied(error: exceptions.GoogleAPICallError, scope: str) -> NotListed:
    reason = str(error.reason or "")
    consumer = str((error.metadata or {}).get("consumer", "")) if error.details else ""
    project = consumer if CONSUMER.fullmatch(consumer) else "the project of the credentials"
    if reason == "BILLING_DISABLED":
        return NotListed(Why.DISABLED, f"{project} has no billing account: give it one", reason)
    if reason in DISABLED or (not reason and "has not been used in project" in str(error)):
        flag = f" --project {project.partition('/')[2]}" if project == consumer else ""
        return NotListed(
            Why.DISABLED,
            f"the Cloud Asset API is not enabled in {project}: `gcloud services enable {API}{flag}`",
            reason or "SERVICE_DISABLED",
        )
    if reason == "USER_PROJECT_DENIED":
        return NotListed(
            Why.DENIED,
            f"denied: serviceusage.services.use on {project}, which the credentials name for quota; grant it, or "
            "use credentials without a quota project",
            reason,
        )
    return NotListed(
        Why.DENIED,
        f"denied: {LIST_RESOURCES} on {scope}, or there is no such {_kind(scope)}; {HINT}",
        reason or "PermissionDenied",
    )


def _exhausted(error: exceptions.GoogleAPICallError, scope: str) -> NotListed:
    if TOO_LARGE.search(str(error)):
        return NotListed(Why.FAILED, f"a page of {scope} is larger than 32 MiB", "TooLarge")
    return NotListed(
        Why.THROTTLED,
        f"{API} was throttled for {scope} to the last attempt: collect less often, or ask for a higher quota",
        "ResourceExhausted",
    )


def _invalid(scope: str, types: tuple[str, ...], paged: bool) -> NotListed:
    if paged:
        return NotListed(Why.FAILED, f"Google refused its own page token while listing {scope}", STALE)
    if len(types) == 1:
        return NotListed(
            Why.FAILED,
            f"Google does not know the asset type {types[0]}, or {scope}: correct gcp.types or gcp.accounts",
            "InvalidArgument",
        )
    return NotListed(
        Why.FAILED, f"Google refused to list {scope}: correct scope in [[gcp.accounts]]", "InvalidArgument"
    )


def no_token(error: auth.GoogleAuthError) -> NotListed:
    """The gap where no token could be had."""
    code = type(error).__name__
    if isinstance(error, auth.TransportError):
        return NotListed(
            Why.UNREACHABLE,
            "Google's token service gave no answer: check route, DNS, proxy, ca_file and firewall of this host",
            code,
        )
    if isinstance(error, auth.DefaultCredentialsError):
        return NotListed(
            Why.EXPIRED,
            "no valid credentials were found: set credentials_file in [[gcp.accounts]], or give the service "
            "Application Default Credentials",
            code,
        )
    if isinstance(error, auth.RefreshError) and error.retryable:
        return NotListed(Why.UNREACHABLE, "Google's token service is out of service for now", code)
    return NotListed(
        Why.EXPIRED,
        "Google gives no token for the credentials: the key was deleted or has expired, or its account is "
        "disabled; make new credentials",
        code,
    )


def _kind(scope: str) -> str:
    return scope.partition("/")[0].removesuffix("s")
