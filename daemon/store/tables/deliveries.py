"""Reports on their way to recipients."""

from __future__ import annotations

from sqlalchemy import Index
from sqlmodel import Field, SQLModel


class DeliveryRow(SQLModel, table=True):
    """One report to one recipient: the outbox. Written in its snapshot's transaction."""

    __tablename__ = "delivery"
    __table_args__ = (Index("ix_delivery_state", "state", "not_before"),)
    id: int = Field(primary_key=True)
    kind: str  # baseline | alarm | digest
    recipient: str
    snapshot_from: int | None = None  # compared with; null for a baseline
    snapshot_to: int
    state: str  # pending | sent | quiet (nothing to say) | expired
    created_at: str
    not_before: str
    attempts: int = 0
    message_key: str
    lines: str = ""  # ids of the lines delivered, comma-separated
    sent_at: str | None = None
    last_error: str = ""
