"""The second schema: what has changed since release 0.1.

Revision ID: 0002
Revises: 0001
"""

from __future__ import annotations

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Brings a database of release 0.1 up; kept free of the models, which go on changing."""
