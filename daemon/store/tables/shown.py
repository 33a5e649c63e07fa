"""What extents show: resources and relations, and their versions."""

from __future__ import annotations

from sqlalchemy import Index, text
from sqlmodel import Field, SQLModel

from daemon.store.tables.indices import ended_rows, open_rows


class ResourceRow(SQLModel, table=True):
    """A thing with a urn, for ever."""

    __tablename__ = "resource"
    id: int = Field(primary_key=True)
    urn: str = Field(unique=True)
    type: str = Field(index=True)
    role: str
    provider: str
    account: str
    region: str


class ResourceVersion(SQLModel, table=True):
    """That an extent shows a resource with this content: presence and version in one."""

    __tablename__ = "resource_version"
    __table_args__ = (
        open_rows("resource_version", "extent_id", "resource_id"),
        Index("ix_resource_version_resource", "resource_id", "since"),
        Index("ix_resource_version_since", "since"),
        ended_rows("resource_version"),
        Index(
            "ix_resource_version_pending",
            "extent_id",
            sqlite_where=text("until IS NULL AND absent > 0"),
            postgresql_where=text("until IS NULL AND absent > 0"),
        ),
    )
    id: int = Field(primary_key=True)
    resource_id: int
    extent_id: int
    since: int
    until: int | None = None
    absent: int = 0  # complete listings in a row that lacked it, where more than one must
    digest: bytes
    fingerprint: str
    origin: str
    name: str
    public: bool | None = None
    document_id: int
    ended: str = ""  # retired: its extent was taken out of the settings
    equal_under: str | None = None  # fingerprint of newer rules that give the same content
    last_shown_at: str | None = None  # of what ended or is missed: time of the last listing that showed it


class RelationRow(SQLModel, table=True):
    """A directed link between two resources, for ever."""

    __tablename__ = "relation"
    __table_args__ = (
        Index("ux_relation", "source", "verb", "target", unique=True),
        Index("ix_relation_target", "target"),
    )
    id: int = Field(primary_key=True)
    source: str
    verb: str
    target: str  # urn, or an alias as namespace|kind|value
    raw: bool  # the target is an alias
    observed: bool  # a flow, seen in telemetry
    first_seen: str | None = None  # flows only; from here on nothing ever makes a version
    last_seen: str | None = None
    times: int = 0
    last_at: float | None = None  # `last_seen` in unix seconds
    longest_gap: float | None = None  # seconds between two sightings
    sightings: int | None = None  # answers that told of a later time than the one before
    counted: int | None = None  # what of `times` the newest answer told
    gone_at: float | None = None  # unix seconds of the snapshot that last held it to be gone


class RelationVersion(SQLModel, table=True):
    """That an extent shows a relation with this content."""

    __tablename__ = "relation_version"
    __table_args__ = (
        open_rows("relation_version", "extent_id", "relation_id"),
        Index("ix_relation_version_relation", "relation_id", "since"),
        Index("ix_relation_version_since", "since"),
        ended_rows("relation_version"),
    )
    id: int = Field(primary_key=True)
    relation_id: int
    extent_id: int
    since: int
    until: int | None = None
    absent: int = 0
    digest: bytes
    fingerprint: str
    origin: str
    document_id: int
    ended: str = ""
    equal_under: str | None = None
    last_shown_at: str | None = None
