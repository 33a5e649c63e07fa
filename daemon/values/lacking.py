"""What the telemetry of a service lacks, so that less can be said of it than could be."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Lack(StrEnum):
    """One thing that telemetry does not tell."""

    STATEMENTS = "statements"  # the text of database calls: no tables, no columns
    SERVER_SPANS = "server spans"  # what it answers, though something leads requests to it
    CLIENT_SPANS = "client spans"  # whom its operations call
    PEER_ADDRESS = "peer address"  # where its database or peer is
    SAMPLED = "sampled"  # of several traces one is sent: rare flows are seen late
    RESOURCE = "resource attributes"  # what it runs on in the cloud
    ENVIRONMENT = "environment"  # it is counted to the default one
    NAMESPACE = "service namespace"  # others of its environment have one: equal names are one service
    NAME = "service name"  # it is an unknown service


class Age(StrEnum):
    """Which names of attributes spans of one kind bear. All are read, and say the same."""

    OLD = "old"
    BOTH = "both"  # twice the attributes: meant for the time of an upgrade
    MIXED = "mixed"  # some spans so, some otherwise: an upgrade that is half done


@dataclass(frozen=True, slots=True)
class Convention:
    """Spans of a kind (http, database, messaging, rpc) that do not bear the new names alone."""

    family: str
    age: Age


@dataclass(frozen=True, slots=True)
class ServiceLacks:
    """What one service lacks, in the order of `Lack`. `sampled`: one of so many traces is sent, 1 for all."""

    urn: str
    name: str
    environment: str
    language: str
    operations: int
    sampled: int
    lacks: tuple[Lack, ...]
    conventions: tuple[Convention, ...] = ()
