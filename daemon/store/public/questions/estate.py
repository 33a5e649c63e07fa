"""Questions about what there is, and what it is linked to."""

from __future__ import annotations

from daemon.store.public.question import Parameter, Question, since, until

ESTATE = (
    Question(
        "public-resources",
        "What is reachable from the internet by its own settings, by account",
        """
SELECT DISTINCT account, region, type, name, urn
FROM v1_resources
WHERE public
ORDER BY account, region, type, name, urn""",
    ),
    Question(
        "neighbours",
        "Everything that one resource is linked to, or exchanges data with",
        """
SELECT verb, target AS other, 'to' AS direction, binding, valid_from FROM v1_relations WHERE source = :urn
UNION ALL
SELECT verb, source, 'from', binding, valid_from FROM v1_relations WHERE target = :urn
UNION ALL
SELECT verb, target, 'to', binding, valid_from FROM v1_flows WHERE source = :urn
UNION ALL
SELECT verb, source, 'from', binding, valid_from FROM v1_flows WHERE target = :urn
ORDER BY verb, direction, other""",
        (Parameter("urn", "The resource", "service://prod/shop/checkout"),),
    ),
    Question(
        "callers",
        "Who calls a service",
        """
SELECT DISTINCT calling.source AS caller, called.target AS operation, calls.first_seen, calls.last_seen, calls.times
FROM v1_flows called
JOIN v1_flows calls ON calls.target = called.target AND calls.verb = 'calls'
JOIN v1_flows calling ON calling.target = calls.source AND calling.verb = 'has'
WHERE called.verb = 'has' AND called.source = :service
ORDER BY caller, operation""",
        (Parameter("service", "The service", "service://prod/shop/accounts"),),
    ),
    Question(
        "silent-flows",
        "Flows not seen for a while, such as seven days",
        """
SELECT source, verb, target, first_seen, last_seen, times
FROM v1_flows
WHERE last_seen < :until AND verb IN ('calls', 'reads', 'writes', 'sends_to', 'publishes_to', 'consumed_by')
ORDER BY last_seen, source, verb, target""",
        (until("Not seen since this time"),),
        "Silence is no end: a flow is gone once it is no longer in this view.",
    ),
    Question(
        "gone-flows",
        "Flows that are gone, and when they were seen last",
        """
SELECT v.source, v.verb, v.target, v.last_seen, v.times, v.valid_to AS gone_in
FROM v1_relation_versions v
JOIN v1_snapshots s ON s.number = v.valid_to
WHERE v.observed AND s.started_at >= :since
  AND NOT EXISTS (
    SELECT 1 FROM v1_flows f WHERE f.source = v.source AND f.verb = v.verb AND f.raw_target = v.raw_target)
ORDER BY gone_in, v.source, v.verb, v.target""",
        (since("Gone at or after this time"),),
    ),
    Question(
        "libraries",
        "Who runs a library, and which version of it",
        """
SELECT name, version, subject, image
FROM v1_components
WHERE name = :name OR name LIKE '%/' || :name
ORDER BY name, version, subject, image""",
        (Parameter("name", "Name of the component; a group before it may be left out", "log4j-core"),),
    ),
)
