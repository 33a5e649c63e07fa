"""What an error of Azure means: which gap it makes, and what an operator should do about it.

Codes: https://learn.microsoft.com/entra/identity-platform/reference-error-codes and
https://learn.microsoft.com/azure/azure-resource-manager/troubleshooting/common-deployment-errors.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import orjson
from azure.core import exceptions
from azure.identity import CredentialUnavailableError

from collectors.errors import NotListed
from collectors.model import Why

HINT = "`driftline permissions azure` prints the role that allows it"

NO_ACCESS = (
    "the subscription does not exist in this tenant, or no role is assigned there: assign the role that "
    "`driftline permissions azure` prints, or take the subscription out"
)
SIGN_IN: dict[str, tuple[Why, str]] = {
    "AADSTS90002": (Why.DENIED, "the tenant does not exist: correct tenant in [[azure.accounts]]"),
    "AADSTS900023": (Why.DENIED, "the tenant does not exist: correct tenant in [[azure.accounts]]"),
    "AADSTS900021": (Why.DENIED, "the tenant does not exist: correct tenant in [[azure.accounts]]"),
    "AADSTS700016": (
        Why.DENIED,
        "the tenant knows no application with this client_id: correct client_id or tenant in [[azure.accounts]]",
    ),
    "AADSTS7000112": (Why.DISABLED, "the application is disabled: enable it in Microsoft Entra ID"),
    "AADSTS7000215": (
        Why.EXPIRED,
        (
            "the client secret is wrong: put the secret's value (not its id) into client_secret_file "
            "of [[azure.accounts]]"
        ),
    ),
    "AADSTS7000222": (
        Why.EXPIRED,
        "the client secret has expired: make a new one and put it into client_secret_file of [[azure.accounts]]",
    ),
    "AADSTS53003": (Why.DENIED, "a Conditional Access policy refuses the sign-in: exempt the application"),
    "AADSTS500011": (
        Why.DENIED,
        "the tenant does not know the endpoint: correct endpoint and authority in [[azure.accounts]]",
    ),
    "AADSTS90033": (Why.UNREACHABLE, "Microsoft Entra ID is out of service for now"),
    "AADSTS50196": (Why.THROTTLED, "Microsoft Entra ID throttles the sign-in: collect less often"),
}

CODES: dict[str, tuple[Why, str]] = {
    "AuthorizationFailed": (Why.DENIED, f"denied: {{call}}; {HINT}"),
    "Forbidden": (Why.DENIED, f"denied: {{call}}; {HINT}"),
    "AccessDenied": (Why.DENIED, f"denied: {{call}}; {HINT}"),
    "SubscriptionNotFound": (
        Why.DENIED,
        NO_ACCESS,
    ),
    "InvalidSubscriptionId": (Why.DENIED, "this is no subscription's id: correct subscriptions"),
    "NoValidSubscriptionsInQueryRequest": (
        Why.DENIED,
        NO_ACCESS,
    ),
    "InvalidAuthenticationTokenTenant": (
        Why.DENIED,
        "the subscription belongs to another tenant: list it under an account of that tenant",
    ),
    "InvalidAuthenticationToken": (
        Why.EXPIRED,
        "Azure does not accept the token: check tenant, authority and endpoint",
    ),
    "ExpiredAuthenticationToken": (Why.EXPIRED, "the token has expired and could not be renewed"),
    "AuthenticationFailed": (
        Why.EXPIRED,
        "Azure does not accept the token: check tenant, authority and endpoint",
    ),
    "SubscriptionNotRegistered": (
        Why.DISABLED,
        "the subscription is not registered for {call}: register the resource provider Microsoft.ResourceGraph",
    ),
    "MissingSubscriptionRegistration": (
        Why.DISABLED,
        "the subscription is not registered for {call}: register the resource provider Microsoft.ResourceGraph",
    ),
    "DisabledSubscription": (Why.DISABLED, "the subscription is disabled: enable it or take it out"),
    "ReadOnlyDisabledSubscription": (Why.DISABLED, "the subscription is disabled: enable it or take it out"),
    "SubscriptionDisabled": (Why.DISABLED, "the subscription is disabled: enable it or take it out"),
    "TooManyRequests": (Why.THROTTLED, "{call} was throttled to the last attempt: collect less often"),
    "RateLimiting": (Why.THROTTLED, "{call} was throttled to the last attempt: collect less often"),
}

SIGN_IN_CODE = re.compile(r"\bAADSTS[0-9]{4,8}\b")
UNKNOWN_TENANT = "Unable to get authority configuration"
"""How the SDK says that the authority knows no such tenant."""


def not_listed(error: Exception, call: str) -> NotListed:
    """The gap that an error of the SDK makes. The vendor's message is left out: it names people and ids."""
    for each in _causes(error):
        if isinstance(each, NotListed):
            return each
    if isinstance(error, exceptions.HttpResponseError):
        response = error.response
        if response is not None and not SIGN_IN_CODE.search(str(error)):
            return _refused(response, call)
        return _sign_in(error)
    if isinstance(error, exceptions.ServiceRequestError | exceptions.ServiceResponseError):
        return _unanswered(error, call)
    return NotListed(Why.FAILED, f"{call} failed in the SDK ({type(error).__name__})", type(error).__name__)


