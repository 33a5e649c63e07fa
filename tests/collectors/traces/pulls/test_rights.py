"""What `driftline permissions` prints for the traces that the settings pull: that, there, and no more."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from collectors.traces.pulls.rights import CLOUD_TRACE, WORKSPACE
from daemon.cli import app

XRAY = '[[traces.pulls]]\nname = "x"\nkind = "xray"\n'
CLOUD = '[[traces.pulls]]\nname = "c{0}"\nkind = "cloudtrace"\nproject = "{0}"\n'
INSIGHTS = '[[traces.pulls]]\nname = "i"\nkind = "insights"\nworkspace = "w1"\n'
BUCKET = '[[traces.imports]]\nname = "{0}"\npath = "{0}"\n'


def printed(folder: Path, settings: str, *words: str) -> dict[str, Any]:
    config = folder / "driftline.toml"
    config.write_text(f'[driftline]\nstate_directory = "{folder}"\n{settings}')
    result = CliRunner().invoke(app, ["--config", str(config), "permissions", *words])
    assert result.exit_code == 0, result.output
    found = json.loads(result.stdout)
    assert isinstance(found, dict)
    return found


def statements(folder: Path, settings: str, *words: str) -> list[dict[str, Any]]:
    """What the policy allows beyond that for no traces."""
    plain = printed(folder, "", "aws", *words)["Statement"]
    found: list[dict[str, Any]] = printed(folder, settings, "aws", *words)["Statement"]
    assert found[: len(plain)] == plain
    return found[len(plain) :]


@pytest.mark.parametrize("region", ["", "eu-central-1"])
def test_x_ray_is_read_in_the_region_of_the_settings(tmp_path: Path, region: str) -> None:
    [one] = statements(tmp_path, XRAY + f'region = "{region}"\n')
    assert one["Action"] == ["xray:BatchGetTraces", "xray:GetTraceSummaries"]
    asked = one.get("Condition", {}).get("StringEquals", {}).get("aws:RequestedRegion")
    assert asked == ([region] if region else None)


def test_a_bucket_is_read_below_its_prefix_only(tmp_path: Path) -> None:
    listing, reading = statements(tmp_path, BUCKET.format("s3://spans/prod/"), "--partition", "aws-cn")
    assert (listing["Action"], listing["Resource"]) == (["s3:ListBucket"], ["arn:aws-cn:s3:::spans"])
    assert listing["Condition"] == {"StringEquals": {"s3:prefix": ["prod/"]}}
    assert (reading["Action"], reading["Resource"]) == (["s3:GetObject"], ["arn:aws-cn:s3:::spans/prod/*"])


def test_each_bucket_has_statements_of_its_own(tmp_path: Path) -> None:
    found = statements(
        tmp_path, BUCKET.format("s3://aaa") + BUCKET.format("s3://bbb/x") + BUCKET.format("/files")
    )
    assert [one["Resource"] for one in found] == [
        ["arn:aws:s3:::aaa"], ["arn:aws:s3:::aaa/*"], ["arn:aws:s3:::bbb"], ["arn:aws:s3:::bbb/x*"],
    ]  # fmt: skip
    assert "Condition" not in found[0]
    assert len({one["Sid"] for one in found}) == 4


def test_cloud_trace_adds_one_permission(tmp_path: Path) -> None:
    plain = printed(tmp_path, "", "gcp")["includedPermissions"]
    found = printed(tmp_path, CLOUD.format("shop") + CLOUD.format("crm"), "gcp")
    assert found["includedPermissions"] == [*plain, CLOUD_TRACE]


def test_where_cloud_trace_is_needed_is_said(tmp_path: Path) -> None:
    config = tmp_path / "driftline.toml"
    config.write_text(CLOUD.format("shop") + CLOUD.format("crm"))
    result = CliRunner().invoke(app, ["--config", str(config), "permissions", "gcp"])
    assert result.stderr == f"note: {CLOUD_TRACE} is needed in crm, shop only\n"


def test_a_workspace_is_in_azures_role_unless_everything_is(tmp_path: Path) -> None:
    plain = printed(tmp_path, "", "azure", "--rows-only")["Actions"]
    assert printed(tmp_path, INSIGHTS, "azure", "--rows-only")["Actions"] == [*plain, *WORKSPACE]
    assert printed(tmp_path, INSIGHTS, "azure")["Actions"] == ["*/read"]


def test_settings_that_cannot_be_used_print_no_policy(tmp_path: Path) -> None:
    config = tmp_path / "driftline.toml"
    config.write_text('[[traces.pulls]]\nname = "x"\nkind = "xrays"\n')
    result = CliRunner().invoke(app, ["--config", str(config), "permissions", "aws"])
    assert (result.exit_code, result.stdout) == (2, "")
    assert "traces.pulls" in result.stderr
