"""The role that is printed allows what the rows need, and nothing that writes or reads keys."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from collectors.azure.permissions import Granted, actions, needed, role
from collectors.azure.resources import ROWS
from collectors.azure.row import GENERIC
from daemon.cli.permissions import app
from tests.support.azure_asking import collector, cycle
from tests.support.azure_estate import SHOP
from tests.support.azure_fake import AzureFake

OWN = [row for row in ROWS if row.type != GENERIC.type]


def test_every_kind_is_read_by_the_generic_row() -> None:
    assert actions(ROWS) == ("*/read",)


def test_the_rows_alone_need_their_own_kinds() -> None:
    found = actions(OWN)
    assert "microsoft.app/containerapps/read" in found
    assert "Microsoft.Authorization/permissions/read" in found
    assert all(each.endswith("/read") and "*" not in each for each in found)


@pytest.mark.parametrize("rows", [ROWS, OWN])
def test_the_role_writes_nothing_and_reads_no_data(rows: list[object]) -> None:
    made = role(rows, ["/subscriptions/x"])  # type: ignore[arg-type]
    assert (made["DataActions"], made["NotActions"]) == ([], [])
    assert all(str(each).endswith("/read") for each in made["Actions"])  # type: ignore[union-attr]


@pytest.mark.parametrize("own", [False, True])
def test_whoever_has_the_printed_role_sees_every_extent(fake: AzureFake, own: bool) -> None:
    rows = OWN if own else ROWS
    fake.world[SHOP].permissions = ({"actions": [*actions(rows)], "notActions": []},)
    with collector(fake, *(row.type for row in rows), subscriptions=[SHOP]) as made:
        assert all(type(answer).__name__ == "Listing" for answer in cycle(made).values())


@pytest.mark.parametrize(
    ("granted", "action", "allowed"),
    [
        ([(["*"], [])], "*/read", True),
        ([(["*/read"], [])], "microsoft.sql/servers/read", True),
        ([(["Microsoft.Sql/servers/read"], [])], "microsoft.sql/servers/read", True),
        ([(["Microsoft.Sql/servers/read"], [])], "*/read", False),
        ([(["Microsoft.Sql/servers/write"], [])], "microsoft.sql/servers/read", False),
        ([(["*"], ["Microsoft.Sql/*"])], "microsoft.sql/servers/read", False),
        ([(["*"], ["Microsoft.Sql/*"])], "*/read", False),
        ([(["*"], ["Microsoft.Authorization/*/Write"])], "*/read", True),
        ([(["*"], ["Microsoft.Sql/*"]), (["*/read"], [])], "microsoft.sql/servers/read", True),
        ([], "*/read", False),
    ],
)
def test_what_is_granted_decides(
    granted: list[tuple[list[str], list[str]]], action: str, allowed: bool
) -> None:
    answer = [{"actions": actions, "notActions": denied} for actions, denied in granted]
    assert Granted.parse(answer).allows(action) is allowed


def test_each_row_names_one_action() -> None:
    assert needed(GENERIC) == "*/read"
    assert all(needed(row).endswith("/read") for row in ROWS)


def test_the_command_prints_a_role_definition() -> None:
    printed = CliRunner().invoke(app, ["azure", "--rows-only", "--scope", "/subscriptions/x"])
    assert printed.exit_code == 0
    assert json.loads(printed.stdout) == role(OWN, ["/subscriptions/x"])
    assert json.loads(CliRunner().invoke(app, ["azure"]).stdout)["Actions"] == ["*/read"]
