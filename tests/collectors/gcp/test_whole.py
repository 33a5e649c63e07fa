"""An asset type without a row is kept whole, but for what is volatile, secret or a workload's value."""

from __future__ import annotations

import orjson

from collectors.gcp.whole import kept
from collectors.model import Json, Listing
from collectors.redaction import scrub_json
from tests.collectors.gcp.conftest import Make
from tests.support.conformance import cycle
from tests.support.gcp_estate import CANARIES, EU, PASSWORD, PERSON
from tests.support.gcp_fake import PROJECT, Fake, asset

TYPE = "dataflow.googleapis.com/Job"


def job(**said: Json) -> dict[str, Json]:
    return {"name": "export", "type": "JOB_TYPE_STREAMING", "currentState": "JOB_STATE_RUNNING", **said}


def test_what_changes_by_itself_is_left_out() -> None:
    volatile: dict[str, Json] = {
        "etag": "x",
        "fingerprint": "y",
        "labelFingerprint": "y",
        "createTime": "2026-11-22T10:00:00Z",
        "currentStateTime": "2026-11-22T10:00:00.123Z",
        "lastModifiedTime": "1763800000000",
        "creationTimestamp": "2026-11-22T10:00:00.000-07:00",
        "observedGeneration": 3,
        "generation": "4",
        "currentNodeCount": 7,
        "numBytes": "812",
        "conditions": [{"type": "Ready"}],
        "selfLink": "https://www.googleapis.com/x",
        "resourceVersion": "AAY",
    }
    assert kept({**job(), **volatile, "stage": volatile}) == job()


def test_what_someone_chose_is_kept() -> None:
    chosen: dict[str, Json] = {
        "maintenance": {"startTime": "03:00", "day": "SUNDAY"},
        "retentionDays": 7,
        "nodeCount": 3,
        "endpoint": "10.0.0.5",
        "expirationTimeSeconds": 60,
        "state": "ACTIVE",
        "zones": ["b", "a"],
    }
    assert kept(chosen) == chosen


def test_variables_and_metadata_are_kept_by_name() -> None:
    said: dict[str, Json] = {
        "environmentVariables": {"B": "1", "A": PASSWORD},
        "containers": [{"env": [{"name": "DB", "value": PASSWORD}]}],
        "metadata": {"items": [{"key": "startup-script", "value": PASSWORD}], "fingerprint": "x"},
    }
    assert kept(said) == {
        "environmentVariables": ["A", "B"],
        "containers": [{"env": ["DB"]}],
        "metadata": {"items": ["startup-script"]},
    }


def test_a_script_is_kept_as_its_length() -> None:
    assert kept({"script": "x" * 5000}) == {"script": "[5000 characters]"}


def test_a_type_named_in_the_settings_is_listed_with_a_generic_row(fake: Fake, make: Make) -> None:
    said = job(
        labels={"team": "shop"},
        description=f"asks {PERSON}",
        options={"password": PASSWORD, "url": f"https://u:{PASSWORD}@x.example/"},
        environment={"variables": {"TOKEN": PASSWORD}},
        createTime="2026-11-22T10:00:00Z",
    )
    name = f"projects/{PROJECT}/locations/{EU}/jobs/export"
    fake.world.assets.append(asset(TYPE, name, said, EU))
    (listing,) = cycle(make(TYPE)).values()
    assert isinstance(listing, Listing)
    (found,) = listing.resources
    assert (found.urn, found.type, found.name) == (
        f"//dataflow.googleapis.com/{name}",
        "gcp.dataflow.job",
        "export",
    )
    assert (found.scope.account, found.scope.region, found.tags) == (PROJECT, EU, {"team": "shop"})
    assert found.attributes["type"] == "JOB_TYPE_STREAMING"
    assert "createTime" not in found.attributes
    assert "labels" not in found.attributes
    text = orjson.dumps(scrub_json({**found.attributes})).decode()
    assert [each for each in CANARIES if each in text] == []
