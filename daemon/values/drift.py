"""What is different between two snapshots, as values ready to be rendered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from collectors.model import Extent, Json, Scope
from daemon.values.finding import Finding
from daemon.values.path import DataPath, Hop, Sight


class Kind(StrEnum):
    """What a change is about."""

    RESOURCE = "resource"
    RELATION = "relation"  # stated by configuration
    FLOW = "flow"  # observed
    ALIAS = "alias"  # what a name leads to
    DATA_PATH = "data_path"


class Action(StrEnum):
    """What happened to it."""

    ADDED = "added"
    REMOVED = "removed"
    ALTERED = "altered"
    RESTATED = "restated"  # our own rules changed, not the world
    NEWLY_VISIBLE = "newly_visible"  # first seen in a warm-up, or when it was first looked at
    RESOLVED = "resolved"  # a name now leads to a known resource: no drift
    REPOINTED = "repointed"  # a name leads to another resource than before: drift


class Origin(StrEnum):
    """How a version came to be, when it was written."""

    BASELINE = "baseline"  # the first complete listing of its extent
    ADDED = "added"
    ALTERED = "altered"
    RESTATED = "restated"
    NEWLY_VISIBLE = "newly_visible"


@dataclass(frozen=True, slots=True)
class Difference:
    """One key whose document differs between two snapshots, as the store finds it; judged by `changes`.

    `key`: urn, or "source verb target". `before`, `after`: whole documents; None where there was or is none.
    `origin`: of the version that holds at the later snapshot; None if there is none.
    A resource's document: type, name, role, public, aliases, namespaces, tags, attributes, unobserved.
    A relation's document: its attributes. `again`: it was held to be gone, and is seen again.
    """

    kind: Kind
    key: str
    type: str
    name: str
    scope: Scope
    before: Mapping[str, Json] | None
    after: Mapping[str, Json] | None
    origin: Origin | None = None
    environment: str = ""
    last_confirmed: datetime | None = None
    again: bool = False


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field of one document. `path`: dotted, list members by key, as in `Rules[Port=443].Cidr`."""

    path: str
    before: Json
    after: Json


@dataclass(frozen=True, slots=True)
class Change:
    """One difference. `id` is stable for equal differences; `why` is a plain sentence.

    `key`: urn, or "source verb target". `type`: resource type, or verb.
    `last_confirmed`: when a removed resource was last seen.
    `carries`: how many changes merely follow from this one and are not listed, by noun ("operations").
    `member_of`: the urn or alias of the group that started or stopped it, if one did.
    """

    id: str
    kind: Kind
    action: Action
    key: str
    type: str
    name: str
    scope: Scope
    why: str
    fields: tuple[FieldChange, ...] = ()
    tags: Mapping[str, str] = field(default_factory=dict)
    environment: str = ""
    last_confirmed: datetime | None = None
    carries: Mapping[str, int] = field(default_factory=dict)
    member_of: str = ""


@dataclass(frozen=True, slots=True)
class PathChange:
    """A data path that is new, altered or gone. Classes that share origin, sink and direction are one line.

    `new_hop`: the hop that made a new path new: the first one that is new or, if every hop is old (a class is
    new), the last one, which reads, writes or sends the columns. None for a path that is not new.
    """

    id: str
    action: Action
    paths: tuple[DataPath, ...]  # equal but for the class
    why: str
    new_hop: Hop | None = None
    first_seen: datetime | None = None
    fields: tuple[FieldChange, ...] = ()


@dataclass(frozen=True, slots=True)
class FindingChange:
    """A vulnerable component that a service started or stopped to run, or that became known.

    `images_before`: urns of the images the service ran before. `paths`: the data paths the service is on.
    """

    id: str
    action: Action
    finding: Finding
    version_before: str
    images_before: tuple[str, ...]
    paths: tuple[DataPath, ...]
    why: str


