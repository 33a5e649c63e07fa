"""One resource through all snapshots: its versions as they are stored, and what happened to it as stages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from collectors.model import Extent, Json
from daemon.values.drift import FieldChange, Origin


@dataclass(frozen=True, slots=True, order=True)
class Point:
    """A snapshot and when it was taken."""

    snapshot: int
    time: datetime


@dataclass(frozen=True, slots=True)
class Version:
    """That an extent showed the resource with this document. `until`: first snapshot that no longer did."""

    extent: Extent
    since: Point
    until: Point | None
    origin: Origin
    document: Mapping[str, Json]


@dataclass(frozen=True, slots=True)
class Answered:
    """How an extent was answered from one snapshot on. `until`: the first with another outcome."""

    extent: Extent
    state: str  # listed, sighted, retired, or why it could not be listed
    detail: str
    since: Point
    until: Point | None


@dataclass(frozen=True, slots=True)
class Lifetime:
    """Every version of a resource, and the coverage of every extent that ever showed it, each in order."""

    urn: str
    type: str
    versions: tuple[Version, ...]
    coverage: tuple[Answered, ...]


class Event(StrEnum):
    """What happened to a resource."""

    BASELINE = "baseline"  # the first complete listing of its extent showed it
    ADDED = "added"
    ALTERED = "altered"
    RESTATED = "restated"  # our own rules changed, not the resource
    NEWLY_VISIBLE = "newly_visible"
    ALSO_SHOWN = "also_shown"  # another extent shows it as well
    NO_LONGER_SHOWN = "no_longer_shown"  # one extent lacks it, another still shows it
    REMOVED = "removed"
    RETIRED = "retired"  # its extent was taken out of the settings
    UNOBSERVED = "unobserved"  # its extent could not be listed; it stays as it was


@dataclass(frozen=True, slots=True)
class Stage:
    """One thing that happened to a resource.

    `until`: of an unobserved stage the snapshot that observed it again; None while it lasts.
    `fields`: of an altered or restated stage, what differs. `detail`: why it could not be observed.
    """

    at: Point
    event: Event
    extent: Extent
    until: Point | None = None
    fields: tuple[FieldChange, ...] = ()
    detail: str = ""
