"""Lines of keys are found in every way that TOML can write a key."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from textwrap import dedent

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.defaults import defaults
from config.lines import KeyPath, find_lines

EVERYTHING = dedent(
    '''\
    # comment with [brackets] and a = b
    top = 1
    "quoted key" = 'x'
    dotted.inner."with.dot" = true
    [table]   # comment
    plain = "a # no comment"
    multi = """
    [not.a.table]
    x = 1 \\""" still inside
    """
    literal = \'\'\'
    y = "
    \'\'\'
    after = 2026-11-22 06:00:00
    list = [
        "one",  # comment, with ] and "
        [2, 3],
        { four = 4, five.six = [7] },
    ]
    inline = { a = 1, b = { c = "}" } }
    [table.child]
    z = +inf
    [[rows]]
    r = 1
    [rows.sub]
    s = 1
    [[rows.more]]
    m = 1
    [[rows]]
    r = 2
    [[rows.more]]
    m = 2
    [[rows.more]]
    m = 3
    '''
)


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("top",), 2),
        (("quoted key",), 3),
        (("dotted",), 4),
        (("dotted", "inner", "with.dot"), 4),
        (("table",), 5),
        (("table", "plain"), 6),
        (("table", "multi"), 7),
        (("table", "literal"), 11),
        (("table", "after"), 14),
        (("table", "list"), 15),
        (("table", "list", 0), 16),
        (("table", "list", 1, 1), 17),
        (("table", "list", 2, "four"), 18),
        (("table", "list", 2, "five", "six", 0), 18),
        (("table", "inline", "b", "c"), 20),
        (("table", "child", "z"), 22),
        (("rows",), 23),
        (("rows", 0, "r"), 24),
        (("rows", 0, "sub", "s"), 26),
        (("rows", 0, "more", 0, "m"), 28),
        (("rows", 1), 29),
        (("rows", 1, "r"), 30),
        (("rows", 1, "more", 0, "m"), 32),
        (("rows", 1, "more", 1, "m"), 34),
    ],
)
def test_a_key_is_found_on_its_line(path: KeyPath, line: int) -> None:
    assert find_lines(EVERYTHING)[path] == line


@pytest.mark.parametrize("text", [EVERYTHING, defaults().text, "", "\n# only a comment", "a=[]\nb={}\n[c]"])
def test_every_value_of_a_document_has_a_line_and_nothing_else_has(text: str) -> None:
    found = find_lines(text)
    expected = set(_paths(tomllib.loads(text), ()))
    assert set(found) == expected


@given(st.dictionaries(st.text(min_size=1, max_size=4), st.text(max_size=12) | st.integers(), max_size=6))
def test_keys_and_strings_of_any_characters_are_passed_over(values: dict[str, str | int]) -> None:
    lines = [f"{_quoted(key)} = {_quoted(value)}" for key, value in values.items()]
    found = find_lines("\n".join(lines))
    assert found == {(key,): number for number, key in enumerate(values, start=1)}


def _quoted(value: str | int) -> str:
    if isinstance(value, int):
        return str(value)
    return '"' + "".join(_escaped(character) for character in value) + '"'


def _escaped(character: str) -> str:
    if 0xD800 <= ord(character) <= 0xDFFF:
        return "?"
    if character in '"\\':
        return f"\\{character}"
    return f"\\U{ord(character):08x}" if ord(character) < 32 or ord(character) == 127 else character


def _paths(value: object, here: KeyPath) -> Iterator[KeyPath]:
    if here:
        yield here
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _paths(inner, (*here, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _paths(inner, (*here, index))
