"""The views of snapshots and of how each extent was answered."""

from __future__ import annotations

from daemon.store.public.shape import SNAPSHOT, TIME, Column, View, scope

SNAPSHOTS = (
    View(
        "v1_snapshots",
        "Every snapshot, in order of number.",
        (
            Column("number", "number", "Number of the snapshot", SNAPSHOT, example="42"),
            Column("started_at", "started_at", "When its cycle began", TIME, example="2026-11-22T06:00:00Z"),
            Column(
                "committed_at", "committed_at", "When it was written", TIME, example="2026-11-22T06:00:09Z"
            ),
            Column("state", "state", "complete, partial (some gaps) or failed", example="complete"),
            Column("extents", "extents", "Extents asked for", "number", example="120"),
            Column("listed", "listed", "Extents answered", "number", example="118"),
            Column("header", "header", "Digest that names it and all before it", "hex", example="9f2c..."),
            Column("parent", "parent", "Header of the snapshot before; empty for the first", "hex"),
            Column("late", "late", "Its cycle ran later than it was due", "boolean", example="0"),
        ),
        "FROM snapshot",
    ),
    View(
        "v1_coverage",
        "How each extent (type x scope) was answered in the newest snapshot that asked for it.",
        (
            Column("type", "e.type", "Resource type", example="aws.rds.instance"),
            *scope("e"),
            Column(
                "state",
                "c.state",
                "listed, sighted, denied, throttled, unreachable, disabled, expired, partial, failed, retired",
                example="denied",
            ),
            Column("detail", "c.detail", "What failed and what to do; empty if listed"),
            Column("since", "c.since", "First snapshot with this outcome", SNAPSHOT, example="42"),
            Column(
                "last_listed",
                "e.last_listed",
                "Newest snapshot that listed it",
                SNAPSHOT,
                "never listed",
                "41",
            ),
            Column("last_listed_at", "e.last_listed_at", "When that was", TIME, "never listed"),
            Column(
                "details_failed",
                "c.details_failed",
                "Resources of which a detail could not be read",
                "number",
                example="0",
            ),
        ),
        "FROM extent e JOIN coverage c ON c.extent_id = e.id AND c.until IS NULL",
    ),
)
