"""The views of snapshots, of how each extent was answered in them, and of how much they could see."""

from __future__ import annotations

from daemon.store.public.shape import (
    AS_OF,
    BOOLEAN,
    HEX,
    NUMBER,
    SECOND,
    SNAPSHOT,
    TIME,
    VALIDITY,
    Column,
    View,
    as_of,
    scope,
)

_USABLE = "state <> 'failed' AND pruned_at IS NULL"

_TYPE = Column("type", "e.type", "Resource type", example="aws.rds.instance")
_OUTCOME = (
    Column(
        "state",
        "v.state",
        "listed, sighted, a gap's cause (denied, throttled, unreachable, disabled, expired, partial, failed),"
        " not due, never listed, retired",
        example="denied",
    ),
    Column("detail", "v.detail", "What failed and what to do; empty if listed", example="sqs:ListQueues"),
)
_SINCE = Column("since", "v.since", "First snapshot with this outcome", SNAPSHOT, example="42")
_DETAILS_FAILED = Column(
    "details_failed", "v.details_failed", "Resources of which a detail could not be read", NUMBER, example="0"
)
_PENDING = Column(
    "pending",
    "v.pending",
    "Resources that its newest listing lacked, kept until another listing lacks them too",
    NUMBER,
    example="0",
    since=SECOND,
)
_SOURCE = "JOIN extent e ON e.id = v.extent_id"

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
            Column("extents", "extents", "Extents asked for", NUMBER, example="120"),
            Column("listed", "listed", "Extents answered", NUMBER, example="118"),
            Column("header", "header", "Digest that names it and all before it", HEX, example="9f2c..."),
            Column(
                "parent",
                "parent",
                "Header of the snapshot before; empty for the first",
                HEX,
                example="51ab...",
            ),
            Column("late", "late", "Its cycle ran later than it was due", BOOLEAN, example="0"),
            Column(
                "current_from",
                f"CASE WHEN {_USABLE} THEN started_at END",
                "Since when it is the newest usable snapshot",
                TIME,
                "it failed and never was, or is pruned",
                example="2026-11-22T06:00:00Z",
                since=SECOND,
            ),
            Column(
                "current_until",
                f"CASE WHEN {_USABLE} THEN min(CASE WHEN {_USABLE} THEN started_at END)"
                " OVER (ORDER BY number DESC ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) END",
                "From when on a later one is; if not after current_from, it never was",
                TIME,
                "it still is; or it failed and never was, or is pruned",
                example="2026-11-23T06:00:00Z",
                since=SECOND,
            ),
            Column(
                "pruned_at",
                "pruned_at",
                "When it was pruned: what it showed is no more, its header stays",
                TIME,
                "it is kept whole",
                example="2026-12-23T06:00:00Z",
                since=SECOND,
            ),
        ),
        ("FROM snapshot",),
    ),
    View(
        "v1_coverage",
        "How each extent (type x scope) was answered in the newest snapshot that asked for it.",
        (
            _TYPE,
            *scope("e"),
            *_OUTCOME,
            _SINCE,
            Column(
                "last_listed",
                "e.last_listed",
                "Newest snapshot that listed it",
                SNAPSHOT,
                "never listed",
                example="41",
            ),
            Column(
                "last_listed_at",
                "e.last_listed_at",
                "When that was",
                TIME,
                "never listed",
                example="2026-11-21T06:00:09Z",
            ),
            _DETAILS_FAILED,
            _PENDING,
        ),
        ("FROM extent e JOIN coverage v ON v.extent_id = e.id AND v.until IS NULL",),
    ),
    View(
        "v1_coverage_versions",
        "The history of coverage: from when to when each extent was answered how.",
        (_TYPE, *scope("e"), *_OUTCOME, _DETAILS_FAILED, *VALIDITY, _PENDING),
        (f"FROM coverage v {_SOURCE}",),
        SECOND,
    ),
    View(
        "v1_coverage_as_of",
        "Coverage as of any snapshot: filter by `snapshot`.",
        (AS_OF, _TYPE, *scope("e"), *_OUTCOME, _SINCE, _DETAILS_FAILED, _PENDING),
        as_of("coverage", _SOURCE),
        SECOND,
    ),
    View(
        "v1_sight",
        "For how many of the running workloads data paths could be seen, and since when.",
        (
            Column("valid_from", "snapshot", "First snapshot that saw this much", SNAPSHOT, example="41"),
            Column(
                "valid_to",
                "lead(snapshot) OVER (ORDER BY snapshot)",
                "First snapshot that judged it anew",
                SNAPSHOT,
                "it still holds",
                example="42",
            ),
            Column("workloads", "workloads", "Workloads that run", NUMBER, example="12"),
            Column("visible", "visible", "Those of them whose spans arrive", NUMBER, example="9"),
            Column(
                "document",
                "body",
                "As text of JSON: blind, the ones without spans; no_statements, services; unknown_tables; folded, "
                "names that stand for all beyond a limit; sampled, services that send a part of their traces",
                example='{"blind":[]}',
            ),
        ),
        ("FROM sight",),
        SECOND,
    ),
)
