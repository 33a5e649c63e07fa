"""The values a collector answers with: what exists, where it was looked for, and why it could not be seen.

All values are frozen and picklable, so a request can be answered by a thread or by another machine.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

Json = None | bool | int | float | str | list["Json"] | dict[str, "Json"]
"""What a document is made of. Sets, tuples, bytes and dates are turned into these by the collector."""


class Role(StrEnum):
    """What a resource is for in an architecture, whatever its provider calls it."""

    ENTRY = "entry"  # lets traffic in: load balancer, gateway, function URL, distribution
    WORKLOAD = "workload"  # runs code: instance, function, container service
    DATA_STORE = "data_store"  # keeps data: database, bucket, cache, search index
    TABLE = "table"  # a table, collection or key space within a data store
    QUEUE = "queue"  # hands data on: queue, topic, stream
    SERVICE = "service"  # a service as OpenTelemetry names it
    OPERATION = "operation"  # one operation of a service: a route, a method, a consumer
    HOST = "host"  # an address that calls go to and that may turn out to be a third party
    NETWORK = "network"
    IDENTITY = "identity"
    SECRET = "secret"  # noqa: S105 - a role, not a value
    IMAGE = "image"
    OTHER = "other"


class Why(StrEnum):
    """Why an extent could not be listed."""

    DENIED = "denied"
    THROTTLED = "throttled"
    UNREACHABLE = "unreachable"
    DISABLED = "disabled"
    EXPIRED = "expired"
    PARTIAL = "partial"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, order=True)
class Scope:
    """Where something was listed or lives: a provider, an account (or equal) and a region (or "" for all).

    Traces use `Scope("traces", environment)`.
    """

    provider: str
    account: str
    region: str = ""

    def __str__(self) -> str:
        return " ".join(part for part in (self.provider, self.account, self.region) if part)


@dataclass(frozen=True, slots=True, order=True)
class Extent:
    """All resources of one type in one scope: the unit that is answered whole or not at all."""

    type: str
    scope: Scope

    def __str__(self) -> str:
        return f"{self.scope} {self.type}"


@dataclass(frozen=True, slots=True, order=True)
class Alias:
    """Another name of a resource, within a namespace in which it is unique.

    Namespaces: `public`; `vpc:vpc-0a1b`; `cluster:NAME`; `host:ID`; `aws:ACCOUNT:REGION`;
    `environment:NAME`; and, in the target of a relation only, `caller:SERVICE-URN`: to be looked up in
    the networks of the workload that runs this service.
    Kinds: `host` (lower-case DNS name, no port), `address` (IP), `arn`, `bucket`, `queue`, `table`,
    `image` (digest), and a provider's own such as `kms`.
    """

    namespace: str
    kind: str
    value: str

    def __str__(self) -> str:
        return f"{self.namespace}|{self.kind}|{self.value}"

    @classmethod
    def parse(cls, text: str) -> Alias:
        """The inverse of `str`. Raises ValueError if the text has not three parts."""
        namespace, kind, value = text.split("|", 2)
        return cls(namespace, kind, value)


@dataclass(frozen=True, slots=True)
class Resource:
    """A thing with a urn, as one extent shows it.

    `public`: reachable from the internet by its own settings; None where the type cannot say.
    `namespaces`: the alias namespaces in which this resource looks up names (its VPC, its cluster).
    `unobserved`: what a failed detail call would have told; it keeps its stored values. Names of attributes,
    verbs of relations that start here, and the words `aliases`, `namespaces`, `public`, `tags`.
    `attributes`: JSON, already reduced to what the row keeps, without volatile fields and secrets.
    """

    urn: str
    type: str
    name: str
    scope: Scope
    role: Role = Role.OTHER
    public: bool | None = None
    aliases: tuple[Alias, ...] = ()
    namespaces: tuple[str, ...] = ()
    tags: Mapping[str, str] = field(default_factory=dict)
    attributes: Mapping[str, Json] = field(default_factory=dict)
    unobserved: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Seen:
    """When and how often a flow was seen: unix seconds of span time. Never part of a version."""

    first: float
    last: float
    count: int


@dataclass(frozen=True, slots=True)
class Relation:
    """A directed link between two resources: stated by configuration, or (with `seen`) a flow observed.

    `source` is a urn. `target` is a urn, or an alias kept raw until the inventory resolves it.
    Identity: (source, verb, str(target)); `attributes` are its content.
    """

    source: str
    verb: str
    target: str | Alias
    attributes: Mapping[str, Json] = field(default_factory=dict)
    seen: Seen | None = None


@dataclass(frozen=True, slots=True)
class Content:
    """What is inside something that never changes: stored once by its digest, and joined.

    `kind`: what the document holds, such as `components`. `digest`: of the subject, `sha256:...`.
    """

    kind: str
    digest: str
    document: Json


@dataclass(frozen=True, slots=True)
class Listing:
    """A complete answer: every resource of the extent, sorted by urn. Absence means absence.

    `fingerprint` names the rules (row, canonicaliser) that shaped the content: when it changes, differences
    in content are restated, not drift. `details_failed` counts detail calls that were denied or failed.
    `confirm`: how many listings in a row must lack a resource before it counts as removed; 2 where the
    provider is eventually consistent. `contents`: what is inside listed digests, where it is not stored yet.
    """

    extent: Extent
    resources: tuple[Resource, ...]
    relations: tuple[Relation, ...] = ()
    fingerprint: str = ""
    details_failed: int = 0
    confirm: int = 1
    contents: tuple[Content, ...] = ()


@dataclass(frozen=True, slots=True)
class Sightings:
    """What was seen, cumulatively, which says nothing about what was not. Absence means nothing.

    `first`, `last`: unix seconds of the newest spans considered. `position`: how far the source was read;
    stored in the snapshot's transaction.
    """

    extent: Extent
    resources: tuple[Resource, ...]
    relations: tuple[Relation, ...]
    first: float
    last: float
    position: int = 0
    fingerprint: str = ""


@dataclass(frozen=True, slots=True)
class Gap:
    """The extent could not be listed. Everything known of it is carried on unchanged.

    `detail`: one plain sentence for an operator: what failed, and what to do (the missing action, say).
    """

    extent: Extent
    why: Why
    detail: str


Answer = Listing | Sightings | Gap
