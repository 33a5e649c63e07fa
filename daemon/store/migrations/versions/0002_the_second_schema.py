"""The second schema: what has changed since release 0.1.

Revision ID: 0002
Revises: 0001
"""

from __future__ import annotations

import re

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Brings a database of release 0.1 up; kept free of the models, which go on changing."""
    _number_documents()
    _answers_of_extents()
    _indexes_of_comparisons()
    _ends_of_coverage()
    _proof_and_retention()
    _what_is_pending()
    _life_of_flows()
    _without_checks_of_each_row()


# -- documents have numbers: versions name them by it, and only a short prefix of the digest is an index ---------

_NAMES_DOCUMENTS = ("resource_version", "relation_version", "data_path_version", "content")


def _number_documents() -> None:
    op.rename_table("document", "document_0001")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER INDEX document_pkey RENAME TO document_0001_pkey")
    op.create_table(
        "document",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("prefix", sa.LargeBinary(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "document_number",
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("digest"),
    )
    op.execute(
        "INSERT INTO document_number (digest, id)"
        " SELECT digest, row_number() OVER (ORDER BY digest) FROM document_0001"
    )
    op.execute(
        "INSERT INTO document (id, prefix, body) SELECT n.id, substr(o.digest, 1, 8), o.body"
        " FROM document_number n JOIN document_0001 o ON o.digest = n.digest ORDER BY n.id"
    )
    op.create_index("ix_document_prefix", "document", ["prefix"])
    for table in _NAMES_DOCUMENTS:
        op.add_column(table, sa.Column("document_id", sa.Integer(), nullable=False, server_default="0"))
        op.execute(
            f"UPDATE {table} SET document_id ="  # noqa: S608 - our own names
            f" (SELECT n.id FROM document_number n WHERE n.digest = {table}.digest)"
        )
        if op.get_bind().dialect.name == "postgresql":  # SQLite cannot, and need not
            op.alter_column(table, "document_id", server_default=None)
    for table in ("resource_version", "relation_version", "content"):
        op.drop_index(f"ix_{table}_digest", table)
    op.drop_table("document_number")
    op.drop_table("document_0001")
    # What has ended is a small part of the versions; what has not need not be in the index of ends.
    for table in ("resource_version", "relation_version"):
        op.drop_index(f"ix_{table}_until", table)
        op.create_index(
            f"ix_{table}_until",
            table,
            ["until"],
            sqlite_where=sa.text("until IS NOT NULL"),
            postgresql_where=sa.text("until IS NOT NULL"),
        )


# -- an extent remembers its newest answer: the same answer again need not be compared row by row ----------------


def _answers_of_extents() -> None:
    op.add_column("extent", sa.Column("answer", sa.LargeBinary(), nullable=True))


# -- coverage as of a snapshot is what is open and what ended later ------------------------------------------------


def _ends_of_coverage() -> None:
    op.create_index(
        "ix_coverage_until",
        "coverage",
        ["until"],
        sqlite_where=sa.text("until IS NOT NULL"),
        postgresql_where=sa.text("until IS NOT NULL"),
    )


# -- a comparison asks for the gaps alone, when their extents were listed before, and where a name led before -----


def _indexes_of_comparisons() -> None:
    op.create_index("ix_coverage_extent", "coverage", ["extent_id", "since"])
    op.create_index("ix_coverage_state", "coverage", ["state", "since"])
    op.create_index("ix_alias_binding_alias", "alias_binding", ["alias", "since"])


# -- what waits for a second listing is counted, and says when it was shown last; equal content follows the rules --


def _what_is_pending() -> None:
    op.add_column("coverage", sa.Column("pending", sa.Integer(), nullable=False, server_default="0"))
    for table in ("resource_version", "relation_version"):
        op.add_column(table, sa.Column("last_shown_at", sa.String(), nullable=True))
        op.add_column(table, sa.Column("equal_under", sa.String(), nullable=True))
    if op.get_bind().dialect.name == "postgresql":  # SQLite cannot, and need not
        op.alter_column("coverage", "pending", server_default=None)
    op.create_index(
        "ix_resource_version_pending",
        "resource_version",
        ["extent_id"],
        sqlite_where=sa.text("until IS NULL AND absent > 0"),
        postgresql_where=sa.text("until IS NULL AND absent > 0"),
    )


# -- snapshots can be pruned, and prove more than their versions' documents ---------------------------------------

_ANSWERED = "('listed', 'sighted')"


def _proof_and_retention() -> None:
    for column, default in (("scheme", "driftline-1"), ("changes", ""), ("pruning", ""), ("signature", "")):
        op.add_column("snapshot", sa.Column(column, sa.String(), nullable=False, server_default=default))
    op.add_column("snapshot", sa.Column("pruned_at", sa.String(), nullable=True))
    op.add_column("snapshot", sa.Column("changes_now", sa.String(), nullable=True))
    op.create_table(
        "pruning",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("pruned_at", sa.String(), nullable=False),
        sa.Column("newest", sa.Integer(), nullable=False),
        sa.Column("pruned", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("parent", sa.String(), nullable=False),
        sa.Column("header", sa.String(), nullable=False),
        sa.Column("signature", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("number"),
    )
    op.add_column("coverage", sa.Column("last_listed", sa.Integer(), nullable=True))
    op.execute(
        "UPDATE coverage SET last_listed = (SELECT max(c.until) - 1 FROM coverage c WHERE c.extent_id ="  # noqa: S608
        f" coverage.extent_id AND c.until <= coverage.since AND c.state IN {_ANSWERED})"
        f" WHERE state NOT IN {_ANSWERED}"
    )
    for table in ("resource_version", "relation_version"):
        op.add_column(table, sa.Column("ended", sa.String(), nullable=False, server_default=""))
        op.execute(
            f"UPDATE {table} SET ended = 'retired' WHERE until IS NOT NULL AND EXISTS (SELECT 1 FROM coverage c"  # noqa: S608
            f" WHERE c.extent_id = {table}.extent_id AND c.since = {table}.until AND c.state = 'retired')"
        )


# -- flows have a life: when each was seen, how long it was ever silent, and when its service was heard -----------


def _life_of_flows() -> None:
    postgresql = op.get_bind().dialect.name == "postgresql"
    for name in ("last_at", "longest_gap", "gone_at"):
        op.add_column("relation", sa.Column(name, sa.Float(), nullable=True))
    for name in ("sightings", "counted"):
        op.add_column("relation", sa.Column(name, sa.Integer(), nullable=True))
    seconds = "extract(epoch FROM {0}::timestamptz)" if postgresql else "CAST(strftime('%s', {0}) AS REAL)"
    last, first = seconds.format("last_seen"), seconds.format("first_seen")
    # How long it was silent is not known: as long as it may have been.
    op.execute(
        f"UPDATE relation SET last_at = {last}, longest_gap = {last} - {first}, sightings = 1,"  # noqa: S608
        " counted = times WHERE observed AND last_seen IS NOT NULL AND first_seen IS NOT NULL"
    )
    op.rename_table("sighted", "sighted_0001")
    if postgresql:
        op.execute("ALTER INDEX sighted_pkey RENAME TO sighted_0001_pkey")
    op.create_table(
        "sighted",
        sa.Column("environment", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("first_heard_at", sa.String(), nullable=False),
        sa.Column("changed_at", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("environment", "source"),
    )
    op.execute(
        "INSERT INTO sighted (environment, source, first_heard_at)"
        " SELECT environment, 'traces.flow', first_heard_at FROM sighted_0001"
    )
    op.drop_table("sighted_0001")
    op.create_table(
        "heard_service",
        sa.Column("service", sa.String(), nullable=False),
        sa.Column("since", sa.Float(), nullable=False),
        sa.Column("until", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("service", "since"),
    )
    op.create_table(
        "reinstrumented",
        sa.Column("service", sa.String(), nullable=False),
        sa.Column("changed_at", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("service"),
    )


# -- what is written by the hundred thousand is not looked up row by row: the writer and `verify` hold it ----------


def _without_checks_of_each_row() -> None:
    connection = op.get_bind()
    for table in ("resource_version", "relation_version", "coverage"):
        if connection.dialect.name == "postgresql":
            for each in sa.inspect(connection).get_foreign_keys(table):
                op.drop_constraint(str(each["name"]), table, type_="foreignkey")
            continue
        # SQLite cannot drop a constraint: the table is written anew, as its own text says without them.
        texts = sa.text(
            "SELECT type, name, sql FROM sqlite_master WHERE tbl_name = :table AND sql IS NOT NULL"
        )
        made = {row.name: (row.type, row.sql) for row in connection.execute(texts, {"table": table})}
        indexes = {name: text for name, (type_, text) in made.items() if type_ == "index"}
        for name in indexes:
            op.drop_index(name, table)
        op.rename_table(table, f"{table}_0001")
        connection.exec_driver_sql(_FOREIGN_KEY.sub("", made[table][1]))
        columns = ", ".join(column["name"] for column in sa.inspect(connection).get_columns(table))
        op.execute(f"INSERT INTO {table} ({columns}) SELECT {columns} FROM {table}_0001 ORDER BY id")  # noqa: S608
        op.drop_table(f"{table}_0001")
        for text in indexes.values():
            connection.exec_driver_sql(text)


_FOREIGN_KEY = re.compile(r",\s*FOREIGN KEY\s*\([^)]*\)\s*REFERENCES\s+\w+\s*\([^)]*\)", re.IGNORECASE)
