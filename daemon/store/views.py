"""The public views `v1_*` and their dictionary: one catalogue makes the SQL, the comments and the documentation.

Additive only: a column, once here, keeps its name and meaning. Every query runs alike on SQLite and PostgreSQL.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, text


@dataclass(frozen=True, slots=True)
class Column:
    """One documented column. `null`: what null means, "" if never null. `unit`: text, number, UTC time, ..."""

    name: str
    sql: str
    meaning: str
    unit: str = "text"
    null: str = ""
    example: str = ""


@dataclass(frozen=True, slots=True)
class View:
    """One public view. `source`: everything from FROM on."""

    name: str
    meaning: str
    columns: tuple[Column, ...]
    source: str
    since: str = "0.1"


_TIME = "UTC time, YYYY-MM-DDTHH:MM:SSZ"
_SNAPSHOT = "snapshot number"
_NEWEST = "(SELECT max(number) FROM snapshot)"

_SCOPE = (
    Column("provider", "{t}.provider", "Where it was found: aws, traces, ...", example="aws"),
    Column("account", "{t}.account", "Cloud account; for traces the environment", example="111122223333"),
    Column("region", "{t}.region", "Cloud region; empty for global", example="eu-central-1"),
)


def _scope(table: str) -> tuple[Column, ...]:
    return tuple(Column(c.name, c.sql.format(t=table), c.meaning, c.unit, c.null, c.example) for c in _SCOPE)


_INTERVAL = (
    Column("valid_from", "v.since", "First snapshot in which this version holds", _SNAPSHOT, example="41"),
    Column(
        "valid_to", "v.until", "First snapshot in which it no longer holds", _SNAPSHOT, "it still holds", "42"
    ),
    Column(
        "origin",
        "v.origin",
        "How the version came to be: baseline, added, altered, restated, newly_visible",
        example="added",
    ),
)

_VERSION_COLUMNS = (
    Column("urn", "r.urn", "Identity of the resource", example="arn:aws:sqs:eu-central-1:111122223333:mail"),
    Column("type", "r.type", "Resource type", example="aws.sqs.queue"),
    Column("name", "v.name", "Its own name", example="mail"),
    Column("role", "r.role", "What it is for: entry, workload, data_store, ...", example="queue"),
    *_scope("r"),
    Column(
        "public",
        "v.public",
        "Reachable from the internet by its own settings",
        "boolean",
        "the type cannot say",
        "1",
    ),
    *_INTERVAL,
    Column("listed_in", "e.type", "Type of the extent that shows it", example="aws.sqs.queue"),
    Column("document", "d.body", "Everything kept of it", "JSON", example='{"attributes":{}}'),
)

_VERSION_SOURCE = """
FROM resource_version v
JOIN resource r ON r.id = v.resource_id
JOIN extent e ON e.id = v.extent_id
JOIN document d ON d.digest = v.digest"""

_RELATION_COLUMNS = (
    Column("source", "r.source", "urn of the source", example="service://prod/shop/checkout"),
    Column("verb", "r.verb", "What the source does or is to the target", example="runs_on"),
    Column(
        "target",
        "CASE WHEN r.raw THEN coalesce(nullif(b.urn, ''), r.target) ELSE r.target END",
        "urn of the target; an alias, as namespace|kind|value, while it is not resolved",
        example="arn:aws:ecs:eu-central-1:111122223333:service/shop/checkout",
    ),
    Column("raw_target", "r.target", "The target as it was found", example="public|host|db.example"),
    Column(
        "binding",
        "b.state",
        "resolved, ambiguous, unresolved or third_party",
        null="the target is a urn",
        example="resolved",
    ),
    *_INTERVAL,
    Column("document", "d.body", "What else is known of it", "JSON", example='{"columns":["email"]}'),
)

_RELATION_SOURCE = """
FROM relation_version v
JOIN relation r ON r.id = v.relation_id
JOIN document d ON d.digest = v.digest
LEFT JOIN alias_binding b ON b.alias = r.target AND b.until IS NULL"""

_PATH_IDENTITY = (
    Column(
        "origin_operation",
        "p.origin",
        "Operation at which the path begins (urn)",
        example="operation://prod/shop/checkout/GET /orders/{id}",
    ),
    Column(
        "sink",
        "p.sink",
        "Table or third party at which it ends (urn)",
        example="table://public/postgresql/db.example:5432/shop/public.customers",
    ),
    Column("direction", "p.direction", "reads, writes or sends", example="reads"),
    Column(
        "data_class", "p.data_class", "Kind of personal data, a fideslang key", example="user.contact.email"
    ),
    Column("environment", "p.environment", "Environment of the origin", example="prod"),
)

_PATH_CONTENT = (
    Column("exposure", "v.exposure", "internet or internal", example="internet"),
    Column(
        "tier", "v.tier", "observed (within one trace) or possible (composed of edges)", example="observed"
    ),
    Column("columns", "v.columns", "Columns that carry the class, comma-separated", example="email"),
    Column(
        "store",
        "v.store",
        "urn of the data store the sink lies in; empty if unknown",
        example="arn:aws:rds:...",
    ),
    Column("borders", "v.borders", "Jurisdictions crossed, comma-separated", example="EU->US"),
    *_INTERVAL,
    Column("document", "d.body", "Route, evidence and reasons", "JSON", example='{"route":[]}'),
)

_PATH_SOURCE = """
FROM data_path_version v
JOIN data_path p ON p.id = v.data_path_id
JOIN document d ON d.digest = v.digest"""


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

VIEWS = (
    View(
        "v1_snapshots",
        "Every snapshot, in order of number.",
        (
            Column("number", "number", "Number of the snapshot", _SNAPSHOT, example="42"),
            Column("started_at", "started_at", "When its cycle began", _TIME, example="2026-11-22T06:00:00Z"),
            Column(
                "committed_at", "committed_at", "When it was written", _TIME, example="2026-11-22T06:00:09Z"
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
            *_scope("e"),
            Column(
                "state",
                "c.state",
                "listed, sighted, denied, throttled, unreachable, disabled, expired, partial, failed, retired",
                example="denied",
            ),
            Column("detail", "c.detail", "What failed and what to do; empty if listed"),
            Column("since", "c.since", "First snapshot with this outcome", _SNAPSHOT, example="42"),
            Column(
                "last_listed",
                "e.last_listed",
                "Newest snapshot that listed it",
                _SNAPSHOT,
                "never listed",
                "41",
            ),
            Column("last_listed_at", "e.last_listed_at", "When that was", _TIME, "never listed"),
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
    View(
        "v1_resources",
        "Resources as of the newest snapshot. One that several extents show has a row for each.",
        _VERSION_COLUMNS,
        _VERSION_SOURCE + " WHERE v.until IS NULL",
    ),
    View("v1_resource_versions", "Every version of every resource.", _VERSION_COLUMNS, _VERSION_SOURCE),
    View(
        "v1_relations",
        "Links stated by configuration, as of the newest snapshot.",
        _RELATION_COLUMNS,
        _RELATION_SOURCE + " WHERE v.until IS NULL AND NOT r.observed",
    ),
    View(
        "v1_flows",
        "Calls, queries and messages observed, aggregated, as of the newest snapshot.",
        (
            *_RELATION_COLUMNS,
            Column("first_seen", "r.first_seen", "Time of the first span", _TIME, "not known"),
            Column("last_seen", "r.last_seen", "Time of the newest span", _TIME, "not known"),
            Column("times", "r.times", "How often, at least", "number", example="12"),
        ),
        _RELATION_SOURCE + " WHERE v.until IS NULL AND r.observed",
    ),
    View(
        "v1_changes",
        "What each snapshot changed. Retired extents and baselines are no changes.",
        (
            Column("snapshot", "snapshot", "Snapshot that shows the change", _SNAPSHOT, example="42"),
            Column("kind", "kind", "resource, relation or data_path", example="resource"),
            Column("action", "action", "added, altered, removed, restated or newly_visible", example="added"),
            Column("subject", "subject", "urn, or source, verb and target", example="arn:aws:sqs:..."),
            Column("type", "type", "Resource type, verb or direction", example="aws.sqs.queue"),
        ),
        f"FROM ({_ALL_CHANGES}) all_changes",
    ),
    View(
        "v1_data_paths",
        "Data paths as of the newest snapshot: who can ask for which person's data.",
        (*_PATH_IDENTITY, *_PATH_CONTENT),
        _PATH_SOURCE + " WHERE v.until IS NULL",
    ),
    View(
        "v1_data_path_changes",
        "Every version of every data path.",
        (*_PATH_IDENTITY, *_PATH_CONTENT),
        _PATH_SOURCE,
    ),
    View(
        "v1_components",
        "Which service (or workload) runs which component, as of the newest snapshot.",
        (
            Column(
                "subject", "r.source", "urn of the service, or of the workload", example="service://prod//web"
            ),
            Column(
                "image", "r.target", "urn of the image", example="image://registry.example/web@sha256:..."
            ),
            Column("purl", "c.purl", "Package URL with version", example="pkg:pypi/flask@3.1.0"),
            Column("name", "c.name", "Name of the component", example="flask"),
            Column("version", "c.version", "Version of the component", example="3.1.0"),
        ),
        "FROM relation_version v JOIN relation r ON r.id = v.relation_id AND r.verb = 'runs_image'"
        " JOIN component c ON c.subject = substr(r.target, length(r.target) - 70) WHERE v.until IS NULL",
    ),
    View(
        "v1_findings",
        "Components with a known vulnerability, as of the newest snapshot.",
        (
            Column(
                "subject",
                "f.subject",
                "urn of the service, or of the workload",
                example="service://prod//web",
            ),
            Column("package", "f.package", "Package URL without version", example="pkg:pypi/flask"),
            Column("advisory", "f.advisory", "CVE, or the advisory's own id", example="CVE-2021-44228"),
            Column("component", "v.component", "Name of the component", example="log4j-core"),
            Column("version", "v.version", "Version that runs", example="2.14.1"),
            Column("fixed", "v.fixed", "Versions that mend it, comma-separated", example="2.15.0"),
            Column("severity", "v.severity", "critical, high, medium, low or unknown", example="critical"),
            Column("image", "v.image", "urn of the image that contains it"),
            Column("summary", "v.summary", "The advisory in one line"),
            *_INTERVAL,
        ),
        "FROM finding_version v JOIN finding f ON f.id = v.finding_id WHERE v.until IS NULL",
    ),
    View(
        "v1_deliveries",
        "Every report to every recipient, and what became of it.",
        (
            Column("id", "id", "Number of the delivery", "number", example="7"),
            Column("kind", "kind", "baseline, alarm or digest", example="digest"),
            Column("recipient", "recipient", "Mail address of the operator", example="ops@example.org"),
            Column(
                "snapshot_from", "snapshot_from", "Compared with this snapshot", _SNAPSHOT, "a baseline", "41"
            ),
            Column("snapshot_to", "snapshot_to", "The snapshot reported", _SNAPSHOT, example="42"),
            Column("state", "state", "pending, sent, quiet (nothing to say) or expired", example="sent"),
            Column("created_at", "created_at", "Since when it is due", _TIME),
            Column("not_before", "not_before", "When it may leave", _TIME),
            Column("sent_at", "sent_at", "When the mail server took it", _TIME, "not yet"),
            Column("attempts", "attempts", "How often it was tried", "number", example="1"),
            Column("last_error", "last_error", "Why the last try failed; empty if it did not"),
        ),
        "FROM delivery",
    ),
)

_DICTIONARY = "v1_dictionary"


def create(connection: Connection) -> None:
    """Creates every view, the dictionary, and on PostgreSQL a comment on each column."""
    for view in VIEWS:
        connection.execute(text(_view_sql(view)))
        if connection.dialect.name == "postgresql":
            for column in view.columns:
                comment = column.meaning.replace("'", "''")
                connection.exec_driver_sql(f"COMMENT ON COLUMN {view.name}.{column.name} IS '{comment}'")
    connection.exec_driver_sql(_dictionary_sql().replace("%", "%%"))


def drop(connection: Connection) -> None:
    """Drops every view there may be, so that the tables below can change."""
    for name in (*(view.name for view in VIEWS), _DICTIONARY):
        connection.execute(text(f"DROP VIEW IF EXISTS {name}"))


def _view_sql(view: View) -> str:
    columns = ", ".join(f"{column.sql} AS {column.name}" for column in view.columns)
    return f"CREATE VIEW {view.name} AS SELECT {columns} {view.source}".replace(":", r"\:")


def _dictionary_sql() -> str:
    """The dictionary is a view over constants, so it can neither lag behind nor be lost."""
    rows = [
        (view.name, column.name, column.meaning, column.unit, column.null, column.example, view.since)
        for view in (*VIEWS, DICTIONARY)
        for column in view.columns
    ]
    names = ", ".join(f"column{i} AS {c.name}" for i, c in enumerate(DICTIONARY.columns, 1))
    values = ", ".join("(" + ", ".join(_quoted(value) for value in row) + ")" for row in rows)
    return f"CREATE VIEW {_DICTIONARY} AS SELECT {names} FROM (VALUES {values}) AS rows_"


def _quoted(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


DICTIONARY = View(
    _DICTIONARY,
    "Every column of every view, and what it means.",
    (
        Column("view_name", "", "Name of the view", example="v1_resources"),
        Column("column_name", "", "Name of the column", example="urn"),
        Column("meaning", "", "What it says"),
        Column("unit", "", "How to read it", example="snapshot number"),
        Column("null_means", "", "What null means; empty if it is never null"),
        Column("example", "", "One value it may have; empty if the meaning says enough"),
        Column("since", "", "Release that brought it", example="0.1"),
    ),
    "",
)
