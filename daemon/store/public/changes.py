"""The view of what each snapshot changed."""

from __future__ import annotations

from daemon.store.public.shape import SNAPSHOT, Column, View


def _changes(kind: str, subject: str, versions: str, rows: str, reference: str, type_: str) -> str:
    """Openings and closings of one kind of version, as rows of change."""
    other = f"EXISTS (SELECT 1 FROM {versions} o WHERE o.{reference} = v.{reference} AND o.id <> v.id AND "
    shown_before = other + "o.since < v.since AND (o.until IS NULL OR o.until >= v.since))"
    shown_after = other + "o.since <= v.until AND (o.until IS NULL OR o.until > v.until))"
    no_drift = "v.ended = 'restated'"
    if kind != "data_path":
        no_drift = (
            "EXISTS (SELECT 1 FROM coverage c"
            " WHERE c.extent_id = v.extent_id AND c.since = v.until AND c.state = 'retired')"
        )
    return f"""
SELECT v.since AS snapshot, '{kind}' AS kind, v.origin AS action, {subject} AS subject, {type_} AS type
FROM {versions} v JOIN {rows} r ON r.id = v.{reference}
WHERE v.origin <> 'baseline' AND NOT (v.origin IN ('added', 'newly_visible') AND {shown_before})
UNION ALL
SELECT v.until, '{kind}', 'removed', {subject}, {type_}
FROM {versions} v JOIN {rows} r ON r.id = v.{reference}
WHERE v.until IS NOT NULL AND NOT {shown_after} AND NOT ({no_drift})"""


_ALL_CHANGES = " UNION ALL ".join(
    (
        _changes("resource", "r.urn", "resource_version", "resource", "resource_id", "r.type"),
        _changes(
            "relation",
            "r.source || ' ' || r.verb || ' ' || r.target",
            "relation_version",
            "relation",
            "relation_id",
            "r.verb",
        ),
        _changes(
            "data_path",
            "r.origin || ' ' || r.direction || ' ' || r.sink || ' ' || r.data_class",
            "data_path_version",
            "data_path",
            "data_path_id",
            "r.direction",
        ),
    )
)

CHANGES = (
    View(
        "v1_changes",
        "What each snapshot changed. Retired extents and baselines are no changes.",
        (
            Column("snapshot", "snapshot", "Snapshot that shows the change", SNAPSHOT, example="42"),
            Column("kind", "kind", "resource, relation or data_path", example="resource"),
            Column("action", "action", "added, altered, removed, restated or newly_visible", example="added"),
            Column("subject", "subject", "urn, or source, verb and target", example="arn:aws:sqs:..."),
            Column("type", "type", "Resource type, verb or direction", example="aws.sqs.queue"),
        ),
        f"FROM ({_ALL_CHANGES}) all_changes",
    ),
)
