"""What each source cannot tell, however well it is asked: shown, so that silence is not taken for absence."""

from __future__ import annotations

from collections.abc import Mapping

STATEMENTS = "statements"  # the text of database calls: no tables, no columns
COLUMNS = "columns"  # the text is there without what it selects
LINKS = "links"  # from a consumer's span to the producer's
KINDS = "kinds"  # whether a span is a server, client, producer or consumer
SAMPLING = "sampling"  # for how many spans one stands
RESOURCES = "resources"  # what the service runs on
TOPICS = "topics"  # names of queues and topics
OPERATIONS = "operations"  # which operation of a service did it, where spans are already put together

LACKS: Mapping[str, tuple[str, ...]] = {
    "otlp": (),
    "tempo": (),
    "jaeger": (),
    "clickhouse": (),
    "zipkin": (LINKS, SAMPLING),
    "xray": (SAMPLING,),
    "insights": (),
    "cloudtrace": (KINDS, LINKS, SAMPLING),
}
