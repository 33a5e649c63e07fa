"""The views of what lies between resources: stated links and observed flows."""

from __future__ import annotations

from daemon.store.public.shape import INTERVAL, TIME, Column, View

_COLUMNS = (
    Column("source", "r.source", "urn of the source", example="service://prod/shop/checkout"),
    Column("verb", "r.verb", "What the source does or is to the target", example="runs_on"),
    Column(
        "target",
        "CASE WHEN r.raw THEN coalesce(nullif(b.urn, ''), r.target) ELSE r.target END",
        "urn of the target; an alias, as namespace|kind|value, while it is not resolved",
        example="arn:aws:ecs:eu-central-1:111122223333:service/shop/checkout",
    ),
    Column("raw_target", "r.target", "The target as it was found", example="public|host|db.example"),
    Column(
        "binding",
        "b.state",
        "resolved, ambiguous, unresolved or third_party",
        null="the target is a urn",
        example="resolved",
    ),
    *INTERVAL,
    Column("document", "d.body", "What else is known of it", "JSON", example='{"columns":["email"]}'),
)

_SOURCE = """
FROM relation_version v
JOIN relation r ON r.id = v.relation_id
JOIN document d ON d.id = v.document_id
LEFT JOIN alias_binding b ON b.alias = r.target AND b.until IS NULL"""

RELATIONS = (
    View(
        "v1_relations",
        "Links stated by configuration, as of the newest snapshot.",
        _COLUMNS,
        _SOURCE + " WHERE v.until IS NULL AND NOT r.observed",
    ),
    View(
        "v1_flows",
        "Calls, queries and messages observed, aggregated, as of the newest snapshot.",
        (
            *_COLUMNS,
            Column("first_seen", "r.first_seen", "Time of the first span", TIME, "not known"),
            Column("last_seen", "r.last_seen", "Time of the newest span", TIME, "not known"),
            Column("times", "r.times", "How often, at least", "number", example="12"),
        ),
        _SOURCE + " WHERE v.until IS NULL AND r.observed",
    ),
)
