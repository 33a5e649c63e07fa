from __future__ import annotations

from collectors.model import Json
from daemon.analysis.changes import judge
from daemon.values.drift import Action, Difference, Origin
from tests.support.differences import ACCOUNT, alias, document, relation, resource

TASK = f"{ACCOUNT}:task"
SERVICE = "service://demo/shop/orders"
OLD, NEW = "image://registry.example/shop/orders@sha256:aa", "image://registry.example/shop/orders@sha256:bb"
CHILD = "image://registry.example/shop/orders@sha256:cc"


def image(name: str = "1.0.0", **attributes: Json) -> dict[str, Json]:
    named: list[Json] = [f"public|image_name|registry.example/shop/orders:{name}"]
    return {**document({"components": "attached", **attributes}), "aliases": named}


def uses(name: str, before: dict[str, Json] | None, after: dict[str, Json] | None) -> Difference:
    return relation(
        TASK, "uses_image", f"public|image_name|registry.example/shop/orders:{name}", before, after
    )


def runs(urn: str, before: dict[str, Json] | None, after: dict[str, Json] | None) -> Difference:
    return relation(SERVICE, "runs_image", urn, before, after)


def task(before: str, after: str) -> Difference:
    return resource(
        TASK,
        "task",
        document({"Image": f"registry.example/shop/orders:{before}"}),
        document({"Image": f"registry.example/shop/orders:{after}"}),
    )


def said(*differences: Difference) -> list[tuple[Action, str]]:
    return [(change.action, change.key) for change in judge(differences)]


def test_another_image_is_told_where_it_is_used() -> None:
    assert said(
        task("1.0.0", "2.0.0"),
        uses("1.0.0", {}, None),
        uses("2.0.0", None, {}),
        runs(OLD, {}, None),
        runs(NEW, None, {}),
        resource(OLD, "image", image(), None),
        resource(NEW, "image", None, image("2.0.0")),
        resource(CHILD, "image.manifest", None, image("2.0.0")),
        relation(NEW, "has_manifest", CHILD, None, {}),
    ) == [(Action.ALTERED, TASK)]


def test_an_image_that_nobody_uses_any_more_goes_without_a_word_even_later() -> None:
    assert said(resource(OLD, "image", image(), None)) == []


def test_an_image_that_the_registry_lost_while_it_is_in_use_is_told() -> None:
    assert said(resource(OLD, "image", image(), None), runs(OLD, {}, None)) == [(Action.REMOVED, OLD)]


def test_a_name_that_leads_to_another_image_is_told_once() -> None:
    name = "public|image_name|registry.example/shop/orders:1.0.0"
    assert said(
        alias(name, OLD, NEW),
        runs(OLD, {}, None),
        runs(NEW, None, {}),
        resource(OLD, "image", image(), None),
        resource(NEW, "image", None, image()),
    ) == [(Action.REPOINTED, name)]
    assert said(alias(name, OLD, NEW), resource(OLD, "image", image(), image("before"))) == [
        (Action.REPOINTED, name)
    ]


def test_what_became_known_of_an_image_is_told() -> None:
    found = judge([resource(OLD, "image", image(components="unknown"), image())])
    assert [(one.action, one.fields[0].path) for one in found] == [(Action.ALTERED, "components")]


def test_images_told_by_other_rules_are_restated_and_those_of_a_clouds_own_registry_stand_for_themselves() -> (
    None
):
    restated = resource(OLD, "image", image(), image(size=1), Origin.RESTATED)
    assert said(restated) == [(Action.RESTATED, OLD)]
    urn = "arn:aws:ecr:eu-west-1:111122223333:repository/shop@sha256:aa"
    assert said(resource(urn, "aws.ecr.image", None, image())) == [(Action.ADDED, urn)]
