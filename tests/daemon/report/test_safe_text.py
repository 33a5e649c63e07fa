"""What reaches a screen is printable, and nothing is lost on the way."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daemon.report.safe_text import safe_text


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("Straße 東京", "Straße 東京"),
        ("a\x1b[31mb", r"a\x1b[31mb"),
        ("a\r\nb", r"a\r\nb"),
        ("\u202eb", r"\u202eb"),
        ("a\u00a0b\u3000c", "a b c"),
        ("\u2028\u2029", r"\u2028\u2029"),
        ("\U000e0041", r"\U000e0041"),
        ("\ud800", r"\ud800"),
    ],
)
def test_it_shows_what_could_steer_a_screen(text: str, safe: str) -> None:
    assert safe_text(text) == safe


@given(st.text(st.characters(codec=None)))
def test_whatever_comes_in_what_goes_out_is_one_printable_line(text: str) -> None:
    safe = safe_text(text)
    assert safe.isprintable()
    assert len(safe) >= len(text)
    assert safe_text(safe) == safe
