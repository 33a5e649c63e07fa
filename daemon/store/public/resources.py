"""The views of resources."""

from __future__ import annotations

from daemon.store.public.shape import INTERVAL, Column, View, scope

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
        "boolean",
        "the type cannot say",
        "1",
    ),
    *INTERVAL,
    Column("listed_in", "e.type", "Type of the extent that shows it", example="aws.sqs.queue"),
    Column("document", "d.body", "Everything kept of it", "JSON", example='{"attributes":{}}'),
)

_SOURCE = """
FROM resource_version v
JOIN resource r ON r.id = v.resource_id
JOIN extent e ON e.id = v.extent_id
JOIN document d ON d.id = v.document_id"""

RESOURCES = (
    View(
        "v1_resources",
        "Resources as of the newest snapshot. One that several extents show has a row for each.",
        _COLUMNS,
        _SOURCE + " WHERE v.until IS NULL",
    ),
    View("v1_resource_versions", "Every version of every resource.", _COLUMNS, _SOURCE),
)
