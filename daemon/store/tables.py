"""The private tables. Other programs read the views (`daemon.store.public`), never these.

Times are text, `2026-11-22T06:00:00Z`, so that both engines and every reader see the same. An interval
is (`since`, `until`): valid from snapshot `since` up to, but not including, snapshot `until`; `until` is
null while it is valid. Documents are content-addressed: versions are narrow rows with a document's digest
and its number. What names what there is by the hundred thousand declares no foreign key: the writer and
`snapshots verify` hold it.
"""

from __future__ import annotations

from sqlalchemy import Index, text
from sqlmodel import Field, SQLModel


def _open_rows(table: str, *columns: str) -> Index:
    """Finds the valid rows without touching history."""
    return Index(
        f"ix_{table}_open",
        *columns,
        sqlite_where=text("until IS NULL"),
        postgresql_where=text("until IS NULL"),
    )


def _ended_rows(table: str) -> Index:
    """Finds the rows that ended at a snapshot; those that did not are no part of it."""
    return Index(
        f"ix_{table}_until",
        "until",
        sqlite_where=text("until IS NOT NULL"),
        postgresql_where=text("until IS NOT NULL"),
    )


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
        _open_rows("coverage", "extent_id"),
        Index("ix_coverage_extent", "extent_id", "since"),
        Index("ix_coverage_since", "since"),
        Index("ix_coverage_state", "state", "since"),
        _ended_rows("coverage"),
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
        _open_rows("resource_version", "extent_id", "resource_id"),
        Index("ix_resource_version_resource", "resource_id", "since"),
        Index("ix_resource_version_since", "since"),
        _ended_rows("resource_version"),
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
        _open_rows("relation_version", "extent_id", "relation_id"),
        Index("ix_relation_version_relation", "relation_id", "since"),
        Index("ix_relation_version_since", "since"),
        _ended_rows("relation_version"),
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


class AliasBinding(SQLModel, table=True):
    """What a raw target turned out to be."""

    __tablename__ = "alias_binding"
    __table_args__ = (
        _open_rows("alias_binding", "alias"),
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
        _open_rows("data_path_version", "data_path_id"),
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
        _open_rows("finding_version", "finding_id"),
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


class SightRow(SQLModel, table=True):
    """For how much of what runs data paths could be seen, per snapshot that changed it."""

    __tablename__ = "sight"
    snapshot: int = Field(primary_key=True)
    workloads: int
    visible: int
    body: str  # JSON


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
