"""Where the advisories about a package are filed: OSV's ecosystem, and the name the package has there.

Sources: OSV schema 1.6, "Defined ecosystems"; the package URL specification's known types.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from packageurl import PackageURL

_PLAIN = {
    "cargo": "crates.io",
    "composer": "Packagist",
    "conan": "ConanCenter",
    "cran": "CRAN",
    "gem": "RubyGems",
    "githubactions": "GitHub Actions",
    "golang": "Go",
    "hackage": "Hackage",
    "hex": "Hex",
    "maven": "Maven",
    "npm": "npm",
    "nuget": "NuGet",
    "pub": "Pub",
    "pypi": "PyPI",
    "swift": "SwiftURL",
}
_CODENAMES = {
    "debian": {"buster": "10", "bullseye": "11", "bookworm": "12", "trixie": "13", "forky": "14"},
    "ubuntu": {"bionic": "18.04", "focal": "20.04", "jammy": "22.04", "noble": "24.04"},
}
_RELEASES = {
    ("deb", "debian"): ("Debian", r"([0-9]{1,3})"),
    ("deb", "ubuntu"): ("Ubuntu", r"([0-9]{2}\.[0-9]{2})"),
    ("apk", "alpine"): ("Alpine", r"v?([0-9]{1,2}\.[0-9]{1,2})"),
    ("rpm", "rocky"): ("Rocky Linux", r"([0-9]{1,3})"),
    ("rpm", "rockylinux"): ("Rocky Linux", r"([0-9]{1,3})"),
    ("rpm", "almalinux"): ("AlmaLinux", r"([0-9]{1,3})"),
}
_ROLLING = {("apk", "wolfi"): "Wolfi", ("apk", "chainguard"): "Chainguard"}
_NOT_JUDGED = (
    "Android", "Azure Linux", "Bitnami", "GHC", "GIT", "Julia", "Linux", "Mageia", "MinimOS", "OSS-Fuzz",
    "Photon OS", "Red Hat", "SUSE", "VSCode", "openEuler", "openSUSE",
)  # fmt: skip
FAMILIES = frozenset(
    (*_PLAIN.values(), *(name for name, _ in _RELEASES.values()), *_ROLLING.values(), *_NOT_JUDGED)
)
"""What OSV's folders and zips may be called."""


@dataclass(frozen=True, slots=True)
class Filed:
    """A package as advisories name it. `kind`: its purl type, which says how versions are ordered."""

    kind: str
    ecosystem: str
    name: str
    version: str


def filed(text: str) -> Filed | str:
    """Where a package URL is filed, or in one clause why that cannot be said."""
    try:
        purl = PackageURL.from_string(text)
    except ValueError:
        return "it is no package URL"
    if not purl.version:
        return "its version is not known"
    qualifiers = purl.qualifiers if isinstance(purl.qualifiers, dict) else {}
    if purl.type in _PLAIN:
        ecosystem = _PLAIN[purl.type]
        between = ":" if purl.type == "maven" else "/"
        name = f"{purl.namespace}{between}{purl.name}" if purl.namespace else purl.name
        return Filed(purl.type, ecosystem, normal(ecosystem, name), purl.version)
    distribution = (purl.namespace or "").lower()
    name, version = purl.name, purl.version
    if purl.type in {"deb", "apk"} and qualifiers.get("upstream"):
        name, _, source_version = qualifiers["upstream"].partition("@")
        version = source_version or version
    if purl.type == "rpm" and qualifiers.get("epoch", "0") != "0":
        version = f"{qualifiers['epoch']}:{version}"
    if rolling := _ROLLING.get((purl.type, distribution)):
        return Filed(purl.type, rolling, name, version)
    if (purl.type, distribution) not in _RELEASES:
        return f"there is no known ecosystem for pkg:{purl.type}/{distribution}".rstrip("/")
    ecosystem, pattern = _RELEASES[purl.type, distribution]
    release = qualifiers.get("distro", "").lower().removeprefix(f"{distribution}-")
    release = _CODENAMES.get(distribution, {}).get(release, release)
    found = re.match(pattern, release)
    if not found:
        return f"the release of {ecosystem} is not known"
    mark = "v" if ecosystem == "Alpine" else ""
    return Filed(purl.type, f"{ecosystem}:{mark}{found[1]}", name, version)


def family(ecosystem: str) -> str:
    """`Debian` of `Debian:12`: what OSV's folders and zips are named by."""
    return ecosystem.partition(":")[0]


def normal(ecosystem: str, name: str) -> str:
    """A name as its ecosystem compares names."""
    if ecosystem == "PyPI":
        return re.sub(r"[-_.]+", "-", name).lower()
    return name.lower() if ecosystem in {"NuGet", "Packagist", "GitHub Actions"} else name


def normal_ecosystem(ecosystem: str) -> str:
    """Without what says nothing about which packages are meant: `Ubuntu:22.04:LTS` is `Ubuntu:22.04`."""
    return ecosystem.removesuffix(":LTS")
