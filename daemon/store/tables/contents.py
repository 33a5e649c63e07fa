"""Documents, each once, and what is inside digests."""

from __future__ import annotations

from sqlalchemy import Index
from sqlmodel import Field, SQLModel


class Document(SQLModel, table=True):
    """Canonical JSON, each once. Its SHA-256 stands in the versions that name it; here a part of it finds it."""

    __table_args__ = (Index("ix_document_prefix", "prefix"),)
    id: int = Field(primary_key=True)
    prefix: bytes  # the first eight bytes of the digest
    body: str


class ContentRow(SQLModel, table=True):
    """What is inside something that never changes, stored once."""

    __tablename__ = "content"
    kind: str = Field(primary_key=True)
    subject: str = Field(primary_key=True)  # digest, sha256:...
    digest: bytes  # of its document
    since: int  # snapshot that brought it
    document_id: int


class ComponentRow(SQLModel, table=True):
    """A component inside an image, as its SBOM names it."""

    __tablename__ = "component"
    __table_args__ = (Index("ix_component_name", "name"),)
    subject: str = Field(primary_key=True)  # image digest
    purl: str = Field(primary_key=True)
    name: str
    version: str
