"""How well columns are judged is measured: on labels made up to be wrong, and on schemas as they are in use."""

from __future__ import annotations

from pathlib import Path

from fideslang.default_taxonomy import DEFAULT_TAXONOMY

from collectors.traces.classes import figures
from collectors.traces.classes.labelled import Labelled, labelled
from config.vocabulary import label_words

FRESH = Path(__file__).parent / "fresh" / "schemas.csv"
"""Columns of applications in seven languages, labelled by hand before they were first judged; names alone."""
FOLDER = Path(__file__).parent / "labelled"
KEYS = {category.fides_key for category in DEFAULT_TAXONOMY.data_category}

LABELS = [
    Labelled("", "customers", "email", ("user.contact.email",)),
    Labelled("", "customers", "first_name", ("user.name",)),
    Labelled("", "customers", "blorb", ("user.health_and_medical",)),
    Labelled("", "customers", "ssn", ()),
    Labelled("", "customers", "status", ()),
    Labelled("", "customers", "phone", ("user.contact.fax_number", "user.contact.phone_number")),
]


def test_strict_lenient_and_personal() -> None:
    scored = figures.score(LABELS)
    assert figures.strict(scored) == figures.Figures(right=2, found=4, wanted=4)
    assert figures.lenient(scored) == figures.Figures(right=3, found=4, wanted=4)
    assert figures.personal(scored) == figures.Figures(right=3, found=4, wanted=4)
    assert (figures.strict(scored).precision, figures.strict(scored).recall) == (0.5, 0.5)
    assert figures.strict(scored).f1 == 0.5


def test_each_class_has_its_own_figures() -> None:
    classes = figures.by_class(figures.score(LABELS))
    assert classes["user.contact.email"] == figures.Figures(1, 1, 1)
    assert classes["user.name"] == figures.Figures(0, 0, 1)
    assert classes["user.name.first"] == figures.Figures(0, 1, 0)
    assert classes["user.contact.phone_number"] == figures.Figures(1, 1, 1)
    assert "user.contact.fax_number" not in classes
    assert figures.macro(classes.values())[2] == 0.5  # e-mail and phone of four labelled classes


def test_the_worst_mistakes_come_first() -> None:
    wrong = figures.mistakes(figures.score(LABELS))
    assert [each.labelled.column for each in wrong] == ["ssn", "first_name", "blorb"]
    assert wrong[0].verdict is not None
    assert wrong[2].reason == "no word of it names personal data"


def test_columns_of_a_table_are_each_other_s_siblings() -> None:
    columns = ("vorname", "nachname", "name")
    scored = figures.score([Labelled("", "t", column, ()) for column in columns])
    assert all(each.found for each in scored)
    alone = figures.score([Labelled("", "t", "name", (), ("vorname", "nachname"))])
    assert alone[0].found
    assert not figures.score([Labelled("", "t", "name", ())])[0].found


def test_schemas_in_use_are_judged_well() -> None:
    """Each set alone, so that one good set does not hide a bad one."""
    files = sorted(FOLDER.glob("*.csv"))
    assert len(files) == 6
    for file in files:
        columns = labelled(file)
        assert {key for each in columns for key in each.classes} <= KEYS
        found = figures.strict(figures.score(columns))
        assert found.precision >= 0.93, file.name
        assert found.recall >= 0.9, file.name


def test_schemas_that_were_labelled_before_they_were_judged() -> None:
    """What is general in the first mistakes was learned since; the names that one schema alone has were not."""
    columns = labelled(FRESH)
    assert {key for each in columns for key in each.classes} <= KEYS
    found = figures.strict(figures.score(columns))
    assert found.precision >= 0.92
    assert found.recall >= 0.87


def test_words_of_others_mean_classes_of_the_taxonomy() -> None:
    assert set(label_words().values()) - {""} <= KEYS
