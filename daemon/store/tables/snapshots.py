"""Snapshots, the chain of their prunings, and which extents were answered how."""

from __future__ import annotations

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from daemon.store.tables.indices import ended_rows, open_rows


class Snapshot(SQLModel, table=True):
    """One cycle. Ordered by number, never by time."""

    number: int = Field(primary_key=True)
    started_at: str
    committed_at: str
    state: str  # complete | partial (some gaps) | failed (nothing listed: never a base of a diff)
    parent: str  # header of the snapshot before, "" for the first
    header: str
    state_root: str
    coverage_digest: str
    extents: int
    listed: int
    position: int  # how far the fact journal was read
    rules: str  # fingerprint of the rules that judged it
    late: bool = False
    scheme: str  # how header and roots are made
    changes: str  # digest of what it opened, closed and noted, and how that came to be
    pruning: str  # header of the newest pruning when it was committed, "" for none
    pruned_at: str | None = None  # its row stays for ever, what it showed does not
    changes_now: str | None = None  # as `changes`, since snapshots before it were pruned
    signature: str = ""  # of the header, where a key is set


class Pruning(SQLModel, table=True):
    """One pruning. A chain of its own, whose newest header goes into the header of the next snapshot."""

    number: int = Field(primary_key=True)
    pruned_at: str
    newest: int  # snapshot
    pruned: int  # how many snapshots
    digest: str  # of what is pruned, and of `changes_now` of what is kept
    parent: str
    header: str
    signature: str = ""


class ExtentRow(SQLModel, table=True):
    """All resources of one type in one scope, and when it was last listed whole."""

    __tablename__ = "extent"
    __table_args__ = (Index("ux_extent", "type", "provider", "account", "region", unique=True),)
    id: int = Field(primary_key=True)
    type: str
    provider: str
    account: str
    region: str
    first_listed: int | None = None  # snapshot
    last_listed: int | None = None
    last_listed_at: str | None = None
    answer: bytes | None = None  # digest of a listing that all its open versions agree with, if they do


class Coverage(SQLModel, table=True):
    """How an extent was answered: an interval of equal outcome."""

    __table_args__ = (
        open_rows("coverage", "extent_id"),
        Index("ix_coverage_extent", "extent_id", "since"),
        Index("ix_coverage_since", "since"),
        Index("ix_coverage_state", "state", "since"),
        ended_rows("coverage"),
    )
    id: int = Field(primary_key=True)
    extent_id: int
    since: int
    until: int | None = None
    state: str  # listed | sighted | a reason of Gap | not due | never listed | retired
    detail: str = ""
    details_failed: int = 0
    last_listed: int | None = None  # of what is not listed: the newest snapshot before it that listed it
    pending: int = 0  # resources that the newest listing lacked, and another must lack too


class LargeRemoval(SQLModel, table=True):
    """An extent that lost so much at once that it was listed twice."""

    __tablename__ = "large_removal"
    snapshot: int = Field(primary_key=True)
    extent_id: int = Field(primary_key=True, foreign_key="extent.id")