@dataclass(frozen=True, slots=True)
class ChangeLine:
    """One line of a report: one change, the same change on many resources, or what became of a group's members.

    `names`: the first few of many.
    """

    id: str
    symbol: str  # + ~ - or =
    type: str
    name: str  # "40 x" lines: the number is in `count`, the name of the first here
    detail: str
    why: str
    count: int = 1
    changes: tuple[Change, ...] = ()
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Group:
    """The lines of one scope or environment."""

    title: str
    lines: tuple[ChangeLine, ...]


class GapAge(StrEnum):
    """Since when an extent is not listed."""

    NEW = "new"
    STANDING = "standing"
    HEALED = "healed"


@dataclass(frozen=True, slots=True)
class GapLine:
    """Extents that could not be listed for one cause."""

    id: str
    age: GapAge
    extents: tuple[Extent, ...]
    why: str  # denied, throttled, ...
    detail: str
    last_listed: datetime | None = None  # None: never
    kept: int = 0  # resources carried on


@dataclass(frozen=True, slots=True)
class SnapshotHead:
    """A snapshot, as named in reports. `header`: hex digest that anchors the chain."""

    number: int
    time: datetime
    header: str
    listed: int  # extents listed
    extents: int  # extents asked for
    late: bool = False


@dataclass(frozen=True, slots=True)
class Standing:
    """What simply is: the content of a baseline report."""

    paths: tuple[PathChange, ...]  # from the internet to personal data, most exposed first
    borders: tuple[PathChange, ...]
    third_parties: tuple[str, ...]  # "api.mailer.example (mail): accounts"
    blind: tuple[str, ...]  # what cannot be seen, a sentence each
    resources: Mapping[str, int]  # by type
    leaks: tuple[ChangeLine, ...] = ()  # personal values met inside telemetry
    inside: int = 0  # paths that neither begin at the internet nor cross a border


@dataclass(frozen=True, slots=True)
class Totals:
    """Counts of what is reported, before grouping."""

    new_paths: int = 0
    new_findings: int = 0
    new_leaks: int = 0
    altered_paths: int = 0
    gone_paths: int = 0
    added: int = 0
    altered: int = 0
    removed: int = 0
    restated: int = 0
    visible_paths: int = 0
    newly_visible: int = 0
    not_observed: int = 0  # extents


@dataclass(frozen=True, slots=True)
class Drift:
    """Everything a report says. `before` is None for a baseline, which carries `standing` instead of changes.

    `ignored`: how many changes each ignore rule left out, as (reason, count).
    `leaks`: personal values met inside telemetry. `large_removals`: extents whose mass removal was listed twice.
    `untold`: lines of types that no report tells. `visible_paths`: paths that came to light and may be old.
    """

    installation: str
    before: SnapshotHead | None
    after: SnapshotHead
    sight: Sight
    totals: Totals
    new_paths: tuple[PathChange, ...] = ()
    altered_paths: tuple[PathChange, ...] = ()
    gone_paths: tuple[PathChange, ...] = ()
    findings: tuple[FindingChange, ...] = ()
    leaks: tuple[ChangeLine, ...] = ()
    groups: tuple[Group, ...] = ()
    gaps: tuple[GapLine, ...] = ()
    large_removals: tuple[Extent, ...] = ()
    restated: tuple[ChangeLine, ...] = ()
    newly_visible: tuple[ChangeLine, ...] = ()
    ignored: tuple[tuple[str, int], ...] = ()
    standing: Standing | None = None
    untold: tuple[ChangeLine, ...] = ()
    visible_paths: tuple[PathChange, ...] = ()

    @property
    def quiet(self) -> bool:
        """True if nothing new is to be said between head and foot. What stays dark is said, and no news."""
        return not (
            self.new_paths
            or self.altered_paths
            or self.gone_paths
            or self.findings
            or self.leaks
            or self.groups
            or any(gap.age is not GapAge.STANDING for gap in self.gaps)
            or self.large_removals
            or self.restated
            or self.newly_visible
            or self.visible_paths
            or self.standing
        )
