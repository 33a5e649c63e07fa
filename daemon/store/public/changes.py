"""The view of what each snapshot changed."""

from __future__ import annotations

from dataclasses import dataclass

from daemon.store.public.shape import SECOND, SNAPSHOT, Column, View, scope


@dataclass(frozen=True, slots=True)
class _Kind:
    """One kind of version: its tables, and what a row of change says of it in terms of `r` (and `e`)."""

    name: str
    versions: str
    rows: str
    reference: str
    subject: str
    type: str
    scope: str
    retires: bool = True


_KINDS = (
    _Kind(
        "resource",
        "resource_version",
        "resource",
        "resource_id",
        "r.urn",
        "r.type",
        "r.provider AS provider, r.account AS account, r.region AS region",
    ),
    _Kind(
        "relation",
        "relation_version",
        "relation",
        "relation_id",
        "r.source || ' ' || r.verb || ' ' || r.target",
        "r.verb",
        "e.provider, e.account, e.region",
    ),
    _Kind(
        "data_path",
        "data_path_version",
        "data_path",
        "data_path_id",
        "r.origin || ' ' || r.direction || ' ' || r.sink || ' ' || r.data_class",
        "r.direction",
        "'traces', r.environment, ''",
        retires=False,
    ),
)


def _changes(kind: _Kind) -> str:
    """Openings and closings of one kind of version, as rows of change."""
    other = (
        f"EXISTS (SELECT 1 FROM {kind.versions} o WHERE o.{kind.reference} = v.{kind.reference}"
        " AND o.id <> v.id AND "
    )
    shown_before = other + "o.since < v.since AND (o.until IS NULL OR o.until >= v.since))"
    shown_after = other + "o.since <= v.until AND (o.until IS NULL OR o.until > v.until))"
    no_drift, extent = "v.ended = 'restated'", ""
    if kind.retires:
        extent = "JOIN extent e ON e.id = v.extent_id"
        no_drift = (
            "EXISTS (SELECT 1 FROM coverage c"
            " WHERE c.extent_id = v.extent_id AND c.since = v.until AND c.state = 'retired')"
        )
    said = f"{kind.subject} AS subject, {kind.type} AS type, {kind.scope}"
    joined = f"FROM {kind.versions} v JOIN {kind.rows} r ON r.id = v.{kind.reference} {extent}"
    return f"""
SELECT v.since AS snapshot, '{kind.name}' AS kind, v.origin AS action, {said}
{joined}
WHERE v.origin <> 'baseline' AND NOT (v.origin IN ('added', 'newly_visible') AND {shown_before})
UNION ALL
SELECT v.until, '{kind.name}', 'removed', {said}
{joined}
WHERE v.until IS NOT NULL AND NOT {shown_after} AND NOT ({no_drift})"""


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
            *scope("all_changes", since=SECOND),
        ),
        (f"FROM ({' UNION ALL '.join(_changes(kind) for kind in _KINDS)}) all_changes",),
    ),
)
