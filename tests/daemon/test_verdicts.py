"""Operators' verdicts: what the file may say, how it is written, and what is said of a file that is wrong."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from config.errors import SettingsError
from daemon import verdicts
from daemon.verdicts import Entry

NICK = Entry("*", "public", "customers", "nick", "none", 'a "pet"\nname \\', "ann", date(2026, 11, 22))
ACTOR = Entry("*db*", "*", "audit", "actor*", "user.account.username", "staff", "", date(2026, 11, 23))


def test_verdicts_are_kept_in_order(tmp_path: Path) -> None:
    path = tmp_path / "state" / "verdicts.toml"
    assert verdicts.read(path) == ()
    assert not verdicts.put(path, NICK)
    assert not verdicts.put(path, ACTOR)
    assert verdicts.read(path) == (NICK, ACTOR)


def test_a_verdict_on_the_same_columns_takes_the_place_of_the_old_one_and_is_last(tmp_path: Path) -> None:
    path = tmp_path / "verdicts.toml"
    verdicts.put(path, NICK)
    verdicts.put(path, ACTOR)
    other = replace(NICK, data_class="user.name", reason="people's")
    assert verdicts.put(path, other)
    assert verdicts.read(path) == (ACTOR, other)


def test_what_people_wrote_stays_when_a_verdict_is_added(tmp_path: Path) -> None:
    path = tmp_path / "verdicts.toml"
    path.write_text('# ours\n[[verdicts]]\ntable = "t"\ncolumn = "c"\nclass = "none"\nreason = "x" # why\n')
    path.chmod(0o640)
    before = path.read_text()
    verdicts.put(path, NICK)
    assert path.read_text().startswith(before.rstrip("\n"))
    assert [each.table for each in verdicts.read(path)] == ["t", "customers"]
    assert path.stat().st_mode & 0o777 == 0o640


def test_a_reason_names_who_said_it_and_when() -> None:
    ruling = NICK.ruling()
    assert ruling.data_class == ""
    assert ruling.reason.startswith("verdict of ann, 2026-11-22: ")


WHOLE = '[[verdicts]]\ntable = "t"\ncolumn = "c"\nclass = "none"\nreason = "x"\n'


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (WHOLE + 'clas = "none"\n', ":6: verdicts[0].clas: is no key of a verdict; did you mean class?"),
        (
            WHOLE.replace("none", "user.nme"),
            ':4: verdicts[0].class: "user.nme" is no data class: did you mean',
        ),
        (WHOLE.replace('reason = "x"\n', ""), ":1: verdicts[0].reason: is needed"),
        (WHOLE.replace('"t"', "7"), ":2: verdicts[0].table: is no text"),
        (WHOLE + 'date = "2026-11-22"\n', ":6: verdicts[0].date: is no date"),
        (WHOLE + "\n[other]\nx = 1\n", ":7: other: is no key of this file"),
        ("[verdicts]\nx = 1\n", ":1: verdicts: write it as [[verdicts]]"),
        ("[[verdicts]\n", "correct the TOML"),
    ],
)
def test_a_bad_file_names_line_and_key_and_is_not_written_to(tmp_path: Path, text: str, says: str) -> None:
    path = tmp_path / "verdicts.toml"
    path.write_text(text)
    with pytest.raises(SettingsError) as caught:
        verdicts.read(path)
    assert f"{path}" in str(caught.value)
    assert says in str(caught.value)
    with pytest.raises(SettingsError):
        verdicts.put(path, NICK)
    assert path.read_text() == text
