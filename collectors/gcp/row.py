"""What a resource type of Google Cloud is: a row."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, fields

from collectors.model import Json, Role
from collectors.spec import Link, Reported

ENGINE = 1
"""Raised when the engine itself shapes content differently: what changes by it is restated, not drift."""

PROJECT = "cloudresourcemanager.googleapis.com/Project"
"""The asset type that every traversal asks for beside its own: it says which number is which project."""

Refine = Callable[[dict[str, Json]], dict[str, Json]]


@dataclass(frozen=True, slots=True, kw_only=True)
class GcpResourceType:
    """One resource type: which assets it is made of, what is kept, what they lead to.

    Templates and paths see the fields of the asset's own document and, as `asset.`, what the inventory says
    of it: `name` (the full resource name), `relative` (that without its service), `project`, `number`,
    `location`. `{region}` and `{account}` are its location and project.

    `asset_type`: as Cloud Asset Inventory calls it.
    `urn`, `name`: templates. `aliases`: templates `namespace|kind|value`. `namespaces`: where it looks up names.
    `keep`: the attributes, each a field or `Name: path`. Lists are put in order, except those in `ordered`.
    `whole`: keeps everything but what is volatile or secret, where no one has chosen what matters.
    `tags`: path of a map. `public`: path that is true where the internet reaches it.
    `environment`: path of variables, which are read for what they name and kept as names only.
    `located`: template of the location, if not the inventory's.
    `refine`: for a document that no path can describe.
    """

    type: str
    asset_type: str
    urn: str = "{asset.name}"
    name: str = "{asset.name|tail}"
    role: Role = Role.OTHER
    keep: tuple[str, ...] = ()
    whole: bool = False
    ordered: tuple[str, ...] = ()
    tags: str = "labels"
    aliases: tuple[str, ...] = ()
    namespaces: tuple[str, ...] = ()
    links: tuple[Link, ...] = ()
    public: str = ""
    environment: str = ""
    located: str = ""
    refine: Refine | None = None
    report: Reported = Reported.ALWAYS

    @property
    def fingerprint(self) -> str:
        """Names the rules that shape the content, this row's and the engine's."""
        words = [str(ENGINE)]
        for each in fields(self):
            value = getattr(self, each.name)
            if each.name == "report":
                continue  # it shapes how it is told, not what it is
            words.append(value.__qualname__ if callable(value) else repr(value))
        return hashlib.sha256("\n".join(words).encode()).hexdigest()[:16]
