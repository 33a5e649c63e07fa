"""Reports as JSON: whole, deterministic, harmless to print."""

from __future__ import annotations

import json
from datetime import datetime

import pytest

from daemon.report.json import document, render_json, render_paths_json
from tests.support import drifts
from tests.support.golden import Golden


def test_a_drift_reads_as_its_golden_file(golden: Golden) -> None:
    golden.check("full.json", render_json(drifts.full()))


def test_the_same_drift_is_the_same_document() -> None:
    assert render_json(drifts.full()) == render_json(drifts.full())


def test_nothing_is_left_out() -> None:
    read = json.loads(render_json(drifts.huge(5_000)))
    assert read["format_version"] == "1.0"
    assert read["kind"] == "drift"
    assert len(read["data"]["groups"][0]["lines"]) == 5_000
    assert read["data"]["after"]["time"] == "2026-11-22T06:00:00Z"


def test_hostile_text_is_kept_but_cannot_steer_a_terminal() -> None:
    text = "\x1b[31m\x9b\u202e\r\n<b>"
    document = render_json(drifts.hostile(text))
    assert document.isascii()
    assert all(line.isprintable() for line in document.split("\n"))
    assert json.loads(document)["data"]["installation"] == text


def test_paths_are_a_document_of_their_own() -> None:
    read = json.loads(render_paths_json((drifts.new_path(),)))
    assert read["kind"] == "paths"
    assert read["data"][0]["paths"][1]["identity"]["data_class"] == "user.government_id"


def test_what_has_no_json_form_is_an_error() -> None:
    with pytest.raises(TypeError, match="set has no JSON form"):
        document("drift", {"a": {1, 2}})
    assert '"2026-11-22T06:00:00Z"' in document("time", datetime.fromisoformat("2026-11-22T07:00:00+01:00"))
