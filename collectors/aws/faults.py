"""What an error of the SDK means: which gap it makes, and what an operator should do about it."""

from __future__ import annotations

from botocore import exceptions  # type: ignore[import-untyped]  # has no types

from collectors.aws.actions import action
from collectors.errors import NotListed
from collectors.model import Why

DENIED = frozenset(
    {
        "AccessDenied",
        "AccessDeniedException",
        "AccessDeniedFault",
        "AuthorizationError",
        "AuthorizationErrorException",
        "Forbidden",
        "ForbiddenException",
        "NotAuthorized",
        "UnauthorizedOperation",
        "UnauthorizedException",
    }
)
EXPIRED = frozenset(
    {"ExpiredToken", "ExpiredTokenException", "RequestExpired", "TokenRefreshRequired", "ExpiredTokenId"}
)
BAD_KEYS = frozenset(
    {
        "AuthFailure",
        "InvalidAccessKeyId",
        "InvalidClientTokenId",
        "InvalidSignatureException",
        "SignatureDoesNotMatch",
        "UnrecognizedClientException",
    }
)
"""Keys that are wrong, or right and asked in a region where the account is not enabled."""
DISABLED = frozenset({"OptInRequired", "SubscriptionRequiredException", "RegionDisabledException"})
THROTTLED = frozenset(
    {
        "BandwidthLimitExceeded",
        "EC2ThrottledException",
        "LimitExceededException",
        "PriorRequestNotComplete",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "RequestThrottled",
        "RequestThrottledException",
        "SlowDown",
        "Throttling",
        "ThrottlingException",
        "ThrottledException",
        "TooManyRequestsException",
    }
)
STALE_PAGE = frozenset(
    {
        "InvalidNextToken",
        "InvalidNextTokenException",
        "InvalidPaginationToken",
        "ExpiredNextTokenException",
        "InvalidMarker",
        "InvalidNextToken.NotFound",
        "PaginationLoop",
    }
)
HINT = "`driftline permissions aws` prints the policy that allows it"


def not_listed(
    error: Exception, service: str, operation: str, region: str, opted_out: frozenset[str] = frozenset()
) -> NotListed:
    """The gap that an error of botocore makes. The vendor's message is left out: it names people and keys."""
    call = action(service, operation)
    if isinstance(error, NotListed):
        return error
    if isinstance(error, exceptions.ClientError):
        return _refused(error, call, region, opted_out)
    if isinstance(error, exceptions.ProfileNotFound):
        return NotListed(
            Why.DENIED, f"{error}: correct profile in [[aws.accounts]], or create it", "ProfileNotFound"
        )
    if isinstance(
        error,
        exceptions.NoCredentialsError
        | exceptions.PartialCredentialsError
        | exceptions.CredentialRetrievalError
        | exceptions.TokenRetrievalError
        | exceptions.SSOTokenLoadError
        | exceptions.UnauthorizedSSOTokenError,
    ):
        return NotListed(
            Why.EXPIRED,
            "no valid credentials were found: set profile or role_arn in [[aws.accounts]], or give the service "
            "credentials by environment, AWS files or an instance role",
            type(error).__name__,
        )
    if isinstance(error, exceptions.HTTPClientError | exceptions.ConnectionError):
        return NotListed(
            Why.UNREACHABLE,
            f"{call} got no answer from {region or 'AWS'} ({type(error).__name__}): "
            "check route, DNS, proxy and firewall of this host",
            type(error).__name__,
        )
    return NotListed(Why.FAILED, f"{call} failed in the SDK ({type(error).__name__})", type(error).__name__)


def _refused(error: exceptions.ClientError, call: str, region: str, opted_out: frozenset[str]) -> NotListed:
    code = str(error.response.get("Error", {}).get("Code", ""))
    status = int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))
    if region in opted_out and (code in BAD_KEYS or code in DENIED):
        return NotListed(
            Why.DISABLED, f"region {region} is not enabled for this account: enable it or take it out", code
        )
    if code in EXPIRED:
        return NotListed(Why.EXPIRED, "the credentials have expired: renew them", code)
    if code in BAD_KEYS:
        return NotListed(
            Why.EXPIRED,
            f"AWS does not accept the credentials for {call} ({code}): renew or correct them",
            code,
        )
    if code in DISABLED:
        return NotListed(
            Why.DISABLED, f"the service or region is not enabled for this account ({code})", code
        )
    if code in THROTTLED or code.startswith("Throttl") or status == 429:
        return NotListed(
            Why.THROTTLED, f"{call} was throttled to the last attempt ({code}): collect less often", code
        )
    if code in DENIED or code.startswith("AccessDenied") or status in {401, 403}:
        return NotListed(Why.DENIED, f"denied: {call}; {HINT}", code)
    if status in {502, 503, 504}:
        return NotListed(Why.UNREACHABLE, f"{call} is out of service for now (HTTP {status})", code)
    return NotListed(Why.FAILED, f"{call} failed with {_word(code)} (HTTP {status})", code)


def _word(code: str) -> str:
    """An error code as it may be shown: codes are words, anything else came from a stranger."""
    return code if code.replace(".", "").isalnum() and len(code) < 80 else "an unknown code"
