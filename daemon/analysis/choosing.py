"""Which services, flows and data paths a person asks for: by text, by what they carry, by where they lead."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from daemon.values.flow import Flow
from daemon.values.path import DataPath, Direction
from daemon.values.service import ServiceSheet


@dataclass(frozen=True, slots=True)
class PathChoice:
    """Every field that is not empty must fit. In texts, * stands for any text and case does not matter."""

    data_class: str = ""
    exposure: str = ""
    border: str = ""
    service: str = ""
    store: str = ""
    tier: str = ""
    third_party: str = ""
    environment: str = ""
    answer: str = ""

    def fits(self, path: DataPath) -> bool:
        """Whether this is one of the paths asked for."""
        key = path.identity
        foreign = key.sink if key.direction is Direction.SENDS else ""
        crossed = [f"{each.origin}->{each.destination}" for each in path.borders]
        return (
            is_class(self.data_class, key.data_class)
            and self.exposure in ("", path.exposure)
            and self.tier in ("", path.tier)
            and self.answer in ("", path.answer)
            and (not self.environment or self.environment == environment_of(key.origin))
            and (not self.border or any(has(self.border.replace(" ", ""), each) for each in crossed))
            and (not self.store or (not foreign and has(self.store, path.store, key.sink)))
            and (not self.third_party or (bool(foreign) and has(self.third_party, foreign)))
            and (not self.service or any(has(self.service, each) for each in services_on(path)))
        )


@dataclass(frozen=True, slots=True)
class FlowChoice:
    """Every field that is not empty must fit. `since`: seen then or later, as text in UTC."""

    source: str = ""
    target: str = ""
    data_class: str = ""
    environment: str = ""
    since: str = ""

    def fits(self, flow: Flow) -> bool:
        """Whether this is one of the flows asked for."""
        return (
            (not self.source or has(self.source, flow.source))
            and (not self.target or has(self.target, flow.target))
            and (not self.data_class or any(is_class(self.data_class, each) for each in flow.classes))
            and self.environment in ("", flow.environment)
            and flow.last_seen >= self.since
        )


@dataclass(frozen=True, slots=True)
class ServiceChoice:
    """Every field that is not empty must fit."""

    text: str = ""
    environment: str = ""

    def fits(self, service: ServiceSheet) -> bool:
        """Whether this is one of the services asked for."""
        return self.environment in ("", service.environment) and (
            not self.text or has(self.text, service.name, service.urn)
        )


def has(wanted: str, *texts: str) -> bool:
    """Whether one of the texts contains what is wanted."""
    pattern = _pattern(wanted)
    return any(pattern.search(text) for text in texts)


def is_class(wanted: str, data_class: str) -> bool:
    """Whether a class is the wanted one or one below it."""
    if not wanted or "*" in wanted:
        return not wanted or _pattern(wanted).search(data_class) is not None
    return data_class == wanted or data_class.startswith(f"{wanted}.")


def services_on(path: DataPath) -> tuple[str, ...]:
    """`namespace/name` of every service on a path's route, in its order."""
    urns = (path.identity.origin, *(urn for hop in path.route for urn in (hop.source, hop.target)))
    return tuple(dict.fromkeys(filter(None, map(_service, urns))))


def environment_of(urn: str) -> str:
    """The environment of a service, operation or topic, as its urn says it."""
    return urn.partition("://")[2].partition("/")[0]


def _service(urn: str) -> str:
    scheme, _, rest = urn.partition("://")
    parts = rest.split("/", 3)
    return "/".join(filter(None, parts[1:3])) if scheme in {"operation", "service"} else ""


@lru_cache(maxsize=64)
def _pattern(wanted: str) -> re.Pattern[str]:
    return re.compile(".*".join(map(re.escape, wanted.split("*"))), re.IGNORECASE | re.DOTALL)
