"""When environments and services were heard, beside the versions."""

from __future__ import annotations

from sqlmodel import Field, SQLModel


class Sighted(SQLModel, table=True):
    """When an environment was first heard of by a source, for its warm-up."""

    environment: str = Field(primary_key=True)
    source: str = Field(primary_key=True)  # type of the extents that tell of it
    first_heard_at: str
    changed_at: str | None = None  # since when its traces are sampled in another way


class HeardService(SQLModel, table=True):
    """A stretch of time in which a service was heard at least daily. Unix seconds; both ends are sightings."""

    __tablename__ = "heard_service"
    service: str = Field(primary_key=True)
    since: float = Field(primary_key=True)
    until: float


class Reinstrumented(SQLModel, table=True):
    """Since when a service shows itself with other instrumentation, in unix seconds."""

    service: str = Field(primary_key=True)
    changed_at: float
