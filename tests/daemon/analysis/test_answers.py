"""What the origin of a path does with what it reads: one of three words, each on its own evidence."""

from __future__ import annotations

from dataclasses import replace

import pytest

from daemon.analysis import path_drift
from daemon.analysis.answers import answers
from daemon.analysis.choosing import PathChoice
from daemon.values.path import Answer, Border, Direction, PathIdentity
from daemon.values.told import Ruling, Told
from tests.daemon.analysis.test_declared import declare
from tests.support.graphs import Estate, classify


def answered(estate: Estate, direction: str = "reads") -> dict[str, tuple[str, str]]:
    """Answer and evidence of each class of the estate's one origin."""
    return {
        path.identity.data_class: (path.answer.value, path.answer_evidence)
        for path in estate.paths()
        if path.identity.direction.value == direction
    }


def shop(kind: str = "server", *fields: str, columns: tuple[str, ...] = ("email",)) -> Estate:
    """An operation that reads customers, and is declared to answer with these fields."""
    estate = Estate()
    service = estate.service("shop")
    operation = estate.root(service, "GET /me", kind)
    estate.reads(operation, estate.table("public.customers", "db.example"), *columns)
    if fields:
        declare(estate, service, "GET /me", returns=list(fields))
    return estate


def test_what_answers_may_return_what_it_reads() -> None:
    assert answered(shop()) == {
        "user.contact.email": ("may return", "nothing is known of the fields of its answer")
    }


@pytest.mark.parametrize("kind", ["consumer", "job"])
def test_what_answers_nobody_reads(kind: str) -> None:
    assert answered(shop(kind)) == {"user.contact.email": ("reads", "it answers nobody")}


def test_a_declared_field_of_the_class_returns_it_and_of_other_classes_it_is_only_read() -> None:
    estate = shop("server", "total", "user.backup_email", columns=("email", "phone"))
    assert answered(estate) == {
        "user.contact.email": ("returns", "declared field user.backup_email: the name says so"),
        "user.contact.phone_number": ("reads", "its declared answer has no field of this kind"),
    }
    lines = path_drift.compare((), estate.paths(), frozenset())
    assert [line.paths[0].answer for line in lines] == [Answer.RETURNS, Answer.READS], (
        "three words, never mixed"
    )


def test_a_field_that_an_operation_was_asked_for_is_returned_and_of_others_nothing_is_known() -> None:
    estate = shop(columns=("email", "phone"))
    estate.flow(
        "operation://prod//shop/GET /me",
        "returns",
        "answer://graphql",
        columns=["customer.email", "customer.id"],
    )
    assert answered(estate) == {
        "user.contact.email": ("returns", "it was asked for the field customer.email: the name says so"),
        "user.contact.phone_number": ("may return", "nothing is known of the fields of its answer"),
    }


def test_a_document_that_does_not_tell_its_fields_is_no_evidence() -> None:
    estate = shop()
    declare(estate, "service://prod//shop", "GET /me")
    assert answered(estate)["user.contact.email"][0] == "may return"


def test_an_operation_that_is_not_known_may_return() -> None:
    estate = Estate()
    estate.reads(estate.service("shop"), estate.table("public.customers", "db.example"), "email")
    assert answered(estate)["user.contact.email"][0] == "may return"


def test_what_an_operation_behind_the_origin_is_declared_to_answer_says_nothing_of_the_origin() -> None:
    estate = shop("server", "email")
    front = estate.root(estate.service("web"), "GET /")
    estate.calls(front, "operation://prod//shop/GET /me")
    found = {path.identity.origin: path.answer for path in estate.paths()}
    assert found[front] is Answer.MAY_RETURN


def test_what_writes_or_gives_is_not_asked() -> None:
    estate = shop("server", "email")
    estate.writes("operation://prod//shop/GET /me", estate.table("public.archive", "db.example"), "email")
    assert answered(estate, "writes") == {"user.contact.email": ("", "")}


@pytest.mark.parametrize(("data_class", "expected"), [("user.contact.email", "returns"), ("", "reads")])
def test_a_verdict_on_a_field_comes_first(data_class: str, expected: str) -> None:
    estate = shop("server", "handle" if data_class else "email")
    said = Ruling("declared://*", "*", "*", "*", data_class, "verdict", "your verdict")
    known = answers(estate.graph(), classify, Told(verdicts=(said,)))
    identity = PathIdentity("operation://prod//shop/GET /me", "t", Direction.READS, "user.contact.email")
    answer, evidence = known.of(identity)
    assert answer == expected
    assert ("your verdict" in evidence) is bool(data_class)


def test_a_field_of_a_wider_class_holds_a_narrower_one_and_not_the_other_way() -> None:
    said = Ruling("*", "*", "*", "holder", "user.name", "verdict", "a whole name")
    known = answers(shop("server", "holder").graph(), classify, Told(verdicts=(said,)))
    found = {
        each: known.of(PathIdentity("operation://prod//shop/GET /me", "t", Direction.READS, each))[0]
        for each in ("user.name", "user.name.first", "user", "user.names")
    }
    assert found == {
        "user.name": Answer.RETURNS, "user.name.first": Answer.RETURNS,
        "user": Answer.READS, "user.names": Answer.READS,
    }  # fmt: skip


def test_what_begins_to_be_returned_is_an_alteration_and_what_nobody_asked_before_is_none() -> None:
    before, after = shop().paths(), shop("server", "email").paths()
    (change,) = path_drift.compare(before, after, frozenset())
    assert change.why == "the same path, with answer may return -> returns"
    unasked = tuple(replace(path, answer=Answer.NOT_ASKED, answer_evidence="") for path in before)
    assert path_drift.compare(unasked, after, frozenset()) == ()


def test_what_makes_a_path_graver_cannot_wait() -> None:
    (path,) = shop().paths()
    out = Border("EU/EEA", "US", "eu-central-1", "us-east-1", "high", "leaves")
    inside = replace(out, origin="US", destination="EU/EEA")
    for graver in (
        replace(path, answer=Answer.RETURNS),
        replace(path, exposure="internet"),
        replace(path, borders=(out,)),
    ):
        assert path_drift.is_graver(path, graver)
        assert not path_drift.is_graver(graver, path)
        assert not path_drift.is_graver(graver, replace(graver, columns=("other",)))
    assert path_drift.is_graver(replace(path, borders=(out,)), replace(path, borders=(inside, out)))
    assert path_drift.is_graver(
        replace(path, borders=(replace(out, severity="medium"),)), replace(path, borders=(out,))
    )


def test_paths_are_chosen_by_it() -> None:
    (path,) = shop("server", "email").paths()
    assert PathChoice(answer="returns").fits(path)
    assert not PathChoice(answer="may return").fits(path)
