"""Which spellings of a name mean the same: case and dots of hosts, wildcards, hosts of buckets, URLs of queues."""

from __future__ import annotations

import ipaddress
import re

from collectors.model import Alias
from daemon.analysis import backends

_BUCKET_HOST = re.compile(
    r"^(?P<bucket>[a-z0-9][a-z0-9.-]+?)\.s3(?:-website|-accelerate|-fips)?(?:[.-](?:dualstack\.)?[a-z0-9-]+)?"
    r"\.amazonaws\.com(?:\.cn)?$"
)
_BALANCERS = (".elb.amazonaws.com", ".elb.amazonaws.com.cn")
_QUEUE_URL = re.compile(
    r"^https://(?:sqs\.(?P<region>[a-z0-9-]+)|(?P<older>[a-z0-9-]+)\.queue)\.amazonaws\.com(?P<china>\.cn)?"
    r"/(?P<account>\d{12})/(?P<queue>[^/]+)$"
)
_QUALIFIED = re.compile(r"^(arn:[^:]*:lambda:[^:]*:\d*:function:[^:]+):[^:]+$")
_OBJECT = re.compile(r"^(arn:[^:]*:s3:::[^/]+)/.*$")


def spellings(alias: Alias) -> tuple[Alias, ...]:
    """The name in its normal spelling first, then what else it can mean, most exact first."""
    namespace, kind, value = alias.namespace, alias.kind, alias.value
    if kind == "host":
        return _of_host(namespace, value.strip().lower().rstrip("."))
    if kind == "address":
        try:
            return (Alias(namespace, kind, str(ipaddress.ip_address(value))),)
        except ValueError:
            return (alias,)
    if kind == "queue" and (found := _QUEUE_URL.match(value)):
        partition = "aws-cn" if found["china"] else "aws"
        region = found["region"] or found["older"]
        arn = f"arn:{partition}:sqs:{region}:{found['account']}:{found['queue']}"
        return (alias, Alias(namespace, "arn", arn))
    if kind == backends.BACKEND:
        return backends.spellings(alias)
    if kind == "arn":
        for shape in (_QUALIFIED, _OBJECT):
            if whole := shape.match(value):
                return (alias, Alias(namespace, kind, whole[1]))
    return (alias,)


def _of_host(namespace: str, name: str) -> tuple[Alias, ...]:
    # Route 53 writes the asterisk as an escape, and prefixes the balancers it leads to.
    found = [name.replace("\\052", "*")]
    if name.startswith("dualstack.") and name.endswith(_BALANCERS):
        found.append(name.removeprefix("dualstack."))
    labels = name.split(".")
    found += [".".join(("*", *labels[start:])) for start in range(1, len(labels) - 1)]
    spelled = tuple(Alias(namespace, "host", each) for each in found)
    bucket = _BUCKET_HOST.match(name)
    return (spelled[0], Alias(namespace, "bucket", bucket["bucket"]), *spelled[1:]) if bucket else spelled
