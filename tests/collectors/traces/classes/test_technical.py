"""Names of machines, jobs and settings are not taken for persons': tried on the names of whole cloud services."""

from __future__ import annotations

import botocore.session  # type: ignore[import-untyped]  # has no types
import pytest

from collectors.traces.classes import classify

EXPECTED = ("user.authorization", "user.account.username")
"""Operators' own credentials are in these services, and rightly told."""


def structures(service: str) -> dict[str, list[str]]:
    """The structures of a service with the names of their members, as tables with columns."""
    model = botocore.session.get_session().get_service_model(service)
    shapes = (model.shape_for(name) for name in model.shape_names)
    return {shape.name: list(shape.members) for shape in shapes if shape.type_name == "structure"}


@pytest.mark.parametrize("service", ["ec2", "glue", "sagemaker", "logs", "autoscaling", "ecs"])
def test_few_columns_of_technical_tables_are_taken_for_personal(service: str) -> None:
    tables = structures(service)
    told = [
        f"{table}.{column}: {verdict.reason}"
        for table, columns in tables.items()
        for column, verdict in classify(table, columns).items()
        if not verdict.data_class.startswith(EXPECTED)
    ]
    assert len(told) < sum(map(len, tables.values())) * 0.01, told


@pytest.mark.parametrize(
    ("table", "columns"),
    [
        ("instance_profile", ["id", "name", "display_name", "path"]),
        ("delivery_stream", ["id", "name", "state", "destination"]),
        ("alarms", ["alarm_name", "name_prefix", "state", "threshold"]),
        ("nat_gateways", ["allocation_id", "public_ip", "vpc_id", "state", "address"]),
        ("queues", ["receipt_handle", "visibility", "display_name", "tenant_id"]),
        ("runs", ["reason_code", "diagnostics", "throughput_mib_ps", "relationship_status"]),
        ("dashboards", ["region", "zone", "city_count"]),
    ],
)
def test_nothing_is_told_of(table: str, columns: list[str]) -> None:
    assert {column: verdict.reason for column, verdict in classify(table, columns).items()} == {}
