"""Columns with labels are read in the forms people and products keep them; a bad file says where it is bad."""

from __future__ import annotations

from pathlib import Path

import pytest

from collectors.traces.classes.labelled import Labelled, MalformedLabels, labelled, labels_file

EMAIL = Labelled("", "customers", "mail", ("user.contact.email",))
STATUS = Labelled("", "customers", "status", ())


@pytest.mark.parametrize(
    "text",
    [
        "table,column,class\ncustomers,mail,user.contact.email\ncustomers,status,\n",
        "Table Name;Column Name;Data Class\ncustomers;mail;Email_Address\ncustomers;status;none\n",
        "\ufefftable\tfield\tinfo_type\ncustomers\tmail\tEMAIL_ADDRESS\ncustomers\tstatus\t\n",
        '{"customers": {"mail": "user.contact.email", "status": null}}',
        '{"customers": {"mail": ["user.contact.email"], "status": []}}',
        (
            '{"table": "customers", "column": "mail", "class": "MICROSOFT.PERSONAL.EMAIL"}\n\n'
            '{"table": "customers", "column": "status", "class": ""}\n'
        ),
        (
            '[{"collection": "customers", "name": "mail", "fides_key": "user.contact.email"},'
            ' {"collection": "customers", "name": "status", "fides_key": "system.operations"}]'
        ),
    ],
)
def test_forms(tmp_path: Path, text: str) -> None:
    file = tmp_path / "labels"
    file.write_text(text)
    assert labelled(file) == (EMAIL, STATUS)


def test_schema_siblings_and_several_labels(tmp_path: Path) -> None:
    file = tmp_path / "labels.csv"
    file.write_text('schema,table,column,class,siblings\ns,t,c,"user.name;user.name.first","a, b"\n')
    assert labelled(file) == (Labelled("s", "t", "c", ("user.name", "user.name.first"), ("a", "b")),)


def test_documents_are_tables_by_their_path(tmp_path: Path) -> None:
    file = tmp_path / "labels.json"
    file.write_text('{"customers": {"address": {"geo": {"lat": "user.location.precise"}}}}')
    assert labelled(file) == (Labelled("", "customers.address.geo", "lat", ("user.location.precise",)),)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("table,column,class\nt,c,user.name\nt,d,Whatsit\n", "line 3: 'Whatsit' is no data class"),
        ("table,column,class\nt,c,Emial\n", "did you mean 'email'?"),
        ("table,column,class\nt,,user.name\n", "line 2: no column"),
        ("table,column\nt,c\n", "line 2: no class"),
        ("table,column,class\nt,c,x,y\n", "line 2: more fields than the header has"),
        ("table,column,class\n", "no column in it"),
        ("", "no column in it"),
        ('{"t": {"c": "user.name",}}', "line 1"),
        ('{"table": "t", "column": "c", "class": ""}\n{"table": \n', "line 2"),
        ('{"t": {"c": 7}}', "t.c: the class is 7"),
        ('{"t": "user.name"}', "table 't'"),
        ("[1]", "entry 1: write an object"),
    ],
)
def test_a_bad_file_says_where(tmp_path: Path, text: str, says: str) -> None:
    file = tmp_path / "labels"
    file.write_text(text)
    with pytest.raises(MalformedLabels) as caught:
        labelled(file)
    assert str(caught.value).startswith(f"{file}: ")
    assert says in str(caught.value)


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(MalformedLabels, match="give a file that can be read"):
        labelled(tmp_path / "none")
    (tmp_path / "latin").write_bytes(b"table,column,class\nt,\xe9,user.name\n")
    with pytest.raises(MalformedLabels, match="save the file as UTF-8"):
        labelled(tmp_path / "latin")


def test_own_words(tmp_path: Path) -> None:
    words = tmp_path / "words.toml"
    words.write_text('"user.contact.email" = ["Post"]\n"" = ["Ding"]\n')
    file = tmp_path / "labels.csv"
    file.write_text("table,column,class\ncustomers,mail,post\ncustomers,status,DING\n")
    assert labelled(file, labels_file(words)) == (EMAIL, STATUS)


@pytest.mark.parametrize(
    "text", ['"mail" = ["Post"]', '"user.name" = 3', "[", '"user.name" = "Post"\n[x]\ny = 1']
)
def test_bad_words_of_one_s_own(tmp_path: Path, text: str) -> None:
    file = tmp_path / "words.toml"
    file.write_text(text)
    with pytest.raises(MalformedLabels, match=r"words\.toml: "):
        labels_file(file)
