"""The third schema: what has changed since the second.

Revision ID: 0003
Revises: 0002
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Brings a database with the second schema up; kept free of the models, which go on changing."""
    _answers_of_paths()


# -- whether the origin of a path returns what is read: in versions of before, nobody asked ("") ------------------


def _answers_of_paths() -> None:
    op.add_column("data_path_version", sa.Column("answer", sa.String(), nullable=False, server_default=""))
    if op.get_bind().dialect.name == "postgresql":  # SQLite cannot, and need not
        op.alter_column("data_path_version", "answer", server_default=None)
