"""The views of what lies between resources: stated links and observed flows."""

from __future__ import annotations

from daemon.store.public.shape import (
    AS_OF,
    BOOLEAN,
    DOCUMENT,
    INTERVAL,
    JSON,
    NUMBER,
    SECOND,
    TIME,
    Column,
    View,
    as_of,
)

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
    Column(
        "binding_reason",
        "b.reason",
        "Why, in a sentence",
        null="the target is a urn",
        example="2 resources answer to db.internal",
        since=SECOND,
    ),
    Column(
        "candidates",
        "b.candidates",
        "urns of the resources that it may mean, where several answer to it",
        JSON,
        "the target is a urn",
        example='["arn:aws:rds:eu-central-1:111122223333:db:orders"]',
        since=SECOND,
    ),
    *INTERVAL,
    Column("document", "d.body", "What else is known of it", JSON, example='{"columns":["email"]}'),
)
_FLOW = (
    Column(
        "first_seen",
        "r.first_seen",
        "Time of the first span",
        TIME,
        "not known",
        example="2026-11-20T09:12:44Z",
    ),
    Column(
        "last_seen",
        "r.last_seen",
        "Time of the newest span",
        TIME,
        "not known",
        example="2026-11-22T05:59:58Z",
    ),
    Column("times", "r.times", "How often, at least", NUMBER, example="12"),
)
_OBSERVED = Column(
    "observed", "r.observed", "A flow seen in telemetry, not a stated link", BOOLEAN, example="1"
)

_JOINED = f"""
JOIN relation r ON r.id = v.relation_id
{DOCUMENT}
LEFT JOIN alias_binding b ON b.alias = r.target"""
_NOW = f"FROM relation_version v {_JOINED} AND b.until IS NULL"
_THEN = as_of(
    "relation_version", f"{_JOINED} AND b.since <= s.number AND (b.until IS NULL OR b.until > s.number)"
)

RELATIONS = (
    View(
        "v1_relations",
        "Links stated by configuration, as of the newest snapshot.",
        _COLUMNS,
        (f"{_NOW} WHERE v.until IS NULL AND NOT r.observed",),
    ),
    View(
        "v1_flows",
        "Calls, queries and messages observed, aggregated, as of the newest snapshot.",
        (*_COLUMNS, *_FLOW),
        (f"{_NOW} WHERE v.until IS NULL AND r.observed",),
    ),
    View(
        "v1_relation_versions",
        "Every version of every link and flow; names resolved as by the newest snapshot.",
        (*_COLUMNS, _OBSERVED, *_FLOW),
        (_NOW,),
        SECOND,
    ),
    View(
        "v1_relations_as_of",
        "Links and flows as of any snapshot, names resolved as by that snapshot: filter by `snapshot`.",
        (AS_OF, *_COLUMNS, _OBSERVED),
        _THEN,
        SECOND,
    ),
)
