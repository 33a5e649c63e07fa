"""Questions about personal data: where it is kept, who reaches it, where it goes."""

from __future__ import annotations

from daemon.store.public.question import Parameter, Question, since
from daemon.store.public.shape import SNAPSHOT

_REACHED = """
WITH RECURSIVE reached (origin, operation) AS (
  SELECT origin_operation, origin_operation FROM v1_data_paths
  UNION
  SELECT reached.origin, calls.target
  FROM reached
  JOIN v1_flows calls ON calls.source = reached.operation AND calls.verb IN ('calls', 'publishes_to', 'consumed_by')
)"""
"""Which operations (and topics) lie behind the operation at which a path begins."""

PATHS = (
    Question(
        "new-paths",
        "New data paths since a snapshot",
        """
SELECT valid_from AS snapshot, exposure, origin_operation, direction, sink, columns, data_class, borders
FROM v1_data_path_changes
WHERE origin IN ('added', 'newly_visible') AND valid_from > :snapshot
ORDER BY valid_from, exposure DESC, origin_operation, sink, data_class""",
        (Parameter("snapshot", "The newest snapshot that is known already", "41", SNAPSHOT),),
    ),
    Question(
        "government-ids",
        "Every operation that the internet can call and that reads government ids",
        """
SELECT origin_operation, sink, columns, tier, valid_from AS since_snapshot
FROM v1_data_paths
WHERE exposure = 'internet' AND direction = 'reads' AND data_class LIKE 'user.government_id%'
ORDER BY origin_operation, sink""",
    ),
    Question(
        "borders",
        "Personal data that crosses a border",
        """
SELECT borders, origin_operation, direction, sink, data_class
FROM v1_data_paths
WHERE borders <> ''
ORDER BY borders, origin_operation, sink, data_class""",
        note="Told in the direction of the call: `EU/EEA->US` is something in the EU that reads from, writes to or "
        "sends to the US.",
    ),
    Question(
        "third-party-readers",
        "Services that talk to third parties and read personal data",
        _REACHED
        + """
SELECT DISTINCT owner.source AS service, sends.target AS third_party, path.sink AS table_read, path.data_class
FROM v1_data_paths path
JOIN reached ON reached.origin = path.origin_operation
JOIN v1_flows reads ON reads.source = reached.operation AND reads.target = path.sink AND reads.verb = 'reads'
JOIN v1_flows owner ON owner.target = reads.source AND owner.verb = 'has'
JOIN v1_flows owns ON owns.source = owner.source AND owns.verb = 'has'
JOIN v1_flows sends ON sends.source = owns.target AND sends.verb = 'sends_to'
JOIN v1_flows place ON place.source = sends.target AND place.verb = 'located_at' AND place.binding = 'third_party'
WHERE path.direction = 'reads'
ORDER BY service, third_party, table_read, path.data_class""",
    ),
    Question(
        "new-third-parties",
        "Third parties that are new, and who talks to them",
        """
SELECT place.source AS third_party, place.first_seen, sends.source AS operation, sends.times
FROM v1_flows place
LEFT JOIN v1_flows sends ON sends.target = place.source AND sends.verb = 'sends_to'
WHERE place.verb = 'located_at' AND place.binding = 'third_party' AND place.first_seen >= :since
ORDER BY third_party, operation""",
        (since("First seen at or after this time"),),
    ),
    Question(
        "data-kept",
        "Where each kind of personal data is kept, and how many operations reach it",
        """
SELECT data_class, sink, store, columns, count(DISTINCT origin_operation) AS operations
FROM v1_data_paths
WHERE direction IN ('reads', 'writes')
GROUP BY data_class, sink, store, columns
ORDER BY data_class, sink""",
    ),
    Question(
        "class-holders",
        "Which data stores hold one kind of personal data, and who reaches them",
        """
SELECT store, sink, columns, data_class, exposure, origin_operation, direction, tier
FROM v1_data_paths
WHERE direction IN ('reads', 'writes') AND (data_class = :data_class OR data_class LIKE :data_class || '.%')
ORDER BY store, sink, data_class, exposure DESC, origin_operation, direction""",
        (Parameter("data_class", "A data class; those below it are meant, too", "user.contact"),),
    ),
    Question(
        "unclassified-tables",
        "Tables that are read or written, but of which no personal data is known",
        """
SELECT DISTINCT used.target AS sink, used.verb, owner.source AS service
FROM v1_flows used
JOIN v1_flows owner ON owner.target = used.source AND owner.verb = 'has'
WHERE used.verb IN ('reads', 'writes')
  AND NOT EXISTS (SELECT 1 FROM v1_data_paths path WHERE path.sink = used.target)
ORDER BY sink, used.verb, service""",
        note="Unknown is not harmless: no statement may have named a column, or a name may say nothing.",
    ),
    Question(
        "vulnerable-data",
        "Services with a known vulnerability, and the personal data they reach",
        _REACHED
        + """
SELECT DISTINCT found.severity, found.advisory, found.subject AS service, found.component, found.version, found.fixed,
  path.data_class, path.sink, path.exposure
FROM v1_findings found
JOIN v1_flows owns ON owns.source = found.subject AND owns.verb = 'has'
JOIN v1_flows used ON used.source = owns.target AND used.verb IN ('reads', 'writes', 'sends_to')
JOIN reached ON reached.operation = owns.target
JOIN v1_data_paths path ON path.origin_operation = reached.origin AND path.sink = used.target
ORDER BY found.severity, found.advisory, service, found.component, path.sink, path.data_class""",
    ),
)
