"""Rows are sound: types and asset types are told apart, templates and paths can be read, filters exist."""

from __future__ import annotations

from dataclasses import replace

import pytest

from collectors.expressions import FILTERS, compiled, holes
from collectors.gcp.resources import ROWS, generic
from collectors.gcp.resources.compute import RUN_SERVICE
from collectors.gcp.row import GcpResourceType
from collectors.shaping import keeps


def test_no_two_rows_are_the_same() -> None:
    assert len({row.type for row in ROWS}) == len({row.asset_type for row in ROWS}) == len(ROWS) > 35


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.type)
def test_row_is_sound(row: GcpResourceType) -> None:
    assert row.type.startswith("gcp.")
    assert row.type == row.type.lower()
    service, _, kind = row.asset_type.partition("/")
    assert service.endswith(".googleapis.com")
    assert kind[:1].isupper()
    texts = (
        row.urn,
        row.name,
        *row.aliases,
        *row.namespaces,
        *(each.target for each in row.links),
        row.located,
    )
    for text in texts:
        for path, filters in holes(text):
            compiled(path)
            assert set(filters) <= set(FILTERS), text
        assert text.count("{") == text.count("}")
    for alias in row.aliases:
        assert alias.count("|") >= 2
    for path in (*(path for _, path in keeps(row)), row.tags, row.public, row.environment):
        if path:
            compiled(path)
    assert list(row.keep) == sorted(row.keep, key=str.lower), "attributes stand in the order of their names"
    assert row.keep
    assert not row.whole


def test_refining_is_done_by_name() -> None:
    refined = {row.type: row.refine.__name__ for row in ROWS if row.refine}
    assert refined == {
        "gcp.run.service": "run_in_one_form",
        "gcp.run.job": "run_in_one_form",
        "gcp.bigquery.table": "columns_in_one_list",
    }


def test_a_fingerprint_follows_what_is_kept_and_not_how_it_is_told() -> None:
    assert replace(RUN_SERVICE, keep=()).fingerprint != RUN_SERVICE.fingerprint
    assert len({row.fingerprint for row in ROWS}) == len(ROWS)


def test_a_generic_row_is_named_after_its_asset_type() -> None:
    assert generic("dataflow.googleapis.com/Job").type == "gcp.dataflow.job"
    assert generic("apigee.googleapis.com/ApiProduct").type == "gcp.apigee.api_product"
