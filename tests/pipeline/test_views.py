"""Readers of the database find the same rows on PostgreSQL as on SQLite."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from demo.postgres import Server
from tests.support import pipeline
from tests.support.engines import empty_database
from tests.support.fault_proxy import FaultProxy
from tests.support.pipeline import QUEUES, US, Installation, Shop

FILLED = {
    "v1_snapshots", "v1_coverage", "v1_resources", "v1_resource_versions", "v1_relations", "v1_flows", "v1_changes",
    "v1_data_paths", "v1_data_path_changes",
}  # fmt: skip
"""Views that have rows here: else they would be the same by being empty."""


def test_the_views_show_the_same_on_both_engines(
    deployed: str, proxy: FaultProxy, postgres: Server, tmp_path: Path
) -> None:
    url = empty_database(postgres)
    with (
        pipeline.installed(tmp_path / "one", proxy.url) as one,
        pipeline.installed(tmp_path / "other", proxy.url, database={"url": url}) as other,
    ):
        other.journal = one.journal  # the same spans to both
        shop = Shop(one.traces_url)
        try:
            shop.plain_day()
            one.cycle()
            other.cycle()
            shop.rich_day()
            sqs = pipeline.client(deployed, "sqs")
            sqs.delete_queue(QueueUrl=sqs.get_queue_url(QueueName=QUEUES[4])["QueueUrl"])
            sqs.tag_queue(QueueUrl=sqs.get_queue_url(QueueName=QUEUES[0])["QueueUrl"], Tags={"team": "other"})
            proxy.rule(service="rds", region=US, effect="denied")
            one.cycle()
            other.cycle()
        finally:
            shop.close()
        names = [name for (name,) in one.rows_of("select distinct view_name from v1_dictionary order by 1")]
        assert set(names) >= FILLED
        for name in names:
            rows = rows_of(one, name)
            assert rows == rows_of(other, name), name
            assert rows or name not in FILLED


def rows_of(home: Installation, view: str) -> list[str]:
    """The rows of a view, sorted, in one spelling for both drivers."""
    rows = home.rows_of(f"select * from {view}")
    return sorted(json.dumps([_plain(value) for value in row], sort_keys=True) for row in rows)


def _plain(value: Any) -> object:  # whatever a driver answers
    """SQLite has no booleans, and keeps JSON as text."""
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, str) and value[:1] in "{[":
        try:
            return json.loads(value)
        except ValueError:
            return value
    return value
