"""The views of resources."""

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
    scope,
)

_COLUMNS = (
    Column("urn", "r.urn", "Identity of the resource", example="arn:aws:sqs:eu-central-1:111122223333:mail"),
    Column("type", "r.type", "Resource type", example="aws.sqs.queue"),
    Column("name", "v.name", "Its own name", example="mail"),
    Column("role", "r.role", "What it is for: entry, workload, data_store, ...", example="queue"),
    *scope("r"),
    Column(
        "public",
        "v.public",
        "Reachable from the internet by its own settings",
        BOOLEAN,
        "the type cannot say",
        example="1",
    ),
    *INTERVAL,
    Column("listed_in", "e.type", "Type of the extent that shows it", example="aws.sqs.queue"),
    Column("document", "d.body", "Everything kept of it", JSON, example='{"attributes":{}}'),
)

_CONFIRMED = (
    Column(
        "coverage",
        "(SELECT c.state FROM coverage c WHERE c.extent_id = v.extent_id AND c.until IS NULL)",
        "How the extent that shows it was answered by the newest snapshot, as v1_coverage.state",
        null="nothing is known of its extent",
        example="listed",
        since=SECOND,
    ),
    Column(
        "confirmed_at",
        "coalesce(v.last_shown_at, e.last_listed_at)",
        "When it was last listed",
        TIME,
        "never",
        example="2026-11-22T06:00:09Z",
        since=SECOND,
    ),
    Column(
        "pending",
        "v.absent",
        "Listings in a row that lacked it, where more than one must before it counts as removed",
        NUMBER,
        example="0",
        since=SECOND,
    ),
)

_JOINED = f"""
JOIN resource r ON r.id = v.resource_id
JOIN extent e ON e.id = v.extent_id
{DOCUMENT}"""

RESOURCES = (
    View(
        "v1_resources",
        "Resources as of the newest snapshot. One that several extents show has a row for each.",
        (*_COLUMNS, *_CONFIRMED),
        (f"FROM resource_version v {_JOINED} WHERE v.until IS NULL",),
    ),
    View(
        "v1_resource_versions",
        "Every version of every resource.",
        _COLUMNS,
        (f"FROM resource_version v {_JOINED}",),
    ),
    View(
        "v1_resources_as_of",
        "Resources as of any snapshot: filter by `snapshot`.",
        (AS_OF, *_COLUMNS),
        as_of("resource_version", _JOINED),
        SECOND,
    ),
)
