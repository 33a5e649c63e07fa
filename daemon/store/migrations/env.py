"""Runs migrations on the connection that `daemon.store.schema` hands over."""

from alembic import context
from sqlmodel import SQLModel

import daemon.store.tables  # noqa: F401 - so that SQLModel knows the tables

context.configure(connection=context.config.attributes["connection"], target_metadata=SQLModel.metadata)
context.run_migrations()
