"""Which service runs which image, and which known vulnerabilities that brings or took away."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from collectors.model import Alias, Relation, Resource, Role, Scope
from daemon.analysis import components, finding_drift
from daemon.analysis.settling import settle
from daemon.values.drift import Action, Origin
from daemon.values.finding import Finding, FindingIdentity
from daemon.values.graph import Graph
from tests.support.graphs import Estate

LOG4J = "pkg:maven/org.apache.logging.log4j/log4j-core@2.14.1"
PACKAGE = "pkg:maven/org.apache.logging.log4j/log4j-core"
OLD, NEW = "image://registry.example/shop/orders@sha256:aa", "image://registry.example/shop/orders@sha256:bb"


@dataclass(frozen=True)
class Known:
    advisory: str = "CVE-2021-44228"
    severity: str = "critical"
    fixed: tuple[str, ...] = ("2.15.0",)
    summary: str = "Remote code execution"


def match(purl: str) -> tuple[Known, ...]:
    return (Known(),) if purl == LOG4J else ()


def image(urn: str) -> Resource:
    return Resource(urn, "image", urn, Scope("images", "registry.example"), Role.IMAGE)


def graph(*relations: tuple[str, str, str]) -> Graph:
    """A service `orders` on a workload, and a workload without service, each running a definition."""
    estate = Estate()
    workload = estate.workload("orders")
    service = estate.service("orders", workload)
    lonely = estate.workload("batch")
    made = estate.graph()
    names = {"orders": workload, "batch": lonely, "service": service}
    resources = {**made.resources, OLD: image(OLD), NEW: image(NEW)}
    more = tuple(Relation(names.get(s, s), verb, names.get(t, t)) for s, verb, t in relations)
    return Graph(resources, (*made.relations, *more), made.bindings)


def test_an_image_belongs_to_the_service_that_its_workload_runs() -> None:
    found = components.images(graph(("orders", "runs", "definition"), ("definition", "uses_image", OLD)))
    assert [(each.source, each.target) for each in found] == [("service://prod//orders", OLD)]


def test_without_a_known_service_it_belongs_to_the_workload() -> None:
    (found,) = components.images(graph(("batch", "uses_image", OLD)))
    assert found.source.startswith("arn:")
    assert found.verb == components.RUNS_IMAGE


def test_definitions_that_run_each_other_end() -> None:
    loop = graph(("orders", "runs", "a"), ("a", "runs", "b"), ("b", "runs", "a"), ("b", "uses_image", OLD))
    assert len(components.images(loop)) == 1


def test_a_finding_names_service_package_and_advisory() -> None:
    runs = [Relation("service://prod//orders", components.RUNS_IMAGE, OLD)]
    inside = {"sha256:aa": [("pkg:pypi/safe@1", "safe", "1"), (LOG4J, "log4j-core", "2.14.1")]}
    (finding,) = components.findings(runs, inside, match)
    assert finding.identity == FindingIdentity("service://prod//orders", PACKAGE, "CVE-2021-44228")
    assert (finding.version, finding.fixed, finding.image) == ("2.14.1", ("2.15.0",), OLD)
    assert components.findings(runs, {}, match) == (), "what is inside is not known: no finding, and no zero"


@pytest.mark.parametrize(
    ("purl", "bare"),
    [
        (LOG4J, PACKAGE),
        ("pkg:npm/%40angular/core@1.2.3?arch=x#sub", "pkg:npm/%40angular/core"),
        ("pkg:deb/debian/curl@7.50.3-1?arch=i386&distro=jessie", "pkg:deb/debian/curl"),
        ("pkg:golang/google.golang.org/genproto", "pkg:golang/google.golang.org/genproto"),
    ],
)
def test_versions_are_no_part_of_a_package(purl: str, bare: str) -> None:
    assert components.unversioned(purl) == bare


def finding(version: str = "2.14.1", image: str = NEW) -> Finding:
    identity = FindingIdentity("service://prod//orders", PACKAGE, "CVE-2021-44228")
    return Finding(identity, "log4j-core", version, image, "critical", ("2.15.0",))


def test_where_nothing_is_known_any_more_what_was_found_stands_as_long_as_it_runs() -> None:
    runs = [Relation("service://prod//orders", components.RUNS_IMAGE, NEW)]
    was = finding(image=OLD)

    def left(version: str) -> tuple[Finding, ...]:
        purl = f"{PACKAGE}@{version}"
        return components.findings(runs, {"sha256:bb": [(purl, "x", version)]}, lambda _: None, [was])

    assert left("2.14.1") == (finding(image=NEW),)
    assert left("2.17.1") == ()
    other = [Relation("service://prod//accounts", components.RUNS_IMAGE, NEW)]
    inside = {"sha256:bb": [(LOG4J, "log4j-core", "2.14.1")]}
    assert components.findings(other, inside, lambda _: None, [was]) == ()
    assert components.findings(runs, inside, lambda _: (), [was]) == (), (
        "what is known and not affected ends it"
    )


def test_a_library_that_came_with_an_image_is_told_with_both_images() -> None:
    ran = [Relation("service://prod//orders", components.RUNS_IMAGE, OLD)]
    (change,) = finding_drift.compare((), (finding(),), (), ran=ran)
    assert (change.action, change.images_before) == (Action.ADDED, (OLD,))


def test_what_only_became_known_is_told_apart() -> None:
    (change,) = finding_drift.compare((), (finding(),), {finding().identity})
    assert change.action is Action.RESTATED


def test_the_same_version_in_another_image_is_nothing_and_another_version_is() -> None:
    assert finding_drift.compare((finding(image=OLD),), (finding(),), ()) == ()
    (change,) = finding_drift.compare((finding("2.13.0", OLD),), (finding(),), ())
    assert (change.action, change.version_before) == (Action.ALTERED, "2.13.0")
    (gone,) = finding_drift.compare((finding(),), (), ())
    assert gone.action is Action.REMOVED


def test_what_was_so_before_we_knew_it_is_no_news() -> None:
    told = settle((), (finding(),), lambda: (finding(),), lambda _: Origin.ADDED)
    assert told.opened == ((finding(), Origin.BASELINE),)
    fresh = settle((), (finding(),), tuple, lambda _: Origin.ADDED)
    assert fresh.opened == ((finding(), Origin.ADDED),)


def test_what_ended_by_our_rules_did_not_end_in_the_world() -> None:
    assert settle((finding(),), (), tuple, lambda _: Origin.ADDED).ended == ((finding(), "restated"),)
    gone = settle((finding(),), (), lambda: (finding(),), lambda _: Origin.ADDED)
    assert gone.ended == ((finding(), "gone"),)


def test_nothing_different_asks_nothing() -> None:
    def never() -> tuple[Finding, ...]:
        raise AssertionError("drawing the past again costs a search")

    assert settle((finding(),), (finding(),), never, lambda _: Origin.ADDED).opened == ()


def test_an_image_whose_contents_are_not_known_proves_nothing_gone() -> None:
    runs = [Relation("service://prod//orders", components.RUNS_IMAGE, NEW)]
    was = finding(image=OLD)
    assert components.findings(runs, {}, match, [was]) == (was,)
    assert components.findings(runs, {"sha256:bb": []}, match, [was]) == (), "an empty list is a proof"


def test_an_image_that_could_not_be_resolved_proves_nothing_gone() -> None:
    denied = graph(("orders", "runs", "definition"))
    name = Alias("public", "image_name", "registry.example/shop/orders:2.0.0")
    unresolved = Graph(
        denied.resources, (*denied.relations, Relation("definition", "uses_image", name)), denied.bindings
    )
    dark = components.in_the_dark(unresolved)
    assert dark == {"service://prod//orders"}
    was = finding(image=OLD)
    assert components.findings((), {}, match, [was], dark) == (was,)
    assert components.findings((), {}, match, [was]) == ()
    assert components.in_the_dark(graph(("orders", "uses_image", OLD))) == frozenset()
