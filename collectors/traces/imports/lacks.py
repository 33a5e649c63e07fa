"""What each source cannot tell, however well it is asked: shown, so that silence is not taken for absence."""

from __future__ import annotations

from collections.abc import Mapping

LINKS = "links"
KINDS = "kinds"
SAMPLING = "sampling"
RESOURCES = "resources"
VALUES = "personal values"

MEANINGS: Mapping[str, str] = {
    LINKS: "a consumer is joined to a producer by the topic's name only",
    KINDS: "queues and topics show only where a span names its kind itself (span.kind)",
    SAMPLING: "how often a flow was seen counts only the spans that were kept",
    RESOURCES: "environment, region and workload are known only where spans bear them as properties of their own "
    "(deployment.environment.name, cloud.region, cloud.resource_id)",
    VALUES: "personal values are looked for only in URLs, statements and other attributes that flows need",
}
"""What follows from it, for whoever wonders what is missing."""

LACKS: Mapping[str, tuple[str, ...]] = {
    "otlp": (),
    "tempo": (),
    "jaeger": (),
    "clickhouse": (SAMPLING, VALUES),
    "zipkin": (LINKS, SAMPLING),
    "xray": (SAMPLING,),
    "insights": (RESOURCES,),
    "cloudtrace": (KINDS, LINKS, SAMPLING),
}
