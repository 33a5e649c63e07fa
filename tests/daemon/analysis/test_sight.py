"""What can be seen of what runs, and what is named as dark."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from collectors.contract import Fact
from collectors.model import Json, Role
from collectors.traces import shapes
from collectors.traces.facts import Flows
from collectors.traces.merging import merge
from collectors.traces.otlp import OtlpReader
from daemon.analysis import sight
from daemon.report import outline
from daemon.values.graph import Graph
from tests.support.graphs import Estate


def test_workloads_that_run_without_spans_are_blind() -> None:
    estate = Estate()
    seen, blind = estate.workload("seen"), estate.workload("blind")
    estate.service("seen", seen)
    found = sight.look(estate.graph())
    assert (found.workloads, found.visible, found.blind) == (2, 1, (blind,))
    assert str(found) == "paths visible for 1 of 2 running workloads"


@pytest.mark.parametrize(
    ("type", "attributes", "running"),
    [
        ("aws.ecs.service", {"DesiredCount": 2}, True),
        ("aws.ecs.service", {"desiredCount": 0}, False),
        ("aws.ecs.service", {"status": "INACTIVE", "desiredCount": 1}, False),
        ("aws.ecs.service", {}, True),
        ("aws.ecs.task_definition", {"status": "ACTIVE"}, False),
        ("aws.ec2.instance", {"State": "running"}, True),
        ("aws.ec2.instance", {"State": "stopped"}, False),
        ("aws.ec2.instance", {"State": {"Name": "stopped"}}, False),
        ("aws.lambda.function", {"State": None}, True),
        ("azure.compute.machine", {"State": "PowerState/running"}, True),
        ("azure.compute.machine", {"State": "PowerState/deallocated"}, False),
        ("azure.web.site", {"State": "Stopped"}, False),
    ],
)
def test_what_does_not_run_need_not_be_seen(type: str, attributes: dict[str, Json], running: bool) -> None:
    estate = Estate()
    estate.resource(type, "one", Role.WORKLOAD, attributes=attributes)
    assert sight.look(estate.graph()).workloads == int(running)


def test_nothing_but_workloads_counts() -> None:
    estate = Estate()
    estate.database("orders-db")
    estate.service("checkout")
    found = sight.look(estate.graph())
    assert (found.workloads, found.visible) == (0, 0)


def test_services_that_tell_no_statement_are_named() -> None:
    estate = Estate()
    dumb = estate.service("dumb", statements=None)
    loud = estate.service("loud")
    cache = estate.service("cache", statements=None)
    table, store = estate.table("*", "db.shop.example"), estate.table("*", "cache.shop.example", "redis")
    for service, target in ((dumb, table), (loud, table), (cache, store)):
        estate.reads(estate.root(service, "GET /"), target)
    assert sight.look(estate.graph()).no_statements == (dumb,)


def test_a_service_counts_even_if_its_operation_is_not_known() -> None:
    estate = Estate()
    dumb = estate.service("dumb", statements=False)
    estate.reads(dumb, estate.table("*"))
    assert sight.look(estate.graph()).no_statements == (dumb,)


def test_what_is_read_whole_is_unknown_until_a_column_is_named() -> None:
    estate = Estate()
    operation = estate.root(estate.service("checkout"), "GET /")
    whole, cache = estate.table("public.customers"), estate.table("*", "cache.shop.example", "redis")
    counted = estate.table("public.counted")
    estate.reads(operation, whole, "*").reads(operation, cache).reads(operation, counted)
    assert sight.look(estate.graph()).unknown_tables == tuple(sorted((whole, cache)))
    estate.reads(operation, whole, "created_at", lookups=["id"])
    assert sight.look(estate.graph()).unknown_tables == (cache,)


def test_what_stands_for_names_beyond_a_limit_is_named() -> None:
    estate = Estate()
    estate.operation(estate.service("loud"), "overflow")
    estate.operation(estate.service("fine"), "GET /overflow")
    estate.service("overflow")
    estate.host("overflow", "prod")
    estate.host("overflow.example")
    found = sight.look(estate.graph())
    assert found.folded == (
        "host://prod/overflow",
        "operation://prod//loud/overflow",
        "service://prod//overflow",
    )
    assert (
        "; names beyond the limits folded together: services of 1 environment, operations of 1 service, "
        "1 kind of destinations"
    ) in outline.sight(found)
    assert "beyond" not in outline.sight(sight.look(Estate().graph()))


def test_names_beyond_the_limit_come_from_spans_to_the_report(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shapes, "SERVICES", 2)
    reader = OtlpReader()
    facts = []
    flows = Flows(_Nowhere())
    for number in range(4):
        body = {
            "resourceSpans": [{
                "resource": {"attributes": [{"key": "service.name", "value": {"stringValue": f"s{number}"}}]},
                "scopeSpans": [{
                    "spans": [{
                        "traceId": f"{number + 1:032x}",
                        "spanId": f"{number + 1:016x}",
                        "name": "work",
                        "kind": 2,
                        "startTimeUnixNano": "1790000000000000000",
                        "endTimeUnixNano": "1790000000000001000",
                    }]
                }],
            }]
        }  # fmt: skip
        facts += flows.facts_of(reader.json(body).spans)
    environment = facts[0].environment
    merged = merge(environment, facts, settled_before=2e9)
    found = sight.look(Graph({each.urn: each for each in merged.resources}, merged.relations))
    assert f"service://{environment}//overflow" in found.folded


class _Nowhere:
    def record(self, facts: Sequence[Fact], timeout: float) -> None:
        """Forgets facts."""


def test_services_whose_traces_are_sent_in_part_are_named() -> None:
    estate = Estate()
    part = estate.service("part", sampling=8)
    estate.service("whole", sampling=1)
    estate.service("unknown")
    assert sight.look(estate.graph()).sampled == (part,)
