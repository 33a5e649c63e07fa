"""Which classes a flow is told to carry."""

from __future__ import annotations

import pytest

from daemon.analysis.service_sheets import with_classes
from daemon.values.flow import Flow
from tests.support.graphs import Estate


def flow(source: str, verb: str, target: str) -> Flow:
    return Flow("prod", source, verb, target, (), (), "", "", "", 1)


@pytest.mark.parametrize(
    ("observed", "received"), [(("email",), ("user.contact.email",)), ((), ())], ids=["observed", "nothing"]
)
def test_a_consumer_is_told_as_receiving_what_was_seen_to_be_put_into_its_topic(
    observed: tuple[str, ...], received: tuple[str, ...]
) -> None:
    estate = Estate()
    order = estate.root(estate.service("checkout"), "POST /orders")
    letters = estate.operation(estate.service("letters"), "process orders", "consumer")
    table, topic = estate.table("public.customers"), estate.topic("orders")
    estate.reads(order, table, "email", "ssn").flow(order, "publishes_to", topic)
    estate.told(order, "discloses", topic, table, *observed).flow(topic, "consumed_by", letters)
    flows = (flow(order, "publishes_to", topic), flow(topic, "consumed_by", letters))
    published, consumed = with_classes(flows, estate.paths())
    assert published.classes == consumed.classes == received
