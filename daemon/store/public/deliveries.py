"""The view of reports and what became of them."""

from __future__ import annotations

from daemon.store.public.shape import NUMBER, SNAPSHOT, TIME, Column, View

DELIVERIES = (
    View(
        "v1_deliveries",
        "Every report to every recipient, and what became of it.",
        (
            Column("id", "id", "Number of the delivery", NUMBER, example="7"),
            Column("kind", "kind", "baseline, alarm or digest", example="digest"),
            Column("recipient", "recipient", "Mail address of the operator", example="ops@example.org"),
            Column(
                "snapshot_from",
                "snapshot_from",
                "Compared with this snapshot",
                SNAPSHOT,
                "a baseline",
                example="41",
            ),
            Column("snapshot_to", "snapshot_to", "The snapshot reported", SNAPSHOT, example="42"),
            Column("state", "state", "pending, sent, quiet (nothing to say) or expired", example="sent"),
            Column("created_at", "created_at", "Since when it is due", TIME, example="2026-11-22T06:00:09Z"),
            Column("not_before", "not_before", "When it may leave", TIME, example="2026-11-22T07:00:00Z"),
            Column(
                "sent_at",
                "sent_at",
                "When the mail server took it",
                TIME,
                "not yet",
                example="2026-11-22T07:00:02Z",
            ),
            Column("attempts", "attempts", "How often it was tried", NUMBER, example="1"),
            Column(
                "last_error",
                "last_error",
                "Why the last try failed; empty if it did not",
                example="connection refused",
            ),
        ),
        ("FROM delivery",),
    ),
)
