"""Orders the versions of each kind of package as its own tools do, and says so where it cannot.

Two corrections to the library: Alpine's suffixes of a revision (`_git20230717`) are read, and Maven's
`.RELEASE`, `.Final` and `.GA` mean nothing, as Maven has it.
"""

from __future__ import annotations

import re
from functools import lru_cache

from univers.versions import (
    AlpineLinuxVersion,
    ArchLinuxVersion,
    ComposerVersion,
    ConanVersion,
    DebianVersion,
    GolangVersion,
    MavenVersion,
    NugetVersion,
    PypiVersion,
    RpmVersion,
    RubygemsVersion,
    SemverVersion,
    Version,
)

_CLASSES: dict[str, type[Version]] = {
    "alpm": ArchLinuxVersion,
    "apk": AlpineLinuxVersion,
    "cargo": SemverVersion,
    "composer": ComposerVersion,
    "conan": ConanVersion,
    "deb": DebianVersion,
    "gem": RubygemsVersion,
    "githubactions": SemverVersion,
    "golang": GolangVersion,
    "hex": SemverVersion,
    "maven": MavenVersion,
    "npm": SemverVersion,
    "nuget": NugetVersion,
    "pub": SemverVersion,
    "pypi": PypiVersion,
    "rpm": RpmVersion,
    "swift": SemverVersion,
}
_MAVEN_NOTHING = re.compile(r"[.-](?:release|final|ga)$", re.IGNORECASE)
_ALPINE_REVISION = re.compile(r"_(?:cvs|svn|git|hg)(?=[0-9-]|$)")
_LONGEST = 256


class Incomparable(Exception):
    """Two versions cannot be put in order. The message says which."""


def less(kind: str, left: str, right: str) -> bool:
    """Whether `left` comes before `right` among packages of a purl type. Raises Incomparable."""
    return _compared(kind, left, right) < 0


def compare(kind: str, left: str, right: str) -> int:
    """-1, 0 or 1. Raises Incomparable."""
    return _compared(kind, left, right)


@lru_cache(maxsize=1 << 16)
def _compared(kind: str, left: str, right: str) -> int:
    if left == right:
        return 0
    if kind == "apk" and _mixed(left, right):
        raise Incomparable(f"{left} cannot be compared with {right}")
    try:
        first, second = _version(kind, left), _version(kind, right)
        return -1 if first < second else int(second < first)
    except Incomparable:
        raise
    except Exception as error:  # the library's own defects come as any kind: a row that says so, never a no
        raise Incomparable(f"{left} cannot be compared with {right}") from error


@lru_cache(maxsize=1 << 16)
def _version(kind: str, text: str) -> Version:
    if kind not in _CLASSES:
        raise Incomparable(f"versions of pkg:{kind} have no known order")
    if len(text) > _LONGEST:
        raise Incomparable("a version is longer than 256 characters")
    if kind == "maven":
        text = _MAVEN_NOTHING.sub("", text)
    elif kind == "apk":
        text = _ALPINE_REVISION.sub("_p", text)
    return _CLASSES[kind](text)


def _mixed(left: str, right: str) -> bool:
    """A revision is read as a patch, which has the same place; but the two differ in order from each other."""
    suffixes = [
        found for text in (left, right) for found in re.findall(r"_(?:cvs|svn|git|hg|p)(?![a-z])", text)
    ]
    return len(set(suffixes)) > 1