def _sign_in(error: Exception) -> NotListed:
    text = " ".join(str(each) for each in _causes(error))
    found = SIGN_IN_CODE.search(text)
    if found:
        why, words = SIGN_IN.get(
            found[0],
            (Why.EXPIRED, "Microsoft Entra ID refuses the sign-in: check the application's credentials"),
        )
        return NotListed(why, f"{words} ({found[0]})", found[0])
    if isinstance(error, CredentialUnavailableError) or text.startswith("DefaultAzureCredential failed"):
        return NotListed(
            Why.EXPIRED,
            "no credentials were found: set client_id and client_secret_file in [[azure.accounts]], or give the "
            "service a managed identity",
            "NoCredentials",
        )
    if UNKNOWN_TENANT in text:
        why, words = SIGN_IN["AADSTS90002"]
        return NotListed(why, words, "AADSTS90002")
    if any(
        isinstance(each, exceptions.ServiceRequestError | exceptions.ServiceResponseError)
        for each in _causes(error)
    ):
        return _unanswered(error, "the sign-in")
    return NotListed(
        Why.EXPIRED,
        "the sign-in failed: check tenant, client_id, client_secret_file and authority in [[azure.accounts]]",
        "SignIn",
    )


def refused_at_the_door(fault: NotListed) -> bool:
    """Whether the sign-in itself failed: another call would meet the same."""
    return fault.code.startswith("AADSTS") or fault.code in {"NoCredentials", "SignIn"}


def _refused(response: object, call: str) -> NotListed:
    status = int(getattr(response, "status_code", 0))
    codes = error_codes(response)
    for code in codes:
        if code in CODES:
            why, words = CODES[code]
            return NotListed(why, words.format(call=call), code)
    code = codes[0] if codes else ""
    if status == 429:
        return NotListed(Why.THROTTLED, CODES["TooManyRequests"][1].format(call=call), code)
    if status in {401, 407}:
        return NotListed(Why.EXPIRED, CODES["InvalidAuthenticationToken"][1], code)
    if status == 403:
        return NotListed(Why.DENIED, CODES["AuthorizationFailed"][1].format(call=call), code)
    if status in {408, 502, 503, 504}:
        return NotListed(Why.UNREACHABLE, f"{call} is out of service for now (HTTP {status})", code)
    return NotListed(Why.FAILED, f"{call} failed with {_word(code)} (HTTP {status})", code)


def error_codes(response: object) -> tuple[str, ...]:
    """The codes of an error's body, the innermost first: it says what was really wrong."""
    try:
        body = orjson.loads(response.content)  # type: ignore[attr-defined]  # the SDK's answer
    except (orjson.JSONDecodeError, AttributeError, ValueError):
        return ()
    return tuple(reversed([*_codes(body.get("error") if isinstance(body, dict) else None)]))


def _codes(error: object, depth: int = 0) -> Iterator[str]:
    if not isinstance(error, dict) or depth > 8:
        return
    if isinstance(error.get("code"), str):
        yield error["code"]
    details = error.get("details")
    for each in details if isinstance(details, list) else ():
        yield from _codes(each, depth + 1)


def _unanswered(error: Exception, call: str) -> NotListed:
    return NotListed(
        Why.UNREACHABLE,
        f"{call} got no answer ({type(error).__name__}): check route, DNS, proxy and firewall of this host",
        type(error).__name__,
    )


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The error and what it came from, as Python or the SDK remembers it."""
    seen: set[int] = set()
    waiting: list[object] = [error]
    while waiting:
        each = waiting.pop(0)
        if not isinstance(each, BaseException) or id(each) in seen:
            continue
        seen.add(id(each))
        yield each
        waiting += [each.__cause__, each.__context__, getattr(each, "inner_exception", None), *each.args]


def _word(code: str) -> str:
    """An error code as it may be shown: codes are words, anything else came from a stranger."""
    return code if code.isalnum() and len(code) < 80 else "an unknown code"
