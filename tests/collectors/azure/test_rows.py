"""Every row can be executed: its paths parse, its filters exist, and no two rows take the same documents."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from collectors.azure.resources import ROWS
from collectors.azure.row import GENERIC, RESOURCE_GROUP, SUBSCRIPTION, AzureResourceType
from collectors.expressions import FILTERS, compiled, holes, literals, template_roots
from collectors.shaping import keeps

ITEM = frozenset(
    {"id", "identities", "kind", "managedBy", "name", "properties", "sku", "subscription", "type", "zones"}
)
NAMES = [row.type for row in ROWS]


def templates(row: AzureResourceType) -> list[str]:
    targets = [link.target for link in row.links]
    return [row.urn, row.name, row.located, *row.aliases, *row.namespaces, *targets]


@pytest.mark.parametrize("row", ROWS, ids=NAMES)
def test_a_row_can_be_executed(row: AzureResourceType) -> None:
    paths = [path for _, path in keeps(row)] + [row.public, row.environment, row.inside]
    for path in filter(None, paths):
        compiled(path)
    for template in templates(row):
        assert not re.search(r"[{}]", "".join(literals(template))), template
        assert template_roots(template) <= ITEM, template
        for path, filters in holes(template):
            compiled(path)
            assert set(filters) <= set(FILTERS)
    for alias in row.aliases:
        assert alias.count("|", 0, alias.index("{properties") if "{properties" in alias else None) >= 2 or (
            alias.startswith("azure:")
        )


@pytest.mark.parametrize("row", ROWS, ids=NAMES)
def test_a_row_is_named_as_all_rows_are(row: AzureResourceType) -> None:
    assert re.fullmatch(r"azure(?:\.[a-z0-9_]+){1,2}", row.type)
    assert row.kind == row.kind.lower()
    names = [name for name, _ in keeps(row)]
    assert names == sorted(names)
    assert all(re.fullmatch(r"[A-Z]\w*", name) for name in names)


def test_no_two_rows_take_the_same_documents() -> None:
    taken = Counter((row.kind, row.inside) for row in ROWS)
    assert [kind for kind, count in taken.items() if count > 1] == []
    assert len(set(NAMES)) == len(NAMES)


def test_fingerprints_name_the_rules() -> None:
    assert len({row.fingerprint for row in ROWS}) == len(ROWS)


@pytest.mark.parametrize("row", ROWS, ids=NAMES)
def test_no_row_keeps_what_may_hold_a_secret(row: AzureResourceType) -> None:
    kept = " ".join(path for _, path in keeps(row)).lower()
    for word in (
        "password",
        "administratorlogin",
        "connectionstring",
        "customdata",
        "accesskey",
        "secretvalue",
    ):
        assert word not in kept
    if row not in {GENERIC, SUBSCRIPTION, RESOURCE_GROUP}:
        assert "properties" not in [path for _, path in keeps(row)], (
            "only the generic row keeps whole documents"
        )
