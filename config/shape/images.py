"""Where images are read, and how much of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from pydantic import Field

from config.shape.section import Conflict, Section, SomeTime
from config.units import Size
from config.values import RegistryHost


class ImageRegistry(Section):
    host: RegistryHost
    username: str
    password_file: str
    plain_http: bool
    allow_private: bool

    def conflicts(self) -> Iterator[Conflict]:
        if self.username and not self.password_file:
            yield ("password_file", "username"), "is needed when username is set"
        if self.password_file and not self.username:
            yield ("username", "password_file"), "is needed when password_file is set"


class Images(Section):
    enabled: bool
    osv_directory: str
    deadline: SomeTime
    max_manifest: Annotated[Size, Field(ge=1024)]
    max_sbom: Annotated[Size, Field(ge=1024)]
    registries: tuple[ImageRegistry, ...]

    def conflicts(self) -> Iterator[Conflict]:
        hosts = [each.host.lower() for each in self.registries]
        for host in sorted({host for host in hosts if hosts.count(host) > 1}):
            yield ("registries",), f"name {host} twice; keep one block for each host"
