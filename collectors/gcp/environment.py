"""How Google names things within the values of environment variables: buckets, topics, instances, full names."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import partial

from collectors.mentions import Tongue
from collectors.model import Alias

FULL_NAME = re.compile(r"//[a-z]{2,40}\.googleapis\.com/[A-Za-z0-9_./:@+=,-]{1,512}")
RELATIVE = re.compile(
    r"^projects/[a-z0-9:.-]{1,60}/(topics|subscriptions|secrets|locations|instances)/[^\s]{1,400}$"
)
OBJECT = re.compile(r"gs://([a-z0-9][a-z0-9._-]{1,220}[a-z0-9])")
CONNECTION = re.compile(
    r"(?<![\w:.-])((?:[a-z0-9.-]{1,60}:)?[a-z][a-z0-9-]{4,29}:[a-z]+-[a-z]+[0-9]{1,2}:[a-z][a-z0-9-]{0,97})(?![\w:-])"
)
BUCKET = re.compile(r"^[a-z0-9][a-z0-9._-]{1,220}[a-z0-9]$")
NAME = re.compile(r"^[A-Za-z][A-Za-z0-9_.~+%-]{2,254}$")
DOMAINS = (".googleapis.com", ".run.app", ".cloudfunctions.net", ".sql.goog")


def tongue(project: str) -> Tongue:
    """What a value means in a project."""
    return Tongue(_identifiers, partial(_names, project), DOMAINS)


def _identifiers(value: str) -> Sequence[str | Alias]:
    found: list[str | Alias] = [*FULL_NAME.findall(value)]
    found += [Alias("public", "gcs", name) for name in OBJECT.findall(value)]
    found += [Alias("public", "cloudsql", name) for name in CONNECTION.findall(value)]
    if relative := RELATIVE.match(value):
        service = SERVICES.get(relative[1], "")
        found += [f"//{service}/{value}"] if service else []
    return found


SERVICES = {
    "topics": "pubsub.googleapis.com",
    "subscriptions": "pubsub.googleapis.com",
    "instances": "spanner.googleapis.com",
}


def _names(project: str, variable: str, value: str) -> Iterator[str | Alias]:
    says = variable.upper()
    if "BUCKET" in says and BUCKET.match(value):
        yield Alias("public", "gcs", value)
    elif "TOPIC" in says and NAME.match(value):
        yield f"//pubsub.googleapis.com/projects/{project}/topics/{value}"
    elif "SUBSCRIPTION" in says and NAME.match(value):
        yield f"//pubsub.googleapis.com/projects/{project}/subscriptions/{value}"
