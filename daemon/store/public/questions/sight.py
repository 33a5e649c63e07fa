"""Questions about what could not be looked at, and what was not told."""

from __future__ import annotations

from daemon.store.public.question import Parameter, Question, until

SIGHT = (
    Question(
        "unobserved",
        "What is not observed, and since when",
        """
SELECT c.account, c.region, c.type, c.state, c.detail, s.started_at AS since, c.last_listed_at
FROM v1_coverage c
JOIN v1_snapshots s ON s.number = c.since
WHERE c.state NOT IN ('listed', 'sighted', 'not due', 'retired')
ORDER BY c.since, c.account, c.region, c.type""",
        note="Everything that these extents showed is still in the other views, as of `last_listed_at`.",
    ),
    Question(
        "unconfirmed",
        "Resources that could not be confirmed for a while",
        """
SELECT account, region, type, name, urn, coverage, confirmed_at
FROM v1_resources
WHERE confirmed_at < :until
ORDER BY confirmed_at, account, region, type, urn""",
        (until("Not confirmed since this time"),),
    ),
    Question(
        "coverage-history",
        "How one type was answered, from when to when",
        """
SELECT v.account, v.region, v.state, s.started_at AS since, v.valid_from, v.valid_to, v.detail
FROM v1_coverage_versions v
JOIN v1_snapshots s ON s.number = v.valid_from
WHERE v.type = :type
ORDER BY v.account, v.region, v.valid_from""",
        (Parameter("type", "A resource type", "aws.rds.instance"),),
    ),
    Question(
        "sight",
        "For how many of the running workloads data paths could be seen",
        """
SELECT s.started_at AS since, v.visible, v.workloads
FROM v1_sight v
JOIN v1_snapshots s ON s.number = v.valid_from
ORDER BY v.valid_from""",
    ),
    Question(
        "undelivered",
        "Mails that have not arrived",
        """
SELECT id, kind, recipient, state, created_at, attempts, last_error
FROM v1_deliveries
WHERE state = 'expired' OR (state = 'pending' AND attempts > 0)
ORDER BY id""",
    ),
)
