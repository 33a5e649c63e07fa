from __future__ import annotations

import json

from typer.testing import CliRunner

from collectors.gcp.permissions import METHODS, permissions, role
from collectors.gcp.resources import ROWS
from daemon.cli.permissions import app


def test_listing_is_all_that_is_asked_for() -> None:
    assert permissions(ROWS) == ("cloudasset.assets.listResource",)
    assert list(METHODS) == ["ListAssets"]


def test_the_command_prints_a_role_that_gcloud_reads() -> None:
    result = CliRunner().invoke(app, ["gcp"])
    assert result.exit_code == 0
    said = json.loads(result.stdout)
    assert said == role(ROWS)
    assert said["includedPermissions"] == ["cloudasset.assets.listResource"]
    assert said["stage"] == "GA"
