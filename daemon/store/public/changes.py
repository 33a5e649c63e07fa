"""The view of what each snapshot changed."""

from __future__ import annotations

from dataclasses import dataclass

from daemon.store.public.shape import SECOND, SNAPSHOT, TIME, Column, View, scope


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
    extent = "JOIN extent e ON e.id = v.extent_id" if kind.retires else ""
    said = f"{kind.subject} AS subject, {kind.type} AS type, {kind.scope}, s.started_at AS started_at"
    # CROSS JOIN: SQLite must begin at the snapshots, of which a reader wants a few.
    versions = f"snapshot s CROSS JOIN {kind.versions} v"
    joined = f"FROM {versions} JOIN {kind.rows} r ON r.id = v.{kind.reference} {extent}"
    opened, ended = (_shown_changes if kind.retires else _drawn_changes)(kind)
    return f"""
SELECT v.since AS snapshot, '{kind.name}' AS kind, v.origin AS action, {said}
{joined}
WHERE v.since = s.number AND v.origin <> 'baseline' AND {opened}
UNION ALL
SELECT v.until, '{kind.name}', 'removed', {said}
{joined}
WHERE v.until = s.number AND {ended}"""


def _drawn_changes(kind: _Kind) -> tuple[str, str]:
    """Of what we draw ourselves: one version at a time."""
    next_one = f"SELECT 1 FROM {kind.versions} o WHERE o.{kind.reference} = v.{kind.reference}"
    return "TRUE", f"v.ended <> 'restated' AND NOT EXISTS ({next_one} AND o.since = v.until)"


def _shown_changes(kind: _Kind) -> tuple[str, str]:
    """Of what extents show: several may, and each thing is told once.

    Listed content speaks before sighted, then the older extent. What any extent showed before is not new; where
    several show it first at once, knowledge speaks before news. It is gone when its last listing lacks it, but
    not if one that showed it until then is retired.
    """
    other = (
        f"EXISTS (SELECT 1 FROM {kind.versions} o JOIN extent oe ON oe.id = o.extent_id"
        f" WHERE o.{kind.reference} = v.{kind.reference} AND o.id <> v.id"
    )
    listed = "oe.provider <> 'traces'"
    speaks_before = (
        f"(({listed} AND e.provider = 'traces') OR (o.extent_id < v.extent_id"
        " AND (oe.provider = 'traces') = (e.provider = 'traces')))"
    )
    shown_before = f"{other} AND o.since < v.since AND (o.until IS NULL OR o.until >= v.since))"
    first_elsewhere = (
        f"{other} AND o.since = v.since AND (o.origin = 'baseline' OR (o.origin = 'newly_visible'"
        " AND v.origin = 'added') OR (o.origin = v.origin AND o.extent_id < v.extent_id)))"
    )
    unheard = (
        f"{other} AND o.since <= v.since AND (o.until IS NULL OR o.until > v.since) AND {speaks_before})"
    )
    gone = f"{other} AND {listed} AND o.until = v.since AND NOT {_RETIRED})"
    unproven = f"{other} AND {listed} AND o.until = v.since AND {_RETIRED})"
    opened = (
        f"((v.origin IN ('added', 'newly_visible') AND NOT {shown_before} AND NOT {first_elsewhere})"
        f" OR (v.origin IN ('altered', 'restated') AND NOT {unheard}"
        f" AND NOT (e.provider = 'traces' AND {gone} AND NOT {unproven})))"
    )
    lasting = f"({listed} OR v.ended = 'gone')"
    goes_on = f"{other} AND {lasting} AND o.since <= v.until AND (o.until IS NULL OR o.until > v.until))"
    told_elsewhere = (
        f"{other} AND {lasting} AND o.until = v.until AND (o.extent_id < v.extent_id OR {_RETIRED}))"
    )
    ended = (
        f"(e.provider <> 'traces' OR v.ended = 'gone') AND NOT {_RETIRED.replace('o.', 'v.')} AND NOT {goes_on}"
        f" AND NOT {told_elsewhere}"
    )
    return opened, ended


_RETIRED = "(o.ended = 'retired')"


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
            Column(
                "started_at",
                "started_at",
                "When the cycle of that snapshot began",
                TIME,
                example="2026-11-22T06:00:00Z",
                since=SECOND,
            ),
        ),
        (f"FROM ({' UNION ALL '.join(_changes(kind) for kind in _KINDS)}) all_changes",),
    ),
)
