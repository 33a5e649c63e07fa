"""What customers do: a fixed, short list of real requests, with canaries where customers put such values."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from demo import canaries
from demo.services import Services


@dataclass(frozen=True, slots=True)
class Request:
    """One request from outside."""

    service: str
    path: str
    body: bytes | None = None


_ORDER = json.dumps({"customer": 1, "product": 2, "quantity": 1, "note": canaries.NOTE}).encode()
_WHO = urlencode({"email": canaries.EMAIL, "phone": canaries.PHONE, "card": canaries.CARD})

USUAL: Sequence[Request] = (
    Request("storefront", "/products"),
    Request("storefront", "/products/1"),
    Request("storefront", f"/products/3?{_WHO}"),
    Request("storefront", "/orders/1"),
    Request("storefront", "/orders", _ORDER),
    Request("storefront", f"/account/1?{_WHO}"),
    Request("storefront", "/account/2"),
    Request("storefront", "/orders/2"),
)
DEPLOYED: Sequence[Request] = (
    *USUAL,
    Request("loyalty", f"/loyalty/1?{_WHO}"),
    Request("loyalty", "/loyalty/2"),
    Request("loyalty", "/loyalty/1/points", b"{}"),
)


def drive(services: Services, requests: Sequence[Request]) -> int:
    """Sends each request once; returns their number. Raises ServiceError at the first that fails."""
    for request in requests:
        method = "GET" if request.body is None else "POST"
        services.ask(request.service, request.path, method=method, body=request.body)
    return len(requests)
