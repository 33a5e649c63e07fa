"""Reads the names by which workloads call images: host, repository, tag and digest, with Docker's defaults.

Source: the grammar of the `distribution/reference` package, and the OCI distribution specification 1.1.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

DOCKER_HUB = "docker.io"

_HUB_NAMES = frozenset({"docker.io", "index.docker.io", "registry-1.docker.io", "registry.hub.docker.com"})
_HOST = re.compile(r"(?:[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?")
_PART = re.compile(r"[a-z0-9]+(?:(?:\.|__?|-+)[a-z0-9]+)*")
_TAG = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,127}")
DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
"""The only algorithm that registries use; another one cannot be verified and is refused."""


@dataclass(frozen=True, slots=True, order=True)
class Reference:
    """A name in full. `tag` is empty if only the digest was given; `digest` wins where both are."""

    host: str
    repository: str
    tag: str = ""
    digest: str = ""

    def __str__(self) -> str:
        tag = f":{self.tag}" if self.tag else ""
        digest = f"@{self.digest}" if self.digest else ""
        return f"{self.host}/{self.repository}{tag}{digest}"


def parse(name: str) -> Reference:
    """`shop/api:1.2` is `docker.io/shop/api:1.2`; without tag and digest it is `latest`. Raises ValueError."""
    if len(name) > 1024:
        raise ValueError("is longer than 1024 characters")
    rest, _, digest = name.removeprefix("docker://").partition("@")
    if digest and not DIGEST.fullmatch(digest):
        raise ValueError('has a digest that is not "sha256:" and 64 hexadecimal digits')
    path, tag = _split_tag(rest)
    if tag is not None and not _TAG.fullmatch(tag):
        raise ValueError("has a tag with characters that no tag may have")
    host, repository = _split_host(path)
    if not _HOST.fullmatch(host):
        raise ValueError("has a host that is no host name")
    if not all(_PART.fullmatch(part) for part in repository.split("/")):
        raise ValueError("has a repository with characters that no repository may have")
    return Reference(host, repository, tag or ("" if digest else "latest"), digest)


def _split_tag(text: str) -> tuple[str, str | None]:
    path, colon, tag = text.rpartition(":")
    return (path, tag) if colon and "/" not in tag else (text, None)


def _split_host(path: str) -> tuple[str, str]:
    first, slash, rest = path.partition("/")
    named = bool(slash) and (first == "localhost" or bool(set(first) & set(".:[")) or first != first.lower())
    host, repository = (first.lower(), rest) if named else (DOCKER_HUB, path)
    if host in _HUB_NAMES:
        host = DOCKER_HUB
        repository = repository if "/" in repository else f"library/{repository}"
    return host, repository
