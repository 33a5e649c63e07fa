"""Which spellings of a name mean the same: case and dots of hosts, hosts of buckets, parts of ARNs."""

from __future__ import annotations

import ipaddress
import re

from collectors.model import Alias

_BUCKET_HOST = re.compile(
    r"^(?P<bucket>[a-z0-9][a-z0-9.-]+?)\.s3(?:-website|-accelerate|-fips)?(?:[.-](?:dualstack\.)?[a-z0-9-]+)?"
    r"\.amazonaws\.com(?:\.cn)?$"
)
_QUALIFIED = re.compile(r"^(arn:[^:]*:lambda:[^:]*:\d*:function:[^:]+):[^:]+$")
_OBJECT = re.compile(r"^(arn:[^:]*:s3:::[^/]+)/.*$")


def spellings(alias: Alias) -> tuple[Alias, ...]:
    """The name in its normal spelling first, then what else it can mean, most exact first."""
    namespace, kind, value = alias.namespace, alias.kind, alias.value
    if kind == "host":
        host = Alias(namespace, kind, value.strip().lower().rstrip("."))
        bucket = _BUCKET_HOST.match(host.value)
        return (host, Alias(namespace, "bucket", bucket["bucket"])) if bucket else (host,)
    if kind == "address":
        try:
            return (Alias(namespace, kind, str(ipaddress.ip_address(value))),)
        except ValueError:
            return (alias,)
    if kind == "arn":
        for shape in (_QUALIFIED, _OBJECT):
            if whole := shape.match(value):
                return (alias, Alias(namespace, kind, whole[1]))
    return (alias,)
