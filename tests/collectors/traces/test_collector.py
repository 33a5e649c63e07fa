"""The collector: one extent per environment, sorted and equal answers, nothing said too early."""

from __future__ import annotations

import pickle
from datetime import timedelta

from collectors.model import Extent, Relation, Role, Scope, Sightings
from collectors.traces.collector import TracesCollector
from collectors.traces.facts import Flows
from collectors.traces.memory import MemoryFacts
from config.settings import compose
from tests.support.traces import MOMENT, lines, proto_span, read, resource_spans

SETTINGS = compose({}).traces
DATABASE = {"db.system": "mysql", "server.address": "db", "db.statement": "select a from t where b = 1"}


def facts() -> MemoryFacts:
    memory = MemoryFacts()
    flows = Flows(memory)
    prod = {"cloud.region": "eu-central-1", "telemetry.sdk.language": "go"}
    flows.record(
        read(
            resource_spans("shop", [proto_span("a", "server", "GET /", at=7)], prod),
            resource_spans(
                "shop", [proto_span("x", "client", parent="gone", at=3, attributes=DATABASE)], prod
            ),
            resource_spans(
                "shop", [proto_span("b", "server", trace="two")], {"deployment.environment.name": "test"}
            ),
        ),
        1,
    )
    return memory


class Nothing:
    """A cycle in which nobody answered anything."""

    def relations(self, verb: str) -> tuple[Relation, ...]:
        assert verb
        return ()

    def stored(self, kind: str) -> frozenset[str]:
        assert kind
        return frozenset()


NOTHING = Nothing()


def answers(memory: MemoryFacts, after: timedelta) -> list[Sightings]:
    collector = TracesCollector(memory, SETTINGS, clock=lambda: MOMENT / 1e9 + after.total_seconds())
    found = [one for request in collector.follow(NOTHING) for one in collector.answer(request)]
    assert all(isinstance(one, Sightings) for one in found)
    return [one for one in found if isinstance(one, Sightings)]


def test_each_environment_is_an_extent_of_its_own() -> None:
    found = answers(facts(), timedelta(hours=5))
    assert [one.extent for one in found] == [
        Extent("traces.flow", Scope("traces", "prod")),
        Extent("traces.flow", Scope("traces", "test")),
    ]
    prod = found[0]
    assert [(one.urn, one.role) for one in prod.resources if one.type == "service"] == [
        ("service://prod//shop", Role.SERVICE)
    ]
    [service] = [one for one in prod.resources if one.type == "service"]
    assert service.scope == Scope("traces", "prod", "eu-central-1")
    assert service.attributes == {
        "language": "go",
        "region": "eu-central-1",
        "sampling": 1,
        "conventions": ["database old"],
        "statements": True,
    }
    assert (prod.first, prod.last) == (MOMENT / 1e9 + 3, MOMENT / 1e9 + 7)
    assert prod.position > 0


def test_the_same_facts_give_equal_sorted_answers_that_travel() -> None:
    first, second = answers(facts(), timedelta(hours=5)), answers(facts(), timedelta(hours=5))
    assert first == second == pickle.loads(pickle.dumps(first))
    for one in first:
        assert list(one.resources) == sorted(one.resources, key=lambda resource: resource.urn)
        keys = [(relation.source, relation.verb, str(relation.target)) for relation in one.relations]
        assert keys == sorted(set(keys))
        assert all(relation.seen is not None for relation in one.relations)


def test_a_flow_waits_for_its_operation_as_long_as_the_window() -> None:
    def reads(after: timedelta) -> list[str]:
        sightings = answers(facts(), after)[0]
        return [line for line in lines(sightings) if " reads " in line]

    assert reads(timedelta(minutes=59)) == []
    assert reads(timedelta(minutes=61)) == [
        "shop reads table://environment:prod/mysql/db:3306//t columns=a lookups=b evidence=unattributed"
    ]


def test_a_service_in_two_regions_does_not_flap() -> None:
    memory = MemoryFacts()
    flows = Flows(memory)
    for at, region in ((0, "us-east-1"), (100, "eu-west-1"), (200, "us-east-1")):
        spans = [proto_span("a", "server", trace=f"t{at}", at=at)]
        flows.record(read(resource_spans("shop", spans, {"cloud.region": region})), 1)
    [service] = [one for one in answers(memory, timedelta(hours=1))[0].resources if one.type == "service"]
    assert service.attributes["region"] == "eu-west-1"
    moved = [proto_span("a", "server", trace="later", at=3 * 86_400)]
    flows.record(read(resource_spans("shop", moved, {"cloud.region": "us-east-1"})), 1)
    [service] = [one for one in answers(memory, timedelta(days=4))[0].resources if one.type == "service"]
    assert service.attributes["region"] == "us-east-1"


def test_facts_that_are_lost_take_nothing_out_of_the_settings() -> None:
    collector = TracesCollector(MemoryFacts(), SETTINGS)
    assert list(collector.plan()) == list(collector.follow(NOTHING)) == []
    assert collector.asked() is None  # type: ignore[func-returns-value]  # as the contract has it
