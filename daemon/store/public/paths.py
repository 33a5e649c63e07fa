"""The views of data paths."""

from __future__ import annotations

from daemon.store.public.shape import AS_OF, DOCUMENT, INTERVAL, JSON, SECOND, Column, View, as_of

_COLUMNS = (
    Column(
        "origin_operation",
        "p.origin",
        "Operation at which the path begins (urn)",
        example="operation://prod/shop/checkout/GET /orders/{id}",
    ),
    Column(
        "sink",
        "p.sink",
        "Table, third party or topic at which it ends (urn)",
        example="table://public/postgresql/db.example:5432/shop/public.customers",
    ),
    Column(
        "direction",
        "p.direction",
        "reads, writes, sends (to a third party) or publishes (to a topic or queue)",
        example="reads",
    ),
    Column(
        "data_class", "p.data_class", "Kind of personal data, a fideslang key", example="user.contact.email"
    ),
    Column("environment", "p.environment", "Environment of the origin", example="prod"),
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
    Column(
        "answer",
        "v.answer",
        "What the origin does with what is read: reads (answers nobody, or without it), may return (nothing is known "
        "of the fields of its answer) or returns (a declared field says so); empty for what does not read",
        example="may return",
        since=SECOND,
    ),
    *INTERVAL,
    Column("document", "d.body", "Route, evidence and reasons", JSON, example='{"route":[]}'),
)

_JOINED = f"JOIN data_path p ON p.id = v.data_path_id {DOCUMENT}"

PATHS = (
    View(
        "v1_data_paths",
        "Data paths as of the newest snapshot: who can ask for which person's data.",
        _COLUMNS,
        (f"FROM data_path_version v {_JOINED} WHERE v.until IS NULL",),
    ),
    View(
        "v1_data_path_changes",
        "Every version of every data path.",
        _COLUMNS,
        (f"FROM data_path_version v {_JOINED}",),
    ),
    View(
        "v1_data_paths_as_of",
        "Data paths as of any snapshot: filter by `snapshot`.",
        (AS_OF, *_COLUMNS),
        as_of("data_path_version", _JOINED),
        SECOND,
    ),
)
