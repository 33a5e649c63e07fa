"""Questions about what changed, and how things were."""

from __future__ import annotations

from daemon.store.public.question import Parameter, Question, since, until
from daemon.store.public.shape import SNAPSHOT, TIME

CHANGES = (
    Question(
        "account-changes",
        "What changed in an account, such as last week",
        """
SELECT started_at, snapshot, kind, action, type, region, subject
FROM v1_changes
WHERE account = :account AND started_at >= :since AND started_at < :until
ORDER BY snapshot, kind, action, type, subject""",
        (
            Parameter("account", "A cloud account; for traces an environment", "111122223333"),
            since(),
            until(),
        ),
    ),
    Question(
        "snapshot-changes",
        "What a snapshot changed",
        """
SELECT kind, action, type, subject
FROM v1_changes
WHERE snapshot = :snapshot
ORDER BY kind, action, type, subject""",
        (Parameter("snapshot", "The snapshot that shows the changes", "42", SNAPSHOT),),
        "The daily report groups and explains this; here is every row of it.",
    ),
    Question(
        "drift-by-kind",
        "How much changed, by kind, such as in one day",
        """
SELECT kind, action, count(*) AS changes
FROM v1_changes
WHERE started_at >= :since AND started_at < :until
GROUP BY kind, action
ORDER BY kind, action""",
        (since(), until()),
    ),
    Question(
        "churn",
        "Which types change most",
        """
SELECT kind, type, count(*) AS changes, count(DISTINCT subject) AS subjects, count(DISTINCT snapshot) AS snapshots
FROM v1_changes
WHERE started_at >= :since
GROUP BY kind, type
ORDER BY changes DESC, kind, type""",
        (since(),),
    ),
    Question(
        "resource-versions",
        "One resource, version by version",
        """
SELECT v.valid_from, s.started_at AS since, v.valid_to, v.origin, v.name, v.document
FROM v1_resource_versions v
JOIN v1_snapshots s ON s.number = v.valid_from
WHERE v.urn = :urn
ORDER BY v.valid_from, v.listed_in""",
        (Parameter("urn", "The resource", "arn:aws:sqs:eu-central-1:111122223333:mail"),),
    ),
    Question(
        "resources-at",
        "The resources of an account as of a date",
        """
SELECT DISTINCT r.snapshot, r.type, r.region, r.name, r.urn
FROM v1_resources_as_of r
WHERE r.snapshot = (
    SELECT number FROM v1_snapshots
    WHERE :at >= current_from AND (current_until IS NULL OR :at < current_until))
  AND r.account = :account
ORDER BY r.type, r.region, r.name, r.urn""",
        (
            Parameter("account", "A cloud account; for traces an environment", "111122223333"),
            Parameter("at", "The time at which they were there", "2026-11-15T12:00:00Z", TIME),
        ),
    ),
)
