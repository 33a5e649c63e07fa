"""What is inside the shop's images, and how a build says so: as CycloneDX, or as SPDX where a team prefers it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from urllib.parse import unquote

CYCLONEDX = "application/vnd.cyclonedx+json"
SPDX = "application/spdx+json"
BUILT = "2026-11-20T10:00:00Z"

_SYSTEM = (
    "pkg:deb/debian/base-files@12.4%2Bdeb12u7?arch=amd64&distro=debian-12",
    "pkg:deb/debian/ca-certificates@20230311?arch=all&distro=debian-12",
    "pkg:deb/debian/libc6@2.36-9%2Bdeb12u8?arch=amd64&distro=debian-12",
    "pkg:deb/debian/libssl3@3.0.14-1~deb12u2?arch=amd64&distro=debian-12",
    "pkg:deb/debian/zlib1g@1.2.13.dfsg-1?arch=amd64&distro=debian-12",
)
_WEB = (
    "pkg:pypi/flask@3.0.3",
    "pkg:pypi/jinja2@3.1.4",
    "pkg:pypi/opentelemetry-instrumentation-flask@0.48b0",
    "pkg:pypi/opentelemetry-sdk@1.27.0",
    "pkg:pypi/werkzeug@3.0.4",
)
_DATABASE = ("pkg:pypi/opentelemetry-instrumentation-psycopg@0.48b0", "pkg:pypi/psycopg@3.2.1")
_CALLS = ("pkg:pypi/certifi@2024.8.30", "pkg:pypi/requests@2.32.3", "pkg:pypi/urllib3@2.2.3")
_DOCUMENTS = (  # what customers attach is read now: by a program for the JVM, called as a process
    "pkg:deb/debian/openjdk-17-jre-headless@17.0.12%2B7-2~deb12u1?arch=amd64&distro=debian-12",
    "pkg:maven/org.apache.logging.log4j/log4j-api@2.14.1",
    "pkg:maven/org.apache.logging.log4j/log4j-core@2.14.1",
    "pkg:maven/org.apache.pdfbox/pdfbox@2.0.24",
    "pkg:maven/org.apache.tika/tika-core@2.1.0",
)

INSIDE: Mapping[tuple[str, str], Sequence[str]] = {
    ("storefront", "1.0.0"): (*_SYSTEM, *_WEB, *_CALLS),
    ("orders", "1.0.0"): (*_SYSTEM, *_WEB, *_DATABASE, *_CALLS),
    ("orders", "2.0.0"): (*_SYSTEM, *_WEB, *_DATABASE, *_CALLS, *_DOCUMENTS),
    ("accounts", "1.0.0"): (*_SYSTEM, *_WEB, *_DATABASE),
    ("accounts", "2.0.0"): (*_SYSTEM, *_WEB, *_DATABASE, "pkg:pypi/phonenumbers@8.13.45"),
    ("warehouse", "1.0.0"): (*_SYSTEM, *_DATABASE, "pkg:pypi/apscheduler@3.10.4"),
    ("loyalty", "1.0.0"): (*_SYSTEM, *_WEB, *_DATABASE),
}
"""Package URLs of what each service's image contains, by service and version."""

_IN_SPDX = frozenset({"accounts"})  # another team, another tool


def bill(service: str, version: str) -> tuple[str, Mapping[str, object]]:
    """Media type and document for a service's image. Raises KeyError for a version that nobody built."""
    inside = INSIDE[service, version]
    if service in _IN_SPDX:
        return SPDX, _spdx(service, version, inside)
    return CYCLONEDX, _cyclonedx(service, version, inside)


def _cyclonedx(service: str, version: str, inside: Sequence[str]) -> dict[str, object]:
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "metadata": {
            "timestamp": BUILT,
            "component": {"bom-ref": "image", "type": "container", "name": service, "version": version},
        },
        "components": [
            {"bom-ref": purl, "type": "library", **_named(purl), "purl": purl} for purl in sorted(inside)
        ],
    }


def _spdx(service: str, version: str, inside: Sequence[str]) -> dict[str, object]:
    names = {purl: f"SPDXRef-Package-{number}" for number, purl in enumerate(sorted(inside), 1)}
    return {
        "spdxVersion": "SPDX-2.3",
        "dataLicense": "CC0-1.0",
        "SPDXID": "SPDXRef-DOCUMENT",
        "name": f"shop/{service}:{version}",
        "documentNamespace": f"https://build.shop.example/spdx/{service}/{version}",
        "creationInfo": {"created": BUILT, "creators": ["Tool: shop-build-1.0"]},
        "packages": [
            {
                "SPDXID": name,
                "name": _named(purl)["name"],
                "versionInfo": _named(purl)["version"],
                "downloadLocation": "NOASSERTION",
                "filesAnalyzed": False,
                "externalRefs": [
                    {
                        "referenceCategory": "PACKAGE-MANAGER",
                        "referenceType": "purl",
                        "referenceLocator": purl,
                    }
                ],
            }
            for purl, name in names.items()
        ],
        "relationships": [
            {"spdxElementId": "SPDXRef-DOCUMENT", "relationshipType": "DESCRIBES", "relatedSpdxElement": name}
            for name in names.values()
        ],
    }


def _named(purl: str) -> dict[str, str]:
    """Group (for those that have one), name and version of a package URL of this file."""
    kind, *path = purl.removeprefix("pkg:").partition("?")[0].split("/")
    name, _, version = path[-1].partition("@")
    group = {"group": path[0]} if kind == "maven" else {}
    return {**group, "name": name, "version": unquote(version)}
