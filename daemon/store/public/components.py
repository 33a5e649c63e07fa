"""The views of what runs inside images, and of its known vulnerabilities."""

from __future__ import annotations

from daemon.store.public.shape import AS_OF, INTERVAL, SECOND, Column, View, as_of

_FINDING = (
    Column(
        "subject", "f.subject", "urn of the service, or of the workload", example="service://prod/shop/web"
    ),
    Column("package", "f.package", "Package URL without version", example="pkg:pypi/flask"),
    Column("advisory", "f.advisory", "CVE, or the advisory's own id", example="CVE-2021-44228"),
    Column("component", "v.component", "Name of the component", example="log4j-core"),
    Column("version", "v.version", "Version that runs", example="2.14.1"),
    Column("fixed", "v.fixed", "Versions that mend it, comma-separated", example="2.15.0"),
    Column("severity", "v.severity", "critical, high, medium, low or unknown", example="critical"),
    Column(
        "image",
        "v.image",
        "urn of the image that contains it",
        example="image://registry.example/web@sha256:...",
    ),
    Column("summary", "v.summary", "The advisory in one line", example="Code can be run by a log message"),
    *INTERVAL,
)
_CONTAINED = """
FROM relation_version v
JOIN relation r ON r.id = v.relation_id AND r.verb = 'runs_image'
JOIN component c ON c.subject = substr(r.target, length(r.target) - 70)
WHERE v.until IS NULL"""
_FOUND = "JOIN finding f ON f.id = v.finding_id"

COMPONENTS = (
    View(
        "v1_components",
        "Which service (or workload) runs which component, as of the newest snapshot.",
        (
            Column(
                "subject",
                "r.source",
                "urn of the service, or of the workload",
                example="service://prod/shop/web",
            ),
            Column(
                "image", "r.target", "urn of the image", example="image://registry.example/web@sha256:..."
            ),
            Column("purl", "c.purl", "Package URL with version", example="pkg:pypi/flask@3.1.0"),
            Column("name", "c.name", "Name of the component", example="flask"),
            Column("version", "c.version", "Version of the component", example="3.1.0"),
        ),
        (_CONTAINED,),
    ),
    View(
        "v1_findings",
        "Components with a known vulnerability, as of the newest snapshot.",
        _FINDING,
        (f"FROM finding_version v {_FOUND} WHERE v.until IS NULL",),
    ),
    View(
        "v1_findings_as_of",
        "Components with a known vulnerability, as of any snapshot: filter by `snapshot`.",
        (AS_OF, *_FINDING),
        as_of("finding_version", _FOUND),
        SECOND,
    ),
)
