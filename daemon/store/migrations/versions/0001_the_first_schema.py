"""The first schema"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "alias_binding",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("alias", sa.String(), nullable=False),
        sa.Column("since", sa.Integer(), nullable=False),
        sa.Column("until", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("urn", sa.String(), nullable=False),
        sa.Column("candidates", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("origin", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        "ix_alias_binding_open",
        "alias_binding",
        ["alias"],
        unique=False,
        sqlite_where=sa.text("until IS NULL"),
        postgresql_where=sa.text("until IS NULL"),
    )
    op.create_index("ix_alias_binding_since", "alias_binding", ["since"], unique=False)
    op.create_table(
        "component",
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("purl", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("version", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("subject", "purl"),
    )
    op.create_index("ix_component_name", "component", ["name"], unique=False)
    op.create_table(
        "content",
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("since", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "subject"),
    )
    op.create_index(op.f("ix_content_digest"), "content", ["digest"], unique=False)
    op.create_table(
        "data_path",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("origin", sa.String(), nullable=False),
        sa.Column("sink", sa.String(), nullable=False),
        sa.Column("direction", sa.String(), nullable=False),
        sa.Column("data_class", sa.String(), nullable=False),
        sa.Column("environment", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ux_data_path", "data_path", ["origin", "sink", "direction", "data_class"], unique=True)
    op.create_table(
        "delivery",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("recipient", sa.String(), nullable=False),
        sa.Column("snapshot_from", sa.Integer(), nullable=True),
        sa.Column("snapshot_to", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("created_at", sa.String(), nullable=False),
        sa.Column("not_before", sa.String(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("message_key", sa.String(), nullable=False),
        sa.Column("lines", sa.String(), nullable=False),
        sa.Column("sent_at", sa.String(), nullable=True),
        sa.Column("last_error", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_delivery_state", "delivery", ["state", "not_before"], unique=False)
    op.create_table(
        "document",
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("digest"),
    )
    op.create_table(
        "extent",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("provider", sa.String(), nullable=False),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("region", sa.String(), nullable=False),
        sa.Column("first_listed", sa.Integer(), nullable=True),
        sa.Column("last_listed", sa.Integer(), nullable=True),
        sa.Column("last_listed_at", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ux_extent", "extent", ["type", "provider", "account", "region"], unique=True)
    op.create_table(
        "finding",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("package", sa.String(), nullable=False),
        sa.Column("advisory", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ux_finding", "finding", ["subject", "package", "advisory"], unique=True)
    op.create_table(
        "relation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("verb", sa.String(), nullable=False),
        sa.Column("target", sa.String(), nullable=False),
        sa.Column("raw", sa.Boolean(), nullable=False),
        sa.Column("observed", sa.Boolean(), nullable=False),
        sa.Column("first_seen", sa.String(), nullable=True),
        sa.Column("last_seen", sa.String(), nullable=True),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_relation_target", "relation", ["target"], unique=False)
    op.create_index("ux_relation", "relation", ["source", "verb", "target"], unique=True)
    op.create_table(
        "resource",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("urn", sa.String(), nullable=False),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("provider", sa.String(), nullable=False),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("region", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("urn"),
    )
    op.create_index(op.f("ix_resource_type"), "resource", ["type"], unique=False)
    op.create_table(
        "sight",
        sa.Column("snapshot", sa.Integer(), nullable=False),
        sa.Column("workloads", sa.Integer(), nullable=False),
        sa.Column("visible", sa.Integer(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("snapshot"),
    )
    op.create_table(
        "sighted",
        sa.Column("environment", sa.String(), nullable=False),
        sa.Column("first_heard_at", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("environment"),
    )
    op.create_table(
        "snapshot",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("started_at", sa.String(), nullable=False),
        sa.Column("committed_at", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("parent", sa.String(), nullable=False),
        sa.Column("header", sa.String(), nullable=False),
        sa.Column("state_root", sa.String(), nullable=False),
        sa.Column("coverage_digest", sa.String(), nullable=False),
        sa.Column("extents", sa.Integer(), nullable=False),
        sa.Column("listed", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("rules", sa.String(), nullable=False),
        sa.Column("late", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("number"),
    )
    op.create_table(
        "coverage",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("extent_id", sa.Integer(), nullable=False),
        sa.Column("since", sa.Integer(), nullable=False),
        sa.Column("until", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("detail", sa.String(), nullable=False),
        sa.Column("details_failed", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["extent_id"],
            ["extent.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        "ix_coverage_open",
        "coverage",
        ["extent_id"],
        unique=False,
        sqlite_where=sa.text("until IS NULL"),
        postgresql_where=sa.text("until IS NULL"),
    )
    op.create_index("ix_coverage_since", "coverage", ["since"], unique=False)
    op.create_table(
        "data_path_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("data_path_id", sa.Integer(), nullable=False),
        sa.Column("since", sa.Integer(), nullable=False),
        sa.Column("until", sa.Integer(), nullable=True),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("fingerprint", sa.String(), nullable=False),
        sa.Column("origin", sa.String(), nullable=False),
        sa.Column("ended", sa.String(), nullable=False),
        sa.Column("exposure", sa.String(), nullable=False),
        sa.Column("tier", sa.String(), nullable=False),
        sa.Column("store", sa.String(), nullable=False),
        sa.Column("columns", sa.String(), nullable=False),
        sa.Column("borders", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["data_path_id"],
            ["data_path.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        "ix_data_path_version_open",
        "data_path_version",
        ["data_path_id"],
        unique=False,
        sqlite_where=sa.text("until IS NULL"),
        postgresql_where=sa.text("until IS NULL"),
    )
    op.create_index("ix_data_path_version_path", "data_path_version", ["data_path_id", "since"], unique=False)
    op.create_index("ix_data_path_version_since", "data_path_version", ["since"], unique=False)
    op.create_index("ix_data_path_version_until", "data_path_version", ["until"], unique=False)
    op.create_table(
        "finding_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("finding_id", sa.Integer(), nullable=False),
        sa.Column("since", sa.Integer(), nullable=False),
        sa.Column("until", sa.Integer(), nullable=True),
        sa.Column("fingerprint", sa.String(), nullable=False),
        sa.Column("origin", sa.String(), nullable=False),
        sa.Column("ended", sa.String(), nullable=False),
        sa.Column("component", sa.String(), nullable=False),
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("image", sa.String(), nullable=False),
        sa.Column("severity", sa.String(), nullable=False),
        sa.Column("fixed", sa.String(), nullable=False),
        sa.Column("summary", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["finding_id"],
            ["finding.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_finding_version_finding", "finding_version", ["finding_id", "since"], unique=False)
    op.create_index(
        "ix_finding_version_open",
        "finding_version",
        ["finding_id"],
        unique=False,
        sqlite_where=sa.text("until IS NULL"),
        postgresql_where=sa.text("until IS NULL"),
    )
    op.create_index("ix_finding_version_since", "finding_version", ["since"], unique=False)
    op.create_index("ix_finding_version_until", "finding_version", ["until"], unique=False)
    op.create_table(
        "large_removal",
        sa.Column("snapshot", sa.Integer(), nullable=False),
        sa.Column("extent_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["extent_id"],
            ["extent.id"],
        ),
        sa.PrimaryKeyConstraint("snapshot", "extent_id"),
    )
    op.create_table(
        "relation_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("relation_id", sa.Integer(), nullable=False),
        sa.Column("extent_id", sa.Integer(), nullable=False),
        sa.Column("since", sa.Integer(), nullable=False),
        sa.Column("until", sa.Integer(), nullable=True),
        sa.Column("absent", sa.Integer(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("fingerprint", sa.String(), nullable=False),
        sa.Column("origin", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["extent_id"],
            ["extent.id"],
        ),
        sa.ForeignKeyConstraint(
            ["relation_id"],
            ["relation.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_relation_version_digest", "relation_version", ["digest"], unique=False)
    op.create_index(
        "ix_relation_version_open",
        "relation_version",
        ["extent_id", "relation_id"],
        unique=False,
        sqlite_where=sa.text("until IS NULL"),
        postgresql_where=sa.text("until IS NULL"),
    )
    op.create_index(
        "ix_relation_version_relation", "relation_version", ["relation_id", "since"], unique=False
    )
    op.create_index("ix_relation_version_since", "relation_version", ["since"], unique=False)
    op.create_index("ix_relation_version_until", "relation_version", ["until"], unique=False)
    op.create_table(
        "resource_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("resource_id", sa.Integer(), nullable=False),
        sa.Column("extent_id", sa.Integer(), nullable=False),
        sa.Column("since", sa.Integer(), nullable=False),
        sa.Column("until", sa.Integer(), nullable=True),
        sa.Column("absent", sa.Integer(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("fingerprint", sa.String(), nullable=False),
        sa.Column("origin", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("public", sa.Boolean(), nullable=True),
        sa.ForeignKeyConstraint(
            ["extent_id"],
            ["extent.id"],
        ),
        sa.ForeignKeyConstraint(
            ["resource_id"],
            ["resource.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_resource_version_digest", "resource_version", ["digest"], unique=False)
    op.create_index(
        "ix_resource_version_open",
        "resource_version",
        ["extent_id", "resource_id"],
        unique=False,
        sqlite_where=sa.text("until IS NULL"),
        postgresql_where=sa.text("until IS NULL"),
    )
    op.create_index(
        "ix_resource_version_resource", "resource_version", ["resource_id", "since"], unique=False
    )
    op.create_index("ix_resource_version_since", "resource_version", ["since"], unique=False)
    op.create_index("ix_resource_version_until", "resource_version", ["until"], unique=False)
