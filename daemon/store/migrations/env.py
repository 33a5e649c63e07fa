"""Runs migrations on the connection that `daemon.store.schema` hands over."""

from alembic import context
from sqlmodel import SQLModel

from daemon.store import tables

assert tables.Snapshot, "the tables must be known to SQLModel"
context.configure(connection=context.config.attributes["connection"], target_metadata=SQLModel.metadata)
context.run_migrations()
