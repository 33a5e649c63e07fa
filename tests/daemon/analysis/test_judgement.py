"""Which new paths are listed quietly while things warm up, and which are news at any time."""

from __future__ import annotations

from dataclasses import replace

import pytest

from daemon.analysis.exposure import INTERNET
from daemon.analysis.judgement import origin_of_new
from daemon.values.drift import Origin
from daemon.values.path import Border, DataPath
from tests.support.graphs import Estate

SHOP, BOOKS = "service://prod//checkout", "service://prod//customers"
ABROAD = Border("EU/EEA", "US", "eu-central-1", "us-east-1", "high", "leaves the EU")


def path() -> DataPath:
    """checkout, which nobody outside calls, has customers read a table."""
    estate = Estate()
    order = estate.root(estate.service("checkout"), "GET /orders/{id}")
    customer = estate.operation(estate.service("customers"), "GET /customers/{id}")
    estate.calls(order, customer).reads(customer, estate.table("public.customers"), "email")
    (found,) = estate.paths()
    assert (found.exposure, found.borders) == ("internal", ())
    return found


@pytest.mark.parametrize("warming", [{"prod"}, {SHOP}, {BOOKS}])
def test_a_path_of_what_warms_up_is_newly_visible(warming: set[str]) -> None:
    assert origin_of_new(path(), warming) is Origin.NEWLY_VISIBLE


@pytest.mark.parametrize(
    "warming", [set[str](), {"test"}, {"service://prod//other"}, {"service://test//checkout"}]
)
def test_a_path_of_what_is_long_known_is_added(warming: set[str]) -> None:
    assert origin_of_new(path(), warming) is Origin.ADDED


@pytest.mark.parametrize("warming", [{"prod"}, {SHOP}, {BOOKS}])
@pytest.mark.parametrize("more", [{"exposure": INTERNET}, {"borders": (ABROAD,)}])
def test_what_joins_the_internet_to_personal_data_or_crosses_a_border_is_news_at_any_time(
    more: dict[str, object], warming: set[str]
) -> None:
    assert origin_of_new(replace(path(), **more), warming) is Origin.ADDED  # type: ignore[arg-type] # one field each
