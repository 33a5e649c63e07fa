"""What is judged of a snapshot: bindings of names, data paths, findings, sight."""

from __future__ import annotations

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from daemon.store.tables.indices import open_rows


class AliasBinding(SQLModel, table=True):
    """What a raw target turned out to be."""

    __tablename__ = "alias_binding"
    __table_args__ = (
        open_rows("alias_binding", "alias"),
        Index("ix_alias_binding_alias", "alias", "since"),
        Index("ix_alias_binding_since", "since"),
    )
    id: int = Field(primary_key=True)
    alias: str
    since: int
    until: int | None = None
    state: str
    urn: str
    candidates: str  # JSON list
    reason: str
    origin: str  # altered: the world changed; restated: what we know or our rules did


class DataPathRow(SQLModel, table=True):
    """A data path, for ever."""

    __tablename__ = "data_path"
    __table_args__ = (Index("ux_data_path", "origin", "sink", "direction", "data_class", unique=True),)
    id: int = Field(primary_key=True)
    origin: str
    sink: str
    direction: str
    data_class: str
    environment: str


class DataPathVersion(SQLModel, table=True):
    """The content of a data path between two snapshots."""

    __tablename__ = "data_path_version"
    __table_args__ = (
        open_rows("data_path_version", "data_path_id"),
        Index("ix_data_path_version_path", "data_path_id", "since"),
        Index("ix_data_path_version_since", "since"),
        Index("ix_data_path_version_until", "until"),
    )
    id: int = Field(primary_key=True)
    data_path_id: int = Field(foreign_key="data_path.id")
    since: int
    until: int | None = None
    digest: bytes
    fingerprint: str
    origin: str  # how the version came to be
    ended: str = ""  # gone: the world changed; restated: what we know or our rules changed
    exposure: str
    tier: str
    store: str
    columns: str  # comma-separated
    borders: str  # "EU->US", comma-separated
    document_id: int
    answer: str  # reads | may return | returns | "" for what does not read


class FindingRow(SQLModel, table=True):
    """That a service runs a component with a known vulnerability, for ever."""

    __tablename__ = "finding"
    __table_args__ = (Index("ux_finding", "subject", "package", "advisory", unique=True),)
    id: int = Field(primary_key=True)
    subject: str
    package: str
    advisory: str


class FindingVersion(SQLModel, table=True):
    """The content of a finding between two snapshots."""

    __tablename__ = "finding_version"
    __table_args__ = (
        open_rows("finding_version", "finding_id"),
        Index("ix_finding_version_finding", "finding_id", "since"),
        Index("ix_finding_version_since", "since"),
        Index("ix_finding_version_until", "until"),
    )
    id: int = Field(primary_key=True)
    finding_id: int = Field(foreign_key="finding.id")
    since: int
    until: int | None = None
    fingerprint: str
    origin: str
    ended: str = ""
    component: str
    version: str
    image: str
    severity: str
    fixed: str  # comma-separated
    summary: str


class SightRow(SQLModel, table=True):
    """For how much of what runs data paths could be seen, per snapshot that changed it."""

    __tablename__ = "sight"
    snapshot: int = Field(primary_key=True)
    workloads: int
    visible: int
    body: str  # JSON
